// Lists and ranges spelled out into values; errors name the key and the text.
#include "sim/sweep/axis.h"

#include <algorithm>
#include <bit>
#include <set>

#include "compiler/base/error.h"
#include "compiler/base/nearest.h"
#include "compiler/base/number_text.h"
#include "compiler/base/text.h"
#include "sim/base/units.h"

namespace tilewave {
namespace {

constexpr const char* kForms =
    "; allowed: KEY=v1,v2,..., KEY=from..to*factor, KEY=from..to+step or, to sample from, "
    "KEY=from..to; KEY=KEY=... for keys that change together";

/// What computed values are rounded down to: what the key takes, and no more digits than anybody
/// wants to read.
std::uint64_t grain(const ConfigKey& key) {
  constexpr std::uint64_t kMegabytePerSecond = 1'000'000;
  return key.kind == KeyKind::kBandwidth ? kMegabytePerSecond : key.limits.multiple_of;
}

class AxisParser {
 public:
  AxisParser(const std::string& place, std::string_view text, const ModelKeys& keys)
      : place_(place + " " + printable(text)), text_(text), keys_(keys) {}

  Axis parse();

 private:
  [[noreturn]] void fail(const std::string& why) const { throw InputError(place_ + ": " + why); }
  std::string_view take_tied(std::string_view text);
  void parse_list(std::string_view list);
  void parse_stepped(std::string_view from, std::string_view rest);
  void parse_plain_range(std::string_view from, std::string_view to);
  std::uint64_t frequency_step(std::string_view step, std::string_view to) const;
  bool parse_frequencies(std::string_view from, std::string_view to, std::string_view rest);
  template <typename Print>
  void multiply(std::uint64_t from, std::uint64_t to, std::string_view factor,
                std::uint64_t multiple, const Print& print);
  template <typename Print>
  void add(std::uint64_t from, std::uint64_t to, std::uint64_t step, const Print& print);
  void append(std::string value);
  std::uint64_t quantity(std::string_view text) const;
  std::uint64_t quantity(std::string_view text, std::string_view unit_of) const;
  std::string value_text(std::string_view text) const;

