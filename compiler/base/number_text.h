// Numbers to and from text without streams: programs of a million ops are printed in one go.
#pragma once

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tilewave {

inline void append_decimal(std::string& text, std::uint64_t value) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  text.append(digits.data(), end);
}

/// "0x" and at least `min_digits` lower case digits.
inline void append_hex(std::string& text, std::uint64_t value, std::size_t min_digits = 1) {
  std::array<char, 16> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr;
  const auto count = static_cast<std::size_t>(end - digits.data());
  text += "0x";
  text.append(count < min_digits ? min_digits - count : 0, '0');
  text.append(digits.data(), count);
}

inline std::string hex(std::uint64_t value, std::size_t min_digits = 1) {
  std::string text;
  append_hex(text, value, min_digits);
  return text;
}

/// What the whole of `text` says; none if that is no number, or no finite one.
inline std::optional<double> finite_number(std::string_view text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stop == end && std::isfinite(number) ? std::optional(number)
                                                                      : std::nullopt;
}

}  // namespace tilewave
