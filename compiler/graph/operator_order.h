// In which order operators run that do not depend on each other.
#pragma once

#include "compiler/graph/graph.h"

namespace tilewave {

/// The same graph, each operator as soon as it can be behind the one that gives it its last operand; of several the
/// one that was created first. What one head of an attention computes is used before the next one begins, and need
/// not leave the SRAM. Doing it twice changes nothing more.
Graph depth_first(const Graph& graph);

}  // namespace tilewave
