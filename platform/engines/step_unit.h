// What a core and a vector unit have in common: tile steps taken in order, their time, their
// arithmetic and their account. How a step's operands come from SRAM is the unit's own.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <systemc>
#include <vector>

#include "models/accounting/cycle_ledger.h"
#include "models/accounting/unit_counters.h"
#include "models/compute/compute_timing.h"
#include "models/compute/run_vector_kernel.h"
#include "models/compute/transposed_tile.h"
#include "platform/engines/engine_front.h"

namespace tilewave {

/// A step starts when its conflicts are over and its predecessor lets it in; it lets its successor
/// in after its interval or when its operands are streamed, whichever is later, and completes as
/// much later than its duration as streaming took longer than the interval.
class StepUnit : public sc_core::sc_module {
 public:
  /// The account up to the end of the simulation.
  void finish(Cycle end);

  const UnitCounters& counters() const { return counters_; }
  /// The least that the steps done can take, of memory that never limits and pipelines that overlap: the sum
  /// of their initiation intervals, and of a chain at least what its successor's operand takes to be loaded.
  Cycle bound() const { return bound_; }

 protected:
  /// `engine` is the unit's; it carries out those ops whose account is the unit's.
  StepUnit(sc_core::sc_module_name name, Engine engine, Phase phase, const EngineContext& context,
           OpQueue& queue, CycleLedger& ledger);

  /// The SRAM's bytes, for direct access. Called once, in functional runs.
  virtual std::byte* direct_memory() = 0;
  /// Streams the step's operands and results, from now on; returns when the last of them has passed and
  /// `ideal` has come, with the cycle in which the last passed.
  virtual Cycle stream(const Op& op, Cycle ideal, bool chained, bool chain_continues) = 0;

  const EngineContext& context() const { return context_; }
  const ComputeTiming& timing() const { return timing_; }
  Phase phase() const { return phase_; }

 private:
  void run();
  bool is_mine(const Op& op) const { return units_.account_of(op) == engine_; }
  void compute(const Op& op);
  void matmul(const Op& op);
  void float_matmul(const Op& op, float* dst);
  void integer_matmul(const Op& op, std::int32_t* dst);
  void vector(const Op& op);
  void reduce(const Op& op);
  std::span<const void* const> operands_of(const Op& op);
  void clear_padding(const Op& op) const;
  /// What lies at `address`, as if it were of elements of type T.
  template <typename T = float>
  T* tile(std::uint32_t address) const {
    return reinterpret_cast<T*>(sram_ + address);
  }
  /// Where a factor goes that no kernel reads as it lies in SRAM.
  struct FactorRoom {
    TransposedTile transposed;
    std::vector<float> widened;
  };
  const void* factor(std::uint32_t address, const TileExtent& stored, bool transposed,
                     FactorRoom& room) const;
  const float* float_factor(std::uint32_t address, const TileExtent& stored, bool transposed,
                            FactorRoom& room) const;
  /// Gives the time until `until` to what is left of the last step, then to `state`.
  void account(EngineState state, Cycle until);
  const Op* next_step(std::uint32_t after) const;
  Cycle earliest_start(const Op* next) const;

  Engine engine_;
  Phase phase_;
  const EngineContext& context_;
  Units units_;
  EngineFront front_;
  CycleLedger& ledger_;
  ComputeTiming timing_;
  // Functional runs only: direct memory, and the program's kernels.
  std::byte* sram_ = nullptr;
  std::vector<PreparedVectorKernel> vector_kernels_;
  std::array<const void*, kMostOperands> operands_{};  // of the step
  FactorRoom a_;
  FactorRoom b_;

  bool chain_goes_on_ = false;  // with the next step
  Cycle complete_ = 0;          // of the step before
  Cycle free_from_ = 0;         // for the next step
  Cycle chain_start_ = 0;       // of the chain in progress
  Cycle preload_ = 0;           // of its successor
  std::uint32_t ops_left_ = 0;
  UnitCounters counters_;
  Cycle bound_ = 0;
  Cycle chain_bound_ = 0;  // of the chain in progress
};

}  // namespace tilewave
