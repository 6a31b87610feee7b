#include "compiler/program/forms/program_text_ops.h"

#include <array>
#include <limits>
#include <vector>

#include "compiler/program/forms/program_fields.h"

namespace tilewave {

namespace {

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

/// True if `word` is a flag that `op` may still get; it has it then.
bool take_flag(Op& op, std::string_view word) {
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

}  // namespace

Op OpParser::parse() {
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

Opcode OpParser::parse_opcode() {
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

std::uint32_t OpParser::parse_tensor_name() {
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

void OpParser::parse_operand_a(Op& op) {
  cursor_.expect("a=", "the first operand's address");
  op.a = u32("a");
}

void OpParser::parse_operand_b(Op& op) {
  cursor_.expect("b=", "the second operand's address");
  op.b = u32("b");
}

void OpParser::parse_bias(Op& op) {
  if (cursor_.peek("=") == "bias") {
    cursor_.expect("bias=", "the bias's address");
    op.biased = true;
    op.bias = u32("bias");
  }
}

void OpParser::parse_flags(Op& op) {
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

void OpParser::fail_flag(const Op& op, std::string_view word) {
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

std::uint32_t OpParser::u32(const char* what) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(cursor_.number(what, kMax));
}

}  // namespace tilewave
