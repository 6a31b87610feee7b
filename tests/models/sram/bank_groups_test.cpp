// Banks that have seen the same are kept once, and every bank is visited once.
#include "models/sram/bank_groups.h"

#include <random>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace tilewave {
namespace {

/// How many banks each group has, in order.
std::vector<std::uint32_t> sizes(const SramBankGroups& groups) {
  std::vector<std::uint32_t> sizes;
  groups.visit_all([&](const SramBank&, std::uint32_t alike) { sizes.push_back(alike); });
  return sizes;
}

void reserve(SramBankGroups& groups, std::uint32_t first, std::uint32_t count, PortSlot at) {
  groups.visit(first, count, [&](SramBank& bank, std::uint32_t) { bank.reserve(0, at, 1); });
}

TEST(SramBankGroups, TrafficSplitsAndJoins) {
  using Sizes = std::vector<std::uint32_t>;
  SramBankGroups groups(100);
  EXPECT_EQ(groups.banks(), 100U);
  EXPECT_EQ(sizes(groups), (Sizes{100}));
  reserve(groups, 10, 60, 5);
  EXPECT_EQ(sizes(groups), (Sizes{10, 60, 30}));
  reserve(groups, 90, 20, 5);  // round the end
  EXPECT_EQ(sizes(groups), (Sizes{10, 60, 20, 10}));
  reserve(groups, 70, 20, 5);  // all have seen one burst
  groups.visit_all([](SramBank&, std::uint32_t) {});
  EXPECT_EQ(sizes(groups), (Sizes{100}));
}

TEST(SramBankGroups, RandomRangesVisitEachBankOnce) {
  std::mt19937 random(7);
  for (const std::uint32_t banks : {1U, 2U, 63U, 64U, 65U, 128U, 1000U}) {
    SramBankGroups groups(banks);
    std::vector<PortSlot> until(banks, 0);  // bank by bank
    for (PortSlot at = 1; at < 200; ++at) {
      const auto first = static_cast<std::uint32_t>(random() % banks);
      const auto count = static_cast<std::uint32_t>(1 + random() % banks);
      std::uint32_t visited = 0;
      groups.visit(first, count, [&](SramBank& bank, std::uint32_t alike) {
        bank.reserve(at, at, 1);
        visited += alike;
      });
      EXPECT_EQ(visited, count);
      for (std::uint32_t i = 0; i < count; ++i) {
        until[(first + i) % banks] = at + 1;
      }
      std::vector<PortSlot> grouped;
      std::as_const(groups).visit_all([&](const SramBank& bank, std::uint32_t alike) {
        grouped.insert(grouped.end(), alike, bank.reserved_until());
      });
      ASSERT_EQ(grouped, until) << banks << " banks, burst " << at;
    }
  }
}

}  // namespace
}  // namespace tilewave
