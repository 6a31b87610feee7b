// The reference by the graph. Demand is found first, tile by tile, from the outputs back; then each
// operator computes what is demanded of it.
#include <algorithm>
#include <array>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/program/element_rounding.h"
#include "sim/verify/demand.h"
#include "sim/verify/fold_rounding.h"
#include "sim/verify/reference.h"

namespace tilewave {
namespace {

using Block = ElementRange;

/// A function of an expression costs about as much as so many products.
constexpr std::uint64_t kProductsPerFunction = 8;

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
  /// The elements of neighbouring squares of a row.
  static Block block_of(const Shape& shape, std::uint32_t row, std::uint32_t col,
                        std::uint32_t end) {
    return {std::uint64_t{row} * kSquare.rows,
            std::min((std::uint64_t{row} + 1) * kSquare.rows, shape.rows),
            std::uint64_t{col} * kSquare.cols,
            std::min(std::uint64_t{end} * kSquare.cols, shape.cols)};
  }

  /// Calls `visit(input, part, from)` for what a view takes of its inputs: `part` of the result and of `block`
  /// is `from` of the input.
  template <typename Visit>
  void for_each_part(const Operator& op, const Block& block, Visit&& visit) const {
    if (op.kind == OperatorKind::kSlice) {
      visit(op.inputs[0], block, moved(block, op.range.row, op.range.col));
      return;
    }
    Block place{0, 0, 0, 0};
    for (const TensorId input : op.inputs) {
      const Shape& shape = graph_.tensor(input).shape;
      place = op.axis == MatrixAxis::kRows
                  ? Block{place.row_end, place.row_end + shape.rows, 0, shape.cols}
                  : Block{0, shape.rows, place.col_end, place.col_end + shape.cols};
      if (place.overlaps(block)) {
        const Block part{std::max(place.row, block.row), std::min(place.row_end, block.row_end),
                         std::max(place.col, block.col), std::min(place.col_end, block.col_end)};
        visit(input, part, moved(part, 0 - place.row, 0 - place.col));
      }
    }
  }

  static Block moved(const Block& block, std::uint64_t rows, std::uint64_t cols) {
    return {block.row + rows, block.row_end + rows, block.col + cols, block.col_end + cols};
  }

  void demand_inputs(const Operator& op) {
    demand_[op.output].for_each_run([&](std::uint32_t row, std::uint32_t col, std::uint32_t end) {
      if (is_view(op.kind)) {
        for_each_part(op, block_of(graph_.tensor(op.output).shape, row, col, end),
                      [&](TensorId input, const Block&, const Block& from) {
                        demand_[input].add_elements(from);
                      });
        return;
      }
      if (op.is_product()) {
        demand_factor(op, 0, row);
      }
      for (; col < end; ++col) {
        if (op.is_product()) {
          demand_factor(op, 1, col);
        }
        if (op.has_bias) {
          demand_[op.inputs[2]].add(0, col);
        }
        for (const TensorId input : op.map_inputs()) {
          demand_operand(op, input, row, col);
        }
      }
    });
  }

  /// The rows of a, or the columns of b, that squares `at` of the product's rows, or columns, are of.
  void demand_factor(const Operator& op, std::size_t factor, std::uint32_t at) {
    Demand& demand = demand_[op.inputs[factor]];
    if ((factor == 0) != op.transposed[factor]) {
      demand.add_row(at);
    } else {
      demand.add_col(at);
    }
  }

  /// What an expression reads for a square of the result.
  void demand_operand(const Operator& op, TensorId input, std::uint32_t row, std::uint32_t col) {
    const auto [first_row, first_col] = repeats(input, op);
    Demand& demand = demand_[input];
    const bool reduce = op.kind == OperatorKind::kReduce;
    if (reduce && op.reduction.over == FoldAxis::kColumns && !first_col) {
      demand.add_row(first_row ? 0 : row);
    } else if (reduce && op.reduction.over == FoldAxis::kRows && !first_row) {
      demand.add_col(first_col ? 0 : col);
    } else {
      demand.add(first_row ? 0 : row, first_col ? 0 : col);
    }
  }

