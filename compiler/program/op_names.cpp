// Puts names together from the tensor table and the register of opcodes.
#include "compiler/program/op_names.h"

#include "compiler/base/number_text.h"
#include "compiler/program/opcodes.h"

namespace tilewave {

void append_region(std::string& text, const Program& program, std::uint32_t region) {
  text += program.tensors[program.tensor_of(region)].name;
  if (program.is_window(region)) {
    text += kWindowMark;
    append_decimal(text, region - program.tensors.size());
  }
}

std::string region_name(const Program& program, std::uint32_t region) {
  std::string name;
  append_region(name, program, region);
  return name;
}

std::string elements_name(const Program& program, std::uint32_t tensor,
                          const ElementRange& elements) {
  const ProgramTensor& entry = program.tensors[tensor];
  const Op tile{.region = tensor,
                .row = static_cast<std::uint32_t>(elements.row / entry.tile.rows),
                .col = static_cast<std::uint32_t>(elements.col / entry.tile.cols)};
  if (program.elements_at(tile) == elements) {
    return entry.name + "[" + std::to_string(tile.row) + "," + std::to_string(tile.col) + "]";
  }
  return entry.name + "[" + range_text(elements.row, elements.row_end) + ", " +
         range_text(elements.col, elements.col_end) + "]";
}

std::string tile_name(const Program& program, std::uint32_t op) {
  const Op& named = program.ops[op];
  std::string name = region_name(program, named.region);
  name += '[';
  append_decimal(name, named.row);
  name += ',';
  append_decimal(name, named.col);
  name += ']';
  return name;
}

std::string op_name(const Program& program, std::uint32_t op) {
  const Op& named = program.ops[op];
  std::string name = to_string(named.opcode);
  name += ' ';
  name += tile_name(program, op);
  if (rule_of(named.opcode).has_step) {
    name += " k=";
    append_decimal(name, named.step);
  }
  return name;
}

}  // namespace tilewave
