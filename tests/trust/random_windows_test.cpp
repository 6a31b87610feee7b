// Random programs over windows of tensors that share no grid, on machines of both DRAM layouts: outputs against
// sums made here from whole matrices, and against the reference by the program.
#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/program/forms/program_binary.h"
#include "compiler/program/forms/program_text.h"
#include "sim/run/session.h"
#include "tests/trust/machines.h"

namespace tilewave::trust {
namespace {

constexpr std::uint32_t kTile = 8;

struct Matrix {
  Shape shape;
  std::vector<double> values;

  explicit Matrix(const Shape& of) : shape(of), values(of.elements()) {}
  double& at(std::uint64_t row, std::uint64_t col) { return values[row * shape.cols + col]; }
};

/// h is made of copies of parts of x, y of products of parts of h, both in parts that cover them.
class RandomProgram {
 public:
  explicit RandomProgram(std::uint32_t seed)
      : random_(seed), x_(any_shape()), h_(any_shape()), y_(any_shape()) {
    program_.tile = {kTile, kTile, kTile};
    program_.sram_bytes = 3 * kPlace;
    std::uint64_t base = 0;
    const auto add = [&](const char* name, const Matrix& matrix, TensorRole role) {
      const ProgramTensor tensor{name, matrix.shape, {kTile, kTile}, matrix.shape, role, base};
      base += ceil_div(tensor.bytes(), kDramRowAlignment) * kDramRowAlignment;
      program_.tensors.push_back(tensor);
    };
    add("x", x_, TensorRole::kInput);
    add("h", h_, TensorRole::kIntermediate);
    add("y", y_, TensorRole::kOutput);
    for (std::uint64_t i = 0; i < x_.values.size(); ++i) {
      x_.values[i] = static_cast<double>(below(17)) - 8;  // sums of products of these are exact
    }
    for (const ElementRange& part : parts_of(h_.shape)) {
      for (const ElementRange& piece : pieces_of(part, x_.shape)) {
        copy(piece);
      }
    }
    for (const ElementRange& part : parts_of(y_.shape)) {
      for (const ElementRange& piece : pieces_of(part, h_.shape)) {
        multiply(piece);
      }
    }
  }

  const Program& program() const { return program_; }
  const std::vector<double>& expected() const { return y_.values; }
  TensorValues inputs() const {
    FloatArray x(x_.values.size(), ElementType::kF32);
    for (std::uint64_t i = 0; i < x_.values.size(); ++i) {
      x.set(i, x_.values[i]);
    }
    TensorValues inputs;
    inputs.emplace("x", std::move(x));
    return inputs;
  }

 private:
  static constexpr std::uint32_t kPlace = kTile * kTile * 4;

  std::uint32_t below(std::uint64_t limit) { return static_cast<std::uint32_t>(random_() % limit); }
  Shape any_shape() { return {1 + below(30), 1 + below(30)}; }

  /// From 0 to `end`, cut at up to two places.
  std::vector<std::uint64_t> edges(std::uint64_t end) {
    std::vector<std::uint64_t> all = {0, end};
    for (std::uint32_t i = below(3); i > 0; --i) {
      all.push_back(below(end));
    }
    std::ranges::sort(all);
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
  }

  std::vector<ElementRange> parts_of(const Shape& shape) {
    const std::vector<std::uint64_t> rows = edges(shape.rows);
    const std::vector<std::uint64_t> cols = edges(shape.cols);
    std::vector<ElementRange> parts;
    for (std::size_t row = 1; row < rows.size(); ++row) {
      for (std::size_t col = 1; col < cols.size(); ++col) {
        parts.push_back({rows[row - 1], rows[row], cols[col - 1], cols[col]});
      }
    }
    std::ranges::shuffle(parts, random_);
    return parts;
  }

  /// Of a tensor, `rows` × `cols` anywhere in it.
  ElementRange anywhere(const Shape& within, std::uint64_t rows, std::uint64_t cols) {
    const std::uint64_t row = below(within.rows - rows + 1);
    const std::uint64_t col = below(within.cols - cols + 1);
    return {row, row + rows, col, col + cols};
  }

  std::uint32_t window(std::uint32_t tensor, const ElementRange& part) {
    program_.windows.push_back(
        {tensor, part.row, part.col, {part.rows(), part.cols()}, {kTile, kTile}});
    return static_cast<std::uint32_t>(program_.regions() - 1);
  }

