// The parser and the player of DRAM traces.
// The parser trusts nothing; the player trusts the parser.
#include "sim/run/dram_trace.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <optional>
#include <string>

#include "compiler/base/error.h"
#include "compiler/base/text.h"
#include "compiler/program/tensor.h"

namespace tilewave {
namespace {

constexpr std::string_view kAllowed =
    "; allowed: 'R ADDRESS', 'W ADDRESS', 'T', 'B' and '# comment'";
constexpr std::uint32_t kDefaultAccessBytes = 64;
constexpr std::uint64_t kMaxAccessBytes = 4096;

/// 53 days of picoseconds: far enough from the end of 64 bits for any sum of times.
constexpr Picoseconds kLongestTrace = kNever / 4;

/// Nothing if `text` is no number; the largest one if it is too long for 64 bits.
std::optional<std::uint64_t> number(std::string_view text, int base) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  if (error == std::errc::invalid_argument || stop != end) {
    return std::nullopt;
  }
  return error == std::errc() ? value : ~std::uint64_t{0};
}

class Parser {
 public:
  Parser(const std::string& file, const DramTraceLimits& limits) : file_(file), limits_(limits) {
    trace_.access_bytes = limits.access_bytes == 0 ? kDefaultAccessBytes : limits.access_bytes;
  }

  void line(std::string_view text) {
    ++line_;
    text = trim(text);
    if (text.empty()) {
      return;
    }
    if (text.front() == '#') {
      comment(trim(text.substr(1)));
    } else if (text == "T") {
      ++trace_.tiles;
    } else if (text == "B") {
      ++trace_.tiles;
      if (!trace_.steps.empty() && !trace_.steps.back().barrier) {
        trace_.steps.push_back({0, false, true});
      }
    } else if ((text.front() == 'R' || text.front() == 'W') && text.size() > 2 &&
               (text[1] == ' ' || text[1] == '\t')) {
      trace_.steps.push_back({address(trim(text.substr(1))), text.front() == 'W', false});
      ++trace_.accesses;
    } else {
      fail("unknown line " + in_quotes(text) + std::string(kAllowed));
    }
  }

  DramTrace finish() {
    if (trace_.accesses == 0) {
      throw InputError(file_ + (line_ == 0 ? ": is empty" : ": has no accesses") +
                       "; a trace needs at least one 'R ADDRESS' or 'W ADDRESS'");
    }
    return std::move(trace_);
  }

 private:
  /// Any text, but for `tx N`, the bytes of an access.
  void comment(std::string_view text) {
    if (!text.starts_with("tx ") && !text.starts_with("tx\t")) {
      return;
    }
    text = trim(text.substr(2));
    const auto bytes = number(text, 10);
    if (!bytes) {
      return;
    }
    if (tx_line_ != 0) {
      fail("the size of an access was already given in line " + std::to_string(tx_line_) +
           "; allowed: one '# tx N'");
    }
    tx_line_ = line_;
    if (limits_.access_bytes != 0 && *bytes != limits_.access_bytes) {
      fail("accesses of " + printable(text) + " bytes do not fit the DRAM, whose accesses are " +
           std::to_string(limits_.access_bytes) + " bytes; choose a dram.preset with access_bytes" +
           " = " + printable(text));
    }
    if (!std::has_single_bit(*bytes) || *bytes > kMaxAccessBytes) {
      fail("accesses of " + printable(text) + " bytes; allowed: a power of two up to " +
           std::to_string(kMaxAccessBytes));
    }
    if (trace_.accesses > 0 && *bytes != trace_.access_bytes) {
      fail("accesses of " + printable(text) + " bytes, but those before this line are of " +
           std::to_string(trace_.access_bytes));
    }
    trace_.access_bytes = static_cast<std::uint32_t>(*bytes);
  }

