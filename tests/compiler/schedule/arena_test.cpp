// The SRAM allocator: where blocks go, what frees them, and a random walk beside a bitmap.
#include "compiler/schedule/arena.h"

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/base/error.h"

namespace tilewave {
namespace {

TEST(Arena, TakesTheLowestHoleThatFits) {
  Arena arena(1024);
  EXPECT_EQ(arena.allocate(256), 0U);
  EXPECT_EQ(arena.allocate(128), 256U);
  EXPECT_EQ(arena.allocate(256), 384U);
  EXPECT_EQ(arena.allocate(64), 640U);
  arena.release(0);
  arena.release(384);
  EXPECT_EQ(arena.allocate(192), 0U);    // not the better fitting one at 384
  EXPECT_EQ(arena.allocate(128), 384U);  // 64 bytes left at 192 are too few
  EXPECT_EQ(arena.allocate(64), 192U);
}

TEST(Arena, NextFitGoesOnBehindTheBlockAllocatedLast) {
  Arena arena(640, Placement::kNextFit);
  EXPECT_EQ(arena.allocate(128), 0U);
  EXPECT_EQ(arena.allocate(128), 128U);
  arena.release(0);
  EXPECT_EQ(arena.allocate(128), 256U);  // not the hole at 0
  arena.release(128);
  arena.release(256);
  EXPECT_EQ(arena.allocate(128), 384U);  // nor within the hole that reaches back to 0
  EXPECT_EQ(arena.allocate(192), 0U);    // 128 bytes are left behind: around
  EXPECT_EQ(arena.allocate(192), 192U);
  EXPECT_EQ(arena.allocate(64), 512U);
}

TEST(Arena, RoundsUpTo64Bytes) {
  Arena arena(256);
  EXPECT_EQ(arena.allocate(1), 0U);
  EXPECT_EQ(arena.live_bytes(), 64U);
  EXPECT_EQ(arena.allocate(64), 64U);
  EXPECT_EQ(arena.allocate(65), 128U);
  EXPECT_EQ(arena.live_bytes(), 256U);  // 64 + 64 + 128
  EXPECT_EQ(arena.allocate(1), std::nullopt);
}

TEST(Arena, CoalescesWithBothNeighbours) {
  Arena arena(320);
  for (std::uint64_t address = 0; address < 320; address += 64) {
    ASSERT_EQ(arena.allocate(64), address);
  }
  arena.release(64);
  arena.release(192);
  EXPECT_EQ(arena.allocate(128), std::nullopt);  // two holes of 64
  EXPECT_EQ(arena.describe(), "live: 0x0+64 0x80+64 0x100+64; free: 0x40+64 0xc0+64");
  arena.release(128);  // joins both
  EXPECT_EQ(arena.describe(), "live: 0x0+64 0x100+64; free: 0x40+192");
  arena.release(0);  // joins what follows
  EXPECT_EQ(arena.describe(), "live: 0x100+64; free: 0x0+256");
  arena.release(256);  // joins what precedes
  EXPECT_EQ(arena.describe(), "live: none; free: 0x0+320");
  EXPECT_EQ(arena.allocate(320), 0U);
  EXPECT_EQ(arena.describe(), "live: 0x0+320; free: none");
}

TEST(Arena, PeakIsTheHighestSumOfLiveBlocks) {
  Arena arena(1024);
  EXPECT_EQ(arena.peak_bytes(), 0U);
  arena.allocate(256);
  arena.allocate(128);
  EXPECT_EQ(arena.peak_bytes(), 384U);  // 256 + 128
  arena.release(0);
  EXPECT_EQ(arena.live_bytes(), 128U);
  arena.allocate(64);
  EXPECT_EQ(arena.peak_bytes(), 384U);
  EXPECT_EQ(arena.allocate(2048), std::nullopt);  // a failure leaves no trace
  arena.allocate(512);
  EXPECT_EQ(arena.peak_bytes(), 704U);  // 128 + 64 + 512
  EXPECT_EQ(arena.size_bytes(), 1024U);
}

TEST(Arena, DescribeListsAtMostSoManyBlocks) {
  Arena arena(1024);
  for (int i = 0; i < 5; ++i) {
    arena.allocate(64);
  }
  EXPECT_EQ(arena.describe(5), "live: 0x0+64 0x40+64 0x80+64 0xc0+64 0x100+64; free: 0x140+704");
  EXPECT_EQ(arena.describe(2), "live: 0x0+64 0x40+64 and 3 more; free: 0x140+704");
}

TEST(Arena, HoldsNothingWhenEmptyOrTooSmall) {
  EXPECT_EQ(Arena(0).allocate(1), std::nullopt);
  EXPECT_EQ(Arena(0).describe(), "live: none; free: none");
  EXPECT_EQ(Arena(63).allocate(1), std::nullopt);
}

TEST(Arena, RefusesToReleaseWhatIsNotABlock) {
  Arena arena(256);
  arena.allocate(128);
  for (const std::uint64_t address : {64U, 1U, 128U, 256U, 1000U}) {
    EXPECT_THROW(arena.release(address), InternalError) << address;
  }
  arena.release(0);
  EXPECT_THROW(arena.release(0), InternalError);
}

/// The plain way: one flag per 64 bytes.
class Bitmap {
 public:
  Bitmap(std::size_t lines, Placement placement) : used_(lines, false), placement_(placement) {}

