// Text forms of shapes and roles, and the one reader of "128x64" that the graph text and the
// built-in models share.
#include "compiler/program/tensor.h"

#include <charconv>
#include <system_error>

#include "compiler/base/error.h"
#include "compiler/base/text.h"

namespace tilewave {

namespace {

std::uint64_t parse_dimension(std::string_view text) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || value == 0 || value > kMaxDimension) {
    throw InputError(in_quotes(text) + " is not a dimension: a whole number in 1.." +
                     std::to_string(kMaxDimension));
  }
  return value;
}

}  // namespace

std::string range_text(std::uint64_t first, std::uint64_t end) {
  return std::to_string(first) + ":" + std::to_string(end);
}

std::string to_string(const ElementRange& range) {
  return range_text(range.row, range.row_end) + " " + range_text(range.col, range.col_end);
}

std::string to_string(const Shape& shape) {
  return std::to_string(shape.rows) + "x" + std::to_string(shape.cols);
}

std::string to_string(const TileExtent& tile) {
  std::string text = std::to_string(tile.rows) + "x" + std::to_string(tile.cols);
  if (tile.type != ElementType::kF32) {
    text += ' ';
    text += to_string(tile.type);
  }
  return text;
}

std::vector<std::uint64_t> parse_dimensions(std::string_view text) {
  std::vector<std::uint64_t> dimensions;
  while (true) {
    const std::size_t end = text.find('x');
    dimensions.push_back(parse_dimension(text.substr(0, end)));
    if (end == std::string_view::npos) {
      return dimensions;
    }
    text.remove_prefix(end + 1);
  }
}

const char* to_string(TensorRole role) {
  switch (role) {
    case TensorRole::kInput: return "input";
    case TensorRole::kParameter: return "param";
    case TensorRole::kIntermediate: return "intermediate";
    case TensorRole::kOutput: return "output";
  }
  throw InternalError("tensor role " + std::to_string(static_cast<int>(role)));
}

}  // namespace tilewave
