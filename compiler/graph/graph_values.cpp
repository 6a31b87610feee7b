// Reads them strictly: nothing before, nothing behind.
#include "compiler/graph/graph_values.h"

#include <charconv>
#include <string>
#include <system_error>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/base/nearest.h"

namespace tilewave {

Shape parse_shape(std::string_view text) {
  try {
    const std::vector<std::uint64_t> extents = parse_dimensions(text);
    if (extents.size() == 2) {
      return {extents[0], extents[1]};
    }
  } catch (const InputError& error) {
    throw InputError("shape " + in_quotes(text) + ": " + error.what());
  }
  throw InputError("shape " + in_quotes(text) + ": expected ROWSxCOLS, such as 128x64");
}

std::array<std::int16_t, 2> parse_zeros(std::string_view text) {
  std::array<std::int16_t, 2> zeros{};
  const std::size_t comma = text.find(',');
  const auto parse = [](std::string_view digits, std::int16_t& zero) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), zero);
    return error == std::errc() && end == digits.data() + digits.size();
  };
  if (comma == std::string_view::npos || !parse(text.substr(0, comma), zeros[0]) ||
      !parse(text.substr(comma + 1), zeros[1])) {
    throw InputError("zeros=" + printable(text) +
                     ": expected two whole numbers, such as zeros=-3,0");
  }
  return zeros;
}

std::pair<std::uint64_t, std::uint64_t> parse_range(std::string_view text) {
  std::pair<std::uint64_t, std::uint64_t> range;
  const char* end = text.data() + text.size();
  const auto [first_end, first_error] = std::from_chars(text.data(), end, range.first);
  if (first_error == std::errc() && first_end != end && *first_end == ':') {
    const auto [last_end, last_error] = std::from_chars(first_end + 1, end, range.second);
    if (last_error == std::errc() && last_end == end) {
      return range;
    }
  }
  throw InputError("range " + in_quotes(text) +
                   ": expected FIRST:END, such as 64:128 for the elements 64 to 127");
}

std::array<bool, 2> parse_transposed(std::string_view text) {
  if (text != "a" && text != "b" && text != "ab") {
    throw InputError("transposed=" + printable(text) + "; allowed: a, b, ab");
  }
  return {text.front() == 'a', text.back() == 'b'};
}

}  // namespace tilewave
