// Random programs whose matmuls read transposed tiles, on machines of all kinds: outputs against sums made here
// from whole matrices, with and without overlap, and against the reference by the program.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/program/forms/program_binary.h"
#include "compiler/program/forms/program_text.h"
#include "sim/run/session.h"
#include "tests/trust/machines.h"

namespace tilewave::trust {
namespace {

struct Matrix {
  Shape shape;
  std::vector<double> values;

  explicit Matrix(const Shape& of) : shape(of), values(of.elements()) {}
  double& at(std::uint64_t row, std::uint64_t col) { return values[row * shape.cols + col]; }
  double at(std::uint64_t row, std::uint64_t col) const { return values[row * shape.cols + col]; }
};

/// A matrix as a tensor has it, and as which factor of a product it is read.
struct Factor {
  std::uint32_t tensor = 0;
  bool transposed = false;
  std::int16_t zero = 0;

  /// The tile (row, col) of the factor, at `address`.
  Op load(std::uint32_t row, std::uint32_t col, std::uint32_t address) const {
    return {.region = tensor,
            .row = transposed ? col : row,
            .col = transposed ? row : col,
            .dst = address};
  }
};

/// y = bias + a·b, and of floats z = c·d where one is y and the other a tensor, or y too; each factor in
/// order or transposed as it lies in its tensor.
class RandomProducts {
 public:
  explicit RandomProducts(std::uint32_t seed) : random_(seed) {
    static constexpr std::pair<ElementType, ElementType> kTypes[] = {
        {ElementType::kF32, ElementType::kF32}, {ElementType::kBf16, ElementType::kBf16},
        {ElementType::kF16, ElementType::kF16}, {ElementType::kI8, ElementType::kI8},
        {ElementType::kU8, ElementType::kI8},   {ElementType::kI8, ElementType::kU8}};
    const auto [a_type, b_type] = kTypes[seed % 6];
    const std::uint32_t edge = 1 + below(12);
    program_.tile = {edge, edge, edge};
    const bool chained = a_type == ElementType::kF32 && below(2) == 0;
    if (!chained) {  // else results have to be as large as factors
      program_.tile = {1 + below(12), 1 + below(12), 1 + below(12)};
    }
    program_.sram_bytes = 4 * kPlace;
    const std::uint64_t m = 1 + below(30);
    const std::uint64_t n = 1 + below(30);
    const std::uint64_t k = 1 + below(30);
    const Factor a = add_factor("a", m, k, program_.tile.left().of(a_type), below(2) == 0);
    const Factor b = add_factor("b", k, n, program_.tile.right().of(b_type), below(2) == 0);
    const ElementType sum = sum_type(a_type);
    const std::uint32_t bias =
        add({1, n}, program_.tile.row().of(sum), TensorRole::kParameter, "bias");
    draw(bias);
    const std::uint32_t y = add({m, n}, program_.tile.result().of(sum),
                                chained ? TensorRole::kIntermediate : TensorRole::kOutput, "y");
    multiply(a, b, y, static_cast<std::int32_t>(bias));
    if (chained) {
      const Factor left{y, below(2) == 0};
      const std::uint64_t depth = left.transposed ? m : n;
      const bool squared = m == n || below(3) == 0;
      const Factor right =
          squared ? Factor{y, !left.transposed}  // a product with itself, transposed
                  : add_factor("d", depth, 1 + below(30), program_.tile.right(), below(2) == 0);
      const std::uint64_t rows = left.transposed ? n : m;
      const std::uint64_t cols = shape_of(right).cols;
      multiply(left, right, add({rows, cols}, program_.tile.result(), TensorRole::kOutput, "z"),
               -1);
    }
  }

