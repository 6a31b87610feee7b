// The loop nest of every matmul, and what the cost model thought of the next best ones.
#pragma once

#include <string>

#include "compiler/graph.h"
#include "sim/config.h"

namespace tilewave {

/// For people: a table per matmul, the chosen nest first.
std::string loops_text(const Graph& fused, const Config& config);

}  // namespace tilewave
