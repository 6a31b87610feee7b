// Built-in transformers: what their graphs are made of, how much they multiply, and what their names refuse. That
// they compute the right thing is transformer_builtins_test.py's.
#include "compiler/graph/transformers.h"

#include <cstdint>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "compiler/graph/builtins.h"
#include "compiler/graph/graph_text.h"
#include "tests/support/error_of.h"

namespace tilewave {
namespace {

using ::testing::HasSubstr;

std::string error_of(std::string_view model) {
  return test::error_of([&] { build_builtin(model); });
}

std::uint64_t products_of(const Graph& graph) {
  std::uint64_t products = 0;
  for (const Operator& oper : graph.operators()) {
    if (oper.is_product()) {
      products += graph.tensor(oper.output).shape.elements() * product_depth(graph, oper);
    }
  }
  return products;
}

std::uint64_t parameters_of(const Graph& graph) {
  std::uint64_t parameters = 0;
  for (const Tensor& tensor : graph.tensors()) {
    if (tensor.role == TensorRole::kParameter && tensor.values.empty()) {
      parameters += tensor.shape.elements();
    }
  }
  return parameters;
}

const Tensor& named(const Graph& graph, const std::string& name) {
  return graph.tensor(*graph.find(name));
}

TEST(Transformers, OneLayerOfBert) {
  EXPECT_EQ(
      to_text(build_builtin("bert:layers=1,width=8,heads=2,ffn=16,tokens=3")),
      "graph bert\n"
      "input x 3x8\n"
      "param l1.attention.q.w 8x8\n"
      "param l1.attention.q.b 1x8\n"
      "l1.attention.q = matmul+bias x l1.attention.q.w l1.attention.q.b\n"
      "param l1.attention.k.w 8x8\n"
      "param l1.attention.k.b 1x8\n"
      "l1.attention.k = matmul+bias x l1.attention.k.w l1.attention.k.b\n"
      "param l1.attention.v.w 8x8\n"
      "param l1.attention.v.b 1x8\n"
      "l1.attention.v = matmul+bias x l1.attention.v.w l1.attention.v.b\n"
      "l1.attention.kv1.k = slice l1.attention.k 0:3 0:4\n"
      "l1.attention.kv1.v = slice l1.attention.v 0:3 0:4\n"
      "l1.attention.h1.q = slice l1.attention.q 0:3 0:4\n"
      "l1.attention.h1.products = matmul l1.attention.h1.q l1.attention.kv1.k transposed=b\n"
      "l1.attention.h1.scores = mul l1.attention.h1.products 0.5\n"
      "l1.attention.h1.weights.max = reduce+max+columns l1.attention.h1.scores\n"
      "l1.attention.h1.weights.exp = sub+exp l1.attention.h1.scores l1.attention.h1.weights.max\n"
      "l1.attention.h1.weights.sum = reduce+sum+columns l1.attention.h1.weights.exp\n"
      "l1.attention.h1.weights = div l1.attention.h1.weights.exp l1.attention.h1.weights.sum\n"
      "l1.attention.h1 = matmul l1.attention.h1.weights l1.attention.kv1.v\n"
      "l1.attention.kv2.k = slice l1.attention.k 0:3 4:8\n"
      "l1.attention.kv2.v = slice l1.attention.v 0:3 4:8\n"
      "l1.attention.h2.q = slice l1.attention.q 0:3 4:8\n"
      "l1.attention.h2.products = matmul l1.attention.h2.q l1.attention.kv2.k transposed=b\n"
      "l1.attention.h2.scores = mul l1.attention.h2.products 0.5\n"
      "l1.attention.h2.weights.max = reduce+max+columns l1.attention.h2.scores\n"
      "l1.attention.h2.weights.exp = sub+exp l1.attention.h2.scores l1.attention.h2.weights.max\n"
      "l1.attention.h2.weights.sum = reduce+sum+columns l1.attention.h2.weights.exp\n"
      "l1.attention.h2.weights = div l1.attention.h2.weights.exp l1.attention.h2.weights.sum\n"
      "l1.attention.h2 = matmul l1.attention.h2.weights l1.attention.kv2.v\n"
      "l1.attention.heads = concat+columns l1.attention.h1 l1.attention.h2\n"
      "param l1.attention.w 8x8\n"
      "param l1.attention.b 1x8\n"
      "l1.attention = matmul+bias l1.attention.heads l1.attention.w l1.attention.b\n"
      "l1.sum1 = add l1.attention x\n"
      "l1.norm1.sum = reduce+sum+columns l1.sum1\n"
      "l1.norm1.mean = div l1.norm1.sum 8\n"
      "l1.norm1.squares = reduce+sum+columns l1.sum1 l1.norm1.mean | sub x0 x1; mul t0 t0\n"
      "l1.norm1.deviation = map l1.norm1.squares | div x0 8; add t0 1e-12; sqrt t1; "
      "reciprocal t2\n"
      "param l1.norm1.gain 1x8\n"
      "l1.norm1.scaled = map l1.sum1 l1.norm1.mean l1.norm1.deviation l1.norm1.gain | sub x0 "
      "x1; mul t0 x2; mul t1 x3\n"
      "param l1.norm1.shift 1x8\n"
      "l1.norm1 = add l1.norm1.scaled l1.norm1.shift\n"
      "param l1.ffn1.w 8x16\n"
      "param l1.ffn1.b 1x16\n"
      "l1.ffn1 = matmul+bias l1.norm1 l1.ffn1.w l1.ffn1.b\n"
      "l1.ffn1.gelu = gelu l1.ffn1\n"
      "param l1.ffn2.w 16x8\n"
      "param l1.ffn2.b 1x8\n"
      "l1.ffn2 = matmul+bias l1.ffn1.gelu l1.ffn2.w l1.ffn2.b\n"
      "l1.sum2 = add l1.ffn2 l1.norm1\n"
      "out.sum = reduce+sum+columns l1.sum2\n"
      "out.mean = div out.sum 8\n"
      "out.squares = reduce+sum+columns l1.sum2 out.mean | sub x0 x1; mul t0 t0\n"
      "out.deviation = map out.squares | div x0 8; add t0 1e-12; sqrt t1; reciprocal t2\n"
      "param out.gain 1x8\n"
      "out.scaled = map l1.sum2 out.mean out.deviation out.gain | sub x0 x1; mul t0 x2; mul "
      "t1 x3\n"
      "param out.shift 1x8\n"
      "out = add out.scaled out.shift\n"
      "output out\n");
}

/// Of `layers` layers: four projections of T tokens, of which keys and values have `key_width` columns, scores and
/// weighted values over S tokens, and `ffn_products` products with the FFN.
std::uint64_t formula(std::uint64_t layers, std::uint64_t t, std::uint64_t s, std::uint64_t width,
                      std::uint64_t key_width, std::uint64_t ffn, std::uint64_t ffn_products) {
  return layers *
         (2 * t * width * (width + key_width) + 2 * t * s * width + ffn_products * t * width * ffn);
}

TEST(Transformers, ProductsAreThoseOfTheFormula) {
  const struct {
    std::string model;
    std::uint64_t products;
  } table[] = {
      {"bert:base", formula(12, 128, 128, 768, 768, 3072, 2)},
      {"bert:large,tokens=384", formula(24, 384, 384, 1024, 1024, 4096, 2)},
      {"bert:tiny,layers=3,tokens=5", formula(3, 5, 5, 128, 128, 512, 2)},
      {"gpt2:small,tokens=1024", formula(12, 1024, 1024, 768, 768, 3072, 2)},
      {"gpt2:small,cache=1023", formula(12, 1, 1024, 768, 768, 3072, 2)},
      {"gpt2:xl,tokens=4,cache=60", formula(48, 4, 64, 1600, 1600, 6400, 2)},
      {"llama:1b,tokens=256", formula(16, 256, 256, 2048, 512, 8192, 3)},
      {"llama:layers=16,width=2048,heads=32,kv=8,ffn=8192,tokens=1,cache=2047",
       formula(16, 1, 2048, 2048, 512, 8192, 3)},
      {"llama:8b,layers=2", formula(2, 128, 128, 4096, 1024, 14336, 3)},
      {"vit:b16", formula(12, 197, 197, 768, 768, 3072, 2) + 196 * 768 * 768 + 768 * 1000},
      {"vit:h14,classes=10",
       formula(32, 257, 257, 1280, 1280, 5120, 2) + 256 * 588 * 1280 + 1280 * 10},
      {"vit:s16,image=384",
       formula(12, 577, 577, 384, 384, 1536, 2) + 576 * 768 * 384 + 384 * 1000},
  };
  for (const auto& [model, products] : table) {
    EXPECT_EQ(products_of(build_builtin(model)), products) << model;
  }
}

/// As published, without what is left out: embeddings of words, and their positions but for vit.
TEST(Transformers, ParametersAreThoseOfTheArchitecture) {
  const std::uint64_t layer = 4 * (768 * 768 + 768) + 2 * 768 * 3072 + 3072 + 768 + 4 * 768;
  EXPECT_EQ(parameters_of(build_builtin("bert:base")), 12 * layer);
  EXPECT_EQ(parameters_of(build_builtin("gpt2:small")), 12 * layer + 2 * 768);
  EXPECT_EQ(parameters_of(build_builtin("vit:b16")), 86567656U);  // as timm and torchvision count
  // Llama-3.2-1B has 1,235,814,400, of which 128,256 x 2048 are embeddings.
  EXPECT_EQ(parameters_of(build_builtin("llama:1b")), 1235814400U - 128256U * 2048U);
  EXPECT_EQ(parameters_of(build_builtin("llama:8b")), 8030261248U - 2U * 128256U * 4096U);
}

TEST(Transformers, TextRoundTrip) {
  for (const char* model :
       {"bert:tiny", "gpt2:layers=1,width=12,heads=3,ffn=8,tokens=5", "gpt2:small,cache=7,layers=2",
        "gpt2:layers=1,width=12,heads=1,ffn=8,tokens=5,cache=3:f16", "vit:ti16,image=32,layers=1",
        "llama:1b,layers=1,tokens=3:bf16", "llama:1b,layers=1,tokens=3,cache=9", "bert:tiny:bf16",
        "vit:ti16,image=32,layers=1:f16"}) {
    const std::string text = to_text(build_builtin(model));
    EXPECT_EQ(to_text(parse_graph(text, "m.graph")), text) << model;
  }
}

TEST(Transformers, MasksAndRotaryPositionsAreTables) {
  const auto values = [](std::string_view model, const std::string& name) {
    return to_text(named(build_builtin(model), name).values);
  };
  EXPECT_EQ(values("gpt2:small", "mask"), "greater x1 x0; mul t0 -10000");
  EXPECT_EQ(values("gpt2:small,tokens=2,cache=5", "mask"),
            "add x0 5; greater x1 t0; mul t1 -10000");
  EXPECT_EQ(named(build_builtin("gpt2:small,tokens=2,cache=5"), "mask").shape, (Shape{2, 7}));
  EXPECT_FALSE(build_builtin("gpt2:small,cache=5").find("mask"));
  EXPECT_EQ(values("llama:1b", "cosines"), "div x1 -32; pow 5e+05 t0; mul x0 t1; cos t2");
  EXPECT_EQ(values("llama:1b,cache=5", "sines"),
            "add x0 5; div x1 -32; pow 5e+05 t1; mul t0 t2; sin t3");
  EXPECT_EQ(named(build_builtin("llama:1b,tokens=7"), "sines").shape, (Shape{7, 32}));
}

TEST(Transformers, KeysAndValuesOfACache) {
  const Graph graph = build_builtin("llama:1b,cache=100,layers=2:bf16");
  std::size_t inputs = 0;
  for (const Tensor& tensor : graph.tensors()) {
    inputs += tensor.role == TensorRole::kInput ? 1 : 0;
    EXPECT_TRUE(tensor.producer || tensor.type == ElementType::kBf16) << tensor.name;
  }
  EXPECT_EQ(inputs, 5U);  // x, keys and values of two layers
  EXPECT_EQ(named(graph, "l2.attention.k_cache").shape, (Shape{100, 512}));
  EXPECT_EQ(named(graph, "l2.attention.k_turned").role, TensorRole::kOutput);
  EXPECT_EQ(named(graph, "l2.attention.v").shape, (Shape{1, 512}));
  EXPECT_EQ(named(graph, "l2.attention.v").role, TensorRole::kOutput);
  EXPECT_EQ(named(graph, "l2.attention.v_all").shape, (Shape{101, 512}));
  EXPECT_EQ(named(graph, "out").type, ElementType::kBf16);
}

TEST(Transformers, EverySizeIsBuilt) {
  for (const TransformerArchitecture& each : transformers()) {
    const std::string name = std::string(each.name) + ":";
    EXPECT_EQ(build_builtin(name + std::string(each.example)).name(), each.name);
    for (const TransformerPreset& preset : each.text.presets) {
      const Graph graph = build_builtin(name + std::string(preset.name));
      EXPECT_TRUE(graph.find("l" + std::to_string(preset.sizes.layers) + ".ffn2") ||
                  graph.find("l" + std::to_string(preset.sizes.layers) + ".down"))
          << name << preset.name;
    }
  }
}

TEST(Transformers, WrongModels) {
  const std::string bert = "; expected bert:SIZE,KEY=N,..., such as bert:base,tokens=128";
  const std::string bert_keys = "; allowed: layers, width, heads, ffn, tokens";
  const std::string range = " is not a whole number in 1..2147483647";
  const struct {
    std::string text;
    std::string message;
  } table[] = {
      {"", "no size"},
      {"bse",
       "unknown size 'bse'; allowed: tiny, mini, small, medium, base, large; did you mean 'base'?"},
      {"12", "unknown size '12'; allowed: tiny, mini, small, medium, base, large"},
      {"BASE",
       "unknown size 'BASE'; allowed: tiny, mini, small, medium, base, large; did you mean "
       "'base'?"},
      {"base,", "'' is not KEY=N"},
      {",tokens=4", "unknown size ''; allowed: tiny, mini, small, medium, base, large"},
      {"base,,tokens=4", "'' is not KEY=N"},
      {"base,large", "'large' is not KEY=N"},
      {"tokens=4,base", "'base' is not KEY=N"},
      {"base,tokns=4", "unknown key 'tokns'" + bert_keys + "; did you mean 'tokens'?"},
      {"base,=4", "unknown key ''" + bert_keys},
      {"base,kv=4", "unknown key 'kv'" + bert_keys},
      {"base,cache=4", "unknown key 'cache'" + bert_keys},
      {"base,tokens=4,tokens=4", "tokens is given twice"},
      {"base,tokens=0", "tokens=0 is not a whole number in 1..16777216"},
      {"base,tokens=", "tokens= is not a whole number in 1..16777216"},
      {"base,tokens=-1", "tokens=-1 is not a whole number in 1..16777216"},
      {"base,tokens= 4", "tokens= 4 is not a whole number in 1..16777216"},
      {"base,tokens=4=5", "tokens=4=5 is not a whole number in 1..16777216"},
      {"base,tokens=16777217", "tokens=16777217 is not a whole number in 1..16777216"},
      {"base,layers=4000000000", "layers=4000000000" + range},
      {"base,layers=18446744073709551617", "layers=18446744073709551617" + range},
      {"base,layers=1e3", "layers=1e3" + range},
      {"base,width=770", "width=770 is not a multiple of heads=12"},
      {"base,heads=7", "width=768 is not a multiple of heads=7"},
      {"base,heads=1536", "width=768 is not a multiple of heads=1536"},
      {"tokens=4",
       "without a size it needs all of layers, width, heads, ffn; missing: layers, width, heads, "
       "ffn"},
      {"layers=2,width=768,ffn=4",
       "without a size it needs all of layers, width, heads, ffn; missing: heads"},
      {"base,tokens=128:i8", "type 'i8' of a product; allowed: f32, bf16, f16"},
      {"base:tokens=128", "type 'tokens=128' of a product; allowed: f32, bf16, f16"},
      {"base,layers=2000000000", "graph 'bert': param 'l171.attention.h"},
  };
  for (const auto& [text, message] : table) {
    const std::string error = error_of("bert:" + text);
    if (text.find("2000000000") == std::string::npos) {
      EXPECT_EQ(error, "model 'bert:" + text + "': " + message + bert);
    } else {
      EXPECT_THAT(error, HasSubstr("a graph has at most 65536 tensors" + bert));
    }
  }
  EXPECT_THAT(error_of("vit:b16,image=225"), HasSubstr("image=225 is not a multiple of patch=16;"));
  EXPECT_THAT(error_of("vit:b16,tokens=4"), HasSubstr("unknown key 'tokens'"));
  EXPECT_THAT(error_of("vit:b16,patch=448"),
              HasSubstr("image=224 is not a multiple of patch=448;"));
  EXPECT_THAT(error_of("llama:1b,kv=5"), HasSubstr("heads=32 is not a multiple of kv=5;"));
  EXPECT_THAT(error_of("llama:1b,kv=64"), HasSubstr("heads=32 is not a multiple of kv=64;"));
  EXPECT_THAT(error_of("llama:layers=1,width=6,heads=2,ffn=4"),
              HasSubstr("width / heads is 3; rotary positions"));
}

TEST(Transformers, AbsurdSizesEndSoon) {
  const std::string limit = "a graph has at most 65536 tensors";
  const std::string elements = "elements, at most 1099511627776 are allowed";
  const std::string most = "2147483647";
  const std::string dimension = "dimension ";
  const struct {
    std::string model;
    std::string message;
  } table[] = {
      {"bert:layers=" + most + ",width=1,heads=1,ffn=1", limit},
      {"gpt2:layers=1,width=" + most + ",heads=" + most + ",ffn=1", elements},
      {"gpt2:layers=1,width=1000000,heads=1000000,ffn=1,tokens=1", limit},
      {"gpt2:small,tokens=16777216", elements},
      {"llama:1b,tokens=16777216,cache=16777216", elements},
      {"vit:b16,image=" + most + ",patch=1", dimension},
      {"vit:b16,image=" + most + ",patch=" + most, dimension},
      {"bert:base,ffn=" + most, elements},
  };
  for (const auto& [model, message] : table) {
    EXPECT_THAT(error_of(model), HasSubstr(message)) << model;
  }
}

}  // namespace
}  // namespace tilewave
