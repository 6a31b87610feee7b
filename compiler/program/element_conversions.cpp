// Conversions of elements in plain C++: what the faster ones are compared with. The floating-point
// formats are taken apart as integers.
#include "compiler/program/element_conversions.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace tilewave {
namespace {

constexpr std::uint32_t kSign = 0x80000000;
constexpr std::uint32_t kInfinity = 0x7F800000;
constexpr std::uint32_t kQuiet = 0x00400000;  // of a NaN, in single precision

float from_f32(std::uint32_t bits) { return std::bit_cast<float>(bits); }

std::uint32_t to_f32(float value) { return std::bit_cast<std::uint32_t>(value); }

float from_bf16(std::uint16_t value) {
  const std::uint32_t bits = std::uint32_t{value} << 16;
  const bool nan = (bits & ~kSign) > kInfinity;
  return std::bit_cast<float>(nan ? bits | kQuiet : bits);
}

float from_f16(std::uint16_t value) {
  const std::uint32_t sign = (value & 0x8000U) << 16;
  const std::uint32_t exponent = value >> 10 & 0x1FU;
  std::uint32_t fraction = value & 0x3FFU;
  if (exponent == 0x1F) {
    return std::bit_cast<float>(sign | kInfinity | (fraction != 0 ? kQuiet : 0) | fraction << 13);
  }
  if (exponent != 0) {
    return std::bit_cast<float>(sign | (exponent + 127 - 15) << 23 | fraction << 13);
  }
  if (fraction == 0) {
    return std::bit_cast<float>(sign);
  }
  // fraction · 2^-24: its highest bit becomes the one that is not stored.
  const auto highest = static_cast<std::uint32_t>(std::bit_width(fraction)) - 1;
  fraction = fraction << (23 - highest) & 0x7FFFFFU;
  return std::bit_cast<float>(sign | (highest + 127 - 24) << 23 | fraction);
}

/// value / 2^shift, 1 <= shift <= 31, to the nearest, ties to even.
std::uint32_t shift_rounded(std::uint32_t value, std::uint32_t shift) {
  const std::uint32_t quotient = value >> shift;
  const std::uint32_t rest = value - (quotient << shift);
  const std::uint32_t half = 1U << (shift - 1);
  return quotient + (rest > half || (rest == half && quotient % 2 == 1) ? 1 : 0);
}

std::uint16_t to_bf16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & ~kSign) > kInfinity) {
    return static_cast<std::uint16_t>((bits | kQuiet) >> 16);
  }
  return static_cast<std::uint16_t>(shift_rounded(bits, 16));  // a carry leads to the exponent
}

std::uint16_t to_f16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = (bits & kSign) >> 16;
  const std::uint32_t magnitude = bits & ~kSign;
  const std::uint32_t exponent = magnitude >> 23;
  std::uint32_t result = 0x7C00;  // infinity
  if (magnitude > kInfinity) {
    result = 0x7C00 | ((magnitude | kQuiet) >> 13 & 0x3FFU);
  } else if (exponent >= 127 - 14 && exponent < 127 + 16) {
    result = shift_rounded(magnitude - ((127 - 15) << 23), 13);  // may carry to infinity
  } else if (exponent < 127 - 14) {
    // Subnormal: in units of 2^-24, where less than half of one is nothing.
    const std::uint32_t significand = (magnitude & 0x7FFFFFU) | 0x800000U;  // · 2^(exponent - 150)
    result = exponent >= 127 - 25 ? shift_rounded(significand, 126 - exponent) : 0;
  }
  return static_cast<std::uint16_t>(sign | result);
}

template <typename Integer>
Integer to_integer(float value) {
  using Limits = std::numeric_limits<Integer>;
  if (std::isnan(value)) {
    return 0;
  }
  const double rounded = std::nearbyint(double{value});
  return static_cast<Integer>(std::clamp(rounded, double{Limits::lowest()}, double{Limits::max()}));
}

template <typename Element, typename Convert>
void widen_all(float* dst, const void* src, std::size_t count, Convert convert) {
  std::transform(static_cast<const Element*>(src), static_cast<const Element*>(src) + count, dst,
                 convert);
}

template <typename Element, typename Convert>
void narrow_all(void* dst, const float* src, std::size_t count, Convert convert) {
  std::transform(src, src + count, static_cast<Element*>(dst), convert);
}

}  // namespace

void widen_elements(float* dst, const void* src, ElementType type, std::size_t count) {
  const auto from_integer = [](auto value) { return static_cast<float>(value); };
  switch (type) {
    case ElementType::kF32: return widen_all<std::uint32_t>(dst, src, count, from_f32);
    case ElementType::kBf16: return widen_all<std::uint16_t>(dst, src, count, from_bf16);
    case ElementType::kF16: return widen_all<std::uint16_t>(dst, src, count, from_f16);
    case ElementType::kI8: return widen_all<std::int8_t>(dst, src, count, from_integer);
    case ElementType::kU8: return widen_all<std::uint8_t>(dst, src, count, from_integer);
    case ElementType::kI32: return widen_all<std::int32_t>(dst, src, count, from_integer);
  }
}

void narrow_elements(void* dst, const float* src, ElementType type, std::size_t count) {
  switch (type) {
    case ElementType::kF32: return narrow_all<std::uint32_t>(dst, src, count, to_f32);
    case ElementType::kBf16: return narrow_all<std::uint16_t>(dst, src, count, to_bf16);
    case ElementType::kF16: return narrow_all<std::uint16_t>(dst, src, count, to_f16);
    case ElementType::kI8: return narrow_all<std::int8_t>(dst, src, count, to_integer<std::int8_t>);
    case ElementType::kU8:
      return narrow_all<std::uint8_t>(dst, src, count, to_integer<std::uint8_t>);
    case ElementType::kI32:
      return narrow_all<std::int32_t>(dst, src, count, to_integer<std::int32_t>);
  }
}

}  // namespace tilewave
