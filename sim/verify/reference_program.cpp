// The reference by the program: an in-order machine with an SRAM of doubles and whole tensors for
// DRAM. It has no engines, no queues and no time, and shares no code with those who do.
#include <algorithm>
#include <array>
#include <span>
#include <unordered_set>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/program/element_rounding.h"
#include "compiler/program/opcodes.h"
#include "compiler/program/tile_cells.h"
#include "sim/verify/fold_rounding.h"
#include "sim/verify/reference.h"

namespace tilewave {
namespace {

/// An element of a vector step costs about as much as so many products.
constexpr std::uint64_t kProductsPerVectorStep = 16;

/// The ops that the wanted tiles depend on: from the last op back, along the values in demand.
class DependencySlice {
 public:
  DependencySlice(const Program& program, const std::vector<WantedTiles>& wanted)
      : program_(program), cells_(program), dram_(cells_.count(), program.ops.size()) {
    for (std::uint32_t i = 0; i < program.tensors.size(); ++i) {
      for (const WantedTiles& tiles : wanted) {
        if (tiles.tensor == program.tensors[i].name) {
          for (const TileAt& tile : tiles.tiles) {
            cells_.visit_stored(i, tile.row, tile.col, [&](CellId cell) { dram_[cell] = 1; });
          }
        }
      }
    }
  }

  std::vector<bool> run() {
    std::vector<bool> needed(program_.ops.size());
    for (std::size_t i = program_.ops.size(); i-- > 0;) {
      needed[i] = visit(program_.ops[i]);
    }
    return needed;
  }

 private:
  /// True if `op` makes a value in demand, which then is in demand no more, but its operands are.
  bool visit(const Op& op) {
    if (is_store(op)) {
      bool wanted = false;
      cells_.visit(op, [&](CellId cell) {
        wanted = wanted || dram_[cell] != 0;
        dram_[cell] = 0;
      });
      if (!wanted) {
        return false;
      }
    } else if (sram_.erase(op.dst) == 0) {
      return false;
    }
    if (is_load(op)) {
      cells_.visit(op, [&](CellId cell) { dram_[cell] = 1; });
    }
    visit_sram(
        program_, op, [this](std::uint32_t address, std::uint64_t) { sram_.insert(address); },
        [](std::uint32_t, std::uint64_t) {});
    return true;
  }

  const Program& program_;
  TileCells cells_;
  CellMap<char> dram_;                      ///< by cell: whether it is in demand
  std::unordered_set<std::uint32_t> sram_;  ///< addresses
};

class Interpreter {
 public:
  /// `uncertainties` may be null.
  Interpreter(const Program& program, const TensorValues& sources,
              TensorUncertainties* uncertainties)
      : program_(program),
        sram_(program.sram_bytes),
        sram_units_(uncertainties == nullptr ? 0 : sram_.size()) {
    for (const ProgramTensor& tensor : program.tensors) {
      const auto source = sources.find(tensor.name);
      sources_.push_back(source != sources.end() ? &source->second : nullptr);
      dram_.emplace_back(source != sources.end() ? 0 : tensor.shape.elements(), tensor.type());
      if (uncertainties != nullptr) {
        Uncertainties& units = (*uncertainties)[tensor.name];
        units = Uncertainties(tensor.shape.elements());
        dram_units_.push_back(units.data());
      }
    }
  }

  void step(const Op& op) {
    tile_ = op.shape();
    result_ = std::uint64_t{op.m} * op.n;
    double* dst = &sram_[op.dst];
    by_opcode(
        op.opcode, [&] { load(op, dst); }, [&] { store(op); },
        [&] {
          matmul(op, dst);
          clear_padding(op, dst);
        },
        [&] {
          vector(op, dst);
          clear_padding(op, dst);
        },
        [&] {
          reduce(op, dst);
          clear_padding(op, dst);
        });
  }

  TensorValues take() {
    TensorValues values;
    for (std::size_t i = 0; i < dram_.size(); ++i) {
      values.emplace(program_.tensors[i].name, std::move(dram_[i]));
    }
    return values;
  }

 private:
  static double relu(double x) { return x < 0.0 ? 0.0 : x; }  // NaN stays

  /// The tile at `address`, rounded to its type, from which its sum in double may be off.
  void read(std::uint32_t address, const TileExtent& tile, std::vector<double>& values) const {
    const double* from = &sram_[address];
    values.resize(tile.elements());
    std::transform(from, from + values.size(), values.begin(), [&](double x) {
      return tile.type == ElementType::kI32 ? x : rounded_to(tile.type, x);
    });
  }