  std::optional<std::uint64_t> allocate(std::uint64_t bytes) {
    const std::size_t lines = (bytes + 63) / 64;
    auto start = find(placement_ == Placement::kNextFit ? next_ : 0, lines);
    if (!start) {
      start = find(0, lines);
    }
    if (!start) {
      return std::nullopt;
    }
    mark(*start, lines, true);
    next_ = *start + lines;
    return *start * 64;
  }
  void release(std::uint64_t address, std::uint64_t bytes) {
    mark(address / 64, (bytes + 63) / 64, false);
  }
  std::uint64_t live_bytes() const {
    return 64 * static_cast<std::uint64_t>(std::count(used_.begin(), used_.end(), true));
  }

 private:
  std::optional<std::size_t> find(std::size_t from, std::size_t lines) const {
    for (std::size_t start = from; start + lines <= used_.size(); ++start) {
      const auto begin = used_.begin() + static_cast<std::ptrdiff_t>(start);
      if (std::count(begin, begin + static_cast<std::ptrdiff_t>(lines), true) == 0) {
        return start;
      }
    }
    return std::nullopt;
  }
  void mark(std::size_t start, std::size_t lines, bool used) {
    std::fill_n(used_.begin() + static_cast<std::ptrdiff_t>(start), lines, used);
  }

  std::vector<bool> used_;
  Placement placement_;
  std::size_t next_ = 0;
};

void expect_like_bitmap(Placement placement, std::mt19937& random) {
  const std::size_t lines = 1 + random() % 200;
  Arena arena(lines * 64, placement);
  Bitmap bitmap(lines, placement);
  std::map<std::uint64_t, std::uint64_t> blocks;
  std::uint64_t peak = 0;
  for (int step = 0; step < 500; ++step) {
    if (!blocks.empty() && random() % 2 == 0) {
      const auto block = std::next(blocks.begin(), static_cast<long>(random() % blocks.size()));
      arena.release(block->first);
      bitmap.release(block->first, block->second);
      blocks.erase(block);
    } else {
      const std::uint64_t bytes = 1 + random() % 1500;
      const auto expected = bitmap.allocate(bytes);
      ASSERT_EQ(arena.allocate(bytes), expected);
      if (expected) {
        blocks.emplace(*expected, bytes);
      }
    }
    peak = std::max(peak, bitmap.live_bytes());
    ASSERT_EQ(arena.live_bytes(), bitmap.live_bytes());
    ASSERT_EQ(arena.peak_bytes(), peak);
  }
}

TEST(Arena, RandomWalksAgreeWithABitmap) {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    ASSERT_NO_FATAL_FAILURE(expect_like_bitmap(Placement::kFirstFit, random));
    ASSERT_NO_FATAL_FAILURE(expect_like_bitmap(Placement::kNextFit, random));
  }
}

TEST(Arena, HighBlocksEndWithTheLastHoleThatHoldsThem) {
  Arena arena(1000);                          // the last whole line ends at 960
  EXPECT_EQ(arena.allocate_high(100), 832U);  // 960 − 128
  EXPECT_EQ(arena.allocate(64), 0U);
  EXPECT_EQ(arena.allocate_high(64), 768U);
  arena.release(832);
  EXPECT_EQ(arena.allocate_high(65), 832U);
  EXPECT_EQ(arena.allocate_high(704), 64U);  // all between 64 and 768
  EXPECT_EQ(arena.allocate_high(64), std::nullopt);
}

}  // namespace
}  // namespace tilewave
