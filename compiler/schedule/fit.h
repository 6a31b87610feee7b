// From a graph to a schedule that fits the SRAM: fusion, loop nests, uOps and schedule, each
// verified, and what is tried when memory is tight.
#pragma once

#include <optional>
#include <vector>

#include "compiler/graph/fusion.h"
#include "compiler/graph/graph.h"
#include "compiler/lowering/loop_nest.h"
#include "compiler/lowering/row_blocks.h"
#include "compiler/lowering/uop.h"
#include "compiler/schedule/schedule.h"

namespace tilewave {

/// A fused graph, and how it came about.
struct Fusion {
  FusionOptions options;
  Graph graph;
};

/// fuse(), but biases stay adds of their own if a step with its bias does not fit the SRAM; and a map
/// that reads another whole tensor becomes part of the matmul before it if the product is larger than
/// half of the SRAM, tiles are forwarded, and ScheduleOptions::joins allows it. Softmaxes whose keys and values leave no
/// room for scores go over parts of the keys if ScheduleOptions::row_blocks.
Fusion fusion_to_fit(const Graph& graph, const Tiling& tile, const ScheduleOptions& options);

/// The graph of it.
Graph fuse_to_fit(const Graph& graph, const Tiling& tile, const ScheduleOptions& options);

/// What is decided already, so that nothing else is tried when memory is tight.
struct Pinned {
  std::vector<std::optional<LoopNest>> nests = {};  ///< by operator; none at all if empty
  std::optional<std::vector<RowBlocks>> blocks = {};
  bool eviction = false;     ///< ScheduleOptions::eviction alone, not also LRU
  bool places = false;       ///< whole_places and apart are as the options say
  bool last_resort = false;  ///< something that keeping all apart would change
};

struct FittingSchedule {
  LoopPlan plan;
  UopList uops;
  Schedule schedule;
  ScheduleOptions options = {};  ///< those that this schedule came about with
};

/// The schedule of a fused graph. Tiles of different sizes may leave holes between them that are
/// too small for the next one; then blocks are made smaller, and at last every output tile is
/// computed by itself and nothing is kept (ScheduleOptions::apart). Throws InputError if a step
/// does not fit, or if no schedule with what is pinned does.
FittingSchedule schedule_to_fit(const Graph& fused, const Tiling& tile,
                                const ScheduleOptions& options, const Pinned& pinned = {});

struct CompiledSchedule {
  Graph fused;
  FittingSchedule fitting;
  FusionOptions fusion = {};
};

/// Both. With Joins::kSpilled, if it turns out that a product had to leave the SRAM before the map of it
/// and another whole tensor, the two are joined and scheduled again, and what moves less is taken.
CompiledSchedule compile_to_fit(const Graph& graph, const Tiling& tile,
                                const ScheduleOptions& options);

}  // namespace tilewave
