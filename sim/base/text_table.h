// Columns of text, aligned: the first to the left, the others to the right.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tilewave {

class TextTable {
 public:
  using Row = std::vector<std::string>;

  void add(Row row) { rows_.push_back(std::move(row)); }
  /// Every line indented by two blanks and ended by a newline, without trailing blanks.
  std::string text() const;

 private:
  std::vector<Row> rows_;
};

/// A heading in a column of its own and what it is about: "time       9,876 cycles\n".
std::string headed_line(const std::string& heading, const std::string& text);

/// "1,234 ops", "1 op"
std::string count_text(std::uint64_t number, const std::string& what);
/// "1,234,567"
std::string with_separators(std::uint64_t number);
/// With `decimals` digits after the point.
std::string fixed(double value, int decimals);
/// "12.3 %" of a fraction.
std::string percent(double fraction);
/// With a unit of thousands: "12.3 k", "4.56 M"; three digits.
std::string scaled(double value);
/// "813 ns", "12.8 us", "1.2 s"; three digits.
std::string duration(double seconds);

}  // namespace tilewave