  /// A tile whose columns lie one after the other, `rows` elements each, row by row.
  static std::vector<double> by_rows(const std::vector<double>& columns, std::uint64_t rows) {
    const std::uint64_t cols = columns.size() / rows;
    std::vector<double> values(columns.size());
    for (std::uint64_t row = 0; row < rows; ++row) {
      for (std::uint64_t col = 0; col < cols; ++col) {
        values[row * cols + col] = columns[col * rows + row];
      }
    }
    return values;
  }

  /// Calls `visit(element in tile, element in tensor)` where the tile is not padding.
  template <typename Visit>
  void for_each_element(const Op& op, Visit&& visit) const {
    const ElementRange valid = program_.elements_at(op);
    const std::uint64_t cols = program_.tensor(op).shape.cols;
    const std::uint64_t pitch = program_.tile_at(op).cols;
    for (std::uint64_t row = 0; row < valid.rows(); ++row) {
      for (std::uint64_t col = 0; col < valid.cols(); ++col) {
        visit(row * pitch + col, (valid.row + row) * cols + valid.col + col);
      }
    }
  }

  /// Of the op's tile.
  std::uint64_t elements(const Op& op) const { return program_.tile_at(op).elements(); }

  bool with_units() const { return !dram_units_.empty(); }

  /// The uncertainties of `count` elements from `address` on.
  void read_units(std::uint32_t address, std::uint64_t count, std::vector<double>& units) const {
    const UncertainSums::Element* from = &sram_units_[address];
    units.resize(count);
    std::transform(from, from + count, units.begin(),
                   [](const UncertainSums::Element& element) { return element.units(); });
  }

  void clear_padding(const Op& op, double* dst) {
    kept_.assign(result_, 0.0);
    for_each_element(op, [&](std::size_t at, std::size_t) { kept_[at] = dst[at]; });
    std::copy(kept_.begin(), kept_.end(), dst);
    if (with_units()) {
      std::vector<UncertainSums::Element> units(result_);
      UncertainSums::Element* all = &sram_units_[op.dst];
      for_each_element(op, [&](std::size_t at, std::size_t) { units[at] = all[at]; });
      std::copy(units.begin(), units.end(), all);
    }
  }

  void load(const Op& op, double* dst) {
    std::fill_n(dst, elements(op), 0.0);
    const std::uint32_t number = program_.tensor_of(op.region);
    const FloatArray* source = sources_[number];
    const FloatArray& tensor = source != nullptr ? *source : dram_[number];
    for_each_element(op, [&](std::size_t to, std::size_t from) { dst[to] = tensor.number(from); });
    if (with_units()) {
      UncertainSums::Element* units = &sram_units_[op.dst];
      std::fill_n(units, elements(op), UncertainSums::Element{});
      for_each_element(
          op, [&](std::size_t to, std::size_t from) { units[to].own = dram_units_[number][from]; });
    }
  }

  void store(const Op& op) {
    read(op.a, program_.tile_at(op), a_);
    const std::uint32_t number = program_.tensor_of(op.region);
    FloatArray& tensor = dram_[number];
    for_each_element(op, [&](std::size_t from, std::size_t to) {
      tensor.set(to, op.relu ? relu(a_[from]) : a_[from]);
    });
    if (with_units()) {  // a ReLU leaves them as they are
      const UncertainSums::Element* units = &sram_units_[op.a];
      for_each_element(op, [&](std::size_t from, std::size_t to) {
        dram_units_[number][to] = units[from].units();
      });
    }
  }

  /// The operands of an op with a kernel, and their uncertainties where these are wanted; how many.
  std::size_t read_operands(const Op& op) {
    std::size_t count = 0;
    visit_operands(
        program_, op,
        [&](std::size_t, const OperandRule&, std::uint32_t address, const TileExtent& extent) {
          if (with_units()) {
            read_units(address, extent.elements(), units_[count]);
          }
          read(address, extent, operands_[count++]);
        });
    return count;
  }

  void vector(const Op& op, double* dst) {
    const VectorKernel& kernel = program_.kernels[op.kernel];
    const std::size_t count = read_operands(op);
    if (with_units()) {
      UncertainSums::Element* units = &sram_units_[op.dst];
      for_each_value_units(op, count, [&](std::uint64_t row, std::uint64_t col, double value) {
        units[row * tile_.n + col] = {value, 0};
      });
    }
    for_each_value(kernel, {tile_.m, tile_.n}, count,
                   [&](std::uint64_t row, std::uint64_t col, double value) {
                     dst[row * tile_.n + col] = value;
                   });
  }

