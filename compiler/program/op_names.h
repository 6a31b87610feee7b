// What ops and tiles are called where people look at them: "load x[0,1]", "matmul y[0,0] k=3",
// "w1[2,0]".
#pragma once

#include <cstdint>
#include <string>

#include "compiler/program/program.h"

namespace tilewave {

/// Of the tile that an op loads, stores or computes: "x[0,1]".
std::string tile_name(const Program& program, std::uint32_t op);

/// "load x[0,1]", "matmul y[0,0] k=3"
std::string op_name(const Program& program, std::uint32_t op);

}  // namespace tilewave
