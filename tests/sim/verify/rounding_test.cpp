// What rounding may do to a result is no mistake, whatever the kernel and however the values cancel;
// what it may not do is one.
#include "sim/verify/rounding.h"

#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/graph/graph_text.h"
#include "models/compute/kernel.h"
#include "platform/platform.h"
#include "sim/run/compile.h"
#include "sim/verify/verification.h"

namespace tilewave {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

UncertainValue evaluated(const std::string& expression, std::vector<UncertainValue> operands) {
  return evaluate_uncertain(parse_expression(expression), operands);
}

TEST(Rounding, NothingIsUncertainWhereNothingIsRounded) {
  EXPECT_EQ(evaluated("add x0 x1", {{1, 0}, {2, 0}}).units, 0);
  EXPECT_EQ(evaluated("floor x0", {{2.5, 0}}).units, 0);
  EXPECT_EQ(evaluated("sub x0 x0; sign t0", {{3, 0}}).units, 0);
}

TEST(Rounding, AStepAddsItsOwnRoundingToWhatItsArgumentsBring) {
  // 1 + 2^-30 is no number of fp32: |1| + |1| + |2^-30|
  EXPECT_NEAR(evaluated("add x0 x1", {{1, 0}, {0x1p-30, 0}}).units, 2, 1e-6);
  // what x0 is off by (5), its magnitude, that of x1, and the result's: 5 + 3 + 3 + 0
  EXPECT_NEAR(evaluated("sub x0 x1", {{3, 5}, {3, 0}}).units, 11, 1e-6);
  // 2 · (5 + 3) by x0, 3 · 2 by the factor, and the result's 6
  EXPECT_NEAR(evaluated("mul x0 2", {{3, 5}}).units, 28, 1e-6);
  // gelu is an approximation, and may be off by 1e-6 at 0
  EXPECT_NEAR(rounding_difference(evaluated("gelu x0", {{0, 0}}).units) / kUncertainties, 1e-6,
              1e-9);
}

TEST(Rounding, WhatCrossesAStepOrAPoleIsOpen) {
  EXPECT_NEAR(rounding_difference(evaluated("sign x0", {{1e-9, 1}}).units), 2, 1e-3);
  EXPECT_EQ(evaluated("reciprocal x0", {{1e-9, 1}}).units, kInf);
  EXPECT_EQ(evaluated("log x0", {{1e-9, 1}}).units, kInf);
  EXPECT_LT(evaluated("reciprocal x0", {{1, 1}}).units, 10);
  EXPECT_EQ(evaluated("relu x0", {{-1, 1}}).value, 0);
  EXPECT_LT(evaluated("relu x0", {{-1, 1}}).units, 1e-3);
}

TEST(Rounding, WhatLeavesTheRangeOfTheNumbersIsOpen) {
  EXPECT_EQ(evaluated("exp x0; add 1 t0; log t1", {{150, 0}}).units, kInf);
  EXPECT_EQ(evaluated("mul x0 1e30; mul t0 1e30; mul t1 1e-40", {{3, 0}}).units, kInf);
  EXPECT_EQ(evaluated("mul x0 1e20; pow t0 2; sqrt t1", {{3, 0}}).units, kInf);
  EXPECT_LT(evaluated("mul x0 1e20; pow t0 1.5; log t1", {{3, 0}}).units, 1e5);
  // 1e-45 is one unit of the least number there is
  EXPECT_GT(
      rounding_difference(
          evaluated("mul x0 1e-30; mul t0 1e-15; mul t1 1e30; mul t2 1e15", {{0.886, 0}}).units),
      0.515);
  EXPECT_LT(evaluated("mul x0 1e-3", {{0.886, 0}}).units, 0.01);
}

/// A mask of -inf is exact, and so is what it hides.
TEST(Rounding, WhatIsInfiniteExactlyIsNoReasonForAnything) {
  EXPECT_EQ(evaluated("add x0 x1", {{3, 5}, {-kInf, 0}}).units, 0);
  EXPECT_EQ(evaluated("max x0 x1", {{-kInf, 0}, {3, 5}}).units,
            evaluated("max x0 x1", {{-9, 0}, {3, 5}}).units);
  EXPECT_LT(rounding_difference(evaluated("sub x0 x1; exp t0", {{-kInf, 0}, {3, 5}}).units), 1e-4);
  EXPECT_EQ(evaluated("sub x0 x1", {{-kInf, 0}, {-kInf, 0}}).units, 0);
}

TEST(Rounding, WhatGoesToAndFroIsOpenWithinItsRange) {
  for (const double x : {0.1, 0.37, 1.1, 2.9}) {
    EXPECT_GT(rounding_difference(evaluated("mul x0 1e9; sin t0", {{x, 1}}).units), 1) << x;
    EXPECT_GT(rounding_difference(evaluated("mul x0 1e9; mod t0 2", {{x, 1}}).units), 1) << x;
    EXPECT_GT(rounding_difference(evaluated("div 2 x0; fmod t0 x0", {{x / 1000, 0}}).units),
              x / 2000)
        << x;
  }
  EXPECT_LT(rounding_difference(evaluated("sin x0", {{0.5, 0}}).units), 1e-4);
}

TEST(Rounding, ANumberOfFp32MayHaveWhatItsNeighboursHaveNot) {
  // tanh is 1 in fp32, a whole exponent, and a little less in double
  EXPECT_EQ(evaluated("tanh x0; pow -2 t0", {{12, 0}}).units, kInf);
}

TEST(Rounding, SumsOfProducts) {
  UncertainSums sums;
  std::array<UncertainSums::Element, 1> element{};
  const std::array<double, 1> zero{};
  const float right = 4;
  const double exact = 0;
  sums.begin(ElementType::kF32, zero, element);
  sums.add(3, 0, &right, &exact);
  sums.add(-3, 0, &right, &exact);
  sums.end(element);
  // 2 products, partial sums up to 12, √(12² + 12²)
  EXPECT_NEAR(element[0].units(), 2 * (12 + 12 * std::sqrt(2.0)), 1e-9);
  const double uncertain = 7;
  element = {};
  sums.begin(ElementType::kF32, zero, element);
  sums.add(3, 5, &right, &uncertain);
  sums.end(element);
  // own 1 · (12 + 12); inherited √((3 · 7)² + (4 · 5)²) = 29
  EXPECT_NEAR(element[0].units(), 24 + 29, 1e-9);
}

TEST(Rounding, SumsOfIntegersAreOffByWhatTheirOperandsAre) {
  const auto units_of = [](double difference) { return difference / rounding_difference(1); };
  UncertainSums sums;
  std::array<UncertainSums::Element, 1> element{};
  std::array<double, 1> sum{};
  const float right = 4;
  double exact = 0;
  sums.begin(ElementType::kI32, sum, element);
  for (int i = 0; i < 1000; ++i) {
    sums.add(-128, 0, &right, &exact);
  }
  sums.end(element);
  EXPECT_EQ(element[0].units(), 0);
  const double by_one = units_of(1);
  sums.begin(ElementType::kI32, sum, element);
  sums.add(3, units_of(2), &right, &by_one, 9);  // 3 +- 2 times -5 +- 1: from -30 to -4
  sums.add(7, 0, &right, &by_one);               // 7 times 4 +- 1
  sums.end(element);
  EXPECT_EQ(rounding_difference(element[0].units()), 3 * 1 + 5 * 2 + 2 * 1 + 7 * 1);
  sum[0] = 2147483600;
  element = {};
  sums.begin(ElementType::kI32, sum, element);
  sums.add(10, 0, &right, &by_one);  // 2147483640 +- 10
  sums.end(element);
  EXPECT_EQ(element[0].units(), kInf);
}

TEST(Rounding, IntegersAreExactWhereTheirValueIsDefined) {
  const auto off_by = [](const std::string& expression, std::vector<UncertainValue> operands,
                         ElementType type = ElementType::kI8) {
    return rounding_difference(evaluate_uncertain_as(type, parse_expression(expression), operands));
  };
  EXPECT_EQ(off_by("mul x0 0.1", {{25, 0}}), 0);  // 2.5, or nearly
  EXPECT_EQ(off_by("div x0 3; round t0; add t0 t1", {{4, 0}}), 0);
  EXPECT_EQ(off_by("exp x0", {{0.5, 0}}), 0);                             // far from 1.5 and 2.5
  EXPECT_EQ(off_by("exp x0; sub t0 0.5", {{0, 0}}), 1);                   // 0 or 1
  EXPECT_EQ(off_by("mul x0 0.5", {{5, 1 / rounding_difference(1)}}), 1);  // 2.0 to 3.0
  EXPECT_EQ(off_by("mul x0 1", {{200, 1 / rounding_difference(1)}}), 0);  // 127 in any case
  EXPECT_EQ(off_by("mul x0 1", {{0, kInf}}), kInf);
  // No basic operation on exact operands, and near the middle of two numbers.
  EXPECT_EQ(off_by("sigmoid x0; mul t0 5", {{0, 0}}, ElementType::kU8), 1);
}

/// A model, run with a kernel.
struct Computed {
  Computed(const std::string& text, std::uint64_t seed, const Kernel& kernel)
      : compiled(compile_model(parse_graph(text, "g"), Config{})),
        sources(draw_tensors(seed, compiled.program)),
        image(compiled.program, Config{}.machine.dram.layout) {
    start(kernel, compiled.program, sources);
  }

