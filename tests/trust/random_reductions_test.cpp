// Random programs of reductions, softmax over rows of several tiles among them, spelled in ops: values
// against plain loops and against the reference by the program, in all kernels, on machines that overlap
// and that do not.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/program/forms/program_binary.h"
#include "compiler/program/forms/program_text.h"
#include "models/compute/kernel.h"
#include "sim/run/session.h"
#include "tests/trust/machines.h"

namespace tilewave::trust {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();

/// What x holds.
enum class Values : std::uint8_t { kSmall, kLarge, kMasked };

/// y = softmax of the rows of x, tile by tile, h the largest of each row in every column of a tile; and,
/// over the rows of x, the least of each column and a product. Steps come in any order.
class RandomReductions {
 public:
  RandomReductions(std::uint32_t seed, Values kind)
      : random_(seed), shape_{1 + below(40), 1 + below(60)} {
    program_.tile = {1 + below(16), 1 + below(16), 1 + below(16)};
    slot_ = 64 * static_cast<std::uint32_t>(ceil_div(program_.tile.result().bytes(), 64));
    const TileExtent tile = program_.tile.result();
    add("x", shape_, tile, TensorRole::kInput);
    add("y", shape_, tile, TensorRole::kOutput);
    add("h", shape_, tile, TensorRole::kIntermediate);
    add("largest", {shape_.rows, 1}, program_.tile.column(), TensorRole::kOutput);
    add("sum", {shape_.rows, 1}, program_.tile.column(), TensorRole::kIntermediate);
    add("least", {1, shape_.cols}, program_.tile.row(), TensorRole::kOutput);
    add("product", {1, shape_.cols}, program_.tile.row(), TensorRole::kOutput);
    for (const char* text :
         {"tile -> max of columns | identity x0",
          "tile column -> sum of columns | sub x0 x1; exp t0",
          "tile first_column -> sum of columns | sub x0 x1; exp t0",
          "tile column column | sub x0 x1; exp t0; div t1 x2",
          "tile column | clip x0 min=0 max=0; add t0 x1", "tile -> min of rows | identity x0",
          "tile -> product of rows | clip x0 min=-1 max=1; mul t0 0.01; add t1 1"}) {
      program_.kernels.push_back(parse_vector_kernel(text));
    }
    draw(kind);
    grid_ = program_.grid(kX);
    for (std::uint32_t row = 0; row < grid_.rows; ++row) {
      softmax(row);
    }
    for (std::uint32_t col = 0; col < grid_.cols; ++col) {
      fold_rows(col);
    }
    program_.sram_bytes = highest_;
  }

  const Program& program() const { return program_; }
  TensorValues inputs() const {
    TensorValues inputs;
    inputs.emplace("x", FloatArray(x_));
    return inputs;
  }

  void expect_right(const TensorValues& outputs, const std::string& what) const {
    std::vector<double> product(shape_.cols, 1);
    std::vector<float> least(shape_.cols, kInf);
    for (std::uint64_t row = 0; row < shape_.rows; ++row) {
      const float* x = &x_[row * shape_.cols];
      const float largest = *std::max_element(x, x + shape_.cols);
      ASSERT_EQ(outputs.at("largest").number(row), largest) << what;
      double sum = 0;
      for (std::uint64_t col = 0; col < shape_.cols; ++col) {
        sum += std::exp(static_cast<double>(x[col] - largest));  // the difference in f32
        least[col] = std::min(least[col], x[col]);
        product[col] *= 1 + 0.01 * static_cast<double>(std::clamp(x[col], -1.0F, 1.0F));
      }
      for (std::uint64_t col = 0; col < shape_.cols; ++col) {
        const double expected = std::exp(static_cast<double>(x[col] - largest)) / sum;
        ASSERT_NEAR(outputs.at("y").number(row * shape_.cols + col), expected,
                    3e-5 * expected + 2e-6)
            << what << " " << row << " " << col;
      }
    }
    for (std::uint64_t col = 0; col < shape_.cols; ++col) {
      ASSERT_EQ(outputs.at("least").number(col), least[col]) << what;
      ASSERT_NEAR(outputs.at("product").number(col), product[col], 1e-5) << what;
    }
  }

