// The text form of a program: what a person writes by hand, reads and prints. It assembles to the
// same bytes as the binary form, one to one. Like that one it proves only that the text is a
// program, not that the program is legal: see program_verify.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "compiler/program/program.h"

namespace tilewave {

inline constexpr std::size_t kMaxProgramTextBytes = 1ULL << 30;
inline constexpr std::size_t kMaxProgramLineBytes = 4096;

// clang-format off
// The grammar by example; a test parses it:
//
//   tilewave-program 3                      # '#' starts a comment, blank lines are skipped
//   tile 32 32 32                           # m n k
//   sram 0xd000                             # bytes of SRAM needed; numbers are decimal or 0x hex
//   tensor x  input        128x128 tile 32x32 dram 0x0
//   tensor w1 param        128x64  tile 32x32 dram 0x10000
//   tensor b1 param        1x64    tile 1x32  dram 0x18000  # "padded dram": with zeros up to whole tiles
//   tensor a1 intermediate 128x64  tile 32x32 dram 0x19000  # roles: input param intermediate output
//   tensor y  output       128x64  tile 32x32 dram 0x21000
//   region 0 x 0:128 64:128 tile 32x32      # a window: number, tensor, rows, columns, tiles of its own
//   kernel 0 tile | gelu x0                 # number, operands (tile row column first_column value),
//   kernel 1 tile row | add x0 x1; relu t0  # steps on operands x0.., earlier steps t0.., numbers
//   kernel 2 tile -> sum of rows | exp x0   # a reduction: sum max min product, of columns or of rows
//   ops
//   load   x[0,0] -> 0x0000
//   load   w1[0,0] -> 0x1000 ping           # any op may end in ping or pong
//   load   x@0[1,0] -> 0x5000               # a tile of region 0, which is of x
//   load   b1[0,0] -> 0x3000
//   matmul a1[0,0] k=0 a=0x0000 b=0x1000 bias=0x3000 -> 0x2000 clear
//   matmul a1[0,0] 32x32x32 k=1 a=0x4000 b=0x5000:transposed -> 0x2000 relu  # m n k, if not what there is
//                                           # of the tile, and the program's k; b as n x k in SRAM
//   vector y[0,0] kernel=1 a=0x2000 b=0x3000 -> 0x6000
//   vector y[0,1] kernel=0 a=0x2000 -> 0x2000
//   reduce b1[0,0] 1x32x32 k=0 kernel=2 a=0x2000 -> 0x7000 clear  # m n k; k rows are folded here
//   store  y[0,0] <- 0x6000 relu
// clang-format on

/// Canonical spelling, for any program that to_binary() would take.
std::string to_text(const Program& program);

/// One op as on its line, without padding: "load x[0,3] -> 0x2000". Safe for an op or a tensor
/// index out of range, because it also prints what the verifier refuses.
std::string op_text(const Program& program, const Op& op);

/// Throws InputError "FILE:LINE: …" naming the value and what is allowed.
Program parse_program_text(std::string_view text, const std::string& file_name);

/// True if the first word that is not a comment is "tilewave-program".
bool is_text_program(std::string_view text);

}  // namespace tilewave