  void start(const Kernel& kernel, const Program& program, const TensorValues& values) {
    const Config config;
    write_loaded(values, program, image);
    RunOptions options;
    options.kernel = &kernel;
    options.dram = image.bytes();
    run_program(program, find_hazards(program), config.machine, options);
  }

  Verification verify(bool by_graph, Coverage coverage = Coverage::kFull) const {
    return verify_outputs(by_graph ? &*compiled.graph : nullptr, compiled.program, sources, image,
                          coverage, 7);
  }

  CompiledModel compiled;
  TensorValues sources;
  DramImage image;
};

/// h0 times `layers` square matrices, with the expression `between` after each but the last.
std::string chain(std::uint32_t rows, std::uint32_t edge, std::uint32_t layers,
                  const std::string& between = "") {
  std::string text = "input h0 " + std::to_string(rows) + "x" + std::to_string(edge) + "\n";
  for (std::uint32_t i = 0; i < layers; ++i) {
    const std::string w = "w" + std::to_string(i);
    const std::string next = "h" + std::to_string(i + 1);
    const bool last = i + 1 == layers;
    text += "param " + w + " " + std::to_string(edge) + "x" + std::to_string(edge) + "\n";
    text += (last || between.empty() ? next : "p" + next) + " = matmul h" + std::to_string(i) +
            " " + w + "\n";
    if (!last && !between.empty()) {
      text += next + " = map p" + next + " | " + between + "\n";
    }
  }
  return text + "output h" + std::to_string(layers) + "\n";
}

/// Values 40 times as large as drawn: next to nothing is right within 1e-5 where they cancel.
void enlarge(TensorValues& sources) {
  for (auto& [name, values] : sources) {
    for (float& value : values) {
      value *= 40;
    }
  }
}

std::vector<const Kernel*> kernels() {
  std::vector<const Kernel*> all = {&reference_kernel()};
  if (cpu_has_avx2_fma() && avx2_kernel() != nullptr) {
    all.push_back(avx2_kernel());
  }
  return all;
}

TEST(Rounding, CancellationIsNoMistakeWhateverTheKernel) {
  std::uint64_t by_rounding = 0;
  for (const std::uint32_t edge : {7U, 64U, 150U}) {
    for (const std::uint32_t layers : {1U, 3U, 5U}) {
      for (const char* between : {"", "gelu x0", "abs x0; sub t0 1"}) {
        for (const Kernel* kernel : kernels()) {
          Computed run(chain(40, edge, layers, between), edge + layers, *kernel);
          enlarge(run.sources);
          run.start(*kernel, run.compiled.program, run.sources);
          for (const bool by_graph : {true, false}) {
            for (const Coverage coverage : {Coverage::kFull, Coverage::kSampled}) {
              const Verification result = run.verify(by_graph, coverage);
              EXPECT_TRUE(result.passed())
                  << edge << " " << layers << " " << between << " " << kernel->name << ": "
                  << result.mismatches << " of " << result.elements;
              by_rounding += result.by_rounding;
            }
          }
        }
      }
    }
  }
  EXPECT_GT(by_rounding, 0U) << "nothing cancelled: the test tests nothing";
}

TEST(Rounding, SoIsWhatIsLeftOfADifference) {
  // y is rounding alone: (x·w + x) − x − x·w
  const std::string text =
      "input x 50x64\nparam w 64x64\nparam v 64x64\nh = matmul x w\n"
      "s = add h x\nd = sub s x\ne = sub d h\n"
      "y = matmul e v\noutput y\n";
  for (const Kernel* kernel : kernels()) {
    Computed run(text, 5, *kernel);
    for (int i = 0; i < 2; ++i) {
      enlarge(run.sources);
    }
    run.start(*kernel, run.compiled.program, run.sources);
    EXPECT_TRUE(run.verify(true).passed());
    EXPECT_TRUE(run.verify(false).passed());
    EXPECT_GT(run.verify(true).by_rounding, 0U);
  }
}

/// The machine computes with one input element that is not there: one product is missing in every
/// sum of a row of the first layer.
TEST(Rounding, AMissingProductIsAMistake) {
  for (const std::uint32_t layers : {1U, 3U, 8U}) {
    for (const char* between : {"", "gelu x0"}) {
      Computed run(chain(40, 256, layers, between), 3, reference_kernel());
      TensorValues damaged = run.sources;
      damaged.at("h0")[17 * 256 + 100] = 0;
      run.start(reference_kernel(), run.compiled.program, damaged);
      for (const bool by_graph : {true, false}) {
        const Verification result = run.verify(by_graph);
        EXPECT_FALSE(result.passed()) << layers << between << by_graph;
        ASSERT_TRUE(result.first);
        EXPECT_EQ(result.first->row, 17U);
        EXPECT_GT(std::abs(static_cast<double>(result.first->actual) -
                           static_cast<double>(result.first->expected)),
                  result.first->allowed);
      }
    }
  }
}

/// ... and with one step, or with tiles in the wrong order.
TEST(Rounding, SoIsAMissingStepOrAWrongTile) {
  const std::string text = chain(64, 256, 3);
  const Computed right(text, 3, reference_kernel());
  const Program& program = right.compiled.program;
  int tried = 0;
  for (std::size_t i = 0; i < program.ops.size(); i += 7) {
    Program wrong = program;
    Op& op = wrong.ops[i];
    if (op.opcode == Opcode::kMatmul && !op.clear) {
      op.a = program.ops[i - 1].opcode == Opcode::kMatmul ? program.ops[i - 1].a : op.a;
    } else if (op.opcode == Opcode::kLoad) {
      op.col ^= 1U;
    }
    if (wrong == program) {
      continue;
    }
    ++tried;
    Computed run(text, 3, reference_kernel());
    run.start(reference_kernel(), wrong, run.sources);
    EXPECT_FALSE(run.verify(true).passed()) << i;
    EXPECT_FALSE(run.verify(false).passed()) << i;
  }
  EXPECT_GT(tried, 5);
}

TEST(Rounding, WhatIsNoNumberHasToBeTheSame) {
  EXPECT_FALSE(within_tolerance(NAN, 1, 1e6));
  EXPECT_FALSE(within_tolerance(1, NAN, 1e6));
  EXPECT_FALSE(within_tolerance(INFINITY, 3e38F, 1e6));
  EXPECT_TRUE(within_tolerance(NAN, 1, kInf));
  EXPECT_TRUE(within_tolerance(1 + 1e-3F, 1, 1e-3 / kRoundingUnit / kUncertainties));
  EXPECT_FALSE(within_tolerance(1 + 1.2e-3F, 1, 1e-3 / kRoundingUnit / kUncertainties));
}

}  // namespace
}  // namespace tilewave
