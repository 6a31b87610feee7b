// One walk over the ops with the contents of SRAM and the stored cells of DRAM beside it. Messages
// are made in program_verify_errors.cpp.
#include "compiler/program/verify/program_verify.h"

#include <algorithm>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/program/forms/program_fields.h"
#include "compiler/program/opcodes.h"
#include "compiler/program/tile_cells.h"
#include "compiler/program/verify/program_verify_errors.h"
#include "compiler/program/verify/program_verify_header.h"
#include "compiler/program/verify/sram_contents.h"

namespace tilewave {

namespace {

/// Expects a verified header.
class OpVerifier {
 public:
  OpVerifier(const Program& program, const VerifyErrors& errors)
      : program_(program),
        errors_(errors),
        sram_(program, errors),
        cells_(program),
        stored_(cells_.count(), program.ops.size()),
        to_store_(output_elements(program)) {
    for (std::uint32_t region = 0; region < program.regions(); ++region) {
      regions_.push_back({program.grid(region), program.tensors[program.tensor_of(region)].role});
    }
    has_padding_ = std::ranges::any_of(
        program.tensors, [](const ProgramTensor& tensor) { return tensor.stored != tensor.shape; });
  }

  VerifyReport verify() {
    for (std::size_t i = 0; i < program_.ops.size(); ++i) {
      verify_op(static_cast<std::uint32_t>(i));
    }
    verify_outputs();
    sram_.check_nothing_unread();
    report_.peak_address = sram_.peak_address();
    return report_;
  }

  /// Goes on behind what is wrong.
  std::vector<std::string> problems(std::size_t most) {
    std::vector<std::string> found;
    const auto note = [&](auto&& check) {
      try {
        if (found.size() < most) {
          check();
        }
      } catch (const InputError& error) {
        found.emplace_back(error.what());
      }
    };
    for (std::size_t i = 0; i < program_.ops.size() && found.size() < most; ++i) {
      note([&] { verify_op(static_cast<std::uint32_t>(i)); });
    }
    note([&] { verify_outputs(); });
    note([&] { sram_.check_nothing_unread(); });
    return found;
  }

 private:
  struct RegionInfo {
    TileGrid grid;
    TensorRole role;

    bool is_constant() const {
      return role == TensorRole::kInput || role == TensorRole::kParameter;
    }
  };

  void verify_op(std::uint32_t index) {
    const Op& op = program_.ops[index];
    if (const auto problem = find_problem(op, program_)) {
      errors_.fail_op(index, problem->text());
    }
    verify_coordinates(index, op);
    by_opcode(
        op.opcode, [&] { verify_load(index, op); }, [&] { verify_store(index, op); },
        [&] { verify_matmul(index, op); }, [&] { verify_vector(index, op); },
        [&] { verify_reduce(index, op); });
  }

  void verify_coordinates(std::uint32_t index, const Op& op) const {
    const TileGrid& grid = regions_[op.region].grid;
    if (op.row >= grid.rows || op.col >= grid.cols) {
      errors_.fail_op(index, "names a tile that does not exist; allowed: row 0 to " +
                                 std::to_string(grid.rows - 1) + ", column 0 to " +
                                 std::to_string(grid.cols - 1));
    }
    if (op.step >= kMaxReductionSteps) {
      errors_.fail_op(index, "has k = " + std::to_string(op.step) + "; allowed: 0 to " +
                                 std::to_string(kMaxReductionSteps - 1));
    }
  }

  void verify_load(std::uint32_t index, const Op& op) {
    const TileExtent tile = program_.tile_at(op);
    sram_.check_address(index, "destination", op.dst, tile.bytes());
    if (!regions_[op.region].is_constant()) {
      cells_.visit(op, [&](CellId cell) {
        if (stored_[cell] == 0) {
          errors_.fail_unstored(index);
        }
      });
    }
    sram_.write(index, op.dst, tile, false);
    ++report_.loads;
    report_.bytes_loaded += tile.bytes();
  }

