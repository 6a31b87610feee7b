// Data, references and the comparison: what is drawn, what is expected, and that nothing wrong gets
// through.
#include "sim/verify/verification.h"

#include <cmath>
#include <limits>
#include <random>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "compiler/graph/builtins.h"
#include "compiler/graph/graph_text.h"
#include "compiler/program/forms/program_text.h"
#include "compiler/program/verify/program_verify.h"
#include "models/compute/kernel.h"
#include "platform/platform.h"
#include "sim/run/compile.h"
#include "tests/support/networks.h"

namespace tilewave {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

constexpr TileExtent kTile{32, 32};

const char* const kResidual =
    "input x 50x70\nparam w1 70x70\nparam w2 70x45\nh = matmul x w1\na = relu h\ns = add a x\n"
    "r = relu s\ny = matmul r w2\noutput y\noutput s\n";

/// A compiled model, its data and the image after a run on the platform.
struct Simulated {
  explicit Simulated(const Graph& graph, const Config& config = {})
      : compiled(compile_model(graph, config)),
        sources(draw_tensors(7, compiled.program)),
        image(compiled.program, config.machine.dram.layout) {
    write_loaded(sources, compiled.program, image);
    RunOptions options;
    options.kernel = &reference_kernel();
    options.dram = image.bytes();
    run_program(compiled.program, compiled.hazards, config.machine, options);
  }

  Verification verify(Coverage coverage, bool by_graph = true) const {
    return verify_outputs(by_graph ? &*compiled.graph : nullptr, compiled.program, sources, image,
                          coverage, 7);
  }

  std::uint32_t tensor(const std::string& name) const {
    std::uint32_t index = 0;
    while (compiled.program.tensors.at(index).name != name) {
      ++index;
    }
    return index;
  }

  void poke(const std::string& name, std::uint64_t row, std::uint64_t col, float value) {
    std::vector<float> values = image.read(tensor(name));
    values.at(row * compiled.program.tensors[tensor(name)].shape.cols + col) = value;
    image.write(tensor(name), values);
  }

