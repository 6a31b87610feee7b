// Reads the lines of ops in the grammar of program_text.h; what stands before them is
// program_text_parser.cpp's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "compiler/base/text_cursor.h"
#include "compiler/program/opcodes.h"
#include "compiler/program/program.h"

namespace tilewave {

using TensorIndices = std::unordered_map<std::string, std::uint32_t>;

/// Extents of an op that computes whose line does not say any: the part that there is of its tile, and
/// the program's k for a matmul or a reduce. Of a tile that does not exist, the program's.
TileShape usual_shape(const Program& program, const Op& op);

/// The tensor of this name. Throws InputError.
std::uint32_t find_tensor(const TextCursor& cursor, const Program& program,
                          const TensorIndices& tensors, const std::string& name);

class OpParser {
 public:
  /// Of a program whose tables are complete, or will be when parse() is called.
  OpParser(TextCursor& cursor, const Program& program, const TensorIndices& tensors)
      : cursor_(cursor), program_(program), tensors_(tensors) {}

  /// The op on the cursor's line. Throws InputError.
  Op parse();

 private:
  std::uint32_t u32(const char* what);
  Opcode parse_opcode();
  std::uint32_t parse_region();
  void parse_extents(Op& op);
  void parse_kernel(Op& op);
  void parse_operand(Op& op, const OperandRule& operand);
  void parse_element(Op& op, const OperandRule& operand, std::string_view text);
  [[noreturn]] void fail_type(const Op& op, const OperandRule& operand, std::string_view word);
  void parse_flags(Op& op);
  [[noreturn]] void fail_flag(const Op& op, std::string_view word);

  TextCursor& cursor_;
  const Program& program_;
  const TensorIndices& tensors_;
  std::string name_;  // members, so that their memory is reused
  std::string token_;
  std::string what_;
};

}  // namespace tilewave