  /// Whether every row, or every column, that the expression is of meets the same one of `input`.
  std::pair<bool, bool> repeats(TensorId input, const Operator& op) const {
    const Shape& shape = graph_.tensor(input).shape;
    const Shape work = work_shape(graph_, op);
    return {shape.rows != work.rows, shape.cols != work.cols};
  }

  void compute(const Operator& op) {
    const Tensor& output = graph_.tensor(op.output);
    FloatArray& values = values_[output.name];
    values = FloatArray(output.shape.elements(), output.type);
    FloatArray sums;  // of a product that an expression follows
    if (op.is_product()) {
      find_factors(op);
    }
    if (op.is_product() && op.has_map()) {
      sums = FloatArray(output.shape.elements(), sum_type(graph_, op));
    }
    FloatArray& product = op.has_map() ? sums : values;
    demand_[op.output].for_each_run([&](std::uint32_t row, std::uint32_t col, std::uint32_t end) {
      const Block block = block_of(output.shape, row, col, end);
      const auto view = [&] {
        for_each_part(op, block, [&](TensorId input, const Block& part, const Block& from) {
          copy(matrix(input), from, part, output.shape.cols, values, units_of(output));
        });
      };
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
          [&] { map(op, block, product, values); }, [&] { reduce(op, block, values); },
          [&] {
            copy(matrix(op.inputs[0]), block, block, output.shape.cols, values, units_of(output));
          },
          view, view);
    });
  }

  /// Both as they are multiplied.
  void find_factors(const Operator& op) {
    for (std::size_t i = 0; i < factors_.size(); ++i) {
      factors_[i] = matrix(op.inputs[i]);
      if (!op.transposed[i]) {
        continue;
      }
      const Matrix from = factors_[i];
      const Shape shape = from.shape.transposed();
      turned_[i] = FloatArray(shape.elements(), graph_.tensor(op.inputs[i]).type);
      turned_units_[i].resize(from.units == nullptr ? 0 : shape.elements());
      for (std::uint64_t row = 0; row < from.shape.rows; ++row) {
        for (std::uint64_t col = 0; col < from.shape.cols; ++col) {
          const std::uint64_t to = col * shape.cols + row;
          turned_[i][to] = from.row(row)[col];
          if (from.units != nullptr) {
            turned_units_[i][to] = from.units_row(row)[col];
          }
        }
      }
      factors_[i] = {&turned_[i], shape, from.units == nullptr ? nullptr : turned_units_[i].data()};
    }
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
    const auto& [a, b] = factors_;
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
    const auto& [a, b] = factors_;
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

  /// Of all results of a block the first value, then the second ones.
  void reduce(const Operator& op, const Block& block, FloatArray& values) {
    const FoldInfo& fold = fold_info(op.reduction.fold);
    const bool columns = op.reduction.over == FoldAxis::kColumns;
    const Shape work = work_shape(graph_, op);
    const std::uint64_t depth = columns ? work.cols : work.rows;
    const std::uint64_t first = columns ? block.row : block.col;
    double* units = units_of(graph_.tensor(op.output));
    const Operands operands = operands_of(op, values);
    std::vector<double> folded(block.elements(), fold.identity);
    std::vector<double> next(folded.size());
    std::vector<double> next_units(folded.size());
    std::vector<UncertainSums::Element> uncertain(folded.size());
    UncertainFolds folds;
    if (units != nullptr) {
      folds.begin(op.reduction.fold, folded, uncertain);
    }
    for (std::uint64_t k = 0; k < depth; ++k) {
      for (std::uint64_t i = 0; i < next.size(); ++i) {
        const std::uint64_t row = columns ? first + i : k;
        const std::uint64_t col = columns ? k : first + i;
        next[i] = operands.value(ElementType::kF32, op.map, row, col);
        next_units[i] = units == nullptr ? 0 : operands.units(ElementType::kF32, op.map, row, col);
      }
      if (units != nullptr) {
        folds.add(next.data(), next_units.data());
      }
      for (std::uint64_t i = 0; i < next.size(); ++i) {
        folded[i] = fold.combine(folded[i], next[i]);
      }
    }
    if (units != nullptr) {
      folds.end(uncertain);
    }
    for (std::uint64_t i = 0; i < folded.size(); ++i) {
      values.set(first + i, folded[i]);
      if (units != nullptr) {
        units[first + i] = uncertain[i].units();
      }
    }
  }

  /// What an expression reads.
  struct Operands {
    std::array<Matrix, kMaxMapOperands> matrices;
    std::array<std::pair<bool, bool>, kMaxMapOperands> first;  ///< as repeats() says
    std::size_t count = 0;

    double value(ElementType type, const Expression& map, std::uint64_t row,
                 std::uint64_t col) const {
      std::array<double, kMaxMapOperands> elements{};
      for (std::size_t i = 0; i < count; ++i) {
        elements[i] = matrices[i].at(first[i].first ? 0 : row, first[i].second ? 0 : col);
      }
      return evaluate_as(type, map, {elements.data(), count});
    }
    double units(ElementType type, const Expression& map, std::uint64_t row,
                 std::uint64_t col) const {
      std::array<UncertainValue, kMaxMapOperands> elements{};
      for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t from = first[i].first ? 0 : row;
        const std::uint64_t at = first[i].second ? 0 : col;
        elements[i] = {matrices[i].at(from, at), matrices[i].units_row(from)[at]};
      }
      return evaluate_uncertain_as(type, map, {elements.data(), count});
    }
  };

