// Reads and checks a DRAM preset file: `key = value` lines, `#` or `;` comments, no sections.
// Every key must be present exactly once; what the numbers do is not decided here.
#include "models/dram/standard.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <sstream>
#include <string_view>

#include "compiler/base/error.h"
#include "compiler/base/text.h"
#include "models/dram/shipped.h"

namespace tilewave {
namespace {

struct Key {
  std::string_view name;
  std::uint64_t DramTiming::*member;
  std::uint64_t min;
  std::uint64_t max;
  bool power_of_two = false;
};

constexpr std::uint64_t kMaxCycles = 1'000'000;
constexpr std::size_t kMaxNameShown = 200;

constexpr std::array kKeys = {
    Key{"clock_ps", &DramTiming::clock_ps, 1, 1'000'000},
    Key{"access_bytes", &DramTiming::access_bytes, 1, 4096, true},
    Key{"burst_cycles", &DramTiming::burst_cycles, 1, 1024},
    Key{"bank_groups", &DramTiming::bank_groups, 1, 64, true},
    Key{"banks_per_group", &DramTiming::banks_per_group, 1, 64, true},
    Key{"row_bytes", &DramTiming::row_bytes, 1, 1u << 20, true},
    Key{"rows", &DramTiming::rows, 1, 1u << 30, true},
    Key{"CL", &DramTiming::read_latency, 1, kMaxCycles},
    Key{"CWL", &DramTiming::write_latency, 1, kMaxCycles},
    Key{"RCD_RD", &DramTiming::activate_to_read, 1, kMaxCycles},
    Key{"RCD_WR", &DramTiming::activate_to_write, 1, kMaxCycles},
    Key{"RP", &DramTiming::precharge, 1, kMaxCycles},
    Key{"RP_ALL", &DramTiming::precharge_all, 1, kMaxCycles},
    Key{"RAS", &DramTiming::activate_to_precharge, 1, kMaxCycles},
    Key{"RC", &DramTiming::activate_to_activate, 1, kMaxCycles},
    Key{"RRD_S", &DramTiming::activate_other_group, 1, kMaxCycles},
    Key{"RRD_L", &DramTiming::activate_same_group, 1, kMaxCycles},
    Key{"FAW", &DramTiming::four_activates, 1, kMaxCycles},
    Key{"CCD_S", &DramTiming::column_other_group, 1, kMaxCycles},
    Key{"CCD_L", &DramTiming::column_same_group, 1, kMaxCycles},
    Key{"WTR_S", &DramTiming::write_to_read_other_group, 0, kMaxCycles},
    Key{"WTR_L", &DramTiming::write_to_read_same_group, 0, kMaxCycles},
    Key{"WR", &DramTiming::write_recovery, 0, kMaxCycles},
    Key{"RTP", &DramTiming::read_to_precharge, 1, kMaxCycles},
    Key{"RTW", &DramTiming::read_to_write, 1, kMaxCycles},
    Key{"RFC", &DramTiming::refresh_cycle, 1, kMaxCycles},
    Key{"REFI", &DramTiming::refresh_interval, 1, kMaxCycles},
    Key{"ACT_BUS", &DramTiming::activate_bus, 1, 16},
    Key{"PRE_BUS", &DramTiming::precharge_bus, 1, 16},
    Key{"COL_BUS", &DramTiming::column_bus, 1, 16},
};
constexpr std::string_view kBusKey = "command_bus";

std::string allowed(const Key& key) {
  return std::string(key.power_of_two ? "a power of two from " : "an integer from ") +
         std::to_string(key.min) + " to " + std::to_string(key.max);
}

class Parser {
 public:
  Parser(const std::string& file, DramTiming& timing) : file_(file), timing_(timing) {}

  void line(std::string_view text, std::size_t number) {
    line_ = number;
    text = trim(text.substr(0, text.find_first_of("#;")));
    if (text.empty()) {
      return;
    }
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) {
      fail("expected 'key = value', got " + in_quotes(text));
    }
    assign(trim(text.substr(0, equals)), trim(text.substr(equals + 1)));
  }

  void finish() const {
    for (std::size_t i = 0; i < kKeys.size(); ++i) {
      if (seen_[i] == 0) {
        throw InputError(file_ + ": key '" + std::string(kKeys[i].name) +
                         "' is missing, allowed is " + allowed(kKeys[i]));
      }
    }
    if (bus_line_ == 0) {
      throw InputError(file_ + ": key 'command_bus' is missing, allowed is shared or split");
    }
    check_together();
  }

