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

enum class OperatorKind : std::uint8_t { kMatMul, kMap, kCopy };
inline constexpr std::size_t kOperatorKindCount = 3;

const char* to_string(OperatorKind kind);  ///< "matmul", "map", "copy"

/// Calls the one function that stands for the kind: whoever has something to do for each says it for
/// all, or it does not compile.
template <typename MatMul, typename Map, typename Copy>
decltype(auto) by_kind(OperatorKind kind, MatMul&& matmul, Map&& map, Copy&& copy) {
  switch (kind) {
    case OperatorKind::kMatMul: return matmul();
    case OperatorKind::kMap: return map();
    case OperatorKind::kCopy: return copy();
  }
  throw InternalError("operator kind " + std::to_string(static_cast<int>(kind)));
}

/// How a tensor is stretched over a result: not at all, along its rows, its columns, or both.
enum class Broadcast : std::uint8_t { kNone, kRow, kColumn, kValue };

}  // namespace tilewave
