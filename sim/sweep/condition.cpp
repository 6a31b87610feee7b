// A name, a comparison, a value; points held against them.
#include "sim/sweep/condition.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "compiler/base/error.h"
#include "compiler/base/nearest.h"
#include "compiler/base/number_text.h"
#include "sim/base/units.h"
#include "sim/sweep/metrics.h"

namespace tilewave {
namespace {

struct Sign {
  std::string_view text;
  Comparison comparison;
};

/// The longer ones first.
constexpr std::array kSigns = {Sign{"<=", Comparison::kAtMost},   Sign{">=", Comparison::kAtLeast},
                               Sign{"!=", Comparison::kNotEqual}, Sign{"<", Comparison::kLess},
                               Sign{">", Comparison::kMore},      Sign{"=", Comparison::kEqual}};

constexpr const char* kForm =
    "; a condition is NAME, one of < <= > >= = !=, and VALUE, such as 'utilisation>0.5'";

constexpr double kSecondsPerPicosecond = 1e-12;
constexpr double kPercent = 0.01;

/// In the unit of a metric; none if it is no such number. Throws InputError for a wrong quantity.
std::optional<double> metric_number(std::string_view text, std::string_view unit) {
  if (const std::optional<double> number = finite_number(text)) {
    return number;
  }
  if (unit == "B") {
    return static_cast<double>(parse_bytes(text));
  }
  if (unit == "B/s") {
    return static_cast<double>(parse_bandwidth(text));
  }
  if (unit == "s") {
    return static_cast<double>(parse_time(text)) * kSecondsPerPicosecond;
  }
  const std::string_view last = unit == "1" ? "%" : unit;
  if (!text.ends_with(last)) {
    return std::nullopt;
  }
  const std::optional<double> number =
      finite_number(trim(text.substr(0, text.size() - last.size())));
  return number ? std::optional(*number * (unit == "1" ? kPercent : 1.0)) : std::nullopt;
}

std::string allowed_numbers(std::string_view unit) {
  return unit == "1" ? "a number, or a percentage such as 50%"
                     : "a number, in " + std::string(unit) + " unless it has a unit";
}

bool holds(double value, Comparison comparison, double number) {
  switch (comparison) {
    case Comparison::kLess: return value < number;
    case Comparison::kAtMost: return value <= number;
    case Comparison::kMore: return value > number;
    case Comparison::kAtLeast: return value >= number;
    case Comparison::kEqual: return value == number;
    case Comparison::kNotEqual: return value != number;
  }
  throw InternalError("no such comparison");
}

class ConditionParser {
 public:
  ConditionParser(const std::string& place, std::string_view text, const SweepSpace& space)
      : place_(place + " " + printable(text)), text_(text), space_(space) {}

  Condition parse();

 private:
  [[noreturn]] void fail(const std::string& why) const { throw InputError(place_ + ": " + why); }
  void find_name(std::string_view name);
  void read_metric(std::string_view value);
  void read_key(const ConfigKey& key, std::string_view value);

  std::string place_;
  std::string_view text_;
  const SweepSpace& space_;
  Condition condition_;
};

void ConditionParser::find_name(std::string_view name) {
  const auto key = std::ranges::find(space_.keys, name, &ConfigKey::name);
  if (key != space_.keys.end()) {
    condition_.axis = static_cast<std::size_t>(key - space_.keys.begin());
    return;
  }
  const std::vector<Metric>& metrics = sweep_metrics();
  const auto metric = std::ranges::find(metrics, name, &Metric::name);
  if (metric != metrics.end()) {
    condition_.metric = static_cast<std::size_t>(metric - metrics.begin());
    return;
  }
  if (find_config_key(name) != nullptr) {
    fail(std::string(name) + " is not swept: all points have the same value");
  }
  std::vector<std::string> known;
  for (const ConfigKey* each : space_.keys) {
    known.push_back(each->name);
  }
  for (const Metric& each : metrics) {
    known.push_back(each.name);
  }
  fail("there is no metric and no swept key " + in_quotes(name) + did_you_mean(name, known));
}

void ConditionParser::read_metric(std::string_view value) {
  const Metric& metric = sweep_metrics()[condition_.metric];
  std::optional<double> number;
  try {
    number = metric_number(value, metric.unit);
  } catch (const InputError&) {
    // Said below, in the metric's terms.
  }
  if (!number) {
    fail(in_quotes(value) + " is no value of " + metric.name +
         "; allowed: " + allowed_numbers(metric.unit) +
         (value.find(" and ") != std::string_view::npos
              ? "; of several conditions each is given by itself"
              : ""));
  }
  condition_.number = *number;
}

void ConditionParser::read_key(const ConfigKey& key, std::string_view value) {
  std::string text;
  try {
    text = swept_value(key, value);
  } catch (const InputError& error) {
    fail(error.what());
  }
  if (is_number(key) && !is_word_of(key, text)) {
    condition_.number = quantity_of(key, parse_quantity(key, text));
    return;
  }
  if (condition_.comparison != Comparison::kEqual &&
      condition_.comparison != Comparison::kNotEqual) {
    fail(in_quotes(value) + " is a word, which is compared with = and != only");
  }
  condition_.word = text;
}

Condition ConditionParser::parse() {
  const std::string_view text = trim(text_);
  const std::size_t at = text.find_first_of("<>=!");
  const std::string_view rest = text.substr(std::min(at, text.size()));
  const auto* const sign = std::ranges::find_if(
      kSigns, [rest](const Sign& each) { return rest.starts_with(each.text); });
  if (at == std::string_view::npos || sign == kSigns.end()) {
    fail(std::string("compares nothing") + kForm);
  }
  const std::string_view name = trim(text.substr(0, at));
  const std::string_view value = trim(rest.substr(sign->text.size()));
  if (name.empty() || value.empty()) {
    fail(std::string(name.empty() ? "a name" : "a value") + " is missing" + kForm);
  }
  condition_.comparison = sign->comparison;
  find_name(name);
  if (condition_.axis) {
    read_key(*space_.keys[*condition_.axis], value);
  } else {
    read_metric(value);
  }
  return condition_;
}

/// What the point has for a swept key; empty if nothing.
std::string value_at(const SweepDefinition& sweep, std::size_t axis, std::uint32_t point) {
  const std::string& given = sweep.space.points[point].values[axis];
  return given.empty() ? base_value(sweep, *sweep.space.keys[axis]).value_or("") : given;
}

}  // namespace

Condition parse_condition(const std::string& place, std::string_view text,
                          const SweepSpace& space) {
  return ConditionParser(place, text, space).parse();
}

bool fulfils(const Condition& condition, const SweepDefinition& sweep, const ResultTable& results,
             std::uint32_t point) {
  if (!condition.axis) {
    const double value = results.metrics[condition.metric][point];
    return !std::isnan(value) && holds(value, condition.comparison, condition.number);
  }
  const ConfigKey& key = *sweep.space.keys[*condition.axis];
  const std::string value = value_at(sweep, *condition.axis, point);
  if (value.empty()) {
    return false;
  }
  if (!condition.word.empty()) {
    return (value == condition.word) == (condition.comparison == Comparison::kEqual);
  }
  return !is_word_of(key, value) && holds(quantity_of(key, parse_quantity(key, value)),
                                          condition.comparison, condition.number);
}

}  // namespace tilewave