 private:
  void assign(std::string_view key, std::string_view value) {
    if (key == kBusKey) {
      once(key, bus_line_);
      if (value != "shared" && value != "split") {
        fail("key 'command_bus' is " + in_quotes(value) + ", allowed is shared or split");
      }
      timing_.split_command_bus = value == "split";
      return;
    }
    const auto* found = std::ranges::find(kKeys, key, &Key::name);
    if (found == kKeys.end()) {
      fail("unknown key " + in_quotes(key) + ", allowed are " + all_keys());
    }
    once(key, seen_[static_cast<std::size_t>(found - kKeys.begin())]);
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    const bool whole = error == std::errc() && end == value.data() + value.size();
    if (!whole || number < found->min || number > found->max ||
        (found->power_of_two && !std::has_single_bit(number))) {
      fail("key '" + std::string(key) + "' is " + in_quotes(value) + ", allowed is " +
           allowed(*found));
    }
    timing_.*(found->member) = number;
  }

  void once(std::string_view key, std::size_t& seen_at) {
    if (seen_at != 0) {
      fail("key '" + std::string(key) + "' was already given in line " + std::to_string(seen_at));
    }
    seen_at = line_;
  }

  /// `greater` must not be below `lesser`.
  void order(std::string_view greater, std::string_view lesser) const {
    const auto& a = *std::ranges::find(kKeys, greater, &Key::name);
    const auto& b = *std::ranges::find(kKeys, lesser, &Key::name);
    if (timing_.*(a.member) < timing_.*(b.member)) {
      throw InputError(place(a) + ": key '" + std::string(greater) + "' is '" +
                       std::to_string(timing_.*(a.member)) + "', allowed is at least " +
                       std::string(lesser) + " = " + std::to_string(timing_.*(b.member)));
    }
  }

  void check_together() const {
    order("CCD_L", "CCD_S");
    order("CCD_S", "burst_cycles");
    order("WTR_L", "WTR_S");
    order("RC", "RAS");
    order("REFI", "RFC");
    order("row_bytes", "access_bytes");
    const auto& last = *std::ranges::find(kKeys, "banks_per_group", &Key::name);
    if (timing_.banks() > 64) {
      throw InputError(place(last) + ": key 'banks_per_group' is '" +
                       std::to_string(timing_.banks_per_group) +
                       "', allowed is at most 64 banks in all (bank_groups * banks_per_group)");
    }
  }

  std::string place(const Key& key) const {
    const auto index = static_cast<std::size_t>(&key - kKeys.data());
    return file_ + ":" + std::to_string(seen_[index]);
  }

  static std::string all_keys() {
    std::string names;
    for (const Key& key : kKeys) {
      names += std::string(key.name) + ", ";
    }
    return names + std::string(kBusKey);
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw InputError(file_ + ":" + std::to_string(line_) + ": " + what);
  }

  const std::string& file_;
  DramTiming& timing_;
  std::size_t line_ = 0;
  std::array<std::size_t, kKeys.size()> seen_ = {};  ///< line of each key, 0 if not seen
  std::size_t bus_line_ = 0;
};

}  // namespace

double DramTiming::peak_bytes_per_second() const {
  // Back-to-back accesses start every tCCD_S: access_bytes / (tCCD_S * tCK).
  return static_cast<double>(access_bytes) * 1e12 /
         (static_cast<double>(column_other_group) * static_cast<double>(clock_ps));
}

DramPreset parse_dram_preset(const std::string& text, const std::string& name,
                             const std::string& file) {
  DramPreset preset;
  preset.name = name;
  Parser parser(file, preset.timing);
  std::istringstream lines(text);
  std::string line;
  for (std::size_t number = 1; std::getline(lines, line); ++number) {
    parser.line(line, number);
  }
  parser.finish();
  return preset;
}

DramPreset load_dram_preset(const std::string& name) {
  std::string known;
  for (const EmbeddedText& shipped : shipped_dram_presets()) {
    if (shipped.name == name) {
      return parse_dram_preset(std::string(shipped.text), name, "DRAM preset " + name);
    }
    known += std::string(shipped.name) + ", ";
  }
  throw InputError(printable(name, kMaxNameShown) + " is not a DRAM preset; there are " + known +
                   "or the path of a preset file");
}

}  // namespace tilewave
