// What every DRAM model answers to: bursts in, completions out, time as an argument.
// It is not a SystemC module and holds no data: platform/memory/dram.h wraps it and owns the bytes.
#pragma once

#include <cstdint>

#include "models/accounting/counters.h"
#include "models/time.h"

namespace tilewave {

/// One DMA burst as the memory controller sees it.
struct DramBurst {
  std::uint64_t address = 0;  ///< byte address; need not be aligned to the DRAM's access size
  std::uint32_t bytes = 0;    ///< at least 1
  std::uint32_t tag = 0;      ///< the initiator's own mark, handed back at completion
  bool write = false;
};

/// A burst is complete when its last byte has left the pins (read) or the controller owes nothing
/// more for it to the initiator (write): what a write moves may still wait in the controller then.
struct DramCompletion {
  std::uint32_t tag = 0;
  Picoseconds time = 0;
};

/// What a DRAM did so far. Row outcomes are counted per DRAM access and are zero where the model
/// has no rows.
struct DramCounters {
  std::uint64_t read_bytes = 0;
  std::uint64_t write_bytes = 0;
  std::uint64_t row_hits = 0;
  std::uint64_t row_misses = 0;     ///< the bank was closed
  std::uint64_t row_conflicts = 0;  ///< another row was open
  std::uint64_t refreshes = 0;

  void register_in(CounterRegister& all) const {
    all.add("dram", {"read_bytes", "B", Better::kLower, "read from the DRAM; padding counts"},
            read_bytes);
    all.add("dram", {"write_bytes", "B", Better::kLower, "written to the DRAM; padding counts"},
            write_bytes);
    all.add("dram", {"row_hits", "1", Better::kNeither, "accesses whose row was open"}, row_hits);
    all.add("dram", {"row_misses", "1", Better::kNeither, "accesses whose bank was closed"},
            row_misses);
    all.add("dram",
            {"row_conflicts", "1", Better::kLower, "accesses whose bank had another row open"},
            row_conflicts);
    all.add("dram", {"refreshes", "1", Better::kNeither, "REF commands of all channels"},
            refreshes);
  }
};

/// A memory controller with its devices. The caller drives it:
///
///   submit(burst, arrival)  a burst reaches the controller at `arrival`, which may lie ahead, but
///                           never before the latest `now` given to poll()
///   next_event()            the earliest time at which poll() may have something to do
///   poll(now, completion)   advances to `now`; true and fills `completion` if a burst completed at
///                           or before `now`, in order of time; call again until it is false
///
/// next_event() is never later than the next completion, whatever is submitted until then, and a
/// poll() that finds nothing leaves it behind `now`.
///
/// Decisions at time t see exactly the bursts that arrived at or before t, so the result depends
/// neither on how far ahead bursts are submitted nor on how often poll() is called.
class DramModel {
 public:
  virtual ~DramModel() = default;
  virtual void submit(const DramBurst& burst, Picoseconds arrival) = 0;
  virtual Picoseconds next_event() const = 0;
  virtual bool poll(Picoseconds now, DramCompletion& completion) = 0;
  /// When every burst has completed and no more will come: goes on until nothing waits in the
  /// controller either. The time at which the last write had left for the device, 0 without writes.
  virtual Picoseconds drain() = 0;
  /// Bytes are counted when their burst completes, rows and refreshes when they happen.
  virtual const DramCounters& counters() const = 0;
  /// How many of the units in which it is told times, and tells them, are a picosecond.
  virtual std::uint64_t ticks_per_picosecond() const { return 1; }
  /// Bytes per second over all channels when the pins never rest.
  virtual double peak_bytes_per_second() const = 0;
};

}  // namespace tilewave
