// The reference by the graph. Demand is found first, tile by tile, from the outputs back; then each
// operator computes what is demanded of it.
#include <algorithm>
#include <array>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/program/element_rounding.h"
#include "sim/verify/reference.h"

namespace tilewave {
namespace {

/// A rectangle of elements: [row, row_end) × [col, col_end).
struct Block {
  std::uint64_t row = 0;
  std::uint64_t row_end = 0;
  std::uint64_t col = 0;
  std::uint64_t col_end = 0;
};

/// A function of an expression costs about as much as so many products.
constexpr std::uint64_t kProductsPerFunction = 8;

/// Demand is kept by squares of elements that have nothing to do with anybody's tiles.
constexpr TileExtent kSquare{32, 32};

/// Which squares of a tensor are demanded.
class Demand {
 public:
  explicit Demand(const TileGrid& grid) : grid_(grid), tiles_(grid.tiles(), 0) {}

  const TileGrid& grid() const { return grid_; }
  bool has(std::uint32_t row, std::uint32_t col) const {
    return tiles_[grid_.index(row, col)] != 0;
  }
  void add(std::uint32_t row, std::uint32_t col) { tiles_[grid_.index(row, col)] = 1; }
  /// The squares that the part of `block` in the tensor touches.
  void add_elements(const Block& block) {
    const auto end = [](std::uint64_t elements, std::uint64_t edge, std::uint32_t squares) {
      return static_cast<std::uint32_t>(std::min<std::uint64_t>(ceil_div(elements, edge), squares));
    };
    for (auto row = static_cast<std::uint32_t>(block.row / kSquare.rows);
         row < end(block.row_end, kSquare.rows, grid_.rows); ++row) {
      for (auto col = static_cast<std::uint32_t>(block.col / kSquare.cols);
           col < end(block.col_end, kSquare.cols, grid_.cols); ++col) {
        add(row, col);
      }
    }
  }
  void add_row(std::uint32_t row) {
    std::fill_n(tiles_.begin() + static_cast<std::ptrdiff_t>(grid_.index(row, 0)), grid_.cols, 1);
  }
  void add_col(std::uint32_t col) {
    for (std::uint32_t row = 0; row < grid_.rows; ++row) {
      add(row, col);
    }
  }

  /// Calls `visit(row, col, end)` for each run of neighbouring demanded tiles of a row.
  template <typename Visit>
  void for_each_run(Visit&& visit) const {
    for (std::uint32_t row = 0; row < grid_.rows; ++row) {
      for (std::uint32_t col = 0; col < grid_.cols; ++col) {
        const std::uint32_t start = col;
        while (col < grid_.cols && has(row, col)) {
          ++col;
        }
        if (col > start) {
          visit(row, start, col);
        }
      }
    }
  }

 private:
  TileGrid grid_;
  std::vector<char> tiles_;
};

struct Matrix {
  const FloatArray* values = nullptr;
  Shape shape;
  const double* units = nullptr;  ///< uncertainties; null if nobody wants them

  /// Of what is no i32.
  const float* row(std::uint64_t index) const { return values->data() + index * shape.cols; }
  double at(std::uint64_t row, std::uint64_t col) const {
    return values->number(row * shape.cols + col);
  }
  const double* units_row(std::uint64_t index) const { return units + index * shape.cols; }
};

class GraphEvaluator {
 public:
  /// `uncertainties` may be null.
  GraphEvaluator(const Graph& graph, const TensorValues& sources,
                 TensorUncertainties* uncertainties)
      : graph_(graph), sources_(sources), uncertainties_(uncertainties) {
    for (const Tensor& tensor : graph.tensors()) {
      demand_.emplace_back(tile_grid(tensor.shape, kSquare));
      if (uncertainties != nullptr) {
        uncertainties->try_emplace(tensor.name, tensor.shape.elements());
      }
    }
  }

  void want(const WantedTiles& wanted) {
    const auto tensor = graph_.find(wanted.tensor);
    if (!tensor) {
      throw InternalError("no tensor '" + wanted.tensor + "' to verify");
    }
    const TileExtent& extent = wanted.extent;
    for (const TileAt& tile : wanted.tiles) {
      demand_[*tensor].add_elements(
          {std::uint64_t{tile.row} * extent.rows, (std::uint64_t{tile.row} + 1) * extent.rows,
           std::uint64_t{tile.col} * extent.cols, (std::uint64_t{tile.col} + 1) * extent.cols});
    }
  }

  TensorValues run() {
    for (std::size_t i = graph_.operators().size(); i-- > 0;) {
      demand_inputs(graph_.operators()[i]);
    }
    for (const Operator& op : graph_.operators()) {
      compute(op);
    }
    return std::move(values_);
  }