  std::uint64_t address(std::string_view text) const {
    const bool hex = text.starts_with("0x") || text.starts_with("0X");
    const auto value = hex ? number(text.substr(2), 16) : number(text, 10);
    if (!value) {
      fail("address " + in_quotes(text) +
           " is not a number; allowed: hexadecimal with 0x, or "
           "decimal");
    }
    if (*value >= limits_.capacity_bytes) {
      fail("address " + in_quotes(text) + " is beyond the DRAM; allowed: below " +
           std::to_string(limits_.capacity_bytes));
    }
    if (*value % trace_.access_bytes != 0) {
      fail("address " + in_quotes(text) + " is not the start of an access; allowed: multiples of " +
           std::to_string(trace_.access_bytes));
    }
    return *value;
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw InputError(file_ + ":" + std::to_string(line_) + ": " + what);
  }

  const std::string& file_;
  const DramTraceLimits& limits_;
  std::size_t line_ = 0;
  std::size_t tx_line_ = 0;  ///< of '# tx N', 0 if there was none
  DramTrace trace_;
};

/// Issues accesses as early as the rule allows and counts what comes back.
class Player {
 public:
  Player(const DramTrace& trace, const DramTraceOptions& options, DramModel& model)
      : trace_(trace), options_(options), model_(model) {}

  DramTraceResult play() {
    for (const DramTraceStep& step : trace_.steps) {
      if (step.barrier) {
        wait_for_all();
      } else {
        issue(step);
      }
    }
    wait_for_all();
    total_ = std::max(total_, model_.drain());
    const std::uint64_t ticks = model_.ticks_per_picosecond();
    result_.total_ps = ceil_div(total_, ticks);
    if (result_.reads > 0) {
      result_.mean_read_latency_ns = static_cast<double>(latency_) / static_cast<double>(ticks) /
                                     1000.0 / static_cast<double>(result_.reads);
    }
    if (total_ > 0) {
      result_.bytes_per_second = static_cast<double>(result_.reads + result_.writes) *
                                 trace_.access_bytes * 1e12 * static_cast<double>(ticks) /
                                 static_cast<double>(total_);
    }
    return result_;
  }

 private:
  void issue(const DramTraceStep& step) {
    unsigned& in_flight = in_flight_[step.write ? 1 : 0];
    while (in_flight >= options_.outstanding) {
      wait();
    }
    ++in_flight;
    model_.submit({step.address, trace_.access_bytes, step.write ? 1U : 0U, step.write},
                  next_issue_);
    if (step.write) {
      ++result_.writes;
    } else {
      ++result_.reads;
      latency_ -= next_issue_;
    }
    next_issue_ += options_.clock;
  }

  void wait_for_all() {
    while (in_flight_[0] + in_flight_[1] > 0) {
      wait();
    }
  }

  /// Goes on to the model's next event and takes all completions there.
  void wait() {
    const Picoseconds now = model_.next_event();
    if (now > kLongestTrace && now != kNever) {
      throw InputError(
          "the trace takes too long for this DRAM's times to be told in 64 bits; "
          "allowed are shorter traces and times");
    }
    DramCompletion completion;
    bool found = false;
    while (now != kNever && model_.poll(now, completion)) {
      found = true;
      --in_flight_[completion.tag];
      total_ = completion.time;
      next_issue_ = std::max(next_issue_, completion.time + options_.clock);
      if (completion.tag == 0) {
        latency_ += completion.time;
      }
    }
    if (!found && (now == kNever || model_.next_event() <= now)) {
      throw InternalError("the DRAM model has accesses in flight and no event behind " +
                          std::to_string(now == kNever ? total_ : now));
    }
  }

  const DramTrace& trace_;
  const DramTraceOptions& options_;
  DramModel& model_;
  DramTraceResult result_;
  Picoseconds total_ = 0;  ///< of the last completion; all times in the model's units
  Picoseconds next_issue_ = 0;
  std::uint64_t latency_ = 0;  ///< sum of completions - sum of issues; wraps on the way, by design
  std::array<unsigned, 2> in_flight_ = {};  ///< reads, writes
};

}  // namespace

DramTrace parse_dram_trace(std::string_view text, const std::string& file,
                           const DramTraceLimits& limits) {
  Parser parser(file, limits);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    parser.line(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parser.finish();
}

DramTraceResult play_dram_trace(const DramTrace& trace, const DramTraceOptions& options,
                                DramModel& model) {
  return Player(trace, options, model).play();
}

}  // namespace tilewave
