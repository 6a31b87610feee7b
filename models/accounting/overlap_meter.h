// Cycles in which DMA and compute are active at once.
#pragma once

#include <algorithm>
#include <array>

#include "compiler/program/program.h"
#include "models/time.h"

namespace tilewave {

/// Engines say when they become active and when they will have stopped. Calls of all engines
/// together come in order of `at` for begin(); an end() may lie ahead.
class OverlapMeter {
 public:
  /// `engine` is active from `at` on, until end() says otherwise.
  void begin(Engine engine, Cycle at) {
    settle(at);
    Span& span = spans_[static_cast<std::size_t>(engine)];
    span = {span.to >= at ? std::min(span.from, at) : at, kOpen};
  }
  void end(Engine engine, Cycle at) { spans_[static_cast<std::size_t>(engine)].to = at; }

  /// Cycles before `end` in which the core and at least one DMA engine were active.
  Cycle total(Cycle end) {
    settle(end);
    return overlap_;
  }

 private:
  static constexpr Cycle kOpen = ~Cycle{0};

  struct Span {
    Cycle from = 0;
    Cycle to = 0;
  };

  /// Counts everything before `until` that has not been counted.
  void settle(Cycle until) {
    if (until <= settled_) {
      return;
    }
    const Span& compute = spans_[static_cast<std::size_t>(Engine::kCompute)];
    const Span load = both(compute, spans_[static_cast<std::size_t>(Engine::kLoadDma)], until);
    const Span store = both(compute, spans_[static_cast<std::size_t>(Engine::kStoreDma)], until);
    overlap_ += length(load) + length(store) - length(both(load, store, until));
    settled_ = until;
  }

  Span both(const Span& a, const Span& b, Cycle until) const {
    return {std::max({a.from, b.from, settled_}), std::min({a.to, b.to, until})};
  }
  static Cycle length(const Span& span) { return span.to > span.from ? span.to - span.from : 0; }

  std::array<Span, kEngineCount> spans_{};
  Cycle settled_ = 0;
  Cycle overlap_ = 0;
};

}  // namespace tilewave
