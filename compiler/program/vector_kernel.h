// A vector kernel: what a vector op of a program does with its operand tiles. The program's table
// holds each once.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/program/expression.h"
#include "compiler/program/tensor.h"

namespace tilewave {

/// How an operand tile meets the m×n elements of the result.
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

/// The expression is of the elements' values, in f32 (compiler/program/function_list.h says which
/// functions take whole numbers as they are); the result is rounded to the nearest value of its type,
/// half to even, and if it is of integers, to the nearest one that they can hold.
struct VectorKernel {
  std::vector<KernelOperand> operands;
  Expression expression;
  ElementType result = ElementType::kF32;

  bool operator==(const VectorKernel&) const = default;
};

/// Why it is no kernel: number of operands, or expression_problem(). Empty if it is one.
std::string kernel_problem(const VectorKernel& kernel);

/// "tile row | add x0 x1; relu t0"; with types that are not f32, "tile:i32 row -> i8 | mul x0 x1".
std::string to_text(const VectorKernel& kernel);
/// Throws InputError without a place.
VectorKernel parse_vector_kernel(std::string_view text);

/// Passes over the tile that a vector unit makes whose functions cost so much, by CostClass: the sum over
/// the steps, at least one.
std::uint64_t passes(const VectorKernel& kernel,
                     const std::array<std::uint32_t, kCostClassCount>& cost);

/// Elements of the widest type that the kernel reads or writes in a lane of 4 bytes: 1, 2 or 4.
std::uint64_t elements_per_lane(const VectorKernel& kernel);

/// Elements of an operand that are read: m×n, 1×n, m×1, m×n (the rows that hold the column), 1×1.
TileExtent operand_extent(const KernelOperand& operand, const TileExtent& result);
/// Whether a tile that lies in SRAM can be such an operand.
bool operand_fits(const KernelOperand& operand, const TileExtent& tile, const TileExtent& result);
/// What operand_fits() wants, in words: "32x32", "32 columns of i8", "any tile".
std::string operand_requirement(const KernelOperand& operand, const TileExtent& result);

}  // namespace tilewave
