// What ops and tiles are called where people look at them: "load x[0,1]", "matmul y[0,0] k=3",
// "w1[2,0]"; "x@2[0,1]" of window 2, which is of x.
#pragma once

#include <cstdint>
#include <string>

#include "compiler/program/program.h"

namespace tilewave {

/// Between a tensor's name and the number of a window of it.
inline constexpr char kWindowMark = '@';

/// "x", or "x@2" for window 2, which is of x.
std::string region_name(const Program& program, std::uint32_t region);
/// The same, behind `text`.
void append_region(std::string& text, const Program& program, std::uint32_t region);

/// Elements of a tensor: "x[0,1]" if they are that tile of it, else "x[0:32, 64:96]".
std::string elements_name(const Program& program, std::uint32_t tensor,
                          const ElementRange& elements);

/// Of the tile that an op loads, stores or computes: "x[0,1]".
std::string tile_name(const Program& program, std::uint32_t op);

/// "load x[0,1]", "matmul y[0,0] k=3"
std::string op_name(const Program& program, std::uint32_t op);

}  // namespace tilewave
