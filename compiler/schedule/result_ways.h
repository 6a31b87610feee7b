// Where tiles of results go: which stay in SRAM for those who use them, and which are stored in any case.
#pragma once

#include <vector>

#include "compiler/graph/placement.h"
#include "compiler/schedule/schedule.h"

namespace tilewave {

class ResultWays {
 public:
  ResultWays(const SchedulingProblem& problem, const ComputedTiles& computed) {
    const Graph& graph = problem.graph;
    const std::vector<Placed> placed = placements(graph);
    stays_.assign(placed.size(), problem.options.forwarding);
    for (TensorId id = 0; id < placed.size(); ++id) {
      if (problem.options.unforwarded.contains(id)) {
        stays_[problem.uops.regions[id].tensor] = false;
      }
      leaves_.push_back(graph.tensor(placed[id].root).role == TensorRole::kOutput ||
                        computed.is_read_elsewhere(id));
    }
  }

  bool stays(TensorId region) const { return stays_[region]; }
  bool leaves(TensorId region) const { return leaves_[region]; }

 private:
  std::vector<bool> stays_;
  std::vector<bool> leaves_;
};

}  // namespace tilewave
