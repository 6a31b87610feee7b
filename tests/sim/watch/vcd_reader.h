// A VCD file read back: the value of each signal over time.
#pragma once

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "models/dram/model.h"

namespace tilewave::test {

class VcdReader {
 public:
  struct Change {
    Picoseconds time = 0;
    std::string value;  // "0", "1", "1010", or a string as it stands in the file
  };

  explicit VcdReader(const std::string& path) {
    std::ifstream file(path);
    EXPECT_TRUE(file.good()) << path;
    std::vector<std::string> scope;
    bool header = true;
    for (std::string line; std::getline(file, line);) {
      std::istringstream words(line);
      std::string word;
      words >> word;
      if (header) {
        read_declaration(words, word, scope);
        header = word != "$enddefinitions";
      } else if (word.starts_with('#')) {
        const Picoseconds time = std::stoull(word.substr(1));
        EXPECT_TRUE(times_.empty() || time > times_.back()) << "time goes back: " << line;
        times_.push_back(time);
      } else if (word.starts_with('b') || word.starts_with('s')) {
        std::string code;
        words >> code;
        change(code, word.substr(1));
      } else if (!word.starts_with('$')) {
        change(word.substr(1), word.substr(0, 1));
      }
    }
  }

  bool has(const std::string& signal) const { return codes_.contains(signal); }
  const std::map<std::string, std::string>& signals() const { return codes_; }
  Picoseconds begin() const { return times_.front(); }
  Picoseconds end() const { return times_.back(); }
  const std::vector<Change>& changes(const std::string& signal) const {
    return changes_.at(codes_.at(signal));
  }
  std::string last_value(const std::string& signal) const { return changes(signal).back().value; }
  std::uint64_t last_number(const std::string& signal) const {
    return std::stoull(last_value(signal), nullptr, 2);
  }

  /// Picoseconds in which `signal` had `value`.
  Picoseconds time_at(const std::string& signal, const std::string& value) const {
    const std::vector<Change>& all = changes(signal);
    Picoseconds sum = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const Picoseconds until = i + 1 == all.size() ? end() : all[i + 1].time;
      sum += all[i].value == value ? until - all[i].time : 0;
    }
    return sum;
  }

 private:
  void read_declaration(std::istringstream& words, std::string word,
                        std::vector<std::string>& scope) {
    if (word == "$scope") {
      words >> word >> word;
      scope.push_back(word);
    } else if (word == "$upscope") {
      scope.pop_back();
    } else if (word == "$var") {  // $var wire 1 ! busy $end
      std::string code;
      std::string name;
      words >> word >> word >> code >> name;
      for (auto outer = scope.rbegin(); outer != scope.rend(); ++outer) {
        name = *outer + "." + name;
      }
      EXPECT_TRUE(codes_.emplace(name, code).second) << "twice: " << name;
      EXPECT_TRUE(changes_.emplace(code, std::vector<Change>()).second) << "two have one code";
    }
  }

  void change(const std::string& code, const std::string& value) {
    ASSERT_TRUE(changes_.contains(code)) << "unknown code " << code;
    ASSERT_FALSE(times_.empty()) << "a value before any time";
    changes_[code].push_back({times_.back(), value});
  }

  std::map<std::string, std::string> codes_;            // signal → code
  std::map<std::string, std::vector<Change>> changes_;  // by code
  std::vector<Picoseconds> times_;
};

}  // namespace tilewave::test
