// Ranges of SRAM: cut where accesses begin and end, joined where they are told to, and always what
// a plain array of lines says.
#include "compiler/program/sram_ranges.h"

#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace tilewave {
namespace {

constexpr std::uint64_t kLine = kSramAlignment;

/// Contents of [begin, end), in lines, one per range.
std::vector<int> contents(SramRanges<int>& ranges, std::uint64_t begin, std::uint64_t end) {
  std::vector<int> found;
  ranges.visit(begin * kLine, (end - begin) * kLine,
               [&](int& content) { found.push_back(content); });
  return found;
}

void write(SramRanges<int>& ranges, std::uint64_t begin, std::uint64_t end, int value) {
  ranges.visit_and_join(begin * kLine, (end - begin) * kLine,
                        [&](int& content) { content = value; });
}

TEST(SramRanges, WhatWasNeverVisitedIsOneNewRange) {
  SramRanges<int> ranges;
  EXPECT_EQ(contents(ranges, 3, 10), (std::vector<int>{0}));
  write(ranges, 5, 7, 8);
  EXPECT_EQ(contents(ranges, 0, 12), (std::vector<int>{0, 0, 8, 0, 0}));  // 0-3-5-7-10-12
}

TEST(SramRanges, AnAccessCutsWhereItBeginsAndEnds) {
  SramRanges<int> ranges;
  write(ranges, 0, 8, 1);
  EXPECT_EQ(contents(ranges, 2, 5), (std::vector<int>{1}));
  EXPECT_EQ(contents(ranges, 0, 8), (std::vector<int>{1, 1, 1}));
  write(ranges, 4, 6, 2);
  EXPECT_EQ(contents(ranges, 0, 8), (std::vector<int>{1, 1, 2, 1}));  // 0-2-4-6-8
}

TEST(SramRanges, JoinsWhatWasWrittenAtOnce) {
  SramRanges<int> ranges;
  write(ranges, 0, 4, 1);
  write(ranges, 4, 8, 2);
  write(ranges, 2, 6, 3);
  EXPECT_EQ(contents(ranges, 0, 8), (std::vector<int>{1, 3, 2}));
  write(ranges, 0, 8, 4);
  EXPECT_EQ(contents(ranges, 0, 8), (std::vector<int>{4}));
}

TEST(SramRanges, RandomAccessesAgreeWithAnArrayOfLines) {
  std::mt19937 random(7);
  constexpr std::size_t kLines = 200;
  SramRanges<int> ranges;
  std::vector<int> plain(kLines);
  for (int i = 1; i < 20000; ++i) {
    const std::uint64_t begin = random() % kLines;
    const std::uint64_t end = begin + 1 + random() % std::min<std::size_t>(kLines - begin, 30);
    if (random() % 3 == 0) {
      write(ranges, begin, end, i);
      std::fill(plain.begin() + static_cast<std::ptrdiff_t>(begin),
                plain.begin() + static_cast<std::ptrdiff_t>(end), i);
    }
    const std::vector<int> found = contents(ranges, begin, end);
    ASSERT_LE(found.size(), end - begin);
    // The same values in the same order, each for one line or more.
    std::size_t at = 0;
    for (std::uint64_t line = begin; line < end; ++line) {
      while (at < found.size() && found[at] != plain[line]) {
        ++at;
      }
      ASSERT_LT(at, found.size()) << "line " << line << " in step " << i;
    }
  }
}

TEST(SramRanges, EveryRangeIsVisitedOnce) {
  std::mt19937 random(8);
  SramRanges<int> ranges;
  std::vector<int> plain(100);  // visits, by line
  for (int i = 0; i < 2000; ++i) {
    const std::uint64_t begin = random() % plain.size();
    const std::uint64_t end = begin + 1 + random() % (plain.size() - begin);
    ranges.visit(begin * kLine, (end - begin) * kLine, [](int& content) { ++content; });
    for (std::uint64_t line = begin; line < end; ++line) {
      ++plain[line];
      ASSERT_EQ(contents(ranges, line, line + 1), std::vector<int>{plain[line]});
    }
  }
}

}  // namespace
}  // namespace tilewave
