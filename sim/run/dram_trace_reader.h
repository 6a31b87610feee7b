// Reads DRAM traces line by line, in all formats of sim/run/dram_trace_format.h. It trusts nothing, keeps no
// text and does not play: that is sim/run/dram_trace.h. docs/formats.md has the formats.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/clock_period.h"
#include "models/dram/address_map.h"
#include "models/dram/standard.h"
#include "models/time.h"
#include "sim/run/dram_trace_format.h"

namespace tilewave {

inline constexpr std::size_t kMaxDramTraceLineBytes = 4096;

/// 53 days of picoseconds: far enough from the end of 64 bits for any sum of times.
inline constexpr Picoseconds kLongestDramTrace = kNever / 4;

/// An access, or a boundary that waits for everything in flight.
struct DramTraceStep {
  static constexpr Cycle kUntimed = ~Cycle{0};

  std::uint64_t address = 0;
  Cycle cycle = kUntimed;  ///< when it reaches the controller, if the trace says so; never falls
  std::uint32_t bytes = 0;
  bool write = false;
  bool barrier = false;  ///< address, bytes and write mean nothing
};

struct DramTrace {
  std::vector<DramTraceStep> steps;
  std::uint64_t accesses = 0;
  std::uint64_t tiles = 1;           ///< one more than there are T and B lines; T does nothing else
  std::uint32_t access_bytes = 0;    ///< of an access of which the trace does not say it
  bool sized = false;                ///< it says it of some
  bool timed = false;                ///< all have a cycle
  std::optional<ClockPeriod> clock;  ///< its cycles', if it says so
  DramTraceFormat format = DramTraceFormat::kTilewave;
};

/// What the DRAM takes, and how the trace is to be understood where it does not say so.
struct DramTraceLimits {
  std::uint64_t capacity_bytes = 0;
  std::uint32_t access_bytes = 0;      ///< 0: what the trace says, else kDefaultDramAccessBytes
  const AddressMap* map = nullptr;     ///< of a DRAM with banks, for address vectors
  const DramTiming* timing = nullptr;  ///< likewise
  std::uint32_t channels = 1;          ///< likewise
  ClockPeriod clock{1000};             ///< of the trace's cycles
  std::optional<DramTraceFormat> format = std::nullopt;  ///< none: the first access shows it
};

/// Lines in, steps out. Throws InputError naming file, line, text and what is allowed.
class DramTraceReader {
 public:
  /// What `limits` points to outlives the reader.
  DramTraceReader(std::string file, const DramTraceLimits& limits);

  /// Without its end. Throws for a line that is none, and after a longer one than kMaxDramTraceLineBytes.
  void line(std::string_view text);
  /// More lines; the last may be the first part of one, which the next block goes on with.
  void block(std::string_view text);
  /// No more comes. Throws if there was no access.
  void finish();

  /// What is read so far. Steps may be taken away.
  DramTrace& trace() { return trace_; }

 private:
  struct Words;
  void comment(std::string_view text);
  void size_comment(std::string_view text);
  void clock_comment(std::string_view text);
  void check_size() const;
  void begin_accesses(std::string_view text);
  void read(std::string_view text);
  void read_tilewave(std::string_view text);
  void read_barrier();
  void read_dramsys(std::string_view text);
  void read_load_or_store(std::string_view text);
  void read_vector(std::string_view text);
  void add(DramTraceStep step);
  std::uint64_t address(std::string_view text, bool always_hex = false) const;
  std::uint32_t bytes(std::string_view text) const;
  Cycle cycle(std::string_view text) const;
  std::uint32_t level(std::string_view text, const char* name, std::uint64_t count) const;
  [[noreturn]] void unknown(std::string_view text) const;
  [[noreturn]] void fail(const std::string& what) const { fail_at(line_, what); }
  [[noreturn]] void fail_at(std::uint64_t line, const std::string& what) const;

  std::string file_;
  DramTraceLimits limits_;
  std::string rest_;  ///< of a block: a line without its end
  std::uint64_t line_ = 0;
  std::uint64_t tx_line_ = 0;     ///< of '# tx N', 0 if there was none
  std::uint64_t clock_line_ = 0;  ///< of '# clock PERIOD', likewise
  bool begun_ = false;            ///< there was a line that is no comment
  bool waited_ = true;            ///< nothing is in flight: at the begin, or since a barrier
  bool barriers_ = false;
  Cycle last_cycle_ = 0;    ///< of the access before
  Cycle latest_cycle_ = 0;  ///< that leaves the DRAM time to answer
  DramTrace trace_;
};

/// A whole trace. Throws as the reader does.
DramTrace parse_dram_trace(std::string_view text, const std::string& file,
                           const DramTraceLimits& limits);

}  // namespace tilewave
