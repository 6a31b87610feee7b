// What each field of a program may hold, said once for the binary reader, the text reader, the
// writers and the verifier. Only rules about one record: what the ops do together is verified in
// program_verify.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "compiler/program/program.h"

namespace tilewave {

inline constexpr std::uint32_t kProgramFormatVersion = 3;
inline constexpr std::size_t kMaxTensorNameBytes = 255;
inline constexpr std::uint64_t kMaxTensorElements = kMaxDramBytes / kMaxElementBytes;

/// One field that is wrong: its name, its value and what is allowed.
struct FieldProblem {
  std::string field;    ///< "rows"
  std::string value;    ///< "0"
  std::string allowed;  ///< "1 to 4294967296"

  std::string text() const { return field + " = " + value + "; allowed: " + allowed; }
};

/// "format version 2; this tilewave reads 3: compile the model again"; empty for the one we read.
std::string version_problem(std::uint64_t version);

/// "m", "n" or "k": 1 to 256.
std::optional<FieldProblem> find_problem(const TileShape& tile);

/// "sram_bytes"
std::optional<FieldProblem> find_sram_problem(std::uint64_t sram_bytes);

/// 1 to 255 printable ASCII characters, none of them a space, '#', '@', '[' or ']'.
bool is_valid_tensor_name(std::string_view name);

/// "name"
std::optional<FieldProblem> find_name_problem(std::string_view name);

/// "name", "role", "type", "rows", "cols", "tile", "stored_rows", "stored_cols" or "dram_base". The
/// tile is valid.
std::optional<FieldProblem> find_problem(const ProgramTensor& tensor, const TileShape& tile);

/// "tensor", "rows", "cols" or "tile". The program has its tensors, which are valid.
std::optional<FieldProblem> find_problem(const Window& window, const Program& program);

/// "opcode", "tag", "region", "kernel", "m", "n", "k", "biased", "a_type", "b_type", "a_type and
/// b_type", "a_zero", "b_zero", "relu", or a field that the op does not use and that is not zero, such as
/// "a_transposed". The program has its tensors, windows and kernels.
std::optional<FieldProblem> find_problem(const Op& op, const Program& program);

}  // namespace tilewave
