// The static scheduler: uOps in, ops with concrete SRAM addresses and nothing redundant out.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/graph/graph.h"
#include "compiler/lowering/loop_choice.h"
#include "compiler/lowering/uop.h"
#include "compiler/program/program.h"

namespace tilewave {

enum class Eviction : std::uint8_t { kLru, kBelady };

/// kSingle: freed bytes are reused at once (first fit). kTagged: the same, and ops carry the parity
/// of their step, as tileflow's double buffering does. kPingPong: freed bytes are reused as late as
/// possible (next fit) and operands of the last steps are evicted last, so that the tiles of
/// consecutive steps lie apart and loads can run ahead of the step in execution.
enum class Buffering : std::uint8_t { kSingle, kTagged, kPingPong };

/// Which maps of a product and another whole tensor, such as a residual, run on the product's tiles as
/// they are complete (compiler/schedule/fit.h). kLarge: those of a product larger than half of the SRAM.
/// kSpilled: also those whose product has to leave the SRAM, as the schedule without shows.
enum class Joins : std::uint8_t { kOff, kLarge, kSpilled };

struct ScheduleOptions {
  std::uint64_t sram_bytes = 256 * 1024;
  /// If all tensors together take more, those that are never moved have no place of their own.
  std::uint64_t dram_bytes = std::numeric_limits<std::uint64_t>::max();
  Eviction eviction = Eviction::kBelady;
  Buffering buffering = Buffering::kPingPong;
  /// Of every matmul; none: what the cost model expects to be fastest
  /// (compiler/lowering/loop_choice.h).
  std::optional<LoopOrder> loop_order = {};
  MachineCosts costs = {};
  /// A computed tile stays in SRAM for those who use it; it is stored only if it is a result of the
  /// graph or has to be evicted before its last use.
  bool forwarding = true;
  std::set<TensorId> unforwarded = {};  ///< of the results, those that do not stay all the same
  Joins joins = Joins::kLarge;          ///< without forwarding, none
  /// Operators run over blocks of rows where that is expected to be better (compiler/lowering/block_choice.h).
  /// Without forwarding a block has all rows.
  bool row_blocks = true;
  std::uint32_t lookahead = 128;   ///< kPingPong: steps over which a LOAD is hoisted, at most
  std::uint32_t loads_ahead = 64;  ///< kPingPong: LOADs hoisted over the step in execution, at most
  std::uint32_t store_delay = 0;   ///< steps by which a STORE sinks behind later LOADs
  /// For an SRAM that just holds one step of tiles of different sizes: nothing stays from step to
  /// step but open accumulators; operands lie at the low end, results at the high end, so that
  /// no hole is too small. Not with kPingPong or forwarding.
  bool apart = false;
  /// Every tile of a tensor takes as much SRAM as its largest, so that each fits where another lay.
  bool whole_places = false;

  bool operator==(const ScheduleOptions&) const = default;
};

struct ScheduleStats {
  std::uint64_t uops = 0;
  std::uint64_t loads = 0;             ///< LOADs in the schedule
  std::uint64_t loads_eliminated = 0;  ///< LOAD uOps whose tile was resident
  std::uint64_t executes = 0;
  std::uint64_t stores = 0;
  std::uint64_t evictions = 0;         ///< operand tiles dropped while still needed
  std::uint64_t peak_sram_bytes = 0;   ///< highest sum of live allocations
  std::uint64_t final_live_bytes = 0;  ///< live after the last op; 0 unless we leak
};

struct Schedule {
  std::vector<Op> ops;  ///< Op::tensor is the graph's TensorId, Op::kernel an index into the uOps'
  ScheduleStats stats;
};

/// What a scheduler is given. The uOps are those of the graph and legal (verify_uops()).
struct SchedulingProblem {
  const Graph& graph;
  const UopList& uops;
  const ScheduleOptions& options;
};

/// The schedule keeps the order of the EXECUTEs and decides where tiles lie, when they are loaded,
/// how long they stay and when they leave. One pass with two positions:
///   - ahead, within the options' limits and as fast as the DRAM could bring them, every operand that
///     is not resident gets its place and its LOAD, every accumulator its place, for which tiles that
///     are needed later still are evicted;
///   - behind, the step is emitted, operands without a later use are freed, and a complete tile is
///     stored, kept for its users, or both.
/// Deterministic. Throws OutOfSram when the SRAM cannot hold what one step needs at once, listing
/// live allocations and free blocks.
Schedule schedule_uops(const SchedulingProblem& problem);

/// Likewise if it loads fewer tiles than `loads`; nothing, and sooner, if it does not.
std::optional<Schedule> schedule_with_fewer_loads(const SchedulingProblem& problem,
                                                  std::uint64_t loads);

/// Proves that a schedule computes the uOps' graph: every step once, in order, on operands that lie
/// where it reads them, with its ReLU there or at the store; every result stored once; no SRAM
/// leaked. Throws InternalError. That the addresses do not overlap is verify_program()'s part.
void verify(const SchedulingProblem& problem, const Schedule& schedule);

/// The program of a schedule: the graph's tensors laid out one after another in DRAM, 4 KiB
/// aligned. If that is more than `dram_bytes`, intermediate tensors of which nothing is loaded or stored lie at 0, where
/// others are.
Program build_program(const Graph& graph, const UopList& uops, Schedule schedule,
                      std::uint64_t dram_bytes = std::numeric_limits<std::uint64_t>::max());

}  // namespace tilewave
