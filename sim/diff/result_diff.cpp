// Pairs by name, kept by group; then rows of a table, or members of a document.
#include "sim/diff/result_diff.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <unordered_map>

#include "compiler/base/build_identity.h"
#include "compiler/base/error.h"
#include "compiler/base/text.h"
#include "sim/base/text_table.h"

namespace tilewave {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kHostGroup = "host";
constexpr std::size_t kMaxTextWidth = 40;

bool is_integer(const Json& value) { return value.is_number_integer(); }

/// Of an integer, which JSON keeps with or without a sign.
std::string integer_text(const Json& value) {
  if (value.is_number_unsigned()) {
    return with_separators(value.get<std::uint64_t>());
  }
  const auto number = value.get<std::int64_t>();
  const auto magnitude = static_cast<std::uint64_t>(number);
  return number < 0 ? "-" + with_separators(0 - magnitude) : with_separators(magnitude);
}

/// With `count` digits, or all of those before the point.
std::string digits(double value, int count) {
  constexpr std::size_t kRoom = 40;
  constexpr int kMost = 15;
  const double size = std::fabs(value);
  const int whole = size >= 1 ? static_cast<int>(std::log10(size)) + 1 : 0;
  std::array<char, kRoom> text{};
  std::snprintf(text.data(), text.size(), "%.*g", whole > kMost ? count : std::max(count, whole),
                value);
  return text.data();
}

/// With as few digits as tell it from the other one.
std::string real_text(double value, double other) {
  constexpr int kFew = 5;
  constexpr int kAll = 17;
  for (int count = kFew; count < kAll; ++count) {
    if (value == other || digits(value, count) != digits(other, count)) {
      return digits(value, count);
    }
  }
  return digits(value, kAll);
}

std::string cell(const std::optional<Json>& value, const std::optional<Json>& other) {
  if (!value) {
    return "-";
  }
  if (is_integer(*value)) {
    return integer_text(*value);
  }
  if (value->is_number()) {
    const double number = value->get<double>();
    return real_text(number, other && other->is_number() ? other->get<double>() : number);
  }
  return value->is_string() ? printable(value->get<std::string>(), kMaxTextWidth) : value->dump();
}

std::string signed_text(const std::string& magnitude, bool negative) {
  return (negative ? "-" : "+") + magnitude;
}

/// b - a of integers is exact, whatever their size.
std::string change_text(const FigurePair& pair) {
  const Json& a = *pair.a;
  const Json& b = *pair.b;
  if (a.is_number_unsigned() && b.is_number_unsigned()) {
    const auto from = a.get<std::uint64_t>();
    const auto to = b.get<std::uint64_t>();
    return signed_text(with_separators(to < from ? from - to : to - from), to < from);
  }
  constexpr int kDigits = 4;
  const double change = pair.change();
  return signed_text(digits(std::fabs(change), kDigits), std::signbit(change));
}

std::string relative_text(double share) {
  constexpr double kSmallest = 0.00005;  // below, 0.00 % would say that nothing has changed
  constexpr double kSmall = 0.001;
  constexpr double kLargest = 1000;
  const double size = std::fabs(share);
  if (size < kSmallest) {
    return "<0.01 %";
  }
  return signed_text(size < kLargest ? fixed(size * 100, size < kSmall ? 2 : 1) + " %"
                                     : digits(size, 3) + " times",
                     share < 0);
}

TextTable::Row row(const FigurePair& pair) {
  TextTable::Row cells = {(pair.group.empty() ? "" : "  ") + pair.name, cell(pair.a, pair.b),
                          cell(pair.b, pair.a)};
  if (!pair.a || !pair.b) {
    cells.emplace_back(pair.a ? "only A" : "only B");
  } else if (pair.has_change()) {
    cells.push_back(change_text(pair));
    if (const auto share = pair.relative_change()) {
      cells.push_back(relative_text(*share));
    }
  }
  return cells;
}

bool is_shown(const FigurePair& pair, const DiffChoice& choice) {
  return choice.all || pair.differs();
}

}  // namespace

bool FigurePair::differs() const { return a != b; }

