// One line at a time; the format is that of the first access. Numbers that are too long for 64 bits are the
// largest one, which no limit allows.
#include "sim/run/dram_trace_reader.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/base/text.h"
#include "models/dram/simple.h"
#include "sim/config/keys.h"

namespace tilewave {
namespace {

constexpr std::uint64_t kMaxAccessBytes = 4096;  // as dma.burst_bytes

const char* allowed_lines(DramTraceFormat format) {
  switch (format) {
    case DramTraceFormat::kTilewave:
      return "'R ADDRESS [BYTES] [@CYCLE]', 'W ADDRESS [BYTES] [@CYCLE]', 'T', 'B' and '# comment'";
    case DramTraceFormat::kDramsys:
      return "in a trace of DRAMSys: 'CYCLE: [(BYTES)] read ADDRESS', 'CYCLE: [(BYTES)] write "
             "ADDRESS "
             "[0xDATA]' and '# comment'";
    case DramTraceFormat::kRamulator2:
      return "in a trace of Ramulator 2: 'LD ADDRESS', 'ST ADDRESS' and '# comment'";
    case DramTraceFormat::kRamulator2Vectors:
      return "in a trace of Ramulator 2: 'R LEVEL,LEVEL,...', 'W LEVEL,LEVEL,...' and '# comment'";
  }
  return "";
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

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

bool has_hex_prefix(std::string_view text) {
  return text.starts_with("0x") || text.starts_with("0X");
}

DramTraceFormat format_shown_by(std::string_view line) {
  const std::size_t word = std::min(line.find_first_of(" \t"), line.size());
  const std::string_view first = line.substr(0, word);
  if (first == "LD" || first == "ST") {
    return DramTraceFormat::kRamulator2;
  }
  if ((first == "R" || first == "W") && line.find(',') != std::string_view::npos) {
    return DramTraceFormat::kRamulator2Vectors;
  }
  return is_digit(line.front()) && line.find(':') != std::string_view::npos
             ? DramTraceFormat::kDramsys
             : DramTraceFormat::kTilewave;
}

}  // namespace

/// The words of a line, up to one more than any line has.
struct DramTraceReader::Words {
  explicit Words(std::string_view text) {
    for (std::size_t at = 0; at < text.size() && count < all.size();) {
      if (is_blank(text[at])) {
        ++at;
        continue;
      }
      const std::size_t end = std::min(text.find_first_of(" \t", at), text.size());
      all[count++] = text.substr(at, end - at);
      at = end;
    }
  }

  std::array<std::string_view, 6> all;
  std::size_t count = 0;
};

DramTraceReader::DramTraceReader(std::string file, const DramTraceLimits& limits)
    : file_(std::move(file)), limits_(limits) {
  trace_.access_bytes = limits.access_bytes == 0 ? kDefaultDramAccessBytes : limits.access_bytes;
}

void DramTraceReader::block(std::string_view text) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    const std::string_view piece = text.substr(begin, end - begin);
    if (!rest_.empty() || end == std::string_view::npos) {
      // No more of it than shows that it is too long.
      rest_ += piece.substr(0, kMaxDramTraceLineBytes + 1);
    }
    if (end == std::string_view::npos) {
      if (rest_.size() > kMaxDramTraceLineBytes) {
        line(rest_);
      }
      return;
    }
    line(rest_.empty() ? piece : std::string_view(rest_));
    rest_.clear();
    begin = end + 1;
  }
}

void DramTraceReader::line(std::string_view text) {
  ++line_;
  if (text.size() > kMaxDramTraceLineBytes) {
    fail("a line " + in_quotes(text) + " is too long; allowed: up to " +
         std::to_string(kMaxDramTraceLineBytes) + " bytes");
  }
  text = trim(text);
  if (text.empty()) {
    return;
  }
  if (text.front() == '#') {
    comment(trim(text.substr(1)));
  } else {
    read(text);
  }
}

