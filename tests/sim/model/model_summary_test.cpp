// What a model asks for, against sums by hand and by definition.
#include "sim/model/model_summary.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/graph/builtins.h"
#include "compiler/graph/graph_text.h"
#include "tests/support/error_of.h"
#include "tests/support/networks.h"

namespace tilewave {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

ModelFigures figures_of(const std::string& text) {
  return graph_figures(parse_graph("graph g\n" + text, "g.graph"));
}

std::vector<std::string> counts_of(const ModelSummary& summary) {
  std::vector<std::string> texts;
  for (const OnnxOperatorCount& count : summary.operator_counts) {
    EXPECT_TRUE(count.supported);
    texts.push_back(std::to_string(count.nodes) + " " + count.name);
  }
  return texts;
}

TEST(ModelSummary, OfAPerceptron) {
  const ModelSummary summary = summarize_model("mlp:128x128x64x32x32");
  EXPECT_EQ(summary.kind, ModelKind::kBuiltin);
  EXPECT_EQ(summary.operators, 5U);
  EXPECT_THAT(counts_of(summary), ElementsAre("3 matmul", "2 relu"));
  const ModelFigures& figures = summary.figures;
  EXPECT_EQ(figures.multiply_accumulates, 1'441'792U);  // 128 * (128*64 + 64*32 + 32*32)
  EXPECT_EQ(figures.parameters, 11'264U);               // 128*64 + 64*32 + 32*32
  EXPECT_EQ(figures.parameter_bytes, 45'056U);          // * 4
  EXPECT_EQ(figures.input_bytes, 65'536U);              // 128*128*4
  EXPECT_EQ(figures.output_bytes, 16'384U);             // 128*32*4
  EXPECT_EQ(figures.peak_intermediate_bytes, 65'536U);  // h1 and a1, 128*64*4 each
  ASSERT_EQ(summary.inputs.size(), 1U);
  EXPECT_EQ(summary.inputs[0].name, "x");
  EXPECT_EQ(summary.inputs[0].type, "f32");
  EXPECT_EQ(summary.outputs[0].name, "out");
  EXPECT_EQ(summary.outputs[0].dims->at(1).number, 32U);
  EXPECT_THAT(summary.problems, IsEmpty());
  EXPECT_EQ(summary.error, "");
}

TEST(ModelSummary, TypesHaveTheirBytes) {
  const ModelFigures figures = summarize_model("gemm:10x20x30:i8").figures;
  EXPECT_EQ(figures.multiply_accumulates, 6'000U);
  EXPECT_EQ(figures.parameter_bytes, 600U);
  EXPECT_EQ(figures.input_bytes, 200U);
  EXPECT_EQ(figures.output_bytes, 1'200U);  // sums of i32
  EXPECT_EQ(figures.peak_intermediate_bytes, 0U);
}

TEST(ModelSummary, ATensorLivesUpToItsLastReader) {
  // a is read by c, too: a and b, then a, b and c; then c and d.
  EXPECT_EQ(figures_of("input x 1x1\na = relu x\nb = relu a\nc = add a b\nd = relu c\ny = relu d\n"
                       "output y\n")
                .peak_intermediate_bytes,
            12U);
  // What is read twice by one operator is freed once.
  EXPECT_EQ(figures_of("input x 1x2\na = relu x\nb = mul a a\ny = relu b\noutput y\n")
                .peak_intermediate_bytes,
            16U);
  // An output is no intermediate, though others read it.
  EXPECT_EQ(figures_of("input x 1x1\na = relu x\ny = relu a\noutput a y\n").peak_intermediate_bytes,
            0U);
}

TEST(ModelSummary, ViewsAreTheTensorsThatTheyAreAPartOf) {
  // h, of 32 bytes, is there until its last slice is read; c from its first part on.
  EXPECT_EQ(figures_of("input x 2x4\nh = relu x\ns = slice h 0:2 0:2\nt = slice h 0:2 2:4\n"
                       "a = relu s\nb = abs t\nc = concat+columns a b\ny = neg c\noutput y\n")
                .peak_intermediate_bytes,
            64U);
  // The parts of an output are no intermediates, but the copy of an input in c is a part of it.
  EXPECT_EQ(figures_of("input x 2x4\na = relu x\ny = concat+rows a x\noutput y\n")
                .peak_intermediate_bytes,
            0U);
}

TEST(ModelSummary, FusedProductsAreProducts) {
  const ModelFigures figures = figures_of(
      "input x 2x3\nparam w 3x5\nparam b 1x5\ny = matmul+bias x w b | gelu x0\noutput y\n");
  EXPECT_EQ(figures.multiply_accumulates, 30U);
  EXPECT_EQ(figures.parameters, 20U);
}

/// By the definition: at each operator, all that is there.
std::uint64_t plain_peak(const Graph& graph) {
  std::uint64_t peak = 0;
  for (OperatorId now = 0; now < graph.operators().size(); ++now) {
    std::uint64_t live = 0;
    for (const Tensor& tensor : graph.tensors()) {
      if (tensor.role == TensorRole::kIntermediate && *tensor.producer <= now &&
          std::ranges::any_of(tensor.users, [now](OperatorId user) { return user >= now; })) {
        live += tensor.shape.elements() * element_bytes(tensor.type);
      }
    }
    peak = std::max(peak, live);
  }
  return peak;
}

TEST(ModelSummary, OfRandomNetworksIsThatOfTheDefinition) {
  for (std::uint32_t seed = 1; seed <= 50; ++seed) {
    std::mt19937 random(seed);
    const Graph graph = test::random_mixed_network(random, 20);
    EXPECT_EQ(graph_figures(graph).peak_intermediate_bytes, plain_peak(graph)) << seed;
  }
}

TEST(ModelSummary, WhatDoesNotFitIsNotKnown) {
  // 2^60 multiply-accumulates each.
  std::string text = "input x 1048576x1048576\nparam w 1048576x1048576\n";
  std::string outputs;
  for (int i = 0; i < 15; ++i) {
    const std::string name = "y" + std::to_string(i);
    text += name + " = matmul x w\n";
    outputs += " " + name;
  }
  EXPECT_EQ(figures_of(text + "output" + outputs + "\n").multiply_accumulates,
            15 * (std::uint64_t{1} << 60U));
  EXPECT_EQ(figures_of(text + "z = matmul x w\noutput z" + outputs + "\n").multiply_accumulates,
            std::nullopt);
}

TEST(ModelSummary, WhatIsNoModelIsRefused) {
  const auto error = [](const std::string& model, const OnnxArguments& arguments = {}) {
    return test::error_of([&] { summarize_model(model, arguments); });
  };
  EXPECT_THAT(error("nope.graph"), ::testing::StartsWith("nope.graph: no such model file; "));
  EXPECT_THAT(error("nope.onnx"), ::testing::StartsWith("nope.onnx: no such model file; "));
  EXPECT_THAT(error("mpl:4x4x4"), ::testing::EndsWith(builtin_forms("or")));
  OnnxArguments batch;
  batch.batch = 4;
  EXPECT_EQ(error("gemm:4x4x4", batch),
            "command line: --batch has no effect on gemm:4x4x4, which is not an ONNX model");
}

}  // namespace
}  // namespace tilewave
