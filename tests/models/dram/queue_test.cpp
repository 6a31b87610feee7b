// What a direction's queue offers per bank: the next access, hits, and rows that may be given up.
#include "models/dram/queue.h"

#include <gtest/gtest.h>

namespace tilewave {
namespace {

constexpr unsigned kBank = 3;
constexpr std::uint64_t kBit = 1u << kBank;

/// A queue that holds accesses of one bank to `rows`, marked 0, 1, ... in order of age.
DramQueue queue_of(const std::vector<std::uint32_t>& rows, unsigned hit_limit = 16) {
  DramQueue queue(8, hit_limit);
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    queue.push(kBank, rows[i], i, i, 0, false);
  }
  return queue;
}

TEST(DramQueue, HitsComeFirstOldestFirst) {
  DramQueue queue = queue_of({1, 2, 1, 2});
  EXPECT_EQ(queue.hits(), 0u);
  EXPECT_EQ(queue.next(kBank).burst, 0u);
  queue.opened(kBank, 2);
  EXPECT_EQ(queue.hits(), kBit);
  EXPECT_EQ(queue.other(kBank).burst, 0u);
  EXPECT_EQ(queue.pop_hit(kBank), 1u);
  EXPECT_EQ(queue.pop_hit(kBank), 3u);
  EXPECT_EQ(queue.hits(), 0u);
  EXPECT_EQ(queue.waiting(), kBit);
  EXPECT_EQ(queue.next(kBank).burst, 0u);
}

TEST(DramQueue, OldestOfAllBanks) {
  DramQueue queue = queue_of({1, 2});
  queue.push(5, 1, 2, 2, 0, false);
  EXPECT_EQ(queue.oldest().burst, 0u);
  queue.opened(kBank, 2);
  queue.pop_hit(kBank);  // from the middle
  EXPECT_EQ(queue.oldest().burst, 0u);
  queue.closed(kBank);
  queue.opened(kBank, 1);
  queue.pop_hit(kBank);
  EXPECT_EQ(queue.oldest().burst, 2u);
}

TEST(DramQueue, EntriesAreUsedAgain) {
  DramQueue queue = queue_of({1, 1, 1, 1, 1, 1, 1});
  EXPECT_FALSE(queue.full());
  queue.opened(kBank, 1);
  for (std::uint32_t i = 7; i < 100; ++i) {
    queue.push(kBank, 1, i, i, 0, true);
    EXPECT_TRUE(queue.full());
    EXPECT_EQ(queue.pop_hit(kBank), i - 7);
    EXPECT_EQ(queue.size(), 7u);
  }
}

TEST(DramQueue, LimitOfHitsThatPass) {
  DramQueue queue = queue_of({1, 2, 2, 2}, 2);
  queue.opened(kBank, 2);
  queue.pop_hit(kBank);
  EXPECT_EQ(queue.hits(), kBit);
  queue.pop_hit(kBank);  // the second to pass the access to row 1
  EXPECT_EQ(queue.hits(), 0u);
  EXPECT_EQ(queue.other(kBank).burst, 0u);
}

TEST(DramQueue, RowIsClosableOnceItServedMoreThanItLeaves) {
  DramQueue queue = queue_of({1, 1, 1, 1, 2});
  queue.opened(kBank, 1);
  EXPECT_EQ(queue.closable(), 0u);
  queue.pop_hit(kBank);  // 1 served, 3 left
  queue.pop_hit(kBank);  // 2 served, 2 left
  EXPECT_EQ(queue.closable(), 0u);
  queue.pop_hit(kBank);  // 3 served, 1 left
  EXPECT_EQ(queue.closable(), kBit);
  EXPECT_EQ(queue.other(kBank).burst, 4u);
  queue.push(kBank, 1, 5, 5, 0, true);  // 2 left
  EXPECT_EQ(queue.closable(), kBit);
  queue.push(kBank, 1, 6, 6, 0, true);  // 3 left
  EXPECT_EQ(queue.closable(), 0u);
}

TEST(DramQueue, RowNobodyElseWaitsForIsNotClosable) {
  DramQueue queue = queue_of({1, 1, 1});
  queue.opened(kBank, 1);
  queue.pop_hit(kBank);
  queue.pop_hit(kBank);  // 2 served, 1 left
  EXPECT_EQ(queue.closable(), 0u);
  EXPECT_TRUE(queue.push(kBank, 2, 3, 3, 0, false));  // now somebody waits
  EXPECT_EQ(queue.closable(), kBit);
  EXPECT_FALSE(queue.push(kBank, 3, 4, 4, 0, false));  // the oldest of the others stays
  EXPECT_EQ(queue.other(kBank).burst, 3u);
}

TEST(DramQueue, OpeningStartsTheCountAgain) {
  DramQueue queue = queue_of({1, 1, 2, 2});
  queue.opened(kBank, 1);
  queue.pop_hit(kBank);
  queue.closed(kBank);  // row 1 is left with one access waiting
  queue.opened(kBank, 2);
  EXPECT_EQ(queue.other(kBank).burst, 1u);
  EXPECT_EQ(queue.closable(), 0u);  // none served, 2 left
  queue.pop_hit(kBank);             // 1 served, 1 left
  EXPECT_EQ(queue.closable(), 0u);
  queue.pop_hit(kBank);
  EXPECT_EQ(queue.next(kBank).burst, 1u);
}

}  // namespace
}  // namespace tilewave