void DramTraceReader::finish() {
  if (!rest_.empty()) {
    line(std::exchange(rest_, {}));
  }
  if (trace_.accesses == 0) {
    throw InputError(file_ + (line_ == 0 ? ": is empty" : ": has no accesses") +
                     "; a trace needs at least one 'R ADDRESS' or 'W ADDRESS'");
  }
}

/// Any text, but for `tx N`, the bytes of an access, and `clock PERIOD`, the length of a cycle.
void DramTraceReader::comment(std::string_view text) {
  for (const auto& [word, read] : {std::pair{"tx", &DramTraceReader::size_comment},
                                   std::pair{"clock", &DramTraceReader::clock_comment}}) {
    const std::string_view name = word;
    if (text.starts_with(name) && text.size() > name.size() && is_blank(text[name.size()])) {
      const std::string_view value = trim(text.substr(name.size()));
      if (is_digit(value.front())) {
        (this->*read)(value);
      }
    }
  }
}

void DramTraceReader::size_comment(std::string_view text) {
  const auto bytes = number(text, 10);
  if (!bytes) {
    return;
  }
  if (tx_line_ != 0) {
    fail("the size of an access was already given in line " + std::to_string(tx_line_) +
         "; allowed: one '# tx N'");
  }
  tx_line_ = line_;
  if (!std::has_single_bit(*bytes) || *bytes > kMaxAccessBytes) {
    fail("accesses of " + printable(text) + " bytes; allowed: a power of two up to " +
         std::to_string(kMaxAccessBytes));
  }
  if (trace_.accesses > 0 && *bytes != trace_.access_bytes) {
    fail("accesses of " + printable(text) + " bytes, but those before this line are of " +
         std::to_string(trace_.access_bytes));
  }
  trace_.access_bytes = static_cast<std::uint32_t>(*bytes);
  if (begun_) {
    check_size();
  }
}

/// In DRAMSys' format it is how long an access is that has no length of its own, whatever the DRAM's are.
void DramTraceReader::check_size() const {
  const bool whole = trace_.format != DramTraceFormat::kDramsys;
  if (whole && limits_.access_bytes != 0 && trace_.access_bytes != limits_.access_bytes) {
    const std::string given = std::to_string(trace_.access_bytes);
    fail_at(tx_line_, "accesses of " + given + " bytes do not fit the DRAM, whose accesses are " +
                          std::to_string(limits_.access_bytes) +
                          " bytes; choose a dram.preset with access_bytes = " + given);
  }
}

void DramTraceReader::clock_comment(std::string_view text) {
  if (clock_line_ != 0) {
    fail("the clock was already given in line " + std::to_string(clock_line_) +
         "; allowed: one '# clock PERIOD'");
  }
  clock_line_ = line_;
  if (begun_) {
    fail("the clock is given behind accesses; allowed: one '# clock PERIOD' before them");
  }
  try {
    trace_.clock = ClockPeriod::from_code(parse_key_value(*find_config_key("clock.period"), text));
  } catch (const InputError& error) {
    fail(std::string("the clock of the trace: ") + error.what());
  }
}

/// What is known once the first line comes that is no comment.
void DramTraceReader::begin_accesses(std::string_view text) {
  trace_.format = limits_.format.value_or(format_shown_by(text));
  begun_ = true;
  check_size();
  if (trace_.format == DramTraceFormat::kRamulator2Vectors && limits_.map == nullptr) {
    fail(in_quotes(text) +
         " is an address of banks and rows, which dram.model=simple has not; allowed: "
         "dram.model=banked");
  }
  const ClockPeriod clock = trace_.clock.value_or(limits_.clock);
  const std::uint64_t ticks = limits_.map == nullptr ? simple_dram_ticks(clock) : 1;
  latest_cycle_ = clock.scaled(ticks).cycle_at(kLongestDramTrace / 2);
}

void DramTraceReader::read(std::string_view text) {
  if (!begun_) {
    begin_accesses(text);
  }
  switch (trace_.format) {
    case DramTraceFormat::kTilewave: return read_tilewave(text);
    case DramTraceFormat::kDramsys: return read_dramsys(text);
    case DramTraceFormat::kRamulator2: return read_load_or_store(text);
    case DramTraceFormat::kRamulator2Vectors: return read_vector(text);
  }
}

