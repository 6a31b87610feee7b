// The schedule for people: every op, and where the operands lie for which there is none.
#pragma once

#include <string>

#include "compiler/graph/graph.h"
#include "compiler/lowering/uop.h"
#include "compiler/program/program.h"
#include "compiler/schedule/schedule.h"

namespace tilewave {

/// One line per op with its number, and before a step one per operand that was not loaded for it:
/// "resident" with its address and the op that loaded or computed it. A load of a tile that had
/// been in SRAM before says which op brought it then: it was evicted since. `program` is the one
/// built from the schedule of `uops`.
std::string schedule_text(const Graph& graph, const UopList& uops, const Program& program,
                          const ScheduleStats& stats);

}  // namespace tilewave