  /// Calls `visit(row, col, value)` for what an op's kernel makes of the `count` operands read.
  template <typename Visit>
  void for_each_value(const VectorKernel& kernel, const TileExtent& work, std::size_t count,
                      Visit&& visit) const {
    std::array<double, kMostOperands> elements{};
    for (std::uint64_t row = 0; row < work.rows; ++row) {
      for (std::uint64_t col = 0; col < work.cols; ++col) {
        for (std::size_t i = 0; i < count; ++i) {
          elements[i] = operands_[i][place(kernel.operands[i].form, work, row, col)];
        }
        visit(row, col, evaluate_as(kernel.result, kernel.expression, {elements.data(), count}));
      }
    }
  }

  /// The same for the uncertainty of these.
  template <typename Visit>
  void for_each_value_units(const Op& op, std::size_t count, Visit&& visit) const {
    const VectorKernel& kernel = program_.kernels[op.kernel];
    const TileExtent work = work_of(program_, op);
    std::array<UncertainValue, kMostOperands> elements{};
    for (std::uint64_t row = 0; row < work.rows; ++row) {
      for (std::uint64_t col = 0; col < work.cols; ++col) {
        for (std::size_t i = 0; i < count; ++i) {
          const std::uint64_t from = place(kernel.operands[i].form, work, row, col);
          elements[i] = {operands_[i][from], units_[i][from]};
        }
        visit(row, col,
              evaluate_uncertain_as(kernel.result, kernel.expression, {elements.data(), count}));
      }
    }
  }

  /// Where an operand has what meets an element of the result, or of what is folded.
  static std::uint64_t place(OperandForm form, const TileExtent& work, std::uint64_t row,
                             std::uint64_t col) {
    switch (form) {
      case OperandForm::kTile: return row * work.cols + col;
      case OperandForm::kRow: return col;
      case OperandForm::kColumn: return row;
      case OperandForm::kFirstColumn: return row * work.cols;
      case OperandForm::kValue: return 0;
    }
    throw InternalError("no such form of an operand");
  }

  /// Values are folded in order: of all results the first one, then the second ones.
  void reduce(const Op& op, double* dst) {
    const VectorKernel& kernel = program_.kernels[op.kernel];
    const TileExtent work = work_of(program_, op);
    const FoldInfo& fold = fold_info(kernel.reduction->fold);
    const bool columns = kernel.reduction->over == FoldAxis::kColumns;
    const auto turn = [&](std::uint64_t row, std::uint64_t col) {
      return columns ? col * work.rows + row : row * work.cols + col;
    };
    const std::size_t count = read_operands(op);
    folded_.resize(work.elements());
    for_each_value(kernel, work, count, [&](std::uint64_t row, std::uint64_t col, double value) {
      folded_[turn(row, col)] = value;
    });
    if (op.clear) {
      std::fill_n(dst, result_, fold.identity);
    }
    if (with_units()) {
      folded_units_.resize(folded_.size());
      for_each_value_units(op, count, [&](std::uint64_t row, std::uint64_t col, double units) {
        folded_units_[turn(row, col)] = units;
      });
      reduce_units(op, kernel.reduction->fold, dst);
    }
    for (std::size_t i = 0; i < folded_.size(); ++i) {
      dst[i % result_] = fold.combine(dst[i % result_], folded_[i]);
    }
  }

  /// Of the step on the results at `dst`, with which it is yet to be combined.
  void reduce_units(const Op& op, Fold fold, const double* dst) {
    const std::span<UncertainSums::Element> units(&sram_units_[op.dst], result_);
    if (op.clear) {
      std::ranges::fill(units, UncertainSums::Element{});
    }
    folds_.begin(fold, {dst, result_}, units);
    for (std::size_t first = 0; first < folded_.size(); first += result_) {
      folds_.add(&folded_[first], &folded_units_[first]);
    }
    folds_.end(units);
  }

