// Which tile is given up next: by last use (LRU), by next use (Belady), and never a pinned one.
#include "compiler/residency.h"

#include <algorithm>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace tilewave {
namespace {

/// Inserts tile after tile, used at once and next at the given positions.
Residency filled(Eviction policy, const std::vector<std::uint64_t>& next_uses) {
  Residency residency(policy, next_uses.size());
  for (TileId tile = 0; tile < next_uses.size(); ++tile) {
    residency.insert(tile, static_cast<std::uint32_t>(tile * 4096));
    residency.touch(tile, next_uses[tile]);
  }
  return residency;
}

std::vector<TileId> evict_all(Residency residency) {
  std::vector<TileId> order;
  while (const auto victim = residency.victim({})) {
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
  residency.insert(2, 64);
  EXPECT_TRUE(residency.contains(2));
  EXPECT_EQ(residency.address(2), 64U);
}

TEST(Residency, LruGivesUpTheLeastRecentlyUsed) {
  Residency residency = filled(Eviction::kLru, {10, 20, 30, 40});
  residency.touch(0, 50);
  residency.touch(2, 60);
  EXPECT_EQ(evict_all(residency), (std::vector<TileId>{1, 3, 0, 2}));
}

TEST(Residency, LruMeansUseNotInsertion) {
  Residency residency = filled(Eviction::kLru, {10, 20});
  residency.touch(0, 30);
  EXPECT_EQ(residency.victim({}), TileId{1});
}

TEST(Residency, BeladyGivesUpTheFarthestNextUse) {
  Residency residency = filled(Eviction::kBelady, {10, 40, 30, 20});
  EXPECT_EQ(evict_all(residency), (std::vector<TileId>{1, 2, 3, 0}));
  residency.touch(0, 35);  // used at 10, and again at 35
  EXPECT_EQ(evict_all(residency), (std::vector<TileId>{1, 0, 2, 3}));
}

TEST(Residency, BeladyGivesUpTheUselessFirstAndTheLowerOfEquals) {
  EXPECT_EQ(evict_all(filled(Eviction::kBelady, {10, kNoUse, 30, kNoUse})),
            (std::vector<TileId>{1, 3, 2, 0}));
}

TEST(Residency, NeverGivesUpAPinnedTile) {
  for (const Eviction policy : {Eviction::kLru, Eviction::kBelady}) {
    const Residency residency = filled(policy, {30, 20, 10});
    const std::vector<TileId> order = evict_all(residency);
    EXPECT_EQ(residency.victim(std::vector<TileId>{order[0]}), order[1]);
    EXPECT_EQ(residency.victim(std::vector<TileId>{order[1], order[0]}), order[2]);
    EXPECT_EQ(residency.victim(std::vector<TileId>{0, 1, 2}), std::nullopt);
  }
}

TEST(Residency, HasNoVictimWhenEmpty) {
  for (const Eviction policy : {Eviction::kLru, Eviction::kBelady}) {
    EXPECT_EQ(Residency(policy, 5).victim({}), std::nullopt);
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
        residency.erase(*residency.victim({}));
        --held;
      }
      residency.insert(trace[i], 0);
      ++held;
    }
    const auto next =
        std::find(trace.begin() + static_cast<std::ptrdiff_t>(i) + 1, trace.end(), trace[i]);
    residency.touch(
        trace[i], next == trace.end() ? kNoUse : static_cast<std::uint64_t>(next - trace.begin()));
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
