// Elements of every type, from the graph to the comparison: what the machine computes of them is what
// arithmetic says, and nothing wrong gets through.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/graph/builtins.h"
#include "compiler/graph/graph_text.h"
#include "models/compute/kernel.h"
#include "platform/platform.h"
#include "sim/run/compile.h"
#include "sim/verify/verification.h"

namespace tilewave {
namespace {

struct Ran {
  Ran(const Graph& graph, const Config& config, KernelKind kernel)
      : compiled(compile_model(graph, config)),
        sources(draw_tensors(3, compiled.program)),
        image(compiled.program, config.machine.dram.layout) {
    write_loaded(sources, compiled.program, image);
    RunOptions options;
    options.kernel = &select_kernel(kernel);
    options.dram = image.bytes();
    run_program(compiled.program, compiled.hazards, config.machine, options);
  }

  Verification verify(bool by_graph) const {
    return verify_outputs(by_graph ? &*compiled.graph : nullptr, compiled.program, sources, image,
                          Coverage::kFull, 3);
  }

  std::uint32_t number_of(const std::string& name) const {
    const auto& tensors = compiled.program.tensors;
    return static_cast<std::uint32_t>(std::ranges::find(tensors, name, &ProgramTensor::name) -
                                      tensors.begin());
  }
  /// Of an i32 tensor the integers.
  FloatArray values(const std::string& name) {
    const ProgramTensor& tensor = compiled.program.tensors[number_of(name)];
    FloatArray read(tensor.shape.elements(), tensor.type());
    image.read(number_of(name), read.floats());
    return read;
  }

