// The register of element types: what a tensor's elements may be, by word and size. How they are
// computed with is models/compute's business.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tilewave {

/// IEEE 754 single and half precision, the upper half of a single, and integers in two's
/// complement. Little-endian in memory, like the machines that this runs on.
enum class ElementType : std::uint8_t { kF32, kBf16, kF16, kI8, kU8, kI32 };
inline constexpr std::size_t kElementTypeCount = 6;

std::uint64_t element_bytes(ElementType type);  ///< of one element
std::string_view to_string(ElementType type);   ///< "f32", "bf16", "f16", "i8", "u8", "i32"
std::optional<ElementType> parse_element_type(std::string_view word);

}  // namespace tilewave
