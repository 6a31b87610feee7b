// Prints the op list of program_canonical.h.
#include "compiler/program_canonical.h"

#include <initializer_list>

#include "compiler/number_text.h"

namespace tilewave {

namespace {

void append_numbers(std::string& text, std::initializer_list<std::uint64_t> numbers) {
  for (const std::uint64_t number : numbers) {
    text += ' ';
    append_decimal(text, number);
  }
}

const char* buffer_text(BufferTag tag) {
  return tag == BufferTag::kPing ? " 0\n" : tag == BufferTag::kPong ? " 1\n" : " -\n";
}

}  // namespace

std::string canonical_text(const Program& program) {
  constexpr std::size_t kTypicalOpBytes = 40;
  const std::uint64_t tile_bytes = program.tile.tile_bytes();
  std::string text;
  text.reserve(program.ops.size() * kTypicalOpBytes);
  for (const Op& op : program.ops) {
    const std::string& tensor = program.tensors.at(op.tensor).name;
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
      text += op.relu ? " relu\n" : " -\n";
    } else {
      text += buffer_text(op.tag);
    }
  }
  return text;
}

}  // namespace tilewave
