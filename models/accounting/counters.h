// What a run counts, by name. Whoever counts keeps plain integers and registers each of them once, by
// reference, with its unit and its definition; report, result file, waveform, timeline, page and sweep
// iterate over the register. How a number looks is theirs, and derived figures are not counters.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tilewave {

/// Which of two values is better, all else being equal.
enum class Better : std::uint8_t { kLower, kHigher, kNeither };

struct CounterInfo {
  std::string_view key;   ///< "bank_conflicts"
  std::string_view unit;  ///< "B", or "1" for a count
  Better better = Better::kNeither;
  std::string_view definition = {};  ///< as docs/results.md has it
};

/// A counter where it stands: its value is what it is at the moment.
struct Counter {
  std::string_view scope;  ///< "sram"; who counts
  CounterInfo info;
  const std::uint64_t* at = nullptr;

  std::string name() const;  ///< "sram.bank_conflicts", everywhere
  std::uint64_t value() const { return *at; }
};

class CounterRegister {
 public:
  /// The strings and the value outlive the register. Throws InternalError if there is one of that name.
  void add(std::string_view scope, const CounterInfo& info, const std::uint64_t& value);
  void add(std::string_view scope, const CounterInfo& info, const std::uint64_t&& value) = delete;

  /// In the order in which they were registered; those of one scope follow each other.
  std::span<const Counter> all() const { return all_; }
  /// Each scope once, in order.
  std::vector<std::string_view> scopes() const;

 private:
  std::vector<Counter> all_;
};

}  // namespace tilewave