  void verify_store(std::uint32_t index, const Op& op) {
    const RegionInfo& region = regions_[op.region];
    const TileExtent tile = program_.tile_at(op);
    sram_.check_address(index, "source", op.a, tile.bytes());
    if (region.is_constant()) {
      errors_.fail_op(index, std::string("stores to a tensor of role ") + to_string(region.role) +
                                 "; allowed: intermediate, output");
    }
    SramTile& source = sram_.read(index, "source", op.a, tile);
    const Op& writer = program_.ops[source.writer];
    if (has_padding_ && !within(program_.elements_at(writer), program_.elements_at(op))) {
      errors_.fail_op(index,
                      "stores the tile of " + errors_.describe(source.writer) +
                          " into one with less valid elements: the rest would become padding,"
                          " which has to stay zero");
    }
    source.stored = true;
    const bool is_output = region.role == TensorRole::kOutput;
    cells_.visit(op, [&](CellId cell) {
      if (is_output && stored_[cell] != 0) {
        errors_.fail_stored_twice(index);
      }
    });
    cells_.visit(op, [&](CellId cell) { stored_[cell] = 1; });
    if (is_output) {
      to_store_ -= has_padding_ ? program_.elements_at(op).elements() : tile.elements();
    }
    ++report_.stores;
    report_.bytes_stored += tile.bytes();
  }

  void verify_matmul(std::uint32_t index, const Op& op) {
    if (has_padding_ && (op.a_zero != 0 || op.b_zero != 0)) {
      errors_.fail_op(index, "takes " + std::to_string(op.a_zero) + " and " +
                                 std::to_string(op.b_zero) +
                                 " for zero; allowed: 0 in a program with padded tensors, for "
                                 "padding is 0");
    }
    const TileExtent result = result_of(program_, op);
    verify_result(index, op, result);
    sram_.check_address(index, "accumulator", op.dst, result.bytes());
    visit_operands(
        program_, op,
        [&](std::size_t, const OperandRule& rule, std::uint32_t address, const TileExtent& extent) {
          const std::uint64_t bytes = extent.bytes();
          sram_.check_address(index, rule.key.data(), address, bytes);
          sram_.check_apart(index,
                            rule.size == OperandSize::kRow
                                ? "an accumulator that overlaps its own bias"
                                : "an accumulator that overlaps its own operand",
                            op, result, address, bytes);
          if (rule.size == OperandSize::kRow) {  // the first of a tile that is as wide
            sram_.read(index, rule.key.data(), address, {OperandForm::kRow, extent.type}, result);
          } else {
            sram_.read(index, rule.key.data(), address, extent);
          }
        });
    take_step(index, op, result);
  }

  void verify_vector(std::uint32_t index, const Op& op) {
    const TileExtent result = result_of(program_, op);
    verify_result(index, op, result);
    sram_.check_address(index, "destination", op.dst, result.bytes());
    const KernelOperand* operand = program_.kernels[op.kernel].operands.data();
    visit_operands(
        program_, op,
        [&](std::size_t, const OperandRule& rule, std::uint32_t address, const TileExtent& extent) {
          sram_.check_address(index, rule.key.data(), address, extent.bytes());
          sram_.check_operand_apart(index, op, result, address, *operand);
          sram_.read(index, rule.key.data(), address, *operand++, result);
        });
    sram_.write(index, op.dst, result, true);
    ++report_.executes;
  }

  void verify_reduce(std::uint32_t index, const Op& op) {
    const VectorKernel& kernel = program_.kernels[op.kernel];
    const TileExtent result = result_of(program_, op);
    const TileExtent work = work_of(program_, op);
    verify_result(index, op, result);
    sram_.check_address(index, "accumulator", op.dst, result.bytes());
    visit_operands(
        program_, op,
        [&](std::size_t operand, const OperandRule& rule, std::uint32_t address,
            const TileExtent& extent) {
          sram_.check_address(index, rule.key.data(), address, extent.bytes());
          sram_.check_apart(index, "an accumulator that overlaps its own operand", op, result,
                            address, extent.bytes());
          const SramTile& tile =
              sram_.read(index, rule.key.data(), address, kernel.operands[operand], work);
          if (has_padding_) {
            verify_no_padding(index, *kernel.reduction, kernel.operands[operand].form, tile);
          }
        });
    take_step(index, op, result);
  }

