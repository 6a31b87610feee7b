// Loop nests: every step once, reductions in one direction, parts that cover.
#include "compiler/lowering/loop_nest.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/networks.h"

namespace tilewave {
namespace {

using Extents = std::array<std::uint32_t, 3>;
using Step = std::array<std::uint32_t, 3>;  // m, n, k

std::vector<Step> steps_of(const LoopNest& nest, const Extents& extents) {
  std::vector<Step> steps;
  for_each_step(nest, extents, [&](std::uint32_t m, std::uint32_t n, std::uint32_t k) {
    steps.push_back({m, n, k});
  });
  return steps;
}

/// Rising from 0 or falling to 0, without gaps.
bool is_one_way(const std::vector<std::uint32_t>& ks) {
  for (std::size_t i = 0; i < ks.size(); ++i) {
    const std::size_t rising = i;
    const std::size_t falling = ks.size() - 1 - i;
    if (ks[i] != (ks.front() == 0 ? rising : falling)) {
      return false;
    }
  }
  return true;
}

void expect_sound(const LoopNest& nest, const Extents& extents) {
  const std::vector<Step> steps = steps_of(nest, extents);
  const std::set<Step> different(steps.begin(), steps.end());
  ASSERT_EQ(steps.size(), extents[0] * extents[1] * extents[2]) << to_string(nest);
  ASSERT_EQ(different.size(), steps.size()) << to_string(nest);
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<std::uint32_t>> reductions;
  for (const auto& [m, n, k] : steps) {
    ASSERT_TRUE(m < extents[0] && n < extents[1] && k < extents[2]) << to_string(nest);
    reductions[{m, n}].push_back(k);
  }
  for (const auto& [tile, ks] : reductions) {
    ASSERT_TRUE(is_one_way(ks)) << to_string(nest) << " at " << tile.first << "," << tile.second;
  }
}

TEST(LoopNest, EveryOrderAndEveryNumberOfPartsTakesEachStepOnce) {
  for (const Extents extents : {Extents{1, 1, 1}, {3, 2, 4}, {4, 5, 3}}) {
    for (const LoopOrder outer : test::kLoopOrders) {
      for (const LoopOrder inner : test::kLoopOrders) {
        for (std::uint32_t pm = 1; pm <= extents[0]; ++pm) {
          for (std::uint32_t pn = 1; pn <= extents[1]; ++pn) {
            for (std::uint32_t pk = 1; pk <= extents[2]; ++pk) {
              for (const bool serpentine : {false, true}) {
                ASSERT_NO_FATAL_FAILURE(
                    expect_sound({outer, {pm, pn, pk}, inner, serpentine}, extents));
              }
            }
          }
        }
      }
    }
  }
}

TEST(LoopNest, RandomNestsTakeEachStepOnce) {
  std::mt19937 random(1);
  for (int i = 0; i < 500; ++i) {
    const Extents extents = {static_cast<std::uint32_t>(1 + random() % 20),
                             static_cast<std::uint32_t>(1 + random() % 20),
                             static_cast<std::uint32_t>(1 + random() % 20)};
    ASSERT_NO_FATAL_FAILURE(expect_sound(test::random_nest(random, extents), extents));
  }
}

TEST(LoopNest, PartsCoverTheExtentAndDifferByOneAtMost) {
  for (std::uint32_t extent = 1; extent <= 40; ++extent) {
    for (std::uint32_t parts = 1; parts <= extent; ++parts) {
      std::uint32_t next = 0;
      for (std::uint32_t part = 0; part < parts; ++part) {
        const PartRange range = part_range(extent, parts, part);
        ASSERT_EQ(range.begin, next);
        const std::uint32_t size = range.end - range.begin;
        ASSERT_TRUE(size == extent / parts || size == extent / parts + 1);
        ASSERT_GT(size, 0U);
        next = range.end;
      }
      ASSERT_EQ(next, extent);
    }
  }
}

TEST(LoopNest, PartsOfTheLargestExtentDoNotOverflow) {
  constexpr std::uint32_t kMost = ~std::uint32_t{0};
  const PartRange last = part_range(kMost, kMost, kMost - 1);
  EXPECT_EQ(last.begin, kMost - 1);
  EXPECT_EQ(last.end, kMost);
}

TEST(LoopNest, PlainOrdersNestAsTheirNamesSay) {
  const Extents extents = {2, 3, 4};
  for (const LoopOrder order : test::kLoopOrders) {
    const std::string name = to_string(order);
    LoopNest nest;
    nest.inner = order;
    const auto loops = loops_of(order);
    std::vector<Step> steps = steps_of(nest, extents);
    ASSERT_TRUE(std::ranges::is_sorted(steps, {}, [&](const Step& step) {
      return std::tuple(step[loops[0]], step[loops[1]], step[loops[2]]);
    })) << name;
    for (std::size_t i = 0; i < loops.size(); ++i) {
      ASSERT_EQ(name[i], "mnk"[loops[i]]);
    }
  }
}

TEST(LoopNest, BlocksRunOverTheirTilesOneAfterTheOther) {
  // 2×1 blocks of two output tiles; the reduction in two chunks of one step.
  const LoopNest nest{LoopOrder::kMnk, {1, 2, 2}, LoopOrder::kMnk, false};
  EXPECT_EQ(
      steps_of(nest, {2, 2, 2}),
      (std::vector<Step>{
          {0, 0, 0}, {1, 0, 0}, {0, 0, 1}, {1, 0, 1}, {0, 1, 0}, {1, 1, 0}, {0, 1, 1}, {1, 1, 1}}));
}

TEST(LoopNest, SerpentineTurnsEveryOuterLoopBackEachSecondTime) {
  // The second row of blocks takes its columns backwards, each second block its chunks.
  const LoopNest nest{LoopOrder::kMnk, {2, 2, 2}, LoopOrder::kMnk, true};
  EXPECT_EQ(
      steps_of(nest, {2, 2, 2}),
      (std::vector<Step>{
          {0, 0, 0}, {0, 0, 1}, {0, 1, 1}, {0, 1, 0}, {1, 1, 0}, {1, 1, 1}, {1, 0, 1}, {1, 0, 0}}));
}

TEST(LoopNest, SerpentineStepsShareATileWithTheStepBefore) {
  // With one tile per part, each step uses A, B or C of the one before it.
  std::mt19937 random(2);
  for (int i = 0; i < 50; ++i) {
    const Extents extents = {static_cast<std::uint32_t>(1 + random() % 5),
                             static_cast<std::uint32_t>(1 + random() % 5),
                             static_cast<std::uint32_t>(1 + random() % 5)};
    const LoopNest nest{test::kLoopOrders[random() % 6], extents, LoopOrder::kMnk, true};
    const std::vector<Step> steps = steps_of(nest, extents);
    for (std::size_t s = 1; s < steps.size(); ++s) {
      int equal = 0;
      for (std::size_t d = 0; d < 3; ++d) {
        equal += steps[s][d] == steps[s - 1][d] ? 1 : 0;
      }
      ASSERT_EQ(equal, 2) << to_string(nest) << " step " << s;
    }
  }
}

TEST(LoopNest, HasAName) {
  EXPECT_EQ(to_string(LoopNest{}), "mnk");
  EXPECT_EQ(to_string(LoopNest{LoopOrder::kMnk, {1, 1, 1}, LoopOrder::kKnm, true}), "knm");
  EXPECT_EQ(to_string(LoopNest{LoopOrder::kNmk, {3, 2, 16}, LoopOrder::kMnk, true}),
            "3x2x16 parts in nmk, tiles in mnk, serpentine");
  EXPECT_EQ(to_string(LoopNest{LoopOrder::kNmk, {3, 2, 16}, LoopOrder::kMnk, false}),
            "3x2x16 parts in nmk, tiles in mnk");
}

}  // namespace
}  // namespace tilewave
