// The register of operator kinds: what each is called, and the one place that tells them apart.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "compiler/base/error.h"
#include "compiler/program/tensor.h"

namespace tilewave {

enum class OperatorKind : std::uint8_t { kMatMul, kMap, kReduce, kCopy, kSlice, kConcat };
inline constexpr std::size_t kOperatorKindCount = 6;

const char* to_string(OperatorKind kind);  ///< "matmul", "map", "reduce", ...

/// Calls the one function that stands for the kind: whoever has something to do for each says it for
/// all, or it does not compile.
template <typename MatMul, typename Map, typename Reduce, typename Copy, typename Slice,
          typename Concat>
decltype(auto) by_kind(OperatorKind kind, MatMul&& matmul, Map&& map, Reduce&& reduce, Copy&& copy,
                       Slice&& slice, Concat&& concat) {
  switch (kind) {
    case OperatorKind::kMatMul: return matmul();
    case OperatorKind::kMap: return map();
    case OperatorKind::kReduce: return reduce();
    case OperatorKind::kCopy: return copy();
    case OperatorKind::kSlice: return slice();
    case OperatorKind::kConcat: return concat();
  }
  throw InternalError("operator kind " + std::to_string(static_cast<int>(kind)));
}

/// Whether an operator only says where its elements are among others: it costs nothing.
inline bool is_view(OperatorKind kind) {
  return by_kind(
      kind, [] { return false; }, [] { return false; }, [] { return false; }, [] { return false; },
      [] { return true; }, [] { return true; });
}

/// Along which a concat puts its parts one behind the other.
enum class MatrixAxis : std::uint8_t { kRows, kColumns };

const char* to_string(MatrixAxis axis);  ///< "rows", "columns"

/// How a tensor is stretched over a result: not at all, along its rows, its columns, or both.
enum class Broadcast : std::uint8_t { kNone, kRow, kColumn, kValue };

}  // namespace tilewave
