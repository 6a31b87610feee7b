// VCD waveforms: what the modules already count, and each engine's state as its ledger tells it.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <systemc>
#include <vector>

#include "models/cycle_ledger.h"
#include "platform/core_clock.h"

namespace tilewave {

/// Replays one engine's ledger in simulated time: the state shown at a cycle is the state accounted
/// for it, except where the engine learns of it only afterwards.
class EngineWave : public sc_core::sc_module, private LedgerObserver {
 public:
  /// Both outlive the module.
  EngineWave(sc_core::sc_module_name name, CycleLedger& ledger, const CoreClock& clock);

  void trace(sc_core::sc_trace_file* file, const std::string& engine) const;

 private:
  void on_state(EngineState state, Cycle from, Cycle to) override;
  void on_expect(EngineState meanwhile, Cycle until, EngineState then) override;
  void update();
  void show(EngineState state);

  struct Stretch {
    EngineState state = EngineState::kIdle;
    Cycle from = 0;
    Cycle to = 0;
  };

  const CoreClock& clock_;
  std::deque<Stretch> known_;
  EngineState meanwhile_ = EngineState::kIdle;
  Cycle meanwhile_until_ = 0;
  EngineState then_ = EngineState::kIdle;
  sc_core::sc_event changed_;

  bool busy_ = false;
  unsigned state_ = static_cast<unsigned>(EngineState::kIdle);
  unsigned stall_cause_ = 0;  // the state, while it is a stall; else 0
};

/// A VCD file. Signals are added before the simulation starts; the file is complete when the object
/// is gone.
class Waveform : public sc_core::sc_module {
 public:
  /// `path` ends in ".vcd".
  Waveform(sc_core::sc_module_name name, const std::string& path, const CoreClock& clock);
  ~Waveform() override;

  void add_engine(const std::string& engine, CycleLedger& ledger);
  void add(const std::string& signal, const std::uint32_t& value);
  void add(const std::string& signal, const std::uint64_t& value);

 private:
  const CoreClock& clock_;
  sc_core::sc_trace_file* file_;
  std::vector<std::unique_ptr<EngineWave>> engines_;
};

}  // namespace tilewave