  const Program& program() const { return program_; }
  bool is_exact() const { return exact_; }
  const std::string& output() const { return program_.tensors.back().name; }
  const Matrix& expected() const { return matrices_.back(); }
  TensorValues inputs() const {
    TensorValues inputs;
    for (std::size_t i = 0; i < program_.tensors.size(); ++i) {
      const ProgramTensor& tensor = program_.tensors[i];
      if (!test::is_source(tensor.role)) {
        continue;
      }
      FloatArray values(tensor.shape.elements(), tensor.type());
      for (std::size_t at = 0; at < values.size(); ++at) {
        values.set(at, matrices_[i].values[at]);
      }
      inputs.emplace(tensor.name, std::move(values));
    }
    return inputs;
  }
  std::size_t transposed_steps() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        program_.ops, [](const Op& op) { return op.a_transposed || op.b_transposed; }));
  }

 private:
  static constexpr std::uint32_t kPlace = 12 * 12 * 4 / 64 * 64 + 64;

  std::uint32_t below(std::uint64_t limit) { return static_cast<std::uint32_t>(random_() % limit); }

  std::uint32_t add(const Shape& shape, const TileExtent& tile, TensorRole role, const char* name) {
    program_.tensors.push_back({name, shape, tile, shape, role, base_});
    base_ += ceil_div(program_.tensors.back().bytes(), kSramAlignment) * kSramAlignment;
    matrices_.emplace_back(shape);
    return static_cast<std::uint32_t>(program_.tensors.size() - 1);
  }

  /// Whole numbers that every type has, and whose sums of products are exact.
  void draw(std::uint32_t tensor) {
    const bool negative = program_.tensors[tensor].type() != ElementType::kU8;
    for (double& value : matrices_[tensor].values) {
      value = static_cast<double>(below(17)) - (negative ? 8 : 0);
    }
  }

  Factor add_factor(const char* name, std::uint64_t rows, std::uint64_t cols,
                    const TileExtent& tile, bool transposed) {
    const std::uint32_t tensor =
        add(transposed ? Shape{cols, rows} : Shape{rows, cols},
            transposed ? tile.transposed() : tile, TensorRole::kInput, name);
    draw(tensor);
    Factor factor{tensor, transposed};
    if (is_integer(tile.type)) {
      const int lowest = tile.type == ElementType::kI8 ? -128 : 0;
      factor.zero = static_cast<std::int16_t>(lowest + static_cast<int>(below(256)));
    }
    return factor;
  }

  Shape shape_of(const Factor& factor) const {
    const Shape& shape = matrices_[factor.tensor].shape;
    return factor.transposed ? Shape{shape.cols, shape.rows} : shape;
  }
  double element(const Factor& factor, std::uint64_t row, std::uint64_t col) const {
    const Matrix& matrix = matrices_[factor.tensor];
    return (factor.transposed ? matrix.at(col, row) : matrix.at(row, col)) - factor.zero;
  }

  /// `bias` is a tensor, or -1.
  void multiply(const Factor& a, const Factor& b, std::uint32_t target, std::int32_t bias) {
    const TileGrid grid = program_.grid(target);
    const TileGrid left = program_.grid(a.tensor);
    const std::uint32_t steps = a.transposed ? left.rows : left.cols;
    for (std::uint32_t row = 0; row < grid.rows; ++row) {
      for (std::uint32_t col = 0; col < grid.cols; ++col) {
        if (bias >= 0) {
          program_.ops.push_back(
              {.region = static_cast<std::uint32_t>(bias), .col = col, .dst = 3 * kPlace});
        }
        for (std::uint32_t step = 0; step < steps; ++step) {
          multiply_step(a, b, target, bias >= 0 && step == 0, {row, col, step});
        }
        program_.ops.push_back(
            {.opcode = Opcode::kStore, .region = target, .row = row, .col = col, .a = 2 * kPlace});
      }
    }
    for (std::uint64_t row = 0; row < shape_of(a).rows; ++row) {
      for (std::uint64_t col = 0; col < shape_of(b).cols; ++col) {
        double sum = bias >= 0 ? matrices_[static_cast<std::size_t>(bias)].at(0, col) : 0;
        for (std::uint64_t k = 0; k < shape_of(a).cols; ++k) {
          sum += element(a, row, k) * element(b, k, col);
        }
        matrices_[target].at(row, col) = sum;
        exact_ = exact_ && std::abs(sum) < 1 << 24;
      }
    }
  }

  struct Step {
    std::uint32_t row = 0;
    std::uint32_t col = 0;
    std::uint32_t step = 0;
  };
  void multiply_step(const Factor& a, const Factor& b, std::uint32_t target, bool biased,
                     const Step& at) {
    const Op left = a.load(at.row, at.step, 0);
    const Op right = b.load(at.step, at.col, kPlace);
    Op op{.opcode = Opcode::kMatmul,
          .clear = at.step == 0,
          .biased = biased,
          .a_type = program_.tensors[a.tensor].type(),
          .b_type = program_.tensors[b.tensor].type(),
          .a_transposed = a.transposed,
          .b_transposed = b.transposed,
          .a_zero = a.zero,
          .b_zero = b.zero,
          .region = target,
          .row = at.row,
          .col = at.col,
          .step = at.step,
          .b = kPlace,
          .c = biased ? 3 * kPlace : 0,
          .dst = 2 * kPlace};
    const TileExtent result = program_.tile_at(op);
    const TileExtent factor = program_.tile_at(left);
    op.set_shape({result.rows, result.cols, a.transposed ? factor.rows : factor.cols});
    program_.ops.insert(program_.ops.end(), {left, right, op});
  }

  std::mt19937 random_;
  std::uint64_t base_ = 0;
  bool exact_ = true;
  std::vector<Matrix> matrices_;  // by tensor
  Program program_;
};

