// The longest waits of each engine, for a page.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "sim/shares/op_shares.h"

namespace tilewave {

/// A stretch in which an engine waited, all for one op and for one cause.
struct Stall {
  Engine engine = Engine::kLoadDma;
  EngineState state = EngineState::kIdle;
  std::uint32_t op = 0;
  Cycle from = 0;
  Cycle to = 0;

  Cycle cycles() const { return to - from; }
};

class LongestStalls : public OpShareSink {
 public:
  static constexpr std::size_t kLongest = 25;  ///< kept of each engine

  void on_share(Engine engine, std::uint32_t op, EngineState state, Cycle from, Cycle to) override;
  /// All shares have been told.
  void finish();

  /// Of each engine in turn, the longest first, the earlier of equals first.
  std::vector<Stall> all() const;

 private:
  struct Longer {
    bool operator()(const Stall& a, const Stall& b) const;
  };
  struct EngineStalls {
    std::optional<Stall> open;  ///< may go on
    std::set<Stall, Longer> longest;
  };

  static void close(EngineStalls& stalls);

  std::array<EngineStalls, kEngineCount> engines_;
};

}  // namespace tilewave
