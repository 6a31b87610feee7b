// Plays a DRAM trace on a DRAM model and measures it: the player and its numbers.
// It is neither a command (sim/commands/dram_trace_command.cpp) nor a DRAM; the traces are read by
// sim/run/dram_trace_reader.h.
#pragma once

#include <array>
#include <cstdint>

#include "models/clock_period.h"
#include "models/dram/model.h"
#include "sim/run/dram_trace_reader.h"

namespace tilewave {

struct DramTraceOptions {
  Picoseconds clock = 1000;   ///< at most one access is issued per clock; in the model's units
  unsigned outstanding = 16;  ///< reads in flight, and writes in flight, at most
  ClockPeriod cycle{1000};    ///< of the steps that have one; in the model's units
};

struct DramTraceResult {
  Picoseconds total_ps = 0;  ///< time 0 until the last read is back and the last write written
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;
  std::uint64_t bytes = 0;
  double mean_read_latency_ns = 0;  ///< issue to completion
  double bytes_per_second = 0;
};

/// The driver's rule for accesses without times: in order, at most one per clock; a read (write) is
/// issued while fewer than `outstanding` reads (writes) are in flight, a freed slot in the clock after
/// the completion. The first is issued at time 0.
///
/// An access with a time is issued then, or, with as many in flight, in the clock after the completion that
/// makes room, and none before it.
class DramTracePlayer {
 public:
  /// `model` is fresh and outlives the player.
  DramTracePlayer(const DramTraceOptions& options, DramModel& model)
      : options_(options), model_(model) {}

  /// Throws InputError if it takes longer than can be told.
  void play(const DramTraceStep& step);
  /// Waits for all that is in flight.
  DramTraceResult finish();

 private:
  void issue(const DramTraceStep& step);
  void issue_in_time(const DramTraceStep& step);
  void submit(const DramTraceStep& step, Picoseconds time);
  void wait_for_all();
  void wait();
  bool take(Picoseconds now);

  DramTraceOptions options_;
  DramModel& model_;
  DramTraceResult result_;
  Picoseconds total_ = 0;  ///< of the last completion; all times in the model's units
  Picoseconds next_issue_ = 0;
  std::uint64_t latency_ = 0;  ///< sum of completions - sum of issues; wraps on the way, by design
  std::array<unsigned, 2> in_flight_ = {};  ///< reads, writes
};

/// All of it. `model` is fresh.
DramTraceResult play_dram_trace(const DramTrace& trace, const DramTraceOptions& options,
                                DramModel& model);

}  // namespace tilewave
