// In which order operators run that do not depend on each other.
#pragma once

#include "compiler/graph/graph.h"

namespace tilewave {

/// The same graph, each operator right behind all that its operands need and that is not there yet, operand by operand,
/// in the order in which they were created; a reduce as soon as it can be.
/// What one head of an attention computes is used before the next one begins, and need not leave the SRAM. Doing it
/// twice changes nothing more.
Graph depth_first(const Graph& graph);

}  // namespace tilewave
