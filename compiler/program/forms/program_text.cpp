// Prints programs and recognises their text form; program_text_parser.cpp reads it.
#include "compiler/program/forms/program_text.h"

#include <algorithm>
#include <span>

#include "compiler/base/number_text.h"
#include "compiler/program/forms/program_fields.h"
#include "compiler/program/forms/program_text_ops.h"
#include "compiler/program/op_names.h"
#include "compiler/program/opcodes.h"

namespace tilewave {

namespace {

constexpr std::size_t kAddressDigits = 4;
constexpr std::size_t kOpcodeWidth = 6;  // "matmul"

/// ":i8" where an operand is not of f32, ":i8:-3" with what stands for zero, and ":transposed" where it is.
void append_element(std::string& text, const Op& op, const OperandRule& operand) {
  const std::int16_t zero = operand.zero != nullptr ? op.*operand.zero : std::int16_t{0};
  if (operand.type != nullptr && (op.*operand.type != ElementType::kF32 || zero != 0)) {
    text += ':';
    text += to_string(op.*operand.type);
  }
  if (zero != 0) {
    text += ':' + std::to_string(zero);
  }
  if (operand.transposed != nullptr && op.*operand.transposed) {
    text += kTransposedSuffix;
  }
}

void append_op(std::string& text, const Program& program, const Op& op, std::size_t width) {
  const std::size_t start = text.size();
  text += to_string(op.opcode);
  text.resize(std::max(text.size(), start + width), ' ');
  text += ' ';
  if (op.region < program.regions()) {
    append_region(text, program, op.region);
  } else {
    text += "region ";
    append_decimal(text, op.region);
  }
  text += '[';
  append_decimal(text, op.row);
  text += ',';
  append_decimal(text, op.col);
  text += ']';
  const OpcodeRule& rule = rule_of(op.opcode);
  if (!rule.moves && op.shape() != usual_shape(program, op)) {
    text += ' ';
    append_decimal(text, op.m);
    text += 'x';
    append_decimal(text, op.n);
    if (rule.has_step) {
      text += 'x';
      append_decimal(text, op.k);
    }
  }
  if (rule.has_step) {
    text += " k=";
    append_decimal(text, op.step);
  }
  if (rule.has_kernel) {
    text += " kernel=";
    append_decimal(text, op.kernel);
  }
  const bool known = !rule.has_kernel || op.kernel < program.kernels.size();
  for (const OperandRule& operand : known ? operand_rules(program, op) : rule.operands) {
    if (operand.address == nullptr || (operand.only_if != nullptr && !(op.*operand.only_if))) {
      continue;
    }
    text += ' ';
    text += operand.key.empty() ? "<- " : operand.key;
    text += operand.key.empty() ? "" : "=";
    append_hex(text, op.*operand.address, kAddressDigits);
    append_element(text, op, operand);
  }
  if (rule.has_dst) {
    text += " -> ";
    append_hex(text, op.dst, kAddressDigits);
  }
  for (const FlagRule& flag : std::span(rule.flags).first(rule.flag_count)) {
    if (op.*flag.field) {
      text += ' ';
      text += flag.word;
    }
  }
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
    if (tensor.type() != ElementType::kF32) {
      text += ' ';
      text += to_string(tensor.type());
    }
    text += " tile " + to_string(tensor.tile.of(ElementType::kF32));
    text += tensor.stored == tensor.shape ? " dram " : " padded dram ";
    append_hex(text, tensor.dram_base);
    text += '\n';
  }
  for (std::size_t i = 0; i < program.windows.size(); ++i) {
    const Window& window = program.windows[i];
    text += "region " + std::to_string(i) + " " + program.tensors[window.tensor].name + " " +
            to_string(window.elements()) + " tile " + to_string(window.tile.of(ElementType::kF32)) +
            "\n";
  }
  for (std::size_t i = 0; i < program.kernels.size(); ++i) {
    text += "kernel " + std::to_string(i) + ' ' + to_text(program.kernels[i]) + '\n';
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
