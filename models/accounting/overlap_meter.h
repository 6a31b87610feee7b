// Cycles in which data moves and is computed with at once.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "compiler/program/units.h"
#include "models/time.h"

namespace tilewave {

/// Engines say when they become active and when they will have stopped. Calls of all engines
/// together come in order of `at` for begin(); an end() may lie ahead.
class OverlapMeter {
 public:
  /// `engine` is active from `at` on, until end() says otherwise.
  void begin(Engine engine, Cycle at) {
    settle(at);
    Span& current = spans_[index_of(engine)];
    current = {current.to >= at ? std::min(current.from, at) : at, kOpen};
  }
  void end(Engine engine, Cycle at) { spans_[index_of(engine)].to = at; }

  /// Cycles before `end` in which the core or a vector unit and at least one DMA engine were active.
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
    // Each span is [from, to): those in which one that computes and one that moves are both active.
    std::array<Span, kEngineCount> together;  // by their beginning
    std::size_t count = 0;
    for (const Engine computing : {Engine::kCompute, Engine::kVector}) {
      if (span(computing).to <= settled_) {
        continue;
      }
      for (const Engine moving : {Engine::kLoadDma, Engine::kStoreDma}) {
        const Span pair = both(span(computing), span(moving), until);
        std::size_t place = count++;
        for (; place > 0 && together[place - 1].from > pair.from; --place) {
          together[place] = together[place - 1];
        }
        together[place] = pair;
      }
    }
    Cycle counted = settled_;  // up to here
    for (std::size_t i = 0; i < count; ++i) {
      const Cycle from = std::max(together[i].from, counted);
      if (together[i].to > from) {
        overlap_ += together[i].to - from;
        counted = together[i].to;
      }
    }
    settled_ = until;
  }

  const Span& span(Engine engine) const { return spans_[index_of(engine)]; }
  Span both(const Span& a, const Span& b, Cycle until) const {
    return {std::max({a.from, b.from, settled_}), std::min({a.to, b.to, until})};
  }

  std::array<Span, kEngineCount> spans_{};
  Cycle settled_ = 0;
  Cycle overlap_ = 0;
};

}  // namespace tilewave
