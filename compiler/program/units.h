// The units of a machine that carry out ops, and who carries out what: the only place that says how
// many there are. A machine's queues, ledgers, results and views iterate over the list.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "compiler/program/opcodes.h"

namespace tilewave {

/// What the list of units depends on.
struct UnitSetup {
  bool shared_dma = false;    ///< one DMA engine carries out loads and stores, in program order
  bool shared_vector = true;  ///< the core carries out vector ops, in program order
};

/// A unit takes the ops of its queue in order. Every unit has an account of its time; two accounts
/// may share one queue: those of a shared DMA engine.
class Units {
 public:
  explicit Units(const UnitSetup& setup) : setup_(setup) {
    for (std::size_t i = 0; i < kEngineCount; ++i) {
      const auto engine = static_cast<Engine>(i);
      if (engine != Engine::kVector || !setup.shared_vector) {
        engines_[count_++] = engine;
      }
    }
  }

  /// Those with an account of their own, in the order in which everything names them.
  std::span<const Engine> all() const { return {engines_.data(), count_}; }

  /// In whose account the time of an op of this kind goes.
  Engine account_of(Engine engine) const {
    return engine == Engine::kVector && setup_.shared_vector ? Engine::kCompute : engine;
  }
  Engine account_of(const Op& op) const { return account_of(engine_of(op.opcode)); }

  /// In whose queue an op of this kind waits.
  Engine queue_of(Engine engine) const {
    return engine == Engine::kStoreDma && setup_.shared_dma ? Engine::kLoadDma : account_of(engine);
  }
  Engine queue_of(const Op& op) const { return queue_of(engine_of(op.opcode)); }
  /// Whether a unit has a queue of its own.
  bool has_queue(Engine engine) const { return queue_of(engine) == engine; }

 private:
  UnitSetup setup_;
  std::array<Engine, kEngineCount> engines_{};
  std::size_t count_ = 0;
};

constexpr std::size_t index_of(Engine engine) { return static_cast<std::size_t>(engine); }

}  // namespace tilewave