  CompiledModel compiled;
  TensorValues sources;
  DramImage image;
};

TEST(TensorData, IsTheDocumentedGenerator) {
  // Computed by a separate implementation of the formulas in tensor_data.h, in Python.
  const RandomStream random(1, "x");
  EXPECT_EQ(random(0), 0x360146p-23F - 1.0F);
  EXPECT_EQ(random(1), 0x9949afp-23F - 1.0F);
  EXPECT_EQ(RandomStream(2, "w1")(1000), 0x550400p-23F - 1.0F);
}

TEST(TensorData, ValuesAreUniformAndWeightsKeepTheMagnitude) {
  const FloatArray x = draw_tensor(3, {"x", {200, 300}, kTile, {}, TensorRole::kInput, 0});
  double sum = 0;
  double squares = 0;
  for (const float value : x) {
    EXPECT_GE(value, -1.0F);
    EXPECT_LT(value, 1.0F);
    sum += value;
    squares += double{value} * value;
  }
  EXPECT_NEAR(sum / 60000, 0, 0.01);  // standard deviation 0.577 / 245 = 0.0024
  EXPECT_NEAR(squares / 60000, 1.0 / 3, 0.01);
  const FloatArray w = draw_tensor(3, {"x", {200, 300}, kTile, {}, TensorRole::kParameter, 0});
  for (std::size_t i = 0; i < w.size(); ++i) {
    EXPECT_EQ(w[i], x[i] * static_cast<float>(std::sqrt(3.0 / 200)));
  }
}

TEST(TensorData, ATensorDependsOnSeedAndNameOnly) {
  const ProgramTensor a{"a", {4, 8}, kTile, {}, TensorRole::kInput, 0};
  ProgramTensor moved = a;
  moved.dram_base = 4096;
  moved.shape = {8, 4};
  EXPECT_EQ(draw_tensor(1, a), draw_tensor(1, moved));
  EXPECT_NE(draw_tensor(1, a), draw_tensor(2, a));
  moved.name = "b";
  EXPECT_NE(draw_tensor(1, a), draw_tensor(1, moved));
}

TEST(Reference, KnownProduct) {
  const Graph graph =
      parse_graph("input x 2x3\nparam w 3x2\nh = matmul+relu x w\ny = add h h\noutput y\n", "g");
  const TensorValues sources = {{"x", {1, 2, 3, -4, 5, -6}}, {"w", {1, 2, 3, 4, 5, 6}}};
  const TensorValues values = evaluate_graph(graph, sources, {{"y", kTile, {{0, 0}}}});
  // x·w = [1+6+15, 2+8+18; -4+15-30, -8+20-36] = [22, 28; -19, -24]
  EXPECT_EQ(values.at("h"), (std::vector<float>{22, 28, 0, 0}));
  EXPECT_EQ(values.at("y"), (std::vector<float>{44, 56, 0, 0}));
}

/// A bias, a row vector and a copy, by hand: x·w + b = [1+6 + 10, 2+8 + 20; -4+15 + 10, -8+20 +
/// 20].
TEST(Reference, BiasRowVectorAndCopy) {
  const Graph graph = parse_graph(
      "input x 2x2\nparam w 2x2\nparam b 1x2\nparam v 1x2\nh = matmul+bias x w b\n"
      "s = add+relu v h\ny = copy s\noutput h y\n",
      "g");
  const TensorValues sources = {
      {"x", {1, 2, -4, 5}}, {"w", {1, 2, 3, 4}}, {"b", {10, 20}}, {"v", {-20, 1}}};
  const std::vector<WantedTiles> wanted = {{"h", kTile, {{0, 0}}}, {"y", kTile, {{0, 0}}}};
  const Program program = compile_model(graph, Config{}).program;
  for (const TensorValues& values :
       {evaluate_graph(graph, sources, wanted), evaluate_program(program, sources, wanted)}) {
    EXPECT_EQ(values.at("h"), (std::vector<float>{17, 30, 21, 32}));
    EXPECT_EQ(values.at("y"), (std::vector<float>{0, 31, 1, 33}));
  }
}

/// √[1, 2, 3; 4, 5, 6] times √[1, 4; 9, 16; 25, 36], either stored transposed: values and uncertainties are those of
/// the factors in order.
TEST(Reference, TransposedOperandsMeetAsInOrder) {
  const auto evaluate = [](bool a_transposed, bool b_transposed) {
    const std::string x = a_transposed ? "3x2" : "2x3";
    const std::string w = b_transposed ? "2x3" : "3x2";
    const Program program = parse_program_text(
        "tilewave-program 3\ntile 3 3 3\nsram 0x100\ntensor x input " + x +
            " tile 3x3 dram 0\ntensor w param " + w +
            " tile 3x3 dram 0x40\ntensor h intermediate " + x +
            " tile 3x3 dram 0x80\ntensor v intermediate " + w +
            " tile 3x3 dram 0xc0\ntensor y output 2x2 tile 3x3 dram 0x100\n"
            "kernel 0 tile | sqrt x0\nops\n"
            "load x[0,0] -> 0\nload w[0,0] -> 0x40\nvector h[0,0] kernel=0 a=0 -> 0\n"
            "vector v[0,0] kernel=0 a=0x40 -> 0x40\nmatmul y[0,0] k=0 a=0" +
            (a_transposed ? ":transposed" : "") + " b=0x40" + (b_transposed ? ":transposed" : "") +
            " -> 0x80 clear\nstore y[0,0] <- 0x80\n",
        "p");
    verify_program(program);
    const TensorValues sources = {
        {"x", a_transposed ? FloatArray{1, 4, 2, 5, 3, 6} : FloatArray{1, 2, 3, 4, 5, 6}},
        {"w", b_transposed ? FloatArray{1, 9, 25, 4, 16, 36} : FloatArray{1, 4, 9, 16, 25, 36}}};
    TensorUncertainties uncertainties;
    const TensorValues values =
        evaluate_program(program, sources, {{"y", {3, 3}, {{0, 0}}}}, &uncertainties);
    std::vector<double> result;
    for (std::size_t i = 0; i < 4; ++i) {
      result.push_back(values.at("y").number(i));
      result.push_back(uncertainties.at("y").data()[i]);
    }
    return result;
  };
  const std::vector<double> in_order = evaluate(false, false);
  // √1·1 + √2·3 + √3·5
  EXPECT_NEAR(in_order[0], 1 + std::sqrt(2.0) * 3 + std::sqrt(3.0) * 5, 1e-5);
  EXPECT_GT(in_order[1], 0);
  EXPECT_NE(in_order[1], in_order[3]);
  EXPECT_EQ(evaluate(true, false), in_order);
  EXPECT_EQ(evaluate(false, true), in_order);
  EXPECT_EQ(evaluate(true, true), in_order);
}

TEST(Reference, BothAgreeOnMixedNetworksInTilesOfAllShapes) {
  std::mt19937 random(3);
  for (int i = 0; i < 40; ++i) {
    const Graph graph = test::random_mixed_network(random, 70);
    Config config;
    const std::uint32_t edge = 8 * (1 + static_cast<std::uint32_t>(random() % 8));
    config.tile = {8 * (1 + static_cast<std::uint32_t>(random() % 8)), edge, edge};
    const Simulated run(graph, config);
    for (const bool by_graph : {true, false}) {
      for (const Coverage coverage : {Coverage::kFull, Coverage::kSampled}) {
        ASSERT_TRUE(run.verify(coverage, by_graph).passed()) << to_text(graph);
      }
    }
  }
}

TEST(Reference, SumsInDouble) {
  const Graph graph = parse_graph("input x 1x3\nparam w 3x1\ny = matmul x w\noutput y\n", "g");
  const TensorValues sources = {{"x", {1e8F, 1, -1e8F}}, {"w", {1, 1, 1}}};
  EXPECT_EQ(evaluate_graph(graph, sources, {{"y", kTile, {{0, 0}}}}).at("y")[0], 1.0F);
  const Program program = compile_model(graph, Config{}).program;
  EXPECT_EQ(evaluate_program(program, sources, {{"y", kTile, {{0, 0}}}}).at("y")[0], 1.0F);
}

TEST(Reference, ReluKeepsNanAndInfinity) {
  const Graph graph = parse_graph("input x 1x5\ny = relu x\noutput y\n", "g");
  const TensorValues sources = {{"x", {kNan, kInf, -kInf, -1, 2}}};
  const Program program = compile_model(graph, Config{}).program;
  for (const TensorValues& values :
       {evaluate_graph(graph, sources, {{"y", kTile, {{0, 0}}}}),
        evaluate_program(program, sources, {{"y", kTile, {{0, 0}}}})}) {
    const FloatArray& y = values.at("y");
    EXPECT_TRUE(std::isnan(y[0]));
    EXPECT_EQ((std::vector<float>{y.begin() + 1, y.end()}), (std::vector<float>{kInf, 0, 0, 2}));
  }
}

TEST(Reference, WantedTilesAreTheSameAsEverything) {
  const Graph graph = parse_graph(kResidual, "g");
  const CompiledModel compiled = compile_model(graph, Config{});
  const TensorValues sources = draw_tensors(1, compiled.program);
  std::vector<WantedTiles> all = {{"y", kTile, {}}, {"s", kTile, {}}};
  for (std::uint32_t row = 0; row < 2; ++row) {
    for (std::uint32_t col = 0; col < 3; ++col) {
      all[1].tiles.push_back({row, col});
      if (col < 2) {
        all[0].tiles.push_back({row, col});
      }
    }
  }
  const FloatArray whole = evaluate_graph(graph, sources, all).at("y");
  const FloatArray in_order = evaluate_program(compiled.program, sources, all).at("y");
  for (const TileAt tile : {TileAt{0, 0}, TileAt{1, 1}}) {
    const std::vector<WantedTiles> one = {{"y", kTile, {tile}}};
    const FloatArray by_graph = evaluate_graph(graph, sources, one).at("y");
    const FloatArray by_program = evaluate_program(compiled.program, sources, one).at("y");
    for (std::uint64_t row = 0; row < 50; ++row) {
      for (std::uint64_t col = 0; col < 45; ++col) {
        const bool wanted = row / 32 == tile.row && col / 32 == tile.col;
        const std::size_t i = row * 45 + col;
        EXPECT_EQ(by_graph[i], wanted ? whole[i] : 0.0F);
        EXPECT_EQ(by_program[i], wanted ? in_order[i] : 0.0F);
      }
    }
  }
}

TEST(Verification, PassesForARun) {
  const Simulated run(parse_graph(kResidual, "g"));
  for (const bool by_graph : {true, false}) {
    const Verification result = run.verify(Coverage::kFull, by_graph);
    EXPECT_TRUE(result.passed());
    EXPECT_EQ(result.by_graph, by_graph);
    EXPECT_EQ(result.tensors, 2U);
    EXPECT_EQ(result.elements, 50U * 70 + 50 * 45);
    EXPECT_EQ(result.tiles, 2U * 3 + 2 * 2);
    EXPECT_EQ(result.all_tiles, result.tiles);
    EXPECT_LT(result.max_abs_error, 1e-5);
    EXPECT_GT(result.max_abs_value, 0.5);
    EXPECT_FALSE(result.first);
  }
}

TEST(Verification, NamesTileAndElementOfAFlippedValue) {
  Simulated run(parse_graph(kResidual, "g"));
  run.poke("y", 37, 40, 1234.5F);
  for (const bool by_graph : {true, false}) {
    const Verification result = run.verify(Coverage::kFull, by_graph);
    EXPECT_FALSE(result.passed());
    EXPECT_EQ(result.mismatches, 1U);
    ASSERT_TRUE(result.first);
    EXPECT_EQ(result.first->tensor, "y");
    EXPECT_EQ(result.first->tile, (TileAt{1, 1}));
    EXPECT_EQ(result.first->row, 37U);
    EXPECT_EQ(result.first->col, 40U);
    EXPECT_EQ(result.first->actual, 1234.5F);
    EXPECT_LT(std::abs(result.first->expected), 100);
    EXPECT_GT(result.max_abs_error, 1000);
  }
}

TEST(Verification, ToleranceBothSides) {
  Simulated run(parse_graph("input x 1x1\ny = relu x\noutput y\n", "g"));
  run.sources["x"] = {2.0F};
  const auto passes = [&run](float value) {
    run.poke("y", 0, 0, value);
    return run.verify(Coverage::kFull).passed();
  };
  EXPECT_TRUE(passes(2.0F));
  EXPECT_TRUE(passes(2.00020F));  // 1e-5 + 2e-4 = 2.1e-4
  EXPECT_FALSE(passes(2.00022F));
  EXPECT_TRUE(passes(1.99980F));
  EXPECT_FALSE(passes(1.99978F));
  EXPECT_FALSE(passes(kNan));
  EXPECT_FALSE(passes(kInf));
  run.sources["x"] = {kNan};
  EXPECT_TRUE(passes(kNan));
  EXPECT_FALSE(passes(0.0F));
  EXPECT_FALSE(passes(kInf));
  run.sources["x"] = {kInf};
  EXPECT_TRUE(passes(kInf));
  EXPECT_FALSE(passes(-kInf));
  EXPECT_FALSE(passes(kNan));
  EXPECT_FALSE(passes(3.4e38F));
}

TEST(Verification, SampledChecksCornersAndNoMoreThanSixteenTiles) {
  Simulated run(build_builtin("gemm:320x32x320"));
  const Verification result = run.verify(Coverage::kSampled);
  EXPECT_TRUE(result.passed());
  EXPECT_GE(result.tiles, 4U);
  EXPECT_LE(result.tiles, 16U);
  EXPECT_EQ(result.all_tiles, 100U);
  EXPECT_EQ(result.elements, result.tiles * 1024);
  for (const auto& [row, col] : {std::pair{0, 0}, {0, 319}, {319, 0}, {319, 319}}) {
    Simulated wrong(build_builtin("gemm:320x32x320"));
    wrong.poke("out", static_cast<std::uint64_t>(row), static_cast<std::uint64_t>(col), 99.0F);
    EXPECT_FALSE(wrong.verify(Coverage::kSampled, true).passed());
    EXPECT_FALSE(wrong.verify(Coverage::kSampled, false).passed());
  }
}

TEST(Verification, ChecksStoredTensorsOfAProgramWithoutOutputs) {
  Simulated run(parse_graph("input x 40x40\ny = relu x\noutput y\n", "g"));
  run.compiled.program.tensors[run.tensor("y")].role = TensorRole::kIntermediate;
  EXPECT_TRUE(run.verify(Coverage::kFull, false).passed());
  EXPECT_EQ(run.verify(Coverage::kFull, false).elements, 1600U);
  run.poke("y", 39, 39, -5);
  EXPECT_FALSE(run.verify(Coverage::kFull, false).passed());
}

TEST(Verification, FullByDefaultUpToAStatedAmountOfWork) {
  const auto coverage = [](const char* model, bool by_graph) {
    const CompiledModel compiled = compile_model(build_builtin(model), Config{});
    return default_coverage(by_graph ? &*compiled.graph : nullptr, compiled.program);
  };
  // 512 x 1024 x 512 = 2^28
  EXPECT_EQ(coverage("gemm:512x1024x512", true), Coverage::kFull);
  EXPECT_EQ(coverage("gemm:512x1024x513", true), Coverage::kSampled);
  // A program also pays for its loads and stores.
  EXPECT_EQ(coverage("gemm:512x1024x512", false), Coverage::kSampled);
  EXPECT_EQ(coverage("gemm:512x512x512", false), Coverage::kFull);
}

TEST(Verification, OutputsAreBitIdenticalWithAndWithoutOverlap) {
  for (const char* text :
       {kResidual, "input x 33x97\nparam w 97x65\ny = matmul+relu x w\noutput y\n"}) {
    for (const std::uint64_t sram : {12U, 64U, 256U}) {
      Config config;
      config.machine.sram.size_bytes = config.schedule.sram_bytes = sram * 1024;
      const Simulated on(parse_graph(text, "g"), config);
      config.machine.sequencer.overlap = false;
      const Simulated off(parse_graph(text, "g"), config);
      EXPECT_EQ(on.image.read(on.tensor("y")), off.image.read(off.tensor("y"))) << sram;
    }
  }
}

}  // namespace
}  // namespace tilewave