  /// Of what the op folds of an operand, every element is one of a tensor.
  void verify_no_padding(std::uint32_t index, const Reduction& reduction, OperandForm form,
                         const SramTile& tile) const {
    if (form == OperandForm::kValue) {
      return;
    }
    const ElementRange valid = program_.elements_at(program_.ops[tile.writer]);
    const bool padded = reduction.over == FoldAxis::kColumns
                            ? form != OperandForm::kColumn && form != OperandForm::kFirstColumn &&
                                  valid.cols() < tile.extent.cols
                            : form != OperandForm::kRow && valid.rows() < tile.extent.rows;
    if (padded) {
      errors_.fail_op(index, "folds " + std::string(to_string(reduction.over)) +
                                 " of the tile of " + errors_.describe(tile.writer) +
                                 " that are padding; allowed: elements of a tensor");
    }
  }

  /// Of a sum or a fold.
  void take_step(std::uint32_t index, const Op& op, const TileExtent& result) {
    if (op.clear) {
      sram_.open(index, op, result);
    } else {
      sram_.accumulate(index, op, result);
    }
    ++report_.executes;
  }

  /// What is computed is a tile of the tensor that it is said to be of, if not of its elements yet.
  void verify_result(std::uint32_t index, const Op& op, const TileExtent& result) const {
    const TileExtent tile = program_.tile_at(op).of(result.type);
    if (tile != result) {
      errors_.fail_op(index, "computes a tile of a tensor with tiles of " + to_string(tile) +
                                 "; allowed: m x n = " + to_string(result));
    }
  }

  /// By size: of tiles with the same coordinates.
  static bool within(const ElementRange& inner, const ElementRange& outer) {
    return inner.rows() <= outer.rows() && inner.cols() <= outer.cols();
  }

  /// Each of their elements is stored once: then there are as many as they have. Only what is missing
  /// is looked for, cell by cell.
  void verify_outputs() const {
    if (to_store_ == 0) {
      return;
    }
    for (std::uint32_t tensor = 0; tensor < program_.tensors.size(); ++tensor) {
      if (program_.tensors[tensor].role != TensorRole::kOutput) {
        continue;
      }
      for (CellId cell = cells_.first(tensor); cell < cells_.first(tensor + 1); ++cell) {
        if (const char* stored = stored_.find(cell); stored == nullptr || *stored == 0) {
          errors_.fail_never_stored(tensor, cells_.elements(tensor, cell));
        }
      }
    }
  }

  static std::uint64_t output_elements(const Program& program) {
    std::uint64_t elements = 0;
    for (const ProgramTensor& tensor : program.tensors) {
      elements += tensor.role == TensorRole::kOutput ? tensor.shape.elements() : 0;
    }
    return elements;
  }

  const Program& program_;
  const VerifyErrors& errors_;
  SramContents sram_;
  TileCells cells_;
  CellMap<char> stored_;        ///< per cell: whether an op has stored it
  std::uint64_t to_store_ = 0;  ///< elements of outputs that no op has stored yet
  std::vector<RegionInfo> regions_;
  bool has_padding_ = false;  ///< of some tensor
  VerifyReport report_;
};

}  // namespace

VerifyReport verify_program(const Program& program, const std::string& file_name) {
  const VerifyErrors errors(program, file_name);
  verify_header(program, errors);
  return OpVerifier(program, errors).verify();
}

std::vector<std::string> program_problems(const Program& program, const std::string& file_name,
                                          std::size_t most) {
  const VerifyErrors errors(program, file_name);
  try {
    verify_header(program, errors);
  } catch (const InputError& error) {
    return {error.what()};  // its tables say what the ops mean
  }
  return OpVerifier(program, errors).problems(most);
}

}  // namespace tilewave