  void matmul(const Op& op, double* dst) {
    const ElementType sum = sum_type(op.a_type);
    read(op.a, tile_.left().of(op.a_type), a_);
    read(op.b, tile_.right().of(op.b_type), b_);
    if (op.a_transposed) {
      a_ = by_rows(a_, tile_.m);
    }
    if (op.b_transposed) {
      b_ = by_rows(b_, tile_.k);
    }
    std::ranges::for_each(a_, [&](double& x) { x -= op.a_zero; });
    std::ranges::for_each(b_, [&](double& x) { x -= op.b_zero; });
    if (op.clear) {
      std::fill_n(dst, result_, 0.0);
    }
    if (op.biased) {
      read(op.c, tile_.row().of(sum), bias_);
      for (std::uint64_t i = 0; i < result_; ++i) {
        dst[i] = bias_[i % tile_.n];
      }
    }
    if (with_units()) {
      matmul_units(op, dst);
    }
    for (std::uint64_t i = 0; i < tile_.m; ++i) {
      for (std::uint64_t k = 0; k < tile_.k; ++k) {
        const double left = a_[i * tile_.k + k];
        for (std::uint64_t j = 0; j < tile_.n; ++j) {
          dst[i * tile_.n + j] += left * b_[k * tile_.n + j];
        }
      }
    }
    if (sum == ElementType::kI32) {
      std::transform(dst, dst + result_, dst, wrapped_to_i32);
    }
    if (op.relu) {
      std::transform(dst, dst + result_, dst, relu);
    }
  }

  /// Of the step on the sums at `dst`, which it is yet to be added to.
  void matmul_units(const Op& op, const double* dst) {
    UncertainSums::Element* units = &sram_units_[op.dst];
    if (op.clear) {
      std::fill_n(units, result_, UncertainSums::Element{});
    }
    if (op.biased) {
      read_units(op.c, tile_.n, units_[0]);
      for (std::uint64_t i = 0; i < result_; ++i) {
        units[i] = {units_[0][i % tile_.n], 0};
      }
    }
    read_units(op.a, tile_.left().elements(), units_[0]);
    read_units(op.b, tile_.right().elements(), units_[1]);
    if (op.a_transposed) {
      units_[0] = by_rows(units_[0], tile_.m);
    }
    if (op.b_transposed) {
      units_[1] = by_rows(units_[1], tile_.k);
    }
    for (std::uint64_t i = 0; i < tile_.m; ++i) {
      const std::span<UncertainSums::Element> row(units + i * tile_.n, tile_.n);
      sums_.begin(sum_type(op.a_type), {dst + i * tile_.n, tile_.n}, row);
      for (std::uint64_t k = 0; k < tile_.k; ++k) {
        sums_.add(a_[i * tile_.k + k], units_[0][i * tile_.k + k], &b_[k * tile_.n],
                  &units_[1][k * tile_.n]);
      }
      sums_.end(row);
    }
  }

  const Program& program_;
  TileShape tile_;                          ///< of the op
  std::uint64_t result_ = 0;                ///< elements of what it computes
  std::vector<double> sram_;                ///< the elements of a tile from its first byte's on
  std::vector<const FloatArray*> sources_;  ///< null for what is computed
  std::vector<FloatArray> dram_;            ///< the others, whole and without padding
  std::vector<double> a_;
  std::vector<double> b_;
  std::vector<double> bias_;
  std::array<std::vector<double>, kMostOperands> operands_;
  std::vector<double> folded_;  ///< what a reduce folds
  std::vector<double> kept_;

  // Only where the uncertainties are wanted:
  std::vector<UncertainSums::Element> sram_units_;  ///< likewise
  std::vector<double*> dram_units_;                 ///< of whole tensors
  std::array<std::vector<double>, kMostOperands> units_;
  std::vector<double> folded_units_;
  UncertainSums sums_;
  UncertainFolds folds_;
};

}  // namespace

TensorValues evaluate_program(const Program& program, const TensorValues& sources,
                              const std::vector<WantedTiles>& wanted,
                              TensorUncertainties* uncertainties) {
  const std::vector<bool> needed = DependencySlice(program, wanted).run();
  Interpreter interpreter(program, sources, uncertainties);
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    if (needed[i]) {
      interpreter.step(program.ops[i]);
    }
  }
  return interpreter.take();
}

std::uint64_t evaluation_work(const Program& program) {
  std::uint64_t work = 0;
  for (const Op& op : program.ops) {
    const TileExtent tile = moves_tile(op) ? program.tile_at(op) : TileExtent{op.m, op.n};
    work += tile.elements() * (is_sum_step(op) ? 1 : kProductsPerVectorStep) *
            (is_reduction_step(op) ? op.k : 1);
  }
  return work;
}

}  // namespace tilewave