  /// Of a part, none larger than `most`.
  static std::vector<ElementRange> pieces_of(const ElementRange& part, const Shape& most) {
    std::vector<ElementRange> pieces;
    for (std::uint64_t row = part.row; row < part.row_end; row += most.rows) {
      for (std::uint64_t col = part.col; col < part.col_end; col += most.cols) {
        pieces.push_back({row, std::min(row + most.rows, part.row_end), col,
                          std::min(col + most.cols, part.col_end)});
      }
    }
    return pieces;
  }

  void copy(const ElementRange& to) {
    const ElementRange from = anywhere(x_.shape, to.rows(), to.cols());
    const std::uint32_t source = window(0, from);
    const std::uint32_t target = window(1, to);
    const TileGrid grid = program_.grid(target);
    for (std::uint32_t row = 0; row < grid.rows; ++row) {
      for (std::uint32_t col = 0; col < grid.cols; ++col) {
        program_.ops.push_back({.region = source, .row = row, .col = col});
        program_.ops.push_back(
            {.opcode = Opcode::kStore, .region = target, .row = row, .col = col});
      }
    }
    for (std::uint64_t row = 0; row < to.rows(); ++row) {
      for (std::uint64_t col = 0; col < to.cols(); ++col) {
        h_.at(to.row + row, to.col + col) = x_.at(from.row + row, from.col + col);
      }
    }
  }

  void multiply(const ElementRange& to) {
    const std::uint64_t depth = 1 + below(std::min(h_.shape.rows, h_.shape.cols));
    const ElementRange left = anywhere(h_.shape, to.rows(), depth);
    const ElementRange right = anywhere(h_.shape, depth, to.cols());
    const std::uint32_t a = window(1, left);
    const std::uint32_t b = window(1, right);
    const std::uint32_t target = window(2, to);
    const TileGrid grid = program_.grid(target);
    const std::uint32_t steps = program_.grid(a).cols;
    for (std::uint32_t row = 0; row < grid.rows; ++row) {
      for (std::uint32_t col = 0; col < grid.cols; ++col) {
        for (std::uint32_t step = 0; step < steps; ++step) {
          multiply_step(a, b, target, row, col, step);
        }
        program_.ops.push_back(
            {.opcode = Opcode::kStore, .region = target, .row = row, .col = col, .a = 2 * kPlace});
      }
    }
    for (std::uint64_t row = 0; row < to.rows(); ++row) {
      for (std::uint64_t col = 0; col < to.cols(); ++col) {
        double sum = 0;
        for (std::uint64_t k = 0; k < depth; ++k) {
          sum += h_.at(left.row + row, left.col + k) * h_.at(right.row + k, right.col + col);
        }
        y_.at(to.row + row, to.col + col) = sum;
      }
    }
  }

  void multiply_step(std::uint32_t a, std::uint32_t b, std::uint32_t target, std::uint32_t row,
                     std::uint32_t col, std::uint32_t step) {
    const Op left{.region = a, .row = row, .col = step};
    const Op right{.region = b, .row = step, .col = col, .dst = kPlace};
    Op op{.opcode = Opcode::kMatmul,
          .clear = step == 0,
          .region = target,
          .row = row,
          .col = col,
          .step = step,
          .b = kPlace,
          .dst = 2 * kPlace};
    const TileExtent result = program_.tile_at(op);
    op.set_shape({result.rows, result.cols, program_.tile_at(left).cols});
    program_.ops.insert(program_.ops.end(), {left, right, op});
  }

  std::mt19937 random_;
  Matrix x_;
  Matrix h_;
  Matrix y_;
  Program program_;
};

TEST(RandomWindows, AreReadAndWrittenElementByElement) {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    const RandomProgram random(seed);
    ASSERT_EQ(parse_program_text(to_text(random.program()), "p"), random.program());
    ASSERT_EQ(parse_binary(to_binary(random.program()), "p"), random.program());
    const PreparedWork work = adopt_work(random.program(), "p");
    Settings settings = {{"compute.rows", "8", 0}, {"compute.cols", "8", 0}};
    for (const char* layout : {"row_major", "tiled"}) {
      for (const char* burst : {"16B", "256B"}) {
        const Config config =
            configured(with(settings, {{"dram.layout", layout, 0}, {"dma.burst_bytes", burst, 0}}));
        RunRequest request;
        request.inputs = random.inputs();
        request.keep_outputs = true;
        const RunOutcome outcome = run_work(work, config, request);
        ASSERT_TRUE(outcome.passed()) << seed << " " << layout;
        const FloatArray& y = outcome.outputs.at("y");
        for (std::size_t i = 0; i < y.size(); ++i) {
          ASSERT_EQ(y.number(i), random.expected()[i]) << seed << " " << layout << " " << i;
        }
      }
    }
  }
}

}  // namespace
}  // namespace tilewave::trust
