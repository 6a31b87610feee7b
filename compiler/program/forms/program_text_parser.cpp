// Reads the grammar of program_text.h, trusting nothing. Each op is checked as it is read, so that
// every complaint names its line.
#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/base/nearest.h"
#include "compiler/base/text_cursor.h"
#include "compiler/program/forms/program_fields.h"
#include "compiler/program/forms/program_text.h"
#include "compiler/program/forms/program_text_ops.h"

namespace tilewave {

namespace {

constexpr std::uint64_t kMaxU32 = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t kMaxU64 = std::numeric_limits<std::uint64_t>::max();

class TextParser {
 public:
  TextParser(std::string_view text, const std::string& file)
      : cursor_(text, file, kMaxProgramLineBytes) {}

  Program parse() {
    parse_version();
    parse_tile();
    parse_sram();
    while (parse_tensor_or_ops()) {
    }
    while (cursor_.next_line()) {
      if (program_.ops.size() == kMaxOps) {
        cursor_.fail("one op too many; allowed: at most " + std::to_string(kMaxOps));
      }
      program_.ops.push_back(ops_.parse());
    }
    return std::move(program_);
  }

 private:
  void start_line(const char* keyword) {
    if (!cursor_.next_line()) {
      cursor_.fail(std::string("the text ends before the line '") + keyword + "'");
    }
  }

  void parse_version() {
    const std::string first = "tilewave-program " + std::to_string(kProgramFormatVersion);
    start_line(first.c_str());
    if (const auto word = cursor_.word(); word != "tilewave-program") {
      cursor_.fail("expected '" + first + "', found " + in_quotes(word));
    }
    const std::string problem = version_problem(cursor_.number("format version", kMaxU64));
    if (!problem.empty()) {
      cursor_.fail(problem);
    }
    cursor_.expect_line_end();
  }

  void parse_tile() {
    start_line("tile M N K");
    expect_keyword("tile");
    program_.tile.m = u32("tile m");
    program_.tile.n = u32("tile n");
    program_.tile.k = u32("tile k");
    cursor_.expect_line_end();
    if (const auto problem = find_problem(program_.tile)) {
      cursor_.fail("tile " + problem->text());
    }
  }

  void parse_sram() {
    start_line("sram BYTES");
    expect_keyword("sram");
    program_.sram_bytes = cursor_.number("sram", kMaxSramBytes);
    cursor_.expect_line_end();
  }

  void expect_keyword(const char* keyword) {
    if (const auto word = cursor_.word(); word != keyword) {
      cursor_.fail_unknown("word", word, {keyword});
    }
  }

  /// False once it has read the line "ops".
  bool parse_tensor_or_ops() {
    start_line("ops");
    const std::string_view keyword = cursor_.word();
    if (keyword == "ops") {
      cursor_.expect_line_end();
      return false;
    }
    if (keyword == "kernel") {
      parse_kernel();
      return true;
    }
    if (keyword == "region") {
      parse_window();
      return true;
    }
    if (keyword != "tensor") {
      cursor_.fail_unknown("word", keyword, {"tensor", "region", "kernel", "ops"});
    }
    if (!program_.kernels.empty() || !program_.windows.empty()) {
      cursor_.fail(std::string("a tensor behind a ") +
                   (program_.kernels.empty() ? "region" : "kernel") +
                   "; allowed: tensors, then regions, then kernels, then ops");
    }
    if (program_.tensors.size() == kMaxTensors) {
      cursor_.fail("one tensor too many; allowed: at most " + std::to_string(kMaxTensors));
    }
    ProgramTensor tensor;
    tensor.name = cursor_.word();
    tensor.role = parse_role();
    tensor.shape = parse_shape();
    const ElementType type = parse_type();
    cursor_.expect("tile", "the size of the tensor's tiles");
    tensor.tile = parse_tile_extent(type);
    tensor.stored = tensor.shape;
    if (cursor_.peek() == "padded") {
      cursor_.word();
      if (tensor.shape.rows <= kMaxTensorElements && tensor.shape.cols <= kMaxTensorElements &&
          tensor.tile.elements() > 0) {
        tensor.stored = padded_shape(tensor.shape, tensor.tile);
      }
    }
    cursor_.expect("dram", "the DRAM base address");
    tensor.dram_base = cursor_.number("dram", kMaxU64);
    cursor_.expect_line_end();
    if (const auto problem = find_problem(tensor, program_.tile)) {
      cursor_.fail("tensor " + problem->text());
    }
    const auto index = static_cast<std::uint32_t>(program_.tensors.size());
    const auto [earlier, inserted] = tensors_.emplace(tensor.name, index);
    if (!inserted) {
      cursor_.fail("tensor name = " + in_quotes(tensor.name) +
                   "; allowed: a name of its own, tensor " + std::to_string(earlier->second) +
                   " has this one");
    }
    program_.tensors.push_back(std::move(tensor));
    return true;
  }