 private:
  enum TensorIndex : std::uint32_t { kX, kY, kH, kLargest, kSum, kLeast, kProduct };
  enum KernelIndex : std::uint16_t { kMax, kSumOf, kSumOfFirst, kDivide, kSpread, kMin, kMultiply };

  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(random_() % limit); }

  void add(const char* name, const Shape& shape, const TileExtent& tile, TensorRole role) {
    const ProgramTensor tensor{name, shape, tile, shape, role, base_};
    base_ += ceil_div(tensor.bytes(), kDramRowAlignment) * kDramRowAlignment;
    program_.tensors.push_back(tensor);
  }

  void draw(Values kind) {
    std::uniform_real_distribution<float> uniform(-3.0F, 3.0F);
    x_.resize(shape_.elements());
    for (float& value : x_) {
      value = uniform(random_);
      if (kind == Values::kLarge && below(4) == 0) {
        value = below(2) == 0 ? 1e4F + value : -1e4F + value;
      }
    }
    for (std::size_t i = 0; kind == Values::kMasked && i < x_.size(); ++i) {
      // never all of a row: its first value stays
      x_[i] = i % shape_.cols != 0 && below(3) == 0 ? -kInf : x_[i];
    }
  }

  std::uint32_t place(std::uint32_t slot) {
    highest_ = std::max<std::uint64_t>(highest_, std::uint64_t{slot + 1} * slot_);
    return slot * slot_;
  }

  /// From 0 on, in any order.
  std::vector<std::uint32_t> shuffled(std::uint32_t count) {
    std::vector<std::uint32_t> all(count);
    for (std::uint32_t i = 0; i < count; ++i) {
      all[i] = i;
    }
    std::ranges::shuffle(all, random_);
    return all;
  }

  /// Of the tile of x: which it is, and how large.
  TileExtent tile_of_x(std::uint32_t row, std::uint32_t col) const {
    return program_.tile_at({.region = kX, .row = row, .col = col});
  }

  void load(std::uint32_t row, std::uint32_t col, std::uint32_t address) {
    program_.ops.push_back({.region = kX, .row = row, .col = col, .dst = address});
  }

  void store(TensorIndex tensor, std::uint32_t row, std::uint32_t col, std::uint32_t address) {
    program_.ops.push_back(
        {.opcode = Opcode::kStore, .region = tensor, .row = row, .col = col, .a = address});
  }

  void softmax(std::uint32_t row) {
    const std::uint32_t cols = grid_.cols;
    const std::uint32_t largest = place(cols);
    const std::uint32_t sum = place(cols + 1);
    const std::uint32_t spread = place(cols + 2);
    const std::uint32_t result = place(cols + 3);
    for (const std::uint32_t col : shuffled(cols)) {
      load(row, col, place(col));
    }
    const auto fold = [&](TensorIndex tensor, KernelIndex kernel, std::uint32_t col, bool first,
                          std::uint32_t b, std::uint32_t dst) {
      const TileExtent tile = tile_of_x(row, col);
      Op op{.opcode = Opcode::kReduce,
            .clear = first,
            .kernel = kernel,
            .region = tensor,
            .row = row,
            .step = col,
            .a = place(col),
            .b = b,
            .dst = dst};
      op.set_shape({tile.rows, 1, tile.cols});
      program_.ops.push_back(op);
    };
    bool first = true;
    for (const std::uint32_t col : shuffled(cols)) {
      fold(kLargest, kMax, col, first, 0, largest);
      first = false;
    }
    first = true;
    for (const std::uint32_t col : shuffled(cols)) {
      const bool by_first_column = below(2) == 0;
      if (by_first_column) {
        map(kSpread, kH, row, col, largest, 0, spread);
      }
      fold(kSum, by_first_column ? kSumOfFirst : kSumOf, col, first,
           by_first_column ? spread : largest, sum);
      first = false;
    }
    for (const std::uint32_t col : shuffled(cols)) {
      const bool in_place = below(2) == 0;
      map(kDivide, kY, row, col, largest, sum, in_place ? place(col) : result);
      store(kY, row, col, in_place ? place(col) : result);
    }
    store(kLargest, row, 0, largest);
  }

