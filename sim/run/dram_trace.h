// Plays a DRAM trace on a DRAM model and measures it: the trace format, the player, the numbers.
// It is neither a command (sim/commands/dram_trace_command.cpp) nor a DRAM. docs/formats.md has the
// format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/dram/model.h"

namespace tilewave {

inline constexpr std::size_t kMaxDramTraceBytes = std::size_t{128} * 1024 * 1024;

/// An access, or a boundary that waits for everything in flight.
struct DramTraceStep {
  std::uint64_t address = 0;
  bool write = false;
  bool barrier = false;  ///< address and write mean nothing
};

struct DramTrace {
  std::vector<DramTraceStep> steps;
  std::uint64_t accesses = 0;
  std::uint64_t tiles = 1;         ///< one more than there are T and B lines; T does nothing else
  std::uint32_t access_bytes = 0;  ///< of every access
};

/// What the DRAM takes.
struct DramTraceLimits {
  std::uint64_t capacity_bytes = 0;
  std::uint32_t access_bytes = 0;  ///< 0: what the trace says, 64 if it says nothing
};

/// Parses `R ADDRESS`, `W ADDRESS` (hexadecimal 0x or decimal), `T`, `B` and `# comment`, one per
/// line; the comment `# tx N` states that an access has N bytes. Addresses are multiples of that.
/// Throws InputError naming file, line, text and what is allowed.
DramTrace parse_dram_trace(std::string_view text, const std::string& file,
                           const DramTraceLimits& limits);

struct DramTraceOptions {
  Picoseconds clock = 1000;   ///< at most one access is issued per clock; in the model's units
  unsigned outstanding = 16;  ///< reads in flight, and writes in flight, at most
};

struct DramTraceResult {
  Picoseconds total_ps = 0;  ///< first issue until the last read is back and the last write written
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;
  double mean_read_latency_ns = 0;  ///< issue to completion
  double bytes_per_second = 0;
};

/// The driver's rule: in order, at most one access per clock; a read (write) is issued while fewer
/// than `outstanding` reads (writes) are in flight, a freed slot in the clock after the completion.
/// `model` must be fresh: the first access is issued at time 0.
DramTraceResult play_dram_trace(const DramTrace& trace, const DramTraceOptions& options,
                                DramModel& model);

}  // namespace tilewave