  /// "0 x 0:128 64:128 tile 32x32", behind the keyword.
  void parse_window() {
    if (!program_.kernels.empty()) {
      cursor_.fail(
          "a region behind a kernel; allowed: tensors, then regions, then kernels, then ops");
    }
    parse_number("region", program_.windows.size(), kMaxWindows);
    Window window;
    window.tensor = find_tensor(cursor_, program_, tensors_, std::string(cursor_.word()));
    std::tie(window.top, window.shape.rows) = parse_range("rows");
    std::tie(window.left, window.shape.cols) = parse_range("columns");
    cursor_.expect("tile", "the size of the region's tiles");
    window.tile = parse_tile_extent(program_.tensors[window.tensor].type());
    cursor_.expect_line_end();
    if (const auto problem = find_problem(window, program_)) {
      cursor_.fail("region " + problem->text());
    }
    program_.windows.push_back(window);
  }

  /// The number of the next entry of a table that has so many, and may have `most`.
  void parse_number(const std::string& what, std::size_t next, std::uint64_t most) {
    if (next == most) {
      cursor_.fail("one " + what + " too many; allowed: at most " + std::to_string(most));
    }
    if (const auto number = cursor_.number(what.c_str(), kMaxU64); number != next) {
      cursor_.fail(what + " = " + std::to_string(number) + "; allowed: " + std::to_string(next) +
                   ", " + what + "s are numbered in order");
    }
  }

  /// "64:128": the first, and how many there are.
  std::pair<std::uint64_t, std::uint64_t> parse_range(const char* what) {
    const std::string_view word = cursor_.word();
    const std::size_t colon = word.find(':');
    std::uint64_t first = 0;
    std::uint64_t end = 0;
    if (colon == word.npos || !parse_extent(word.substr(0, colon), first) ||
        !parse_extent(word.substr(colon + 1), end) || end <= first) {
      cursor_.fail(std::string(what) + " = " + in_quotes(word) +
                   "; allowed: FIRST:END in decimal, like 64:128, without the end");
    }
    return {first, end - first};
  }

  TileExtent parse_tile_extent(ElementType type) {
    const Shape tile = parse_shape();
    return {static_cast<std::uint32_t>(std::min(tile.rows, kMaxU32)),
            static_cast<std::uint32_t>(std::min(tile.cols, kMaxU32)), type};
  }

  /// "0 tile row | add x0 x1", behind the keyword.
  void parse_kernel() {
    const std::size_t next = program_.kernels.size();
    parse_number("kernel", next, kMaxKernels);
    try {
      program_.kernels.push_back(parse_vector_kernel(cursor_.rest_of_line()));
    } catch (const InputError& error) {
      cursor_.fail("kernel " + std::to_string(next) + ": " + error.what());
    }
  }

  TensorRole parse_role() {
    constexpr std::array kRoles = {TensorRole::kInput, TensorRole::kParameter,
                                   TensorRole::kIntermediate, TensorRole::kOutput};
    const std::string_view word = cursor_.word();
    std::vector<std::string> names;
    for (const TensorRole role : kRoles) {
      if (word == to_string(role)) {
        return role;
      }
      names.emplace_back(to_string(role));
    }
    cursor_.fail_unknown("role", word, names);
  }

  /// "i8", between shape and tile; nothing for f32.
  ElementType parse_type() {
    const std::string_view word = cursor_.peek();
    if (word == "tile" || word.empty()) {
      return ElementType::kF32;
    }
    const std::optional<ElementType> type = parse_element_type(word);
    if (!type) {
      std::vector<std::string> allowed(kElementTypeNames.begin(), kElementTypeNames.end());
      allowed.emplace_back("tile");
      cursor_.fail_unknown("word", word, allowed);
    }
    cursor_.word();
    return *type;
  }

  /// "128x64", decimal only.
  Shape parse_shape() {
    const std::string_view word = cursor_.word();
    const std::size_t cross = word.find('x');
    Shape shape;
    if (cross == word.npos || !parse_extent(word.substr(0, cross), shape.rows) ||
        !parse_extent(word.substr(cross + 1), shape.cols)) {
      cursor_.fail("shape = " + in_quotes(word) + "; allowed: ROWSxCOLS in decimal, like 128x64");
    }
    return shape;
  }

  static bool parse_extent(std::string_view digits, std::uint64_t& value) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc() && end == digits.data() + digits.size();
  }

  std::uint32_t u32(const char* what) {
    return static_cast<std::uint32_t>(cursor_.number(what, kMaxU32));
  }

  TextCursor cursor_;
  Program program_;
  TensorIndices tensors_;
  OpParser ops_{cursor_, program_, tensors_};
};

}  // namespace

Program parse_program_text(std::string_view text, const std::string& file_name) {
  if (text.size() > kMaxProgramTextBytes) {
    throw InputError(file_name + ": program text of " + std::to_string(text.size()) +
                     " bytes; allowed: at most " + std::to_string(kMaxProgramTextBytes) +
                     ", larger programs have the binary form");
  }
  return TextParser(text, file_name).parse();
}

}  // namespace tilewave
