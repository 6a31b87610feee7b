// Prints the op list of program_canonical.h.
#include "compiler/program/forms/program_canonical.h"

#include <initializer_list>

#include "compiler/base/number_text.h"

namespace tilewave {

namespace {

void append_numbers(std::string& text, std::initializer_list<std::uint64_t> numbers) {
  for (const std::uint64_t number : numbers) {
    text += ' ';
    append_decimal(text, number);
  }
}

const char* buffer_text(BufferTag tag) {
  return tag == BufferTag::kPing ? " 0" : tag == BufferTag::kPong ? " 1" : " -";
}

/// What tileflow has no word for.
void append_additions(std::string& text, const Op& op) {
  if (op.biased) {
    text += " bias";
    append_numbers(text, {op.bias});
  }
  text += op.broadcast ? " broadcast" : "";
  text += op.relu ? " relu" : "";
}

}  // namespace

std::string canonical_text(const Program& program) {
  constexpr std::size_t kTypicalOpBytes = 40;
  std::string text;
  text.reserve(program.ops.size() * kTypicalOpBytes);
  for (const Op& op : program.ops) {
    const std::string& tensor = program.tensors.at(op.tensor).name;
    const std::uint64_t tile_bytes = program.tensors[op.tensor].tile.bytes();
    switch (op.opcode) {
      case Opcode::kLoad:
        (text += "L ") += tensor;
        append_numbers(text, {op.row, op.col, op.dst, tile_bytes});
        break;
      case Opcode::kMatmul:
        text += 'E';
        append_numbers(text, {op.row, op.col, op.k, op.a, op.b, op.dst});
        break;
      case Opcode::kStore:
        (text += "S ") += tensor;
        append_numbers(text, {op.row, op.col, op.a, tile_bytes});
        break;
      case Opcode::kAdd:
        (text += "A ") += tensor;
        append_numbers(text, {op.row, op.col, op.a, op.b, op.dst});
        break;
      case Opcode::kRelu:
        (text += "R ") += tensor;
        append_numbers(text, {op.row, op.col, op.a, op.dst});
        break;
    }
    if (op.opcode == Opcode::kStore) {
      text += op.relu ? " relu" : " -";
    } else {
      text += buffer_text(op.tag);
      append_additions(text, op);
    }
    text += '\n';
  }
  return text;
}

}  // namespace tilewave
