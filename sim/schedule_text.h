// The schedule for people: every uOp and what became of it, with the addresses and the reason.
#pragma once

#include <string>

#include "compiler/graph.h"
#include "compiler/program.h"
#include "compiler/schedule.h"
#include "compiler/uop.h"

namespace tilewave {

/// One line per uOp: the number of the op it became and the op, or "resident" with the address for
/// a LOAD that was eliminated. A LOAD of a tile that had been in SRAM before says which op brought
/// it then: it was evicted since. `program` is the one built from the schedule of `uops`.
std::string schedule_text(const Graph& graph, const UopList& uops, const Program& program,
                          const ScheduleStats& stats);

}  // namespace tilewave
