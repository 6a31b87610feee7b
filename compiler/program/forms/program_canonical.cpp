// Prints the op list of program_canonical.h.
#include "compiler/program/forms/program_canonical.h"

#include <initializer_list>

#include "compiler/base/number_text.h"
#include "compiler/program/op_names.h"
#include "compiler/program/opcodes.h"
#include "compiler/program/tile_access.h"

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
  text += op.a_transposed ? " a:transposed" : "";
  text += op.b_transposed ? " b:transposed" : "";
  if (op.biased) {
    text += " bias";
    append_numbers(text, {op.c});
  }
  text += op.relu ? " relu" : "";
}

}  // namespace

std::string canonical_text(const Program& program) {
  constexpr std::size_t kTypicalOpBytes = 40;
  std::string text;
  text.reserve(program.ops.size() * kTypicalOpBytes);
  for (const Op& op : program.ops) {
    const std::string region = region_name(program, op.region);
    const std::uint64_t bytes = tile_bytes(program, op);
    const auto append_operands = [&] {
      visit_operands(program, op,
                     [&](std::size_t, const OperandRule&, std::uint32_t address,
                         const TileExtent&) { append_numbers(text, {address}); });
    };
    by_opcode(
        op.opcode,
        [&] {
          (text += "L ") += region;
          append_numbers(text, {op.row, op.col, op.dst, bytes});
          text += buffer_text(op.tag);
        },
        [&] {
          (text += "S ") += region;
          append_numbers(text, {op.row, op.col, op.a, bytes});
          text += op.relu ? " relu" : " -";
        },
        [&] {
          text += 'E';
          append_numbers(text, {op.row, op.col, op.step, op.a, op.b, op.dst});
          text += buffer_text(op.tag);
          append_additions(text, op);
        },
        [&] {
          (text += "V ") += region;
          append_numbers(text, {op.row, op.col, op.kernel});
          append_operands();
          append_numbers(text, {op.dst});
          text += buffer_text(op.tag);
        },
        [&] {
          (text += "R ") += region;
          append_numbers(text, {op.row, op.col, op.step, op.kernel});
          append_operands();
          append_numbers(text, {op.dst});
          text += buffer_text(op.tag);
        });
    text += '\n';
  }
  return text;
}

}  // namespace tilewave
