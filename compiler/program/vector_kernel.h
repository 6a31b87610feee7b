// A vector kernel: what a vector op or a reduce of a program does with its operand tiles. The
// program's table holds each once.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/program/expression.h"
#include "compiler/program/folds.h"
#include "compiler/program/tensor.h"

namespace tilewave {

/// How an operand tile meets the m×n elements of the result, or of what a reduction folds.
enum class OperandForm : std::uint8_t {
  kTile,         ///< m×n, element by element
  kRow,          ///< the first row of a tile n wide, for every row
  kColumn,       ///< m×1, for every column
  kFirstColumn,  ///< the first column of an m×n tile, for every column
  kValue,        ///< the first element of a tile, for all
};
inline constexpr std::size_t kOperandFormCount = 5;

std::string_view to_string(OperandForm form);  ///< "tile", "row", "column", "first_column", "value"

/// An operand: how it meets the result, and what its elements are.
struct KernelOperand {
  // NOLINTNEXTLINE(google-explicit-constructor)
  KernelOperand(OperandForm the_form, ElementType the_type = ElementType::kF32)
      : form(the_form), type(the_type) {}

  OperandForm form;
  ElementType type;

  bool operator==(const KernelOperand&) const = default;
};

/// Which values become one: those of each row, one from each of its columns, or those of each column.
enum class FoldAxis : std::uint8_t { kColumns, kRows };
inline constexpr std::size_t kFoldAxisCount = 2;

std::string_view to_string(FoldAxis axis);  ///< "columns", "rows"

/// What becomes of the values of an expression: m×k of them m×1 over columns, k×n of them 1×n over
/// rows.
struct Reduction {
  Fold fold = Fold::kSum;
  FoldAxis over = FoldAxis::kColumns;

  bool operator==(const Reduction&) const = default;
};

/// The expression is of the elements' values, in f32 (compiler/program/function_list.h says which
/// functions take whole numbers as they are); the result is rounded to the nearest value of its type,
/// half to even, and if it is of integers, to the nearest one that they can hold. A reduction folds in f32,
/// and its result is of f32.
struct VectorKernel {
  std::vector<KernelOperand> operands;
  Expression expression;
  ElementType result = ElementType::kF32;
  std::optional<Reduction> reduction = std::nullopt;

  bool operator==(const VectorKernel&) const = default;
};

/// Why it is no kernel: number of operands, expression_problem(), or a reduction to another type than
/// f32. Empty if it is one.
std::string kernel_problem(const VectorKernel& kernel);

/// "tile row | add x0 x1; relu t0"; with types that are not f32, "tile:i32 row -> i8 | mul x0 x1"; with
/// a reduction, "tile column -> sum of columns | sub x0 x1; exp t0".
std::string to_text(const VectorKernel& kernel);
/// Throws InputError without a place.
VectorKernel parse_vector_kernel(std::string_view text);

/// Passes over the tile that a vector unit makes whose functions cost so much, by CostClass: the sum over
/// the steps, and a simple one for a fold, at least one.
std::uint64_t passes(const VectorKernel& kernel,
                     const std::array<std::uint32_t, kCostClassCount>& cost);

/// Cycles that a fold over the columns of so many rows takes beside its passes: of each block of as many
/// rows as there are lanes, which the tree that folds these takes one after another, the tree's depth,
/// ⌈log2(lanes)⌉. 0 of other kernels.
std::uint64_t fold_cycles(const VectorKernel& kernel, std::uint64_t rows, std::uint64_t lanes);

/// Elements of the widest type that the kernel reads or writes in a lane of 4 bytes: 1, 2 or 4.
std::uint64_t elements_per_lane(const VectorKernel& kernel);

/// What the expression is evaluated for to make such a result: that itself, or, of values of which
/// `depth` are folded each, rows×depth or depth×columns.
TileExtent work_tile(const VectorKernel& kernel, const TileExtent& result, std::uint32_t depth);

// An operand of m×n elements of the result, or of the work tile of a reduction:

/// Elements of an operand that are read: m×n, 1×n, m×1, m×n (the rows that hold the column), 1×1.
TileExtent operand_extent(const KernelOperand& operand, const TileExtent& result);
/// Whether a tile that lies in SRAM can be such an operand.
bool operand_fits(const KernelOperand& operand, const TileExtent& tile, const TileExtent& result);
/// What operand_fits() wants, in words: "32x32", "32 columns of i8", "any tile".
std::string operand_requirement(const KernelOperand& operand, const TileExtent& result);

}  // namespace tilewave