  std::string place_;
  std::string_view text_;
  const ModelKeys& keys_;
  Axis axis_;
};

/// "GB/s" of "64GB/s".
std::string_view unit_of(std::string_view text) {
  const std::size_t unit = text.find_first_not_of("0123456789. ");
  return unit == std::string_view::npos ? std::string_view{} : text.substr(unit);
}

std::uint64_t AxisParser::quantity(std::string_view text) const {
  if (text.empty()) {
    fail(std::string("a value is missing") + kForms);
  }
  try {
    return parse_quantity(*axis_.key, text);
  } catch (const InputError& error) {
    fail(std::string(error.what()) + "; allowed: " + allowed_values(*axis_.key));
  }
}

/// A bare "4" in "4..64GB/s" takes the unit of the other end, and so does a bare step; bytes and
/// counts need none.
std::uint64_t AxisParser::quantity(std::string_view text, std::string_view other) const {
  const bool needs_unit = axis_.key->kind == KeyKind::kBandwidth ||
                          axis_.key->kind == KeyKind::kTime ||
                          axis_.key->kind == KeyKind::kClockPeriod;
  const bool bare = needs_unit && !text.empty() && unit_of(text).empty();
  return quantity(bare ? std::string(text) + std::string(unit_of(other)) : std::string(text));
}

std::string AxisParser::value_text(std::string_view text) const {
  if (text.empty()) {
    fail(std::string("a value is missing") + kForms);
  }
  try {
    for (const ConfigKey* key : axis_.tied) {
      swept_value(*key, text);
    }
    return swept_value(*axis_.key, text);
  } catch (const InputError& error) {
    fail(error.what());
  }
}

void AxisParser::append(std::string value) {
  if (axis_.values.size() == kMaxAxisValues) {
    fail("more than " + std::to_string(kMaxAxisValues) + " values");
  }
  axis_.values.push_back(std::move(value));
}

void AxisParser::parse_list(std::string_view list) {
  std::set<std::string> seen;
  for (;;) {
    const std::size_t comma = list.find(',');
    append(value_text(trim(list.substr(0, comma))));
    if (!seen.insert(axis_.values.back()).second) {
      fail("the value " + printable(axis_.values.back()) + " is given twice");
    }
    if (comma == std::string_view::npos) {
      return;
    }
    list.remove_prefix(comma + 1);
  }
}

template <typename Print>
void AxisParser::multiply(std::uint64_t from, std::uint64_t to, std::string_view factor_text,
                          std::uint64_t multiple, const Print& print) {
  const double factor = finite_number(factor_text).value_or(0);
  if (factor <= 1) {
    fail("the factor " + in_quotes(factor_text) + " is not a number above 1");
  }
  if (from == 0) {
    fail("0 times a factor stays 0; begin above 0");
  }
  std::uint64_t last = 0;
  for (auto exact = static_cast<double>(from); exact <= static_cast<double>(to); exact *= factor) {
    const auto value =
        static_cast<std::uint64_t>(exact / static_cast<double>(multiple) + 0.5) * multiple;
    if (value != last) {  // a small factor may round to the same value
      append(print(value));
    }
    last = value;
  }
}

template <typename Print>
void AxisParser::add(std::uint64_t from, std::uint64_t to, std::uint64_t step, const Print& print) {
  if (step == 0) {
    fail("a step of 0 leads nowhere");
  }
  for (std::uint64_t value = from;; value += step) {
    append(print(value));
    if (to - value < step) {
      return;
    }
  }
}

std::string clock_of(std::uint64_t microhertz) {
  return print_clock_period(ClockPeriod::of_microhertz(microhertz));
}

/// What computed frequencies are rounded to, if they are not below it.
constexpr std::uint64_t kMegahertz = 1'000'000 * ClockPeriod::kMicrohertz;

std::uint64_t AxisParser::frequency_step(std::string_view step, std::string_view to) const {
  const bool bare = !step.empty() && unit_of(step).empty();
  try {
    return parse_frequency(std::string(step) + std::string(bare ? unit_of(to) : ""));
  } catch (const InputError& error) {
    fail(error.what());
  }
}

/// From a frequency up to another one, in steps of frequencies. False if it is not that.
bool AxisParser::parse_frequencies(std::string_view from_text, std::string_view to_text,
                                   std::string_view rest) {
  const auto frequency = [&](std::string_view text) {
    quantity(text, to_text);  // refuses what is none
    const bool bare = unit_of(text).empty();
    return parse_frequency(bare ? std::string(text) + std::string(unit_of(to_text)) : text);
  };
  if (axis_.key->kind != KeyKind::kClockPeriod || !unit_of(to_text).ends_with("Hz") ||
      !(unit_of(from_text).empty() || unit_of(from_text).ends_with("Hz"))) {
    return false;
  }
  const std::uint64_t from = frequency(from_text);
  const std::uint64_t to = frequency(to_text);
  if (from > to) {
    fail("the range ends below its beginning");
  }
  const std::string_view step = trim(rest.substr(std::min<std::size_t>(1, rest.size())));
  if (rest.empty()) {
    axis_.range = ValueRange{from, to, true};
  } else if (rest[0] == '*') {
    multiply(from, to, step, from < kMegahertz ? 1 : kMegahertz, clock_of);
  } else {
    add(from, to, frequency_step(step, to_text), clock_of);
  }
  return true;
}

void AxisParser::parse_stepped(std::string_view from_text, std::string_view rest) {
  const std::size_t sign = rest.find_first_of("*+");
  const std::string_view to_text = trim(rest.substr(0, sign));
  const std::string_view step = trim(rest.substr(std::min(sign, rest.size() - 1) + 1));
  if (sign != std::string_view::npos ? parse_frequencies(from_text, to_text, rest.substr(sign))
                                     : parse_frequencies(from_text, to_text, {})) {
    return;
  }
  const std::uint64_t to = quantity(to_text);
  const std::uint64_t from = quantity(from_text, to_text);
  if (axis_.key->kind == KeyKind::kClockPeriod &&
      !(ClockPeriod::from_code(from).is_whole() && ClockPeriod::from_code(to).is_whole())) {
    fail("the range goes from a frequency to a time; give it both ends of one kind");
  }
  if (from > to) {
    fail("the range ends below its beginning");
  }
  const auto print = [this](std::uint64_t value) { return print_key_value(*axis_.key, value); };
  if (sign == std::string_view::npos) {
    axis_.range = ValueRange{from, to};
  } else if (rest[sign] == '*') {
    multiply(from, to, step, grain(*axis_.key), print);
  } else {
    add(from, to, quantity(step, to_text), print);
  }
}

/// Takes "KEY=" from the front of `text` as long as one is there.
std::string_view AxisParser::take_tied(std::string_view text) {
  for (std::size_t equals = text.find('='); equals != std::string_view::npos;
       equals = text.find('=')) {
    const std::string_view name = trim(text.substr(0, equals));
    const ConfigKey* key = keys_.find(name);
    if (key == nullptr) {
      if (axis_.key->kind == KeyKind::kText) {
        break;  // then it is a part of a value
      }
      fail(keys_.unknown_key_message(name));
    }
    if (key->kind != axis_.key->kind) {
      fail(axis_.key->name + " and " + key->name + " do not take the same values");
    }
    axis_.tied.push_back(key);
    text.remove_prefix(equals + 1);
  }
  return text;
}

Axis AxisParser::parse() {
  const std::size_t equals = text_.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    fail(std::string("is not KEY=VALUES") + kForms);
  }
  const std::string_view name = trim(text_.substr(0, equals));
  axis_.key = keys_.find(name);
  if (axis_.key == nullptr) {
    fail(keys_.unknown_key_message(name));
  }
  const std::string_view values = trim(take_tied(text_.substr(equals + 1)));
  if (values.empty()) {
    fail(std::string("has no values") + kForms);
  }
  const std::size_t dots = is_number(*axis_.key) ? values.find("..") : std::string_view::npos;
  if (dots == std::string_view::npos) {
    parse_list(values);
    return axis_;
  }
  if (values.find(',') != std::string_view::npos) {
    fail(std::string("mixes a list and a range") + kForms);
  }
  parse_stepped(trim(values.substr(0, dots)), values.substr(dots + 2));
  return axis_;
}

/// `part` of `whole` things: which one, counted from 0.
std::uint64_t pick(double unit, std::uint64_t whole) {
  return std::min(static_cast<std::uint64_t>(unit * static_cast<double>(whole)), whole - 1);
}

}  // namespace