bool FigurePair::has_change() const {
  return a && b && a->is_number() && b->is_number() && differs();
}

double FigurePair::change() const { return b->get<double>() - a->get<double>(); }

std::optional<double> FigurePair::relative_change() const {
  const auto from = a->get<double>();
  const double share = change() / std::fabs(from);
  return from != 0 && std::isfinite(share) ? std::optional(share) : std::nullopt;
}

std::size_t ResultDiff::different() const {
  return static_cast<std::size_t>(std::ranges::count_if(pairs, &FigurePair::differs));
}

ResultDiff compare_documents(const ResultDocument& a, const ResultDocument& b,
                             const DiffChoice& choice) {
  if (a.kind.schema != b.kind.schema) {
    throw InputError(b.file + ": is a " + std::string(b.kind.schema) + ", and " + a.file + " a " +
                     std::string(a.kind.schema) + "; both have to be of one kind");
  }
  ResultDiff diff{a.file, b.file, std::string(a.kind.schema), {}};
  std::unordered_map<std::string_view, std::size_t> places;
  std::unordered_map<std::string_view, std::size_t> groups;
  const auto take = [&](const Figure& figure, std::optional<Json> FigurePair::*side) {
    if (!choice.host && figure.group() == kHostGroup) {
      return;
    }
    // What is in no group comes where it was met first, as a group of its own.
    const std::string_view group = figure.group().empty() ? figure.name : figure.group();
    groups.try_emplace(group, groups.size());
    const auto [place, is_new] = places.try_emplace(figure.name, diff.pairs.size());
    if (is_new) {
      diff.pairs.push_back({figure.name, std::string(figure.group()), {}, {}});
    }
    diff.pairs[place->second].*side = figure.value;
  };
  for (const Figure& figure : a.figures) {
    take(figure, &FigurePair::a);
  }
  for (const Figure& figure : b.figures) {
    take(figure, &FigurePair::b);
  }
  std::ranges::stable_sort(diff.pairs, {}, [&groups](const FigurePair& pair) {
    return groups.at(pair.group.empty() ? std::string_view(pair.name) : pair.group);
  });
  return diff;
}

std::string diff_text(const ResultDiff& diff, const DiffChoice& choice) {
  std::string text = headed_line("A", diff.a) + headed_line("B", diff.b) + "\n";
  TextTable table;
  table.add({"", "A", "B", "B - A"});
  std::string_view group;
  for (const FigurePair& pair : diff.pairs) {
    if (!is_shown(pair, choice)) {
      continue;
    }
    if (pair.group != group && !pair.group.empty()) {
      table.add({pair.group});
    }
    group = pair.group;
    table.add(row(pair));
  }
  const std::size_t different = diff.different();
  if (choice.all || different > 0) {
    text += table.text() + "\n";
  }
  return text +
         (different == 0 ? "no figure differs, of "
                         : with_separators(different) +
                               (different == 1 ? " figure differs, of " : " figures differ, of ")) +
         with_separators(diff.pairs.size()) + "\n";
}

Json diff_json(const ResultDiff& diff, const DiffChoice& choice) {
  Json json = {
      {"schema", kDiffSchema}, {"version", kDiffVersion},       {"tilewave", version_number()},
      {"build", build_id()},   {"compares", diff.schema},       {"a", diff.a},
      {"b", diff.b},           {"compared", diff.pairs.size()}, {"different", diff.different()}};
  Json figures = Json::array();
  for (const FigurePair& pair : diff.pairs) {
    if (!is_shown(pair, choice)) {
      continue;
    }
    Json figure = {{"name", pair.name}};
    if (pair.a) {
      figure["a"] = *pair.a;
    }
    if (pair.b) {
      figure["b"] = *pair.b;
    }
    if (pair.has_change()) {
      const auto share = pair.relative_change();
      figure["change"] = pair.change();
      figure["relative_change"] = share ? Json(*share) : Json(nullptr);
    }
    figures.push_back(std::move(figure));
  }
  json["figures"] = std::move(figures);
  return json;
}

}  // namespace tilewave
