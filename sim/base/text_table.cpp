// Widths first, then lines; numbers with separators and percentages.
#include "sim/base/text_table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace tilewave {
namespace {

struct Unit {
  double size;
  const char* name;
};

/// Three significant digits, without an exponent.
std::string three_digits(double value) {
  const int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return fixed(value, decimals);
}

}  // namespace

std::string TextTable::text() const {
  std::vector<std::size_t> widths;
  for (const Row& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string text;
  for (const Row& row : rows_) {
    std::string line = " ";
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - row[i].size(), ' ');
      line += i == 0 ? " " + row[i] + padding : "  " + padding + row[i];
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

std::string headed_line(const std::string& heading, const std::string& text) {
  constexpr std::size_t kHeadingWidth = 11;
  const std::size_t blanks = kHeadingWidth - std::min(kHeadingWidth, heading.size());
  return heading + std::string(std::max<std::size_t>(blanks, 1), ' ') + text + "\n";
}

std::string count_text(std::uint64_t number, const std::string& what) {
  return with_separators(number) + " " + what + (number == 1 ? "" : "s");
}

std::string with_separators(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t i = text.size(); i > 3; i -= 3) {
    text.insert(i - 3, ",");
  }
  return text;
}

std::string fixed(double value, int decimals) {
  std::array<char, 512> text;
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return text.data();
}

std::string percent(double fraction) { return fixed(fraction * 100, 1) + " %"; }

std::string scaled(double value) {
  constexpr std::array<Unit, 4> kUnits = {{{1e9, " G"}, {1e6, " M"}, {1e3, " k"}, {1, " "}}};
  for (const Unit& unit : kUnits) {
    if (value >= unit.size * 0.9995) {
      return three_digits(value / unit.size) + unit.name;
    }
  }
  return three_digits(value) + " ";
}

std::string duration(double seconds) {
  constexpr std::array<Unit, 4> kUnits = {{{1, " s"}, {1e-3, " ms"}, {1e-6, " us"}, {1e-9, " ns"}}};
  for (const Unit& unit : kUnits) {
    if (seconds >= unit.size * 0.9995) {
      return three_digits(seconds / unit.size) + unit.name;
    }
  }
  return three_digits(seconds / 1e-9) + " ns";
}

}  // namespace tilewave
