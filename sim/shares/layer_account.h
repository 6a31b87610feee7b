// What each layer had of a run: its share of every engine's cycles, its slots of the array, and from
// when until when it was at work.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/program/program.h"
#include "models/compute/compute_timing.h"
#include "platform/watch/run_observer.h"
#include "sim/shares/layers.h"
#include "sim/shares/op_shares.h"

namespace tilewave {

struct LayerFigures {
  StateCycles cycles{};        ///< those that belong to its ops
  std::uint64_t slots = 0;     ///< compute.slots of its steps
  std::optional<Cycle> start;  ///< the first of its ops leaves its queue; none without ops
  Cycle end = 0;               ///< the last of its ops is complete
};

/// Watches one run.
class LayerAccount : public RunObserver, private OpShareSink {
 public:
  /// The program, which is verified, and `also`, who is told of the shares of ops too, outlive it.
  explicit LayerAccount(const Program& program, OpShareSink* also = nullptr);

  void on_begin(const ObservedRun& run) override;
  void on_op(std::uint32_t op, const OpTimes& times) override;
  void on_state(Engine engine, EngineState state, Cycle from, Cycle to) override;
  void on_end(Cycle cycles) override;

  const Layers& layers() const { return layers_; }
  const Units& units() const { return units_; }
  /// By layer, and last what belongs to no layer. Complete after the run.
  const std::vector<LayerFigures>& figures() const { return figures_; }

 private:
  void on_share(Engine engine, std::uint32_t op, EngineState state, Cycle from, Cycle to) override;

  const Program& program_;
  OpShareSink* also_;
  Layers layers_;
  std::vector<LayerFigures> figures_;
  OpShares shares_{*this};
  Units units_{{}};
  std::optional<ComputeTiming> timing_;
};

}  // namespace tilewave
