// The loop nest of every matmul, and what the cost model thought of the next best ones.
#pragma once

#include <string>
#include <vector>

#include "compiler/graph/graph.h"
#include "compiler/lowering/loop_nest.h"
#include "sim/config/config.h"

namespace tilewave {

/// For people: a table per matmul, the chosen nest, of `nests` by operator, first.
std::string loops_text(const Graph& fused, const std::vector<LoopNest>& nests,
                       const Config& config);

}  // namespace tilewave