 private:
  void demand_inputs(const Operator& op) {
    demand_[op.output].for_each_run([&](std::uint32_t row, std::uint32_t col, std::uint32_t end) {
      if (op.product_inputs() > 0) {
        demand_[op.inputs[0]].add_row(row);
      }
      for (; col < end; ++col) {
        for (std::size_t input = 1; input < op.product_inputs(); ++input) {
          Demand& operand = demand_[op.inputs[input]];
          if (input == 1) {
            operand.add_col(col);
          } else {
            operand.add(0, col);
          }
        }
        for (const TensorId input : op.map_inputs()) {
          const auto [first_row, first_col] = repeats(input, op);
          demand_[input].add(first_row ? 0 : row, first_col ? 0 : col);
        }
      }
    });
  }

  /// Whether every row, or every column, of the result meets the same one of `input`.
  std::pair<bool, bool> repeats(TensorId input, const Operator& op) const {
    const Shape& shape = graph_.tensor(input).shape;
    const Shape& result = graph_.tensor(op.output).shape;
    return {shape.rows != result.rows, shape.cols != result.cols};
  }

  void compute(const Operator& op) {
    const Tensor& output = graph_.tensor(op.output);
    FloatArray& values = values_[output.name];
    values = FloatArray(output.shape.elements(), output.type);
    FloatArray sums;  // of a product that an expression follows
    if (op.product_inputs() > 0 && op.has_map()) {
      sums = FloatArray(output.shape.elements(), sum_type(graph_, op));
    }
    FloatArray& product = op.has_map() ? sums : values;
    demand_[op.output].for_each_run([&](std::uint32_t row, std::uint32_t col, std::uint32_t end) {
      const Block block{std::uint64_t{row} * kSquare.rows,
                        std::min((std::uint64_t{row} + 1) * kSquare.rows, output.shape.rows),
                        std::uint64_t{col} * kSquare.cols,
                        std::min(std::uint64_t{end} * kSquare.cols, output.shape.cols)};
      by_kind(
          op.kind,
          [&] {
            matmul(op, block, product);
            if (uncertainties_ != nullptr) {
              matmul_units(op, block);
            }
            if (op.relu) {
              relu(block, output.shape.cols, product);
            }
            if (op.has_map()) {
              map(op, block, product, values);
            }
          },
          [&] { map(op, block, product, values); },
          [&] { copy(matrix(op.inputs[0]), block, values, units_of(output)); });
    });
  }

  Matrix matrix(TensorId id) const {
    const Tensor& tensor = graph_.tensor(id);
    const TensorValues& from = tensor.producer ? values_ : sources_;
    return {&from.at(tensor.name), tensor.shape, units_of(tensor)};
  }

  double* units_of(const Tensor& tensor) const {
    return uncertainties_ == nullptr ? nullptr : uncertainties_->at(tensor.name).data();
  }

  /// i-k-j over a few rows and a stretch of columns at a time, so that sums and one row of b stay in the
  /// first-level cache. Sums of integers are exact, for they stay below 2^53.
  void matmul(const Operator& op, const Block& block, FloatArray& values) const {
    const Matrix a = matrix(op.inputs[0]);
    const Matrix b = matrix(op.inputs[1]);
    const Matrix bias = op.has_bias ? matrix(op.inputs[2]) : Matrix{};
    const auto [a_zero, b_zero] = op.zeros;
    constexpr std::uint64_t kRows = 8;
    constexpr std::uint64_t kCols = 256;
    std::array<double, kRows * kCols> sums;
    for (std::uint64_t col = block.col; col < block.col_end; col += kCols) {
      const std::uint64_t width = std::min(kCols, block.col_end - col);
      for (std::uint64_t row = block.row; row < block.row_end; row += kRows) {
        const std::uint64_t height = std::min(kRows, block.row_end - row);
        sums.fill(0);
        for (std::uint64_t i = 0; op.has_bias && i < height; ++i) {
          for (std::uint64_t j = 0; j < width; ++j) {
            sums[i * kCols + j] = bias.at(0, col + j);
          }
        }
        for (std::uint64_t k = 0; k < a.shape.cols; ++k) {
          const float* right = b.row(k) + col;
          for (std::uint64_t i = 0; i < height; ++i) {
            const double left = static_cast<double>(a.row(row + i)[k]) - a_zero;
            double* sum = &sums[i * kCols];
            for (std::uint64_t j = 0; j < width; ++j) {
              sum[j] += left * (static_cast<double>(right[j]) - b_zero);
            }
          }
        }
        for (std::uint64_t i = 0; i < height; ++i) {
          for (std::uint64_t j = 0; j < width; ++j) {
            const double sum = sums[i * kCols + j];
            values.set((row + i) * b.shape.cols + col + j,
                       values.type() == ElementType::kI32 ? wrapped_to_i32(sum) : sum);
          }
        }
      }
    }
  }