  /// `product` is what a matmul's expression reads first.
  Operands operands_of(const Operator& op, const FloatArray& product) const {
    Operands operands;
    if (op.is_product()) {
      const Tensor& output = graph_.tensor(op.output);
      operands.matrices[operands.count++] = {&product, output.shape, units_of(output)};
    }
    for (const TensorId input : op.map_inputs()) {
      operands.first[operands.count] = repeats(input, op);
      operands.matrices[operands.count++] = matrix(input);
    }
    return operands;
  }

  /// The operator's expression.
  void map(const Operator& op, const Block& block, const FloatArray& product,
           FloatArray& values) const {
    const Tensor& output = graph_.tensor(op.output);
    double* units = units_of(output);
    const Operands operands = operands_of(op, product);
    for (std::uint64_t row = block.row; row < block.row_end; ++row) {
      for (std::uint64_t col = block.col; col < block.col_end; ++col) {
        const std::uint64_t at = row * output.shape.cols + col;
        if (units != nullptr) {  // first, for they may lie where those of the product do
          units[at] = operands.units(output.type, op.map, row, col);
        }
        values.set(at, operands.value(output.type, op.map, row, col));
      }
    }
  }

  /// The elements `from` of x to the elements `to` of `values`, which has so many columns; `units` may be null.
  static void copy(const Matrix& x, const Block& from, const Block& to, std::uint64_t cols,
                   FloatArray& values, double* units) {
    for (std::uint64_t i = 0; i < to.rows(); ++i) {
      const std::uint64_t at = (to.row + i) * cols + to.col;  // bits: whatever the type
      const float* row = x.row(from.row + i);
      std::copy(row + from.col, row + from.col_end, &values[at]);
      if (units != nullptr) {
        const double* row_units = x.units_row(from.row + i);
        std::copy(row_units + from.col, row_units + from.col_end, units + at);
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
  std::array<Matrix, 2> factors_;  ///< of the product at hand
  std::array<FloatArray, 2> turned_;
  std::array<std::vector<double>, 2> turned_units_;
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
    const std::uint64_t products = op.is_product() ? product_depth(graph, op) : 0;
    work += graph.tensor(op.output).shape.elements() * products +
            work_shape(graph, op).elements() * (std::uint64_t{op.is_product() ? 0U : 1U} +
                                                op.map.steps.size() * kProductsPerFunction);
  }
  return work;
}

}  // namespace tilewave