void DramTraceReader::read_tilewave(std::string_view text) {
  if (text == "T") {
    ++trace_.tiles;
    return;
  }
  if (text == "B") {
    read_barrier();
    return;
  }
  const Words words(text);
  if ((words.all[0] != "R" && words.all[0] != "W") || words.count < 2) {
    unknown(text);
  }
  DramTraceStep step;
  step.write = words.all[0] == "W";
  step.address = address(words.all[1]);
  std::size_t next = 2;
  if (next < words.count && words.all[next].front() != '@') {
    step.bytes = bytes(words.all[next++]);
    trace_.sized = true;
  }
  if (next < words.count && words.all[next].front() == '@') {
    step.cycle = cycle(words.all[next++].substr(1));
  }
  if (next < words.count) {
    unknown(text);
  }
  if (step.bytes == 0 && step.address % trace_.access_bytes != 0) {
    fail("address " + in_quotes(words.all[1]) +
         " is not the start of an access; allowed: multiples of " +
         std::to_string(trace_.access_bytes));
  }
  add(step);
}

void DramTraceReader::read_barrier() {
  if (trace_.timed) {
    fail("'B' waits for what is in flight, but the accesses of this trace have times");
  }
  ++trace_.tiles;
  barriers_ = true;
  if (!std::exchange(waited_, true)) {
    trace_.steps.push_back({.barrier = true});
  }
}

void DramTraceReader::read_dramsys(std::string_view text) {
  const Words words(text);
  if (!words.all[0].ends_with(':')) {
    unknown(text);
  }
  DramTraceStep step;
  step.cycle = cycle(words.all[0].substr(0, words.all[0].size() - 1));
  std::size_t next = 1;
  if (const std::string_view size = words.all[next]; size.starts_with('(') && size.ends_with(')')) {
    step.bytes = bytes(size.substr(1, size.size() - 2));
    trace_.sized = true;
    ++next;
  }
  step.write = words.all[next] == "write";
  if (!step.write && words.all[next] != "read") {
    unknown(text);
  }
  const std::size_t left = words.count - next - 1;
  const bool data = left == 2 && step.write && has_hex_prefix(words.all[next + 2]);
  if (left != 1 && !data) {
    unknown(text);
  }
  step.address = address(words.all[next + 1], true);
  add(step);
}

void DramTraceReader::read_load_or_store(std::string_view text) {
  const Words words(text);
  if ((words.all[0] != "LD" && words.all[0] != "ST") || words.count != 2) {
    unknown(text);
  }
  DramTraceStep step;
  step.write = words.all[0] == "ST";
  step.address = address(words.all[1]) / trace_.access_bytes * trace_.access_bytes;
  add(step);
}

/// Channel, rank, bank group if there are any, bank, row, column.
void DramTraceReader::read_vector(std::string_view text) {
  const Words words(text);
  if ((words.all[0] != "R" && words.all[0] != "W") || words.count != 2) {
    unknown(text);
  }
  const unsigned count = dram_vector_levels(*limits_.timing);
  std::array<std::string_view, 6> levels;
  unsigned found = 0;
  for (std::string_view rest = words.all[1]; found <= count; ++found) {
    const std::size_t comma = rest.find(',');
    if (found < count) {
      levels[found] = rest.substr(0, comma);
    }
    if (comma == std::string_view::npos) {
      ++found;
      break;
    }
    rest.remove_prefix(comma + 1);
  }
  if (found != count) {
    fail(in_quotes(words.all[1]) + " has not the levels of this DRAM; allowed: channel,rank," +
         (count > 5 ? "bank group," : "") + "bank,row,column");
  }
  DramTraceStep step;
  step.write = words.all[0] == "W";
  DramPlace place;
  unsigned next = 0;
  place.channel = level(levels[next++], "channel", limits_.channels);
  level(levels[next++], "rank", 1);
  if (count > 5) {
    place.bank = level(levels[next++], "bank group", limits_.timing->bank_groups) *
                 static_cast<std::uint32_t>(limits_.timing->banks_per_group);
  }
  place.bank += level(levels[next++], "bank", limits_.timing->banks_per_group);
  place.row = level(levels[next++], "row", limits_.timing->rows);
  place.column =
      level(levels[next++], "column", limits_.timing->row_bytes / limits_.timing->access_bytes);
  step.address = limits_.map->address(place);
  add(step);
}

