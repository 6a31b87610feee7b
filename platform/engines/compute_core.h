// The compute core: takes tile steps in order, streams their operands from SRAM, computes them with
// the functional kernel, and takes as long as the array would.
#pragma once

#include <systemc>
#include <tlm>

#include "models/accounting/cycle_ledger.h"
#include "models/compute/compute_timing.h"
#include "platform/engines/engine_context.h"
#include "platform/engines/op_queue.h"
#include "platform/memory/operand_stream.h"

namespace tilewave {

/// A step starts when its conflicts are over and its predecessor lets it in; it lets its successor
/// in after its interval or when its operands are streamed, whichever is later, and completes as
/// much later than its duration as streaming took longer than the interval.
class ComputeCore : public sc_core::sc_module, private StreamBackward {
 public:
  StreamInitiatorSocket sram_socket{"sram_socket"};

  ComputeCore(sc_core::sc_module_name name, const EngineContext& context, OpQueue& queue,
              CycleLedger& ledger);

  /// The engine's account up to the end of the simulation.
  void finish(Cycle end);

  std::uint64_t steps() const { return steps_; }
  std::uint64_t macs() const { return macs_; }
  /// Sum of initiation intervals of the steps done.
  Cycle bound() const { return bound_; }

 private:
  void run();
  std::uint32_t take_op();
  void wait_for_hazards(std::uint32_t op);
  Cycle stream_operands(const Op& op, Cycle ideal, bool chained, bool chain_continues);
  Cycle ask_stream_end(bool begin);
  void compute(const Op& op);
  void clear_padding(const Op& op, float* values) const;
  /// Gives the time until `until` to what is left of the last step, then to `state`.
  void account(EngineState state, Cycle until);
  const Op* next_step(std::uint32_t after) const;

  tlm::tlm_sync_enum nb_transport_bw(OperandStream& stream, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override;
  void invalidate_direct_mem_ptr(sc_dt::uint64 start, sc_dt::uint64 end) override;

  const EngineContext& context_;
  OpQueue& queue_;
  CycleLedger& ledger_;
  ComputeTiming timing_;
  OperandStream stream_;
  std::byte* sram_ = nullptr;  // direct memory, functional runs only

  const Op* previous_ = nullptr;
  std::uint32_t previous_index_ = kNoOp;
  Cycle complete_ = 0;     // of the step before
  Cycle released_ = 0;     // of the step before, as far as its operands go
  Cycle chain_start_ = 0;  // of the chain in progress
  Cycle preload_ = 0;      // of its successor
  std::uint32_t ops_left_ = 0;
  std::uint64_t steps_ = 0;
  std::uint64_t macs_ = 0;
  Cycle bound_ = 0;
};

}  // namespace tilewave