  void map(KernelIndex kernel, TensorIndex tensor, std::uint32_t row, std::uint32_t col,
           std::uint32_t b, std::uint32_t c, std::uint32_t dst) {
    const TileExtent tile = tile_of_x(row, col);
    Op op{.opcode = Opcode::kVector,
          .kernel = kernel,
          .region = tensor,
          .row = row,
          .col = col,
          .a = place(col),
          .b = b,
          .c = c,
          .dst = dst};
    op.set_shape({tile.rows, tile.cols, 0});
    program_.ops.push_back(op);
  }

  void fold_rows(std::uint32_t col) {
    bool first = true;
    for (const std::uint32_t row : shuffled(grid_.rows)) {
      const std::uint32_t address = place(below(2));
      load(row, col, address);
      const TileExtent tile = tile_of_x(row, col);
      for (const KernelIndex kernel : {kMin, kMultiply}) {
        Op op{.opcode = Opcode::kReduce,
              .clear = first,
              .kernel = kernel,
              .region = kernel == kMin ? kLeast : kProduct,
              .col = col,
              .step = row,
              .a = address,
              .dst = place(kernel == kMin ? 2 : 3)};
        op.set_shape({1, tile.cols, tile.rows});
        program_.ops.push_back(op);
      }
      first = false;
    }
    store(kLeast, 0, col, place(2));
    store(kProduct, 0, col, place(3));
  }

  std::mt19937 random_;
  Shape shape_;
  Program program_;
  TileGrid grid_;
  std::vector<float> x_;
  std::uint32_t slot_ = 0;  // bytes
  std::uint64_t base_ = 0;
  std::uint64_t highest_ = 0;
};

std::vector<KernelChoice> kernels() {
  std::vector<KernelChoice> all = {KernelChoice::kReference};
  if (cpu_has_avx2_fma() && avx2_kernel() != nullptr) {
    all.push_back(KernelChoice::kAvx2);
  }
  return all;
}

void expect_right_everywhere(std::uint32_t seed, Values kind) {
  const RandomReductions random(seed, kind);
  ASSERT_EQ(parse_program_text(to_text(random.program()), "p"), random.program());
  ASSERT_EQ(parse_binary(to_binary(random.program()), "p"), random.program());
  const PreparedWork work = adopt_work(random.program(), "p");
  const Settings small = {{"compute.rows", "8", 0}, {"compute.cols", "8", 0}};
  for (const KernelChoice kernel : kernels()) {
    TensorValues first;
    for (const char* unit : {"shared", "own"}) {
      for (const char* overlap : {"on", "off"}) {
        const Config config =
            configured(with(small, {{"vector.unit", unit, 0}, {"sequencer.overlap", overlap, 0}}));
        RunRequest request;
        request.inputs = random.inputs();
        request.keep_outputs = true;
        request.kernel = kernel;
        request.verify = VerifyChoice::kFull;
        RunOutcome outcome = run_work(work, config, request);
        const std::string what = std::to_string(seed) + " " + unit + " " + overlap;
        ASSERT_TRUE(outcome.passed()) << what;
        ASSERT_NO_FATAL_FAILURE(random.expect_right(outcome.outputs, what));
        if (first.empty()) {
          first = std::move(outcome.outputs);
        } else {
          ASSERT_EQ(outcome.outputs, first) << what;  // in every bit
        }
      }
    }
  }
}

TEST(RandomReductions, AreRightAndTheSameWhateverOverlaps) {
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    ASSERT_NO_FATAL_FAILURE(expect_right_everywhere(seed, Values::kSmall));
  }
}

TEST(RandomReductions, OfLargeValuesStayFinite) {
  for (std::uint32_t seed = 200; seed < 300; ++seed) {
    ASSERT_NO_FATAL_FAILURE(expect_right_everywhere(seed, Values::kLarge));
  }
}

TEST(RandomReductions, MayBeMasked) {
  for (std::uint32_t seed = 300; seed < 400; ++seed) {
    ASSERT_NO_FATAL_FAILURE(expect_right_everywhere(seed, Values::kMasked));
  }
}

}  // namespace
}  // namespace tilewave::trust
