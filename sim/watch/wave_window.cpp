// Parses windows, ranges of ops and lists of scopes, with the nearest name of a wrong one.
#include "sim/watch/wave_window.h"

#include <algorithm>
#include <limits>

#include "compiler/base/error.h"
#include "compiler/base/nearest.h"
#include "compiler/base/text.h"
#include "platform/watch/machine_counters.h"
#include "sim/base/units.h"

namespace tilewave {
namespace {

struct Ends {
  std::string_view from;
  std::string_view to;
};

Ends split(std::string_view text, const char* example) {
  const std::size_t dots = text.find("..");
  if (dots == std::string_view::npos || dots == 0 || dots + 2 == text.size()) {
    throw InputError(printable(text) + " is not of the form FROM..TO, such as " + example);
  }
  return {text.substr(0, dots), text.substr(dots + 2)};
}

WavePoint parse_point(std::string_view text) {
  const bool cycles = std::ranges::all_of(text, [](const char c) { return c >= '0' && c <= '9'; });
  return {cycles ? parse_count(text) : parse_time(text), cycles};
}

[[noreturn]] void fail_in(std::string_view text, const InputError& error) {
  throw InputError(printable(text) + ": " + error.what());
}

[[noreturn]] void fail_order(std::string_view text, const char* what) {
  throw InputError(printable(text) + " ends " + what + " it begins");
}

}  // namespace

Picoseconds WavePoint::time(const ClockPeriod& clock_period) const {
  return cycles ? clock_period.begin(value) : value;
}

WaveTimes parse_wave_times(std::string_view text) {
  const Ends ends = split(text, "10us..20us, or 5000..6000 in cycles");
  WaveTimes times;
  try {
    times = {parse_point(ends.from), parse_point(ends.to)};
  } catch (const InputError& error) {
    fail_in(text, error);
  }
  if (times.from.value == 0) {
    times.from.cycles = times.to.cycles;
  }
  if (times.from.cycles != times.to.cycles) {
    throw InputError(printable(text) + " has one end in cycles and one in time");
  }
  if (times.from.value >= times.to.value) {
    fail_order(text, "when or before");
  }
  return times;
}

WaveOps parse_wave_ops(std::string_view text) {
  const Ends ends = split(text, "1000..2000");
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  try {
    first = parse_count(ends.from);
    last = parse_count(ends.to);
  } catch (const InputError& error) {
    fail_in(text, error);
  }
  if (first > last) {
    fail_order(text, "before");
  }
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max() - 1;
  return {static_cast<std::uint32_t>(std::min(first, kMost)),
          static_cast<std::uint32_t>(std::min(last, kMost))};
}

const std::vector<std::string>& wave_scopes() {
  static const std::vector<std::string> kScopes = [] {
    std::vector<std::string> scopes;
    for (std::size_t i = 0; i < kEngineCount; ++i) {
      scopes.emplace_back(to_string(static_cast<Engine>(i)));
    }
    scopes.emplace_back("queues");
    for (const std::string_view scope : every_counter().scopes()) {
      if (!is_unit(scope)) {
        scopes.emplace_back(scope);
      }
    }
    return scopes;
  }();
  return kScopes;
}

std::string wave_scope_list() { return joined(wave_scopes()); }

std::vector<std::string> parse_wave_scopes(std::string_view text) {
  std::vector<bool> chosen(wave_scopes().size());
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string name(text.substr(begin, end - begin));
    const auto known = std::ranges::find(wave_scopes(), name);
    if (known == wave_scopes().end()) {
      throw InputError(in_quotes(name) + " is not a scope" + did_you_mean(name, wave_scopes()) +
                       "; allowed: " + wave_scope_list());
    }
    chosen[static_cast<std::size_t>(known - wave_scopes().begin())] = true;
    begin = end + 1;
  }
  std::vector<std::string> scopes;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (chosen[i]) {
      scopes.push_back(wave_scopes()[i]);
    }
  }
  return scopes;
}

}  // namespace tilewave
