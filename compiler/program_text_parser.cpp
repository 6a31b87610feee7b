// Reads the grammar of program_text.h, trusting nothing. Each op is checked as it is read, so that
// every complaint names its line.
#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/error.h"
#include "compiler/nearest.h"
#include "compiler/program_check.h"
#include "compiler/program_text.h"
#include "compiler/text_cursor.h"

namespace tilewave {

namespace {

constexpr std::uint64_t kMaxU32 = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t kMaxU64 = std::numeric_limits<std::uint64_t>::max();

/// A word behind an op.
struct OpFlag {
  std::string_view word;
  bool Op::*field;
  std::array<bool, kOpcodeCount> opcodes;  ///< load, store, matmul, add, relu

  bool fits(const Op& op) const {
    return opcodes[static_cast<std::size_t>(op.opcode)] && !(op.*field);
  }
};

constexpr std::array kOpFlags = {
    OpFlag{"clear", &Op::clear, {false, false, true, false, false}},
    OpFlag{"broadcast", &Op::broadcast, {false, false, false, true, false}},
    OpFlag{"relu", &Op::relu, {false, true, true, true, false}},
};

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
      program_.ops.push_back(parse_op());
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
    if (keyword != "tensor") {
      cursor_.fail_unknown("word", keyword, {"tensor", "ops"});
    }
    if (program_.tensors.size() == kMaxTensors) {
      cursor_.fail("one tensor too many; allowed: at most " + std::to_string(kMaxTensors));
    }
    ProgramTensor tensor;
    tensor.name = cursor_.word();
    tensor.role = parse_role();
    tensor.shape = parse_shape();
    cursor_.expect("tile", "the size of the tensor's tiles");
    const Shape tile = parse_shape();
    tensor.tile = {static_cast<std::uint32_t>(std::min(tile.rows, kMaxU32)),
                   static_cast<std::uint32_t>(std::min(tile.cols, kMaxU32))};
    if (tensor.shape.rows <= kMaxTensorElements && tensor.shape.cols <= kMaxTensorElements &&
        tensor.tile.elements() > 0) {
      tensor.padded = padded_shape(tensor.shape, tensor.tile);
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

  Op parse_op() {
    Op op;
    op.opcode = parse_opcode();
    op.tensor = parse_tensor_name();
    cursor_.expect("[", "the tile row");
    op.row = u32("row");
    cursor_.expect(",", "the tile column");
    op.col = u32("col");
    cursor_.expect("]", "the addresses");
    switch (op.opcode) {
      case Opcode::kLoad: break;
      case Opcode::kStore:
        cursor_.expect("<-", "the source address");
        op.a = u32("source");
        break;
      case Opcode::kMatmul:
        cursor_.expect("k=", "the reduction step");
        op.k = u32("k");
        parse_operand_a(op);
        parse_operand_b(op);
        parse_bias(op);
        break;
      case Opcode::kAdd:
        parse_operand_a(op);
        parse_operand_b(op);
        break;
      case Opcode::kRelu: parse_operand_a(op); break;
    }
    if (op.opcode != Opcode::kStore) {
      cursor_.expect("->", "the destination address");
      op.dst = u32("destination");
    }
    parse_flags(op);
    return op;
  }

  Opcode parse_opcode() {
    constexpr std::array kOpcodes = {Opcode::kLoad, Opcode::kStore, Opcode::kMatmul, Opcode::kAdd,
                                     Opcode::kRelu};
    static_assert(kOpcodes.size() == kOpcodeCount);
    const std::string_view word = cursor_.word();
    for (const Opcode opcode : kOpcodes) {
      if (word == to_string(opcode)) {
        return opcode;
      }
    }
    std::vector<std::string> names;
    for (const Opcode opcode : kOpcodes) {
      names.emplace_back(to_string(opcode));
    }
    cursor_.fail_unknown("op", word, names);
  }

  std::uint32_t parse_tensor_name() {
    name_ = cursor_.word("[");  // a member, so that its memory is reused
    const auto found = tensors_.find(name_);
    if (found == tensors_.end()) {
      std::vector<std::string> names;
      for (const ProgramTensor& tensor : program_.tensors) {
        names.push_back(tensor.name);
      }
      cursor_.fail_unknown("tensor", name_, names);
    }
    return found->second;
  }

  void parse_operand_a(Op& op) {
    cursor_.expect("a=", "the first operand's address");
    op.a = u32("a");
  }

  void parse_operand_b(Op& op) {
    cursor_.expect("b=", "the second operand's address");
    op.b = u32("b");
  }

  void parse_bias(Op& op) {
    if (cursor_.peek("=") == "bias") {
      cursor_.expect("bias=", "the bias's address");
      op.biased = true;
      op.bias = u32("bias");
    }
  }

  /// True if `word` is a flag that `op` may still get; it has it then.
  static bool take_flag(Op& op, std::string_view word) {
    for (const OpFlag& flag : kOpFlags) {
      if (word == flag.word && flag.fits(op)) {
        op.*flag.field = true;
        return true;
      }
    }
    if ((word == "ping" || word == "pong") && op.tag == BufferTag::kNone) {
      op.tag = word == "ping" ? BufferTag::kPing : BufferTag::kPong;
      return true;
    }
    return false;
  }

  void parse_flags(Op& op) {
    while (!cursor_.at_line_end()) {
      const std::string_view word = cursor_.word();
      if (!take_flag(op, word)) {
        fail_flag(op, word);
      }
    }
    if (const auto problem = find_problem(op, program_.tensors.size())) {
      cursor_.fail(problem->text());
    }
  }

  [[noreturn]] void fail_flag(const Op& op, std::string_view word) {
    std::vector<std::string> allowed;
    for (const OpFlag& flag : kOpFlags) {
      if (flag.fits(op)) {
        allowed.emplace_back(flag.word);
      }
    }
    if (op.tag == BufferTag::kNone) {
      allowed.insert(allowed.end(), {"ping", "pong"});
    }
    cursor_.fail_unknown(std::string("or repeated word after the ") + to_string(op.opcode), word,
                         allowed);
  }

  TextCursor cursor_;
  Program program_;
  std::unordered_map<std::string, std::uint32_t> tensors_;
  std::string name_;
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