  CompiledModel compiled;
  TensorValues sources;
  DramImage image;
};

Config config_of(const std::vector<Setting>& settings) {
  return resolve_config(std::vector<SettingSource>{{"test", settings}});
}

std::vector<KernelKind> kernels() {
  std::vector<KernelKind> kinds = {KernelKind::kReference};
  if (cpu_has_avx2_fma()) {
    kinds.push_back(KernelKind::kAvx2);
  }
  return kinds;
}

TEST(Types, EveryTypeOnMachinesOfEveryKind) {
  const std::vector<std::vector<Setting>> machines = {
      {},
      {{"tile.edges", "padded"}},
      {{"compute.dataflow", "ws"}, {"compute.rows", "16"}, {"compute.cols", "8"}},
      {{"vector.unit", "own"}, {"dma.engines", "shared"}, {"dram.layout", "row_major"}},
      {{"sram.size", "12KiB"}, {"dma.burst_bytes", "16B"}, {"dram.model", "banked"}},
      {{"schedule.forwarding", "off"}, {"schedule.buffering", "single"}}};
  for (const std::string type : {"f32", "bf16", "f16", "i8", "u8"}) {
    for (const std::string model : {"mlp:33x70x45x21:", "gemm:1x100x65:", "mlp:65x7x96x3x40:"}) {
      for (const std::vector<Setting>& machine : machines) {
        for (const KernelKind kernel : kernels()) {
          Ran run(build_builtin(model + type), config_of(machine), kernel);
          for (const bool by_graph : {true, false}) {
            const Verification verification = run.verify(by_graph);
            ASSERT_TRUE(verification.passed()) << model << type << " " << machine.size();
            if (type == "i8" || type == "u8") {
              ASSERT_EQ(verification.max_abs_error, 0) << model << type;
            }
          }
        }
      }
    }
  }
}

TEST(Types, IntegerProductsAreExact) {
  const Graph graph = parse_graph(
      "input x 37x300 u8\nparam w 300x45 i8\nparam b 1x45 i32\n"
      "y = matmul+bias+relu x w b zeros=121,-7\noutput y\n",
      "g");
  for (const KernelKind kernel : kernels()) {
    Ran run(graph, {}, kernel);
    const FloatArray y = run.values("y");
    const FloatArray& x = run.sources.at("x");
    const FloatArray& w = run.sources.at("w");
    for (std::size_t row = 0; row < 37; ++row) {
      for (std::size_t col = 0; col < 45; ++col) {
        auto sum = static_cast<std::int64_t>(run.sources.at("b").number(col));
        for (std::size_t k = 0; k < 300; ++k) {
          sum += (static_cast<std::int64_t>(x.number(row * 300 + k)) - 121) *
                 (static_cast<std::int64_t>(w.number(k * 45 + col)) + 7);
        }
        ASSERT_EQ(y.number(row * 45 + col), static_cast<double>(std::max<std::int64_t>(sum, 0)))
            << row << "," << col;
      }
    }
    EXPECT_TRUE(run.verify(true).passed());
    EXPECT_TRUE(run.verify(false).passed());
  }
}

/// y(rows×cols) = clip(⌊(x·w·mul + add + div/2) / div⌋), row by row.
std::vector<std::int64_t> integer_layer(const std::vector<std::int64_t>& x, const FloatArray& w,
                                        const FloatArray& mul, const FloatArray& add,
                                        std::int64_t div, std::int64_t least, std::int64_t most) {
  const std::size_t cols = mul.size();
  const std::size_t depth = w.size() / cols;
  std::vector<std::int64_t> y;
  for (std::size_t row = 0; row < x.size() / depth; ++row) {
    for (std::size_t col = 0; col < cols; ++col) {
      std::int64_t sum = 0;
      for (std::size_t k = 0; k < depth; ++k) {
        sum += x[row * depth + k] * static_cast<std::int64_t>(w.number(k * cols + col));
      }
      const std::int64_t scaled = sum * static_cast<std::int64_t>(mul.number(col)) +
                                  static_cast<std::int64_t>(add.number(col)) + div / 2;
      const std::int64_t rest = (scaled % div + div) % div;
      y.push_back(std::clamp((scaled - rest) / div, least, most));
    }
  }
  return y;
}

std::vector<std::int64_t> integers(const FloatArray& values) {
  std::vector<std::int64_t> all;
  for (std::size_t i = 0; i < values.size(); ++i) {
    all.push_back(static_cast<std::int64_t>(values.number(i)));
  }
  return all;
}

TEST(Types, APerceptronByTheMultiplyAddShiftRule) {
  const Graph graph = parse_graph(
      "input x 19x130 i8\n"
      "param w1 130x67 i8\nparam m1 1x67 i32\nparam a1 1x67 i32\n"
      "param w2 67x41 i8\nparam m2 1x41 i32\nparam a2 1x41 i32\n"
      "h = matmul x w1 m1 a1 -> u8 | rescale x0 x1 x2 div=4194304\n"
      "s = matmul h w2\n"
      "y = map s m2 a2 -> i8 | rescale x0 x1 x2 div=1000003\noutput y\n",
      "g");
  for (const KernelKind kernel : kernels()) {
    for (const std::vector<Setting>& machine : std::vector<std::vector<Setting>>{
             {}, {{"vector.unit", "own"}, {"tile.edges", "padded"}, {"sram.size", "32KiB"}}}) {
      Ran run(graph, config_of(machine), kernel);
      const auto& from = run.sources;
      const std::vector<std::int64_t> h = integer_layer(
          integers(from.at("x")), from.at("w1"), from.at("m1"), from.at("a1"), 4194304, 0, 255);
      const std::vector<std::int64_t> y =
          integer_layer(h, from.at("w2"), from.at("m2"), from.at("a2"), 1000003, -128, 127);
      EXPECT_EQ(integers(run.values("y")), y);
      EXPECT_GT(std::ranges::count_if(y, [](std::int64_t v) { return v > -128 && v < 127; }), 10);
      EXPECT_TRUE(run.verify(true).passed());
      EXPECT_TRUE(run.verify(false).passed());
    }
  }
}

TEST(Types, AResultIsRoundedToEvenAndClipped) {
  const Graph graph = parse_graph(
      "input x 20x50 i8\nparam w 50x33 i8\n"
      "y = matmul x w -> i8 | mul x0 0.0078125; round t0; add t1 5\noutput y\n",
      "g");
  for (const KernelKind kernel : kernels()) {
    Ran run(graph, {}, kernel);
    const FloatArray y = run.values("y");
    bool clipped = false;
    for (std::size_t row = 0; row < 20; ++row) {
      for (std::size_t col = 0; col < 33; ++col) {
        double sum = 0;
        for (std::size_t k = 0; k < 50; ++k) {
          sum +=
              run.sources.at("x").number(row * 50 + k) * run.sources.at("w").number(k * 33 + col);
        }
        const double wanted = std::nearbyint(sum / 128) + 5;
        clipped |= wanted > 127;
        ASSERT_EQ(y.number(row * 33 + col), std::clamp(wanted, -128.0, 127.0)) << row << "," << col;
      }
    }
    EXPECT_TRUE(clipped);
    EXPECT_TRUE(run.verify(true).passed());
  }
}

TEST(Types, ArraysOfIntegersAreEqualAsNumbers) {
  FloatArray integers(3, ElementType::kI32);
  integers.set(0, -1);  // the bits of a NaN
  integers.set(1, 16777217);
  FloatArray same = integers;
  EXPECT_EQ(same, integers);
  EXPECT_EQ(same.number(0), -1);
  EXPECT_EQ(same.number(1), 16777217);
  same.set(1, 16777216);
  EXPECT_FALSE(same == integers);
  EXPECT_EQ(same, FloatArray({-1, 16777216, 0}));
}

TEST(Types, OneIntegerOffIsNoticed) {
  Ran run(build_builtin("gemm:40x50x60:i8"), {}, KernelKind::kReference);
  const std::uint32_t out = run.number_of("out");
  FloatArray values = run.values("out");
  values.set(7, values.number(7) + 1);
  run.image.write(out, values.floats());
  const Verification verification = run.verify(true);
  EXPECT_EQ(verification.mismatches, 1U);
  EXPECT_EQ(verification.first->allowed, 0);
}

TEST(Types, AHalfIsAsNearAsItsFormatAllows) {
  Ran run(build_builtin("gemm:40x50x60:bf16"), {}, KernelKind::kReference);
  EXPECT_TRUE(run.verify(true).passed());
  const std::uint32_t out = run.number_of("out");
  FloatArray values = run.values("out");
  values.set(9, values.number(9) * 1.03 + 0.001);
  run.image.write(out, values.floats());
  EXPECT_EQ(run.verify(true).mismatches, 1U);
}

TEST(Types, DrawnValuesAreThoseOfTheType) {
  for (const ElementType type : {ElementType::kI8, ElementType::kU8}) {
    const ProgramTensor tensor{
        .name = "x", .shape = {64, 64}, .tile = {32, 32, type}, .stored = {64, 64}};
    const FloatArray values = draw_tensor(1, tensor);
    EXPECT_EQ(*std::ranges::min_element(values), type == ElementType::kI8 ? -128 : 0);
    EXPECT_EQ(*std::ranges::max_element(values), type == ElementType::kI8 ? 127 : 255);
    EXPECT_TRUE(std::ranges::all_of(values, [](float x) { return x == std::floor(x); }));
  }
}

}  // namespace
}  // namespace tilewave