std::string swept_value(const ConfigKey& key, std::string_view text) {
  if (key.kind == KeyKind::kText) {
    return std::string(text);  // whether it is allowed may depend on other keys
  }
  if (!is_number(key) || !key.choices.empty()) {  // a number out of range may be that of a word
    return print_key_value(key, parse_key_value(key, text));
  }
  try {
    return print_key_value(key, parse_quantity(key, text));
  } catch (const InputError& error) {  // it starts with the value
    throw InputError(key.name + "=" + error.what() + "; allowed: " + allowed_values(key));
  }
}

std::string Axis::at(double unit) const {
  if (!range) {
    return values[pick(unit, values.size())];
  }
  const auto [from, to, frequency] = *range;
  if (frequency) {
    const std::uint64_t exact = from + pick(unit, to - from + 1);
    return clock_of(std::max(exact < kMegahertz ? exact : exact / kMegahertz * kMegahertz, from));
  }
  if (key->limits.power_of_two) {
    const std::uint64_t lowest = std::bit_ceil(std::max<std::uint64_t>(from, 1));
    std::uint64_t count = 1;
    while (lowest << count <= to) {
      ++count;
    }
    return print_key_value(*key, lowest << pick(unit, count));
  }
  std::uint64_t multiple = grain(*key);
  if (key->kind == KeyKind::kBytes && from != 0) {
    // Memories come in round sizes: as round as the ends of the range.
    multiple = std::max(multiple,
                        std::uint64_t{1} << std::min(std::countr_zero(from), std::countr_zero(to)));
  }
  const std::uint64_t value = from + pick(unit, to - from + 1);
  return print_key_value(*key, std::max(value / multiple * multiple, from));
}

Axis parse_axis(const std::string& place, std::string_view text, const ModelKeys& model_keys) {
  return AxisParser(place, text, model_keys).parse();
}

}  // namespace tilewave
