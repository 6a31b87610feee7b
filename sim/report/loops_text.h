// The loop nest of every matmul, and what the cost model thought of the next best ones; which operators run in
// blocks of rows, and why.
#pragma once

#include <string>

#include "compiler/graph/graph.h"
#include "compiler/lowering/row_blocks.h"
#include "sim/config/config.h"

namespace tilewave {

/// For people: the blocks of rows, then a table per matmul, the chosen nest first.
std::string loops_text(const Graph& fused, const LoopPlan& plan, const Config& config);

}  // namespace tilewave
