// The entries of the register of element types.
#include "compiler/program/element_type.h"

#include <string>

#include "compiler/base/error.h"

namespace tilewave {
namespace {

struct TypeInfo {
  std::string_view word;
  std::uint64_t bytes = 0;
};

/// A type that is not handled here does not compile.
TypeInfo info(ElementType type) {
  switch (type) {
    case ElementType::kF32: return {"f32", 4};
    case ElementType::kBf16: return {"bf16", 2};
    case ElementType::kF16: return {"f16", 2};
    case ElementType::kI8: return {"i8", 1};
    case ElementType::kU8: return {"u8", 1};
    case ElementType::kI32: return {"i32", 4};
  }
  throw InternalError("no such element type: " + std::to_string(static_cast<int>(type)));
}

}  // namespace

std::uint64_t element_bytes(ElementType type) { return info(type).bytes; }

std::string_view to_string(ElementType type) { return info(type).word; }

std::optional<ElementType> parse_element_type(std::string_view word) {
  for (std::size_t i = 0; i < kElementTypeCount; ++i) {
    const auto type = static_cast<ElementType>(i);
    if (info(type).word == word) {
      return type;
    }
  }
  return std::nullopt;
}

}  // namespace tilewave
