// What the elements of a tensor or a tile are.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tilewave {

enum class ElementType : std::uint8_t { kF32, kBf16, kF16, kI8, kU8, kI32 };

/// By ElementType.
inline constexpr std::array<std::string_view, 6> kElementTypeNames = {"f32", "bf16", "f16",
                                                                      "i8",  "u8",   "i32"};
inline constexpr std::size_t kElementTypeCount = kElementTypeNames.size();
/// Which types something has, by ElementType.
using ElementTypes = std::bitset<kElementTypeCount>;
/// Of the largest element.
inline constexpr std::uint64_t kMaxElementBytes = 4;

constexpr std::uint64_t element_bytes(ElementType type) {
  switch (type) {
    case ElementType::kF32:
    case ElementType::kI32: return 4;
    case ElementType::kBf16:
    case ElementType::kF16: return 2;
    case ElementType::kI8:
    case ElementType::kU8: return 1;
  }
  return kMaxElementBytes;  // of a type that no check has seen yet
}

/// Of whole numbers: i8, u8 or i32.
constexpr bool is_integer(ElementType type) {
  return type == ElementType::kI8 || type == ElementType::kU8 || type == ElementType::kI32;
}

/// Whether `zero` may stand for zero: any value of i8 and u8, only 0 of other types.
constexpr bool is_zero_of(ElementType type, std::int16_t zero) {
  switch (type) {
    case ElementType::kI8: return zero >= -128 && zero <= 127;
    case ElementType::kU8: return zero >= 0 && zero <= 255;
    case ElementType::kF32:
    case ElementType::kBf16:
    case ElementType::kF16:
    case ElementType::kI32: break;
  }
  return zero == 0;
}

/// What products of such elements are summed in: i32 for integers, f32 for the others.
constexpr ElementType sum_type(ElementType factor) {
  return is_integer(factor) ? ElementType::kI32 : ElementType::kF32;
}

/// What the products of two such factors are summed in; none if there is no such product: both are f32,
/// bf16 or f16, or each is i8 or u8.
constexpr std::optional<ElementType> product_type(ElementType a, ElementType b) {
  const auto is_byte = [](ElementType type) {
    return type == ElementType::kI8 || type == ElementType::kU8;
  };
  const bool both = is_byte(a) ? is_byte(b) : a == b && a != ElementType::kI32;
  return both ? std::optional(sum_type(a)) : std::nullopt;
}

/// "f32", "bf16", "f16", "i8", "u8", "i32"
constexpr std::string_view to_string(ElementType type) {
  const auto index = static_cast<std::size_t>(type);
  return index < kElementTypeCount ? kElementTypeNames[index] : "unknown";
}

/// The inverse; nothing for any other text.
constexpr std::optional<ElementType> parse_element_type(std::string_view text) {
  for (std::size_t i = 0; i < kElementTypeCount; ++i) {
    if (text == kElementTypeNames[i]) {
      return static_cast<ElementType>(i);
    }
  }
  return std::nullopt;
}

/// The same, of what `of` names if that is not empty: "operand x0". Throws InputError, without a place,
/// with the nearest type.
ElementType read_element_type(std::string_view text, std::string_view of = {});

/// In the order of the types.
std::vector<std::string> names_of(const ElementTypes& types);

}  // namespace tilewave
