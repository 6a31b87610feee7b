// Which tile is given up next: by last use (LRU), by next use (Belady), and never one that is
// needed before a given step or was used since one.
#include "compiler/schedule/residency.h"

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace tilewave {
namespace {

constexpr std::uint64_t kAlways = kNoUse;  // whenever it was used last

/// Inserts tile after tile, each used at once and next at the given positions.
Residency filled(Eviction policy, const std::vector<std::uint64_t>& next_uses) {
  Residency residency(policy, next_uses.size());
  for (TileId tile = 0; tile < next_uses.size(); ++tile) {
    residency.insert(tile, static_cast<std::uint32_t>(tile * 4096), tile);
    residency.use(tile, tile, next_uses[tile]);
  }
  return residency;
}

std::vector<TileId> evict_all(Residency residency, std::uint64_t until = 0,
                              std::uint64_t used_before = kAlways) {
  std::vector<TileId> order;
  while (const auto victim = residency.victim(until, used_before)) {
    order.push_back(*victim);
    residency.erase(*victim);
  }
  return order;
}

TEST(Residency, KnowsWhatIsWhere) {
  Residency residency = filled(Eviction::kLru, {1, 2, 3});
  EXPECT_TRUE(residency.contains(2));
  EXPECT_EQ(residency.address(2), 8192U);
  residency.erase(2);
  EXPECT_FALSE(residency.contains(2));
  residency.insert(2, 64, 5);
  EXPECT_TRUE(residency.contains(2));
  EXPECT_EQ(residency.address(2), 64U);
}

TEST(Residency, LruGivesUpTheLeastRecentlyUsed) {
  Residency residency = filled(Eviction::kLru, {10, 20, 30, 40});
  residency.use(0, 10, 50);
  residency.use(2, 30, 60);
  EXPECT_EQ(evict_all(residency), (std::vector<TileId>{1, 3, 0, 2}));
}

TEST(Residency, LruMeansUseNotInsertion) {
  Residency residency = filled(Eviction::kLru, {10, 20});
  residency.use(0, 10, 30);
  EXPECT_EQ(residency.victim(0, kAlways), TileId{1});
}

TEST(Residency, BeladyGivesUpTheFarthestNextUse) {
  Residency residency = filled(Eviction::kBelady, {10, 40, 30, 20});
  EXPECT_EQ(evict_all(residency), (std::vector<TileId>{1, 2, 3, 0}));
  residency.use(0, 10, 35);
  EXPECT_EQ(evict_all(residency), (std::vector<TileId>{1, 0, 2, 3}));
}

TEST(Residency, BeladyGivesUpTheUselessFirstAndTheLowerOfEquals) {
  EXPECT_EQ(evict_all(filled(Eviction::kBelady, {10, kNoUse, 30, kNoUse})),
            (std::vector<TileId>{1, 3, 2, 0}));
}

TEST(Residency, NeverGivesUpWhatIsUsedUntilThen) {
  // Next uses at 10, 40, 30, 20: neither before nor at `until`.
  const Residency belady = filled(Eviction::kBelady, {10, 40, 30, 20});
  EXPECT_EQ(evict_all(belady, 19), (std::vector<TileId>{1, 2, 3}));
  EXPECT_EQ(evict_all(belady, 20), (std::vector<TileId>{1, 2}));
  EXPECT_EQ(evict_all(belady, 40), (std::vector<TileId>{}));
  const Residency lru = filled(Eviction::kLru, {10, 40, 30, 20});
  EXPECT_EQ(evict_all(lru, 19), (std::vector<TileId>{1, 2, 3}));
  EXPECT_EQ(evict_all(lru, 20), (std::vector<TileId>{1, 2}));
  EXPECT_EQ(evict_all(lru, 40), (std::vector<TileId>{}));
}

TEST(Residency, NeverGivesUpWhatWasUsedSinceThen) {
  // Last used at 0, 1, 2, 3.
  const Residency belady = filled(Eviction::kBelady, {10, 40, 30, 20});
  EXPECT_EQ(evict_all(belady, 0, 3), (std::vector<TileId>{1, 2, 0}));
  EXPECT_EQ(evict_all(belady, 0, 1), (std::vector<TileId>{0}));
  EXPECT_EQ(evict_all(belady, 10, 2), (std::vector<TileId>{1}));
  const Residency lru = filled(Eviction::kLru, {10, 40, 30, 20});
  EXPECT_EQ(evict_all(lru, 0, 3), (std::vector<TileId>{0, 1, 2}));
  EXPECT_EQ(evict_all(lru, 10, 2), (std::vector<TileId>{1}));
}

TEST(Residency, WhatIsPassedOverIsNotForgotten) {
  for (const Eviction policy : {Eviction::kLru, Eviction::kBelady}) {
    Residency residency = filled(policy, {30, 20, 10});
    const std::vector<TileId> order = evict_all(residency);
    EXPECT_EQ(residency.victim(40, kAlways), std::nullopt);
    EXPECT_EQ(residency.victim(0, 0), std::nullopt);
    EXPECT_EQ(evict_all(residency), order);
  }
}

TEST(Residency, HasNoVictimWhenEmpty) {
  for (const Eviction policy : {Eviction::kLru, Eviction::kBelady}) {
    EXPECT_EQ(Residency(policy, 5).victim(0, kAlways), std::nullopt);
  }
}

/// The plain way: every resident tile is looked at.
struct PlainResidency {
  struct Entry {
    std::uint64_t touched, last_use, next_use;
  };
  Eviction policy;
  std::map<TileId, Entry> entries;
  std::uint64_t clock = 0;

  bool goes_before(const Entry& a, const Entry& b) const {
    return policy == Eviction::kLru ? a.touched < b.touched : a.next_use > b.next_use;
  }

  std::optional<TileId> victim(std::uint64_t until, std::uint64_t used_before) const {
    std::optional<TileId> best;
    for (const auto& [tile, entry] : entries) {
      if (entry.next_use > until && entry.last_use < used_before &&
          (!best || goes_before(entry, entries.at(*best)))) {
        best = tile;
      }
    }
    return best;
  }
};

TEST(Residency, RandomWalkAgreesWithThePlainWay) {
  for (const Eviction policy : {Eviction::kLru, Eviction::kBelady}) {
    std::mt19937 random(4);
    constexpr std::size_t kTiles = 40;
    Residency residency(policy, kTiles);
    PlainResidency plain{policy, {}, 0};
    for (std::uint64_t now = 1; now < 20000; ++now) {
      const TileId tile = random() % kTiles;
      const std::uint64_t next = now + 1 + random() % 100;
      if (!residency.contains(tile)) {
        residency.insert(tile, 0, next);
        plain.entries[tile] = {++plain.clock, 0, next};
      } else if (random() % 4 == 0) {
        residency.erase(tile);
        plain.entries.erase(tile);
      } else {
        residency.use(tile, now, next);
        plain.entries[tile] = {++plain.clock, now, next};
      }
      const std::uint64_t until = now + random() % 100;
      const std::uint64_t used_before =
          random() % 3 == 0 ? kAlways : now - random() % std::min<std::uint64_t>(now, 50);
      ASSERT_EQ(residency.victim(until, used_before), plain.victim(until, used_before)) << now;
    }
  }
}

/// Misses of a trace of single uses in a cache of `capacity` tiles.
std::uint64_t misses(Eviction policy, const std::vector<TileId>& trace, std::size_t capacity,
                     std::size_t tiles) {
  Residency residency(policy, tiles);
  std::uint64_t missed = 0;
  std::size_t held = 0;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    if (!residency.contains(trace[i])) {
      ++missed;
      if (held == capacity) {
        residency.erase(*residency.victim(i, kAlways));
        --held;
      }
      residency.insert(trace[i], 0, i);
      ++held;
    }
    const auto next =
        std::find(trace.begin() + static_cast<std::ptrdiff_t>(i) + 1, trace.end(), trace[i]);
    residency.use(trace[i], i,
                  next == trace.end() ? kNoUse : static_cast<std::uint64_t>(next - trace.begin()));
  }
  return missed;
}

/// LRU the plain way: a list, the most recent at the back.
std::uint64_t lru_misses(const std::vector<TileId>& trace, std::size_t capacity) {
  std::vector<TileId> recent;
  std::uint64_t missed = 0;
  for (const TileId tile : trace) {
    const auto found = std::find(recent.begin(), recent.end(), tile);
    if (found != recent.end()) {
      recent.erase(found);
    } else if (++missed; recent.size() == capacity) {
      recent.erase(recent.begin());
    }
    recent.push_back(tile);
  }
  return missed;
}

TEST(Residency, TextbookTraceMissesNineTimesOptimallyAndTwelveTimesByLru) {
  // Silberschatz et al., "Operating System Concepts", three frames.
  const std::vector<TileId> trace = {7, 0, 1, 2, 0, 3, 0, 4, 2, 3, 0, 3, 2, 1, 2, 0, 1, 7, 0, 1};
  EXPECT_EQ(misses(Eviction::kBelady, trace, 3, 8), 9U);
  EXPECT_EQ(misses(Eviction::kLru, trace, 3, 8), 12U);
}

TEST(Residency, RandomTracesAgreeWithAPlainLruAndBeladyIsNeverWorse) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    const std::size_t tiles = 2 + random() % 20;
    const std::size_t capacity = 1 + random() % tiles;
    std::vector<TileId> trace(200);
    std::generate(trace.begin(), trace.end(), [&] { return random() % tiles; });
    const std::uint64_t lru = misses(Eviction::kLru, trace, capacity, tiles);
    ASSERT_EQ(lru, lru_misses(trace, capacity));
    ASSERT_LE(misses(Eviction::kBelady, trace, capacity, tiles), lru);
  }
}

}  // namespace
}  // namespace tilewave
