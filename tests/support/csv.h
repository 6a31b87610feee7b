// The reference figures of tests/data: rows of named columns.
// Not a general CSV reader: a cell in quotes may hold commas, but no quotes and no line ends.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tilewave::test {

class CsvFile {
 public:
  using Row = std::vector<std::string>;

  /// Throws std::runtime_error if there is no such file.
  explicit CsvFile(const std::string& path) : path_(path) {
    std::ifstream file(path);
    std::string line;
    if (!std::getline(file, line)) {
      throw std::runtime_error("cannot read " + path);
    }
    header_ = cells(line);
    while (std::getline(file, line)) {
      rows_.push_back(cells(line));
    }
  }

  const std::vector<Row>& rows() const { return rows_; }
  bool has(std::string_view column) const {
    return std::ranges::find(header_, column) != header_.end();
  }
  const std::string& at(const Row& row, std::string_view column) const {
    for (std::size_t i = 0; i < header_.size(); ++i) {
      if (header_[i] == column) {
        return row.at(i);
      }
    }
    throw std::runtime_error(path_ + " has no column " + std::string(column));
  }
  std::uint64_t count(const Row& row, std::string_view column) const {
    return std::stoull(at(row, column));
  }

 private:
  static Row cells(const std::string& line) {
    Row row(1);
    bool quoted = false;
    for (const char c : line) {
      if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        row.emplace_back();
      } else if (c != '\r') {
        row.back() += c;
      }
    }
    return row;
  }

  std::string path_;
  Row header_;
  std::vector<Row> rows_;
};

}  // namespace tilewave::test