  /// The uncertainties of matmul(); a ReLU behind it leaves them as they are.
  void matmul_units(const Operator& op, const Block& block) const {
    const Matrix a = matrix(op.inputs[0]);
    const Matrix b = matrix(op.inputs[1]);
    double* units = units_of(graph_.tensor(op.output));
    const std::uint64_t width = block.col_end - block.col;
    std::vector<double> begin(width);
    std::vector<UncertainSums::Element> elements(width);
    UncertainSums sums;
    for (std::uint64_t row = block.row; row < block.row_end; ++row) {
      for (std::uint64_t i = 0; i < width; ++i) {
        elements[i] = {};
        if (op.has_bias) {
          const Matrix bias = matrix(op.inputs[2]);
          begin[i] = bias.at(0, block.col + i);
          elements[i].own = bias.units[block.col + i];
        }
      }
      sums.begin(sum_type(graph_, op), begin, elements);
      for (std::uint64_t k = 0; k < a.shape.cols; ++k) {
        sums.add(static_cast<double>(a.row(row)[k]) - op.zeros[0], a.units_row(row)[k],
                 b.row(k) + block.col, b.units_row(k) + block.col, op.zeros[1]);
      }
      sums.end(elements);
      for (std::uint64_t i = 0; i < width; ++i) {
        units[row * b.shape.cols + block.col + i] = elements[i].units();
      }
    }
  }

  /// The operator's expression; of a matmul, with the product first.
  void map(const Operator& op, const Block& block, const FloatArray& product,
           FloatArray& values) const {
    const Tensor& output = graph_.tensor(op.output);
    const std::uint64_t cols = output.shape.cols;
    double* units = units_of(output);
    std::array<Matrix, kMaxMapOperands> operands;
    std::array<std::pair<bool, bool>, kMaxMapOperands> first;
    std::size_t count = 0;
    if (op.product_inputs() > 0) {
      operands[count++] = {&product, output.shape, units};
    }
    for (const TensorId input : op.map_inputs()) {
      first[count] = repeats(input, op);
      operands[count++] = matrix(input);
    }
    std::array<double, kMaxMapOperands> elements{};
    std::array<UncertainValue, kMaxMapOperands> uncertain{};
    for (std::uint64_t row = block.row; row < block.row_end; ++row) {
      for (std::uint64_t col = block.col; col < block.col_end; ++col) {
        for (std::size_t i = 0; units != nullptr && i < count; ++i) {
          const std::uint64_t from = first[i].first ? 0 : row;
          const std::uint64_t at = first[i].second ? 0 : col;
          uncertain[i] = {operands[i].at(from, at), operands[i].units_row(from)[at]};
        }
        if (units != nullptr) {
          units[row * cols + col] =
              evaluate_uncertain_as(output.type, op.map, {uncertain.data(), count});
        }
        for (std::size_t i = 0; i < count; ++i) {
          elements[i] = operands[i].at(first[i].first ? 0 : row, first[i].second ? 0 : col);
        }
        values.set(row * cols + col, evaluate_as(output.type, op.map, {elements.data(), count}));
      }
    }
  }

  /// `units` may be null.
  static void copy(const Matrix& x, const Block& block, FloatArray& values, double* units) {
    for (std::uint64_t row = block.row; row < block.row_end; ++row) {
      const std::uint64_t to = row * x.shape.cols + block.col;  // bits: whatever the type
      std::copy(x.row(row) + block.col, x.row(row) + block.col_end, &values[to]);
      if (units != nullptr) {
        std::copy(x.units_row(row) + block.col, x.units_row(row) + block.col_end, units + to);
      }
    }
  }

  static void relu(const Block& block, std::uint64_t cols, FloatArray& values) {
    for (std::uint64_t row = block.row; row < block.row_end; ++row) {
      for (std::uint64_t col = block.col; col < block.col_end; ++col) {
        const std::uint64_t at = row * cols + col;
        if (values.number(at) < 0) {  // NaN stays
          values.set(at, 0);
        }
      }
    }
  }

  const Graph& graph_;
  const TensorValues& sources_;
  TensorUncertainties* uncertainties_;
  std::vector<Demand> demand_;
  TensorValues values_;
};

}  // namespace

TensorValues evaluate_graph(const Graph& graph, const TensorValues& sources,
                            const std::vector<WantedTiles>& wanted,
                            TensorUncertainties* uncertainties) {
  GraphEvaluator evaluator(graph, sources, uncertainties);
  for (const WantedTiles& tiles : wanted) {
    evaluator.want(tiles);
  }
  return evaluator.run();
}

std::uint64_t evaluation_work(const Graph& graph) {
  std::uint64_t work = 0;
  for (const Operator& op : graph.operators()) {
    const std::uint64_t products =
        op.product_inputs() > 0 ? graph.tensor(op.inputs[0]).shape.cols : 1;
    work += graph.tensor(op.output).shape.elements() *
            (products + op.map.steps.size() * kProductsPerFunction);
  }
  return work;
}

}  // namespace tilewave
