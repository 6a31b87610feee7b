// Prints programs and recognises their text form; program_text_parser.cpp reads it.
#include "compiler/program/forms/program_text.h"

#include <algorithm>

#include "compiler/base/number_text.h"
#include "compiler/program/forms/program_fields.h"

namespace tilewave {

namespace {

constexpr std::size_t kAddressDigits = 4;
constexpr std::size_t kOpcodeWidth = 6;  // "matmul"

void append_operand(std::string& text, const char* key, std::uint32_t address) {
  text += key;
  append_hex(text, address, kAddressDigits);
}

void append_op(std::string& text, const Program& program, const Op& op, std::size_t width) {
  const std::size_t start = text.size();
  text += to_string(op.opcode);
  text.resize(std::max(text.size(), start + width), ' ');
  text += ' ';
  if (op.tensor < program.tensors.size()) {
    text += program.tensors[op.tensor].name;
  } else {
    text += "tensor ";
    append_decimal(text, op.tensor);
  }
  text += '[';
  append_decimal(text, op.row);
  text += ',';
  append_decimal(text, op.col);
  text += ']';
  switch (op.opcode) {
    case Opcode::kLoad: break;
    case Opcode::kStore: append_operand(text, " <- ", op.a); break;
    case Opcode::kMatmul:
      text += " k=";
      append_decimal(text, op.k);
      [[fallthrough]];
    case Opcode::kAdd:
      append_operand(text, " a=", op.a);
      append_operand(text, " b=", op.b);
      break;
    case Opcode::kRelu: append_operand(text, " a=", op.a); break;
  }
  if (op.biased) {
    append_operand(text, " bias=", op.bias);
  }
  if (op.opcode != Opcode::kStore) {
    append_operand(text, " -> ", op.dst);
  }
  text += op.clear ? " clear" : "";
  text += op.broadcast ? " broadcast" : "";
  text += op.relu ? " relu" : "";
  text += op.tag == BufferTag::kPing ? " ping" : op.tag == BufferTag::kPong ? " pong" : "";
}

}  // namespace

std::string op_text(const Program& program, const Op& op) {
  std::string text;
  append_op(text, program, op, 0);
  return text;
}

std::string to_text(const Program& program) {
  constexpr std::size_t kTypicalOpBytes = 56;
  std::string text;
  text.reserve(256 + program.tensors.size() * 64 + program.ops.size() * kTypicalOpBytes);
  text += "tilewave-program ";
  append_decimal(text, kProgramFormatVersion);
  text += "\ntile";
  for (const std::uint32_t edge : {program.tile.m, program.tile.n, program.tile.k}) {
    text += ' ';
    append_decimal(text, edge);
  }
  text += "\nsram ";
  append_hex(text, program.sram_bytes);
  text += '\n';
  for (const ProgramTensor& tensor : program.tensors) {
    text += "tensor " + tensor.name + ' ' + to_string(tensor.role) + ' ';
    append_decimal(text, tensor.shape.rows);
    text += 'x';
    append_decimal(text, tensor.shape.cols);
    text += " tile " + to_string(tensor.tile) + " dram ";
    append_hex(text, tensor.dram_base);
    text += '\n';
  }
  text += "ops\n";
  for (const Op& op : program.ops) {
    append_op(text, program, op, kOpcodeWidth);
    text += '\n';
  }
  return text;
}

bool is_text_program(std::string_view text) {
  constexpr std::string_view kFirstWord = "tilewave-program";
  constexpr std::string_view kBlank = " \t\r\n";
  std::size_t at = text.find_first_not_of(kBlank);
  while (at != text.npos && text[at] == '#') {
    at = text.find_first_not_of(kBlank, text.find('\n', at));
  }
  if (at == text.npos || !text.substr(at).starts_with(kFirstWord)) {
    return false;
  }
  const std::string_view rest = text.substr(at + kFirstWord.size());
  return rest.empty() || rest.front() == '#' || kBlank.find(rest.front()) != kBlank.npos;
}

}  // namespace tilewave