void DramTraceReader::add(DramTraceStep step) {
  if (step.bytes == 0) {
    step.bytes = trace_.access_bytes;
  }
  if (step.bytes > limits_.capacity_bytes - step.address) {
    fail("an access of " + std::to_string(step.bytes) + " bytes at address " +
         std::to_string(step.address) + " ends beyond the DRAM; allowed: up to " +
         std::to_string(limits_.capacity_bytes));
  }
  const bool timed = step.cycle != DramTraceStep::kUntimed;
  if (trace_.accesses > 0 && timed != trace_.timed) {
    fail(std::string("an access ") + (timed ? "with" : "without") +
         " a time, but those before it have " + (timed ? "none" : "one") +
         "; allowed: a time for each access, or for none");
  }
  if (timed && barriers_) {
    fail("an access with a time, but 'B' before it waits for what is in flight");
  }
  if (timed && step.cycle < last_cycle_) {
    fail("cycle " + std::to_string(step.cycle) +
         " is before that of the access before it; allowed: " + std::to_string(last_cycle_) +
         " and later");
  }
  trace_.timed = timed;
  last_cycle_ = timed ? step.cycle : 0;
  waited_ = false;
  ++trace_.accesses;
  trace_.steps.push_back(step);
}

std::uint64_t DramTraceReader::address(std::string_view text, bool always_hex) const {
  const bool prefix = has_hex_prefix(text);
  const auto value =
      prefix || always_hex ? number(text.substr(prefix ? 2 : 0), 16) : number(text, 10);
  if (!value) {
    fail("address " + in_quotes(text) + " is not a number; allowed: hexadecimal" +
         (always_hex ? "" : " with 0x, or decimal"));
  }
  if (*value >= limits_.capacity_bytes) {
    fail("address " + in_quotes(text) + " is beyond the DRAM; allowed: below " +
         std::to_string(limits_.capacity_bytes));
  }
  return *value;
}

std::uint32_t DramTraceReader::bytes(std::string_view text) const {
  const auto value = number(text, 10);
  if (!value || *value == 0 || *value > kMaxAccessBytes) {
    fail(in_quotes(text) + " is no size of an access; allowed: 1 to " +
         std::to_string(kMaxAccessBytes) + " bytes");
  }
  return static_cast<std::uint32_t>(*value);
}

Cycle DramTraceReader::cycle(std::string_view text) const {
  const auto value = number(text, 10);
  if (!value) {
    fail("cycle " + in_quotes(text) + " is not a number; allowed: decimal");
  }
  if (*value >= latest_cycle_) {
    fail("cycle " + in_quotes(text) + " is too late for this clock; allowed: below " +
         std::to_string(latest_cycle_));
  }
  return *value;
}

std::uint32_t DramTraceReader::level(std::string_view text, const char* name,
                                     std::uint64_t count) const {
  const auto value = number(text, 10);
  if (!value || *value >= count) {
    fail(std::string(name) + " " + in_quotes(text) + " is none of this DRAM; allowed: 0 to " +
         std::to_string(count - 1));
  }
  return static_cast<std::uint32_t>(*value);
}

void DramTraceReader::unknown(std::string_view text) const {
  fail("unknown line " + in_quotes(text) + "; allowed: " + allowed_lines(trace_.format));
}

void DramTraceReader::fail_at(std::uint64_t line, const std::string& what) const {
  throw InputError(file_ + ":" + std::to_string(line) + ": " + what);
}

DramTrace parse_dram_trace(std::string_view text, const std::string& file,
                           const DramTraceLimits& limits) {
  DramTraceReader reader(file, limits);
  reader.block(text);
  reader.finish();
  return std::move(reader.trace());
}

}  // namespace tilewave
