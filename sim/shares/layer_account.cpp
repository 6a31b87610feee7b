// Adds up, layer by layer, what is told op by op.
#include "sim/shares/layer_account.h"

#include <algorithm>

namespace tilewave {

LayerAccount::LayerAccount(const Program& program, OpShareSink* also)
    : program_(program),
      also_(also),
      layers_(find_layers(program, find_links(program))),
      figures_(layers_.all.size() + 1) {}

void LayerAccount::on_begin(const ObservedRun& run) {
  units_ = units_of(run.machine);
  timing_.emplace(run.machine.compute, program_);
  shares_.on_begin(program_, units_);
}

void LayerAccount::on_op(std::uint32_t op, const OpTimes& times) {
  LayerFigures& layer = figures_[layers_.of_op[op]];
  layer.slots += timing_->slots(program_.ops[op]);
  layer.start = std::min(layer.start.value_or(times.start), times.start);
  layer.end = std::max(layer.end, times.complete);
  shares_.on_op(op, times);
}

void LayerAccount::on_state(Engine engine, EngineState state, Cycle from, Cycle to) {
  shares_.on_state(engine, state, from, to);
}

void LayerAccount::on_end(Cycle /*cycles*/) { shares_.on_end(); }

void LayerAccount::on_share(Engine engine, std::uint32_t op, EngineState state, Cycle from,
                            Cycle to) {
  LayerFigures& layer = op == kNoOp ? figures_.back() : figures_[layers_.of_op[op]];
  layer.cycles[index_of(engine)][static_cast<std::size_t>(state)] += to - from;
  if (also_ != nullptr) {
    also_->on_share(engine, op, state, from, to);
  }
}

}  // namespace tilewave