TEST(RandomTransposed, ProductsAreThoseOfPlainLoopsOnEveryMachine) {
  const Settings machines[] = {
      {{"compute.rows", "8", 0}, {"compute.cols", "8", 0}},
      {{"compute.dataflow", "ws", 0}, {"compute.rows", "4", 0}, {"dram.layout", "row_major", 0}},
      {{"compute.dataflow", "is", 0}, {"compute.cols", "4", 0}, {"dma.burst_bytes", "16B", 0}},
      {{"compute.dataflow", "simd", 0}, {"dram.layout", "row_major", 0}}};
  std::size_t transposed = 0;
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    const RandomProducts random(seed);
    ASSERT_TRUE(random.is_exact()) << seed;
    ASSERT_EQ(parse_program_text(to_text(random.program()), "p"), random.program());
    ASSERT_EQ(parse_binary(to_binary(random.program()), "p"), random.program());
    const PreparedWork work = adopt_work(random.program(), "p");
    transposed += random.transposed_steps();
    for (const char* overlap : {"on", "off"}) {
      for (const KernelChoice kernel : {KernelChoice::kAuto, KernelChoice::kReference}) {
        RunRequest request;
        request.inputs = random.inputs();
        request.keep_outputs = true;
        request.kernel = kernel;
        const Config config =
            configured(with(machines[seed % 4], {{"sequencer.overlap", overlap, 0}}));
        const RunOutcome outcome = run_work(work, config, request);
        ASSERT_TRUE(outcome.passed()) << seed;
        const FloatArray& y = outcome.outputs.at(random.output());
        ASSERT_EQ(y.size(), random.expected().values.size());
        for (std::size_t i = 0; i < y.size(); ++i) {
          ASSERT_EQ(y.number(i), random.expected().values[i]) << seed << " " << overlap << " " << i;
        }
      }
    }
  }
  EXPECT_GT(transposed, 1000U);
}

/// Of numbers whose sums are rounded.
TEST(RandomTransposed, DrawnValuesAreBitIdenticalWithAndWithoutOverlap) {
  for (std::uint32_t seed = 0; seed < 100; ++seed) {
    const RandomProducts random(seed);
    const PreparedWork work = adopt_work(random.program(), "p");
    const auto outputs = [&](const char* overlap) {
      RunRequest request;
      request.seed = seed;
      request.keep_outputs = true;
      const Config config = configured({{"sequencer.overlap", overlap, 0}});
      const RunOutcome outcome = run_work(work, config, request);
      EXPECT_TRUE(outcome.passed()) << seed << to_text(random.program());
      return outcome.outputs.at(random.output());
    };
    ASSERT_EQ(outputs("on"), outputs("off")) << seed;
  }
}

}  // namespace
}  // namespace tilewave::trust
