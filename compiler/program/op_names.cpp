// Puts names together from the tensor table and the register of opcodes.
#include "compiler/program/op_names.h"

#include "compiler/base/number_text.h"
#include "compiler/program/opcodes.h"

namespace tilewave {

std::string tile_name(const Program& program, std::uint32_t op) {
  const Op& named = program.ops[op];
  std::string name = program.tensors[named.tensor].name;
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
