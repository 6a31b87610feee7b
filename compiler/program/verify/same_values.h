// Whether a program computes what another one does, tile by tile, in whatever order and at whatever addresses:
// for schedules that somebody has edited. Facts of the programs alone; nothing is computed.
#pragma once

#include <string>

#include "compiler/program/program.h"

namespace tilewave {

/// Both programs are verified. Every op that computes has to read the same tiles as the op of `compiled` that
/// computes the same, sums as far as they are there, and every store has to write the same. Throws InputError for
/// the first op that does not, naming it, the op whose tile it reads instead, and what it should read.
void require_same_values(const Program& program, const Program& compiled,
                         const std::string& file_name);

}  // namespace tilewave
