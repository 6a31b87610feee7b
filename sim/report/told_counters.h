// The counters of a result as the report tells them: some it has words of its own for, and what it has
// not told when it is done follows by name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platform/watch/run_result.h"

namespace tilewave {

class ToldCounters {
 public:
  /// The result outlives it.
  explicit ToldCounters(const RunResult& result);

  /// The value of the counter, which counts as told; 0 if the machine has no such counter.
  std::uint64_t tell(std::string_view scope, std::string_view key);

  /// Those not told that are not 0, by name, a line for each scope: "load_dma.bursts 48".
  std::string others() const;

 private:
  CounterRegister counters_;
  std::vector<bool> told_;  // by counter
};

}  // namespace tilewave
