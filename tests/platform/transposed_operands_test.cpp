// Products whose factors lie transposed in SRAM: the values of those of the factors in order, by the same kernel
// to the bit, in the same time.
#include <bit>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/program/forms/program_text.h"
#include "tests/support/kernels.h"
#include "tests/support/runs.h"

namespace tilewave {
namespace {

struct Matrix {
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::vector<float> values;

  Matrix transposed() const {
    Matrix result{cols, rows, std::vector<float>(values.size())};
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t col = 0; col < cols; ++col) {
        result.values[col * rows + row] = values[row * cols + col];
      }
    }
    return result;
  }
};

/// A factor's type and what stands for zero in it: "f32", "u8:128".
struct FactorTypes {
  std::string a;
  std::string b;
  std::int32_t a_zero = 0;
  std::int32_t b_zero = 0;

  bool integers() const { return a[1] == '8'; }
};

const FactorTypes kTypes[] = {{"f32", "f32"},       {"bf16", "bf16"},     {"f16", "f16"},
                              {"u8", "i8", 128, 0}, {"i8", "u8", -7, 99}, {"i8", "i8", 3, -128}};

/// y(m×n) = bias + x·w in one step, in tiles as large as the tensors.
struct Product {
  TileShape shape;
  FactorTypes types;
  bool a_transposed = false;
  bool b_transposed = false;

  std::string operand(const std::string& key, const std::string& type, std::int32_t zero,
                      bool transposed) const {
    return " " + key + ":" + type + (zero != 0 ? ":" + std::to_string(zero) : "") +
           (transposed ? ":transposed" : "");
  }

  Program program() const {
    const std::string sum = types.integers() ? " i32" : "";
    const auto tensor = [](const std::string& name, const TileExtent& extent,
                           const std::string& type, const std::string& dram) {
      const std::string size = to_string(extent);
      return "tensor " + name + " " + size + " " + type + " tile " + size + " dram " + dram + "\n";
    };
    const TileExtent a = a_transposed ? shape.left().transposed() : shape.left();
    const TileExtent b = b_transposed ? shape.right().transposed() : shape.right();
    return parse_program_text(
        "tilewave-program 3\ntile " + std::to_string(shape.m) + " " + std::to_string(shape.n) +
            " " + std::to_string(shape.k) + "\nsram 0x100000\n" +
            tensor("x input", a, types.a, "0") + tensor("w param", b, types.b, "0x40000") +
            tensor("c param", shape.row(), sum, "0x80000") +
            tensor("y output", shape.result(), sum, "0xc0000") +
            "ops\nload x[0,0] -> 0\nload w[0,0] -> 0x40000\nload c[0,0] -> 0x80000\n"
            "matmul y[0,0] k=0" +
            operand("a=0", types.a, types.a_zero, a_transposed) +
            operand("b=0x40000", types.b, types.b_zero, b_transposed) +
            " bias=0x80000 -> 0xc0000 clear\nmatmul y[0,0] k=1" +
            operand("a=0", types.a, types.a_zero, a_transposed) +
            operand("b=0x40000", types.b, types.b_zero, b_transposed) +
            " -> 0xc0000\nstore y[0,0] <- 0xc0000\n",
        "product");
  }

  struct Ran {
    RunResult result;
    std::vector<float> y;
  };
  /// Of factors in order, which are stored transposed if they have to be.
  Ran run(const MachineConfig& config, const Kernel& kernel, const Matrix& x, const Matrix& w,
          const std::vector<float>& bias) const {
    const Program whole = program();
    verify_program(whole);
    DramImage image(whole, config.dram.layout);
    image.write(0, a_transposed ? x.transposed().values : x.values);
    image.write(1, b_transposed ? w.transposed().values : w.values);
    image.write(2, bias);
    RunOptions options;
    options.kernel = &kernel;
    options.dram = image.bytes();
    Ran ran;
    ran.result = run_program(whole, find_hazards(whole), config, options);
    test::expect_accounted(ran.result, whole);
    ran.y = image.read(3);
    return ran;
  }
};

MachineConfig machine(Dataflow dataflow = Dataflow::kOutputStationary) {
  MachineConfig config;
  config.sram.size_bytes = 1 << 20;
  config.dram.layout = DramLayout::kTiled;
  config.compute.dataflow = dataflow;
  return config;
}

constexpr TileShape kShapes[] = {{1, 1, 1},   {8, 8, 8},    {5, 7, 3},     {1, 30, 17},
                                 {24, 1, 33}, {40, 19, 64}, {256, 100, 9}, {32, 256, 256}};

Matrix drawn(std::size_t rows, std::size_t cols, std::mt19937& random, int lowest, int highest) {
  Matrix matrix{rows, cols, std::vector<float>(rows * cols)};
  for (float& value : matrix.values) {
    value = static_cast<float>(
        lowest + static_cast<int>(random() % static_cast<unsigned>(highest - lowest + 1)));
  }
  return matrix;
}

constexpr bool kBoth[] = {false, true};

