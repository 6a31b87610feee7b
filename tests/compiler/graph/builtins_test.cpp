// Built-in models: names, shapes and roles of the graphs, and every malformed model text.
#include "compiler/graph/builtins.h"

#include <string>

#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "compiler/graph/graph_text.h"
#include "tests/support/error_of.h"

namespace tilewave {
namespace {

std::string error_of(std::string_view model) {
  return test::error_of([&] { build_builtin(model); });
}

TEST(Builtins, Prefixes) {
  for (const char* model : {"mlp:", "gemm:", "mlp:1x2x3", "gemm:nonsense"}) {
    EXPECT_TRUE(is_builtin(model)) << model;
  }
  for (const char* model :
       {"", "mlp", "gemm", "conv:1x2", "mlp.onnx", "xmlp:1", "MLP:1x2x3", "gem:1x2x3", ":1"}) {
    EXPECT_FALSE(is_builtin(model)) << model;
  }
  EXPECT_THROW(build_builtin("conv:1x2"), InternalError);
}

TEST(Builtins, Perceptron) {
  EXPECT_EQ(to_text(build_builtin("mlp:128x128x64x32x32")),
            "graph mlp\n"
            "input x 128x128\n"
            "param w1 128x64\n"
            "param w2 64x32\n"
            "param w3 32x32\n"
            "h1 = matmul x w1\n"
            "a1 = relu h1\n"
            "h2 = matmul a1 w2\n"
            "a2 = relu h2\n"
            "out = matmul a2 w3\n"
            "output out\n");
}

TEST(Builtins, OneLayerHasNoRelu) {
  EXPECT_EQ(to_text(build_builtin("mlp:100x70x50")),
            "graph mlp\ninput x 100x70\nparam w1 70x50\nout = matmul x w1\noutput out\n");
}

TEST(Builtins, Gemm) {
  const Graph graph = build_builtin("gemm:1x2x3");
  EXPECT_EQ(to_text(graph),
            "graph gemm\ninput x 1x2\nparam w1 2x3\nout = matmul x w1\noutput out\n");
  EXPECT_EQ(graph.tensor(*graph.find("out")).shape, (Shape{1, 3}));
}

TEST(Builtins, ManyLayers) {
  std::string model = "mlp:4";
  for (int i = 0; i < 1001; ++i) {
    model += "x8";
  }
  EXPECT_EQ(build_builtin(model).operators().size(), 1999U);  // 1000 matmuls + 999 ReLUs
}

TEST(Builtins, TypesBehindTheName) {
  EXPECT_FALSE(names_type("gemm:1x2x3"));
  EXPECT_TRUE(names_type("gemm:1x2x3:i8"));
  for (const ElementType type : kProductTypes) {
    const std::string model = with_type("gemm:1x2x3", type);
    EXPECT_EQ(model, "gemm:1x2x3:" + std::string(to_string(type)));
    EXPECT_TRUE(names_type(model));
    const Graph graph = build_builtin(model);
    EXPECT_EQ(graph.tensor(*graph.find("x")).type, type);
    EXPECT_EQ(graph.tensor(*graph.find("w1")).type, type);
  }
  for (std::size_t i = 0; i < kElementTypeCount; ++i) {  // all that have products are on the list
    const auto type = static_cast<ElementType>(i);
    EXPECT_EQ(std::ranges::count(kProductTypes, type) == 1, product_type(type, type).has_value());
  }
  EXPECT_EQ(builtin_forms("or"),
            "mlp:BATCHxD0xD1x..., gemm:MxKxN, bert:SIZE,KEY=N,..., gpt2:SIZE,KEY=N,..., "
            "vit:SIZE,KEY=N,... or llama:SIZE,KEY=N,...");
}

TEST(Builtins, WrongModels) {
  const std::string mlp = "; expected mlp:BATCHxD0xD1x..., such as mlp:128x128x64x32";
  const std::string gemm = "; expected gemm:MxKxN, such as gemm:128x256x64";
  const std::string rule = " is not a dimension: a whole number in 1..2147483647";
  const struct {
    std::string model;
    std::string message;
  } cases[] = {
      {"mlp:", "model 'mlp:': no dimensions" + mlp},
      {"gemm:", "model 'gemm:': no dimensions" + gemm},
      {"mlp:0x0", "model 'mlp:0x0': '0'" + rule + mlp},
      {"mlp:5", "model 'mlp:5': 1 dimension" + mlp},
      {"mlp:5x6", "model 'mlp:5x6': 2 dimensions" + mlp},
      {"gemm:1x2", "model 'gemm:1x2': 2 dimensions" + gemm},
      {"gemm:1x2x3x4", "model 'gemm:1x2x3x4': 4 dimensions" + gemm},
      {"mlp:1x2x-3", "model 'mlp:1x2x-3': '-3'" + rule + mlp},
      {"mlp:axb", "model 'mlp:axb': 'a'" + rule + mlp},
      {"mlp:1x2x", "model 'mlp:1x2x': ''" + rule + mlp},
      {"mlp:1xx2", "model 'mlp:1xx2': ''" + rule + mlp},
      {"gemm: 1x2x3", "model 'gemm: 1x2x3': ' 1'" + rule + gemm},
      {"gemm:1X2X3", "model 'gemm:1X2X3': '1X2X3'" + rule + gemm},
      {"gemm:1x2x2147483648", "model 'gemm:1x2x2147483648': '2147483648'" + rule + gemm},
      {"gemm:1x18446744073709551617x2",
       "model 'gemm:1x18446744073709551617x2': '18446744073709551617'" + rule + gemm},
      {"mlp:1x2x3\n", "model 'mlp:1x2x3\\x0a': '3\\x0a'" + rule + mlp},
      {"gemm:2000000000x1x2000000000",
       "model 'gemm:2000000000x1x2000000000': graph 'gemm': matmul 'out' of x [2000000000x1] and "
       "w1 [1x2000000000]: 2000000000x2000000000 has 4000000000000000000 elements, at most "
       "1099511627776 are allowed" +
           gemm},
  };
  for (const auto& [model, message] : cases) {
    EXPECT_EQ(error_of(model), message);
  }
}

}  // namespace
}  // namespace tilewave
