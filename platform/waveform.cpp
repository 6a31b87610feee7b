#include "platform/waveform.h"

#include <algorithm>

namespace tilewave {

EngineWave::EngineWave(sc_core::sc_module_name name, CycleLedger& ledger, const CoreClock& clock)
    : sc_module(name), clock_(clock) {
  ledger.add_observer(*this);
  SC_HAS_PROCESS(EngineWave);
  SC_METHOD(update);
}

void EngineWave::trace(sc_core::sc_trace_file* file, const std::string& engine) const {
  sc_core::sc_trace(file, busy_, engine + ".busy");
  sc_core::sc_trace(file, state_, engine + ".state", 4);
  sc_core::sc_trace(file, stall_cause_, engine + ".stall_cause", 4);
}

void EngineWave::on_state(EngineState state, Cycle from, Cycle to) {
  known_.push_back({state, from, to});
  clock_.notify(changed_, 0, Phase::kDram);
}

void EngineWave::on_expect(EngineState meanwhile, Cycle until, EngineState then) {
  meanwhile_ = meanwhile;
  meanwhile_until_ = until;
  then_ = then;
  clock_.notify(changed_, 0, Phase::kDram);
}

/// Shows what holds now and wakes when that may end.
void EngineWave::update() {
  const Cycle now = sc_core::sc_time_stamp().value() / clock_.period();
  while (!known_.empty() && known_.front().to <= now) {
    known_.pop_front();
  }
  Cycle next = ~Cycle{0};
  if (!known_.empty() && known_.front().from <= now) {
    show(known_.front().state);
    next = known_.front().to;
  } else {
    if (meanwhile_until_ > now) {
      show(meanwhile_);
      next = meanwhile_until_;
    } else {
      show(then_);
    }
    next = known_.empty() ? next : std::min(next, known_.front().from);
  }
  if (next == ~Cycle{0}) {
    next_trigger(changed_);
  } else {
    next_trigger(clock_.until(next, Phase::kDram), changed_);
  }
}

void EngineWave::show(EngineState state) {
  const bool stalled =
      state != EngineState::kBusy && state != EngineState::kIdle && state != EngineState::kDrained;
  busy_ = state == EngineState::kBusy;
  state_ = static_cast<unsigned>(state);
  stall_cause_ = stalled ? state_ : 0;
}

Waveform::Waveform(sc_core::sc_module_name name, const std::string& path, const CoreClock& clock)
    : sc_module(name),
      clock_(clock),
      // SystemC appends the ".vcd" itself.
      file_(sc_core::sc_create_vcd_trace_file(path.substr(0, path.size() - 4).c_str())) {
  file_->set_time_unit(1, sc_core::SC_PS);
  std::string legend = "states:";
  for (int state = 0; state < kEngineStateCount; ++state) {
    legend += " " + std::to_string(state) + "=" + to_string(static_cast<EngineState>(state));
  }
  sc_core::sc_write_comment(file_, legend);
}

Waveform::~Waveform() { sc_core::sc_close_vcd_trace_file(file_); }

void Waveform::add_engine(const std::string& engine, CycleLedger& ledger) {
  engines_.push_back(std::make_unique<EngineWave>((engine + "_wave").c_str(), ledger, clock_));
  engines_.back()->trace(file_, engine);
}

void Waveform::add(const std::string& signal, const std::uint32_t& value) {
  sc_core::sc_trace(file_, value, signal);
}

void Waveform::add(const std::string& signal, const std::uint64_t& value) {
  sc_core::sc_trace(file_, value, signal);
}

}  // namespace tilewave