TEST(TransposedOperands, GiveTheSumsOfAPlainLoop) {
  std::mt19937 random(1);
  for (const FactorTypes& types : kTypes) {
    for (const TileShape& shape : kShapes) {
      // whole numbers that every type has, and whose sums are exact
      const Matrix x = drawn(shape.m, shape.k, random, types.a[0] == 'u' ? 0 : -16, 16);
      const Matrix w = drawn(shape.k, shape.n, random, types.b[0] == 'u' ? 0 : -16, 16);
      std::vector<float> bias(shape.n);  // of i32 the bits of integers
      std::vector<std::int64_t> integers(shape.n);
      for (std::size_t i = 0; i < bias.size(); ++i) {
        integers[i] = static_cast<std::int64_t>(random() % 1000) - 500;
        bias[i] = types.integers() ? std::bit_cast<float>(static_cast<std::int32_t>(integers[i]))
                                   : static_cast<float>(integers[i]);
      }
      for (const Kernel* kernel : runnable_kernels()) {
        for (const bool a_transposed : kBoth) {
          for (const bool b_transposed : kBoth) {
            const Product product{shape, types, a_transposed, b_transposed};
            const std::vector<float> y = product.run(machine(), *kernel, x, w, bias).y;
            for (std::size_t row = 0; row < shape.m; ++row) {
              for (std::size_t col = 0; col < shape.n; ++col) {
                std::int64_t sum = integers[col];
                for (std::size_t k = 0; k < shape.k; ++k) {
                  const auto left = static_cast<std::int64_t>(x.values[row * shape.k + k]);
                  const auto right = static_cast<std::int64_t>(w.values[k * shape.n + col]);
                  sum += 2 * (left - types.a_zero) * (right - types.b_zero);
                }
                const float value = y[row * shape.n + col];
                ASSERT_EQ(types.integers() ? std::bit_cast<std::int32_t>(value)
                                           : static_cast<std::int64_t>(value),
                          sum)
                    << kernel->name << " " << types.a << " " << types.b << " " << row << "," << col
                    << " of " << shape.m << "x" << shape.n << "x" << shape.k;
              }
            }
          }
        }
      }
    }
  }
}

TEST(TransposedOperands, RoundAsTheSameKernelDoesOfFactorsInOrder) {
  std::mt19937 random(2);
  std::normal_distribution<float> normal;
  for (const FactorTypes& types : {kTypes[0], kTypes[1], kTypes[2]}) {
    for (const TileShape& shape : kShapes) {
      Matrix x = drawn(shape.m, shape.k, random, 0, 0);
      Matrix w = drawn(shape.k, shape.n, random, 0, 0);
      std::vector<float> bias(shape.n);
      for (std::vector<float>* values : {&x.values, &w.values, &bias}) {
        for (float& value : *values) {
          value = normal(random);
        }
      }
      for (const Kernel* kernel : runnable_kernels()) {
        const auto bits = [&](bool a_transposed, bool b_transposed) {
          const Product product{shape, types, a_transposed, b_transposed};
          std::vector<std::uint32_t> all;
          for (const float value : product.run(machine(), *kernel, x, w, bias).y) {
            all.push_back(std::bit_cast<std::uint32_t>(value));
          }
          return all;
        };
        const std::vector<std::uint32_t> in_order = bits(false, false);
        ASSERT_EQ(bits(true, false), in_order) << kernel->name;
        ASSERT_EQ(bits(false, true), in_order) << kernel->name;
        ASSERT_EQ(bits(true, true), in_order) << kernel->name;
      }
    }
  }
}

TEST(TransposedOperands, TakeTheTimeOfOperandsInOrder) {
  for (const Dataflow dataflow : {Dataflow::kOutputStationary, Dataflow::kWeightStationary,
                                  Dataflow::kInputStationary, Dataflow::kSimd}) {
    for (const FillOverlap overlap : {FillOverlap::kNone, FillOverlap::kFull}) {
      for (const FactorTypes& types : {kTypes[0], kTypes[3]}) {
        for (const TileShape& shape : kShapes) {
          MachineConfig config = machine(dataflow);
          config.compute.fill_overlap = overlap;
          const auto run = [&](bool a_transposed, bool b_transposed) {
            return test::run_timing_only(
                Product{shape, types, a_transposed, b_transposed}.program(), config);
          };
          const RunResult in_order = run(false, false);
          test::expect_same_result(run(true, false), in_order);
          test::expect_same_result(run(false, true), in_order);
          test::expect_same_result(run(true, true), in_order);
        }
      }
    }
  }
}

TEST(TransposedOperands, AStepTakesTheCyclesOfItsClosedForm) {
  MachineConfig config = machine();
  config.compute.rows = 8;
  config.compute.cols = 4;
  config.compute.fill_overlap = FillOverlap::kNone;
  config.sram.banks = 32;  // which serve a step's operands sooner than the array takes them
  const Product product{{16, 12, 24}, kTypes[0], true, true};
  const RunResult result = test::run_timing_only(product.program(), config);
  // two steps of 2·3 folds of 8 + 4 + 24 − 2 = 34 cycles each
  EXPECT_EQ(result.engine(Engine::kCompute).cycles[static_cast<std::size_t>(EngineState::kBusy)],
            2U * 6 * 34);
}

}  // namespace
}  // namespace tilewave
