// One bank: gaps, turns with the stream, and queues of reservations that become one.
#include "models/sram/sram_bank.h"

#include <gtest/gtest.h>

namespace tilewave {
namespace {

TEST(SramBank, ABurstTakesTheFirstGapThatHoldsIt) {
  const struct {
    PortSlot at;
    PortSlot accesses;
    PortSlot end;
  } table[] = {{0, 5, 5},   {4, 6, 10},  {5, 6, 18},  {10, 1, 13}, {12, 8, 20},
               {12, 9, 35}, {20, 1, 27}, {26, 4, 30}, {26, 5, 31}};
  for (const auto& row : table) {
    SramBank bank;
    EXPECT_EQ(bank.reserve(0, 10, 2), 12U);
    EXPECT_EQ(bank.reserve(0, 20, 6), 26U);
    EXPECT_EQ(bank.reserve(0, row.at, row.accesses), row.end) << row.at << " " << row.accesses;
  }
}

TEST(SramBank, AStreamHasWhatNobodyReserves) {
  SramBank bank;
  bank.want(4);
  bank.begin_stream(10, 6);
  EXPECT_EQ(bank.stream_end(), 20U);  // 10 + 4 + 6
  EXPECT_EQ(bank.wanted(), 0U);
  EXPECT_EQ(bank.reserve(10, 12, 2), 16U);  // in turns with the stream: 12 + 2 · 2
  EXPECT_EQ(bank.stream_end(), 22U);
  EXPECT_EQ(bank.reserve(10, 20, 3), 25U);  // two of the stream are left: 20 + 3 + 2
  EXPECT_EQ(bank.stream_end(), 24U);        // 21 and 23 are its slots
  bank.begin_stream(25, 0);
  EXPECT_EQ(bank.stream_end(), 0U);
}

TEST(SramBank, AGapHoldsTheStreamsTurnsToo) {
  // The stream has 20 to 99 but for the burst at 40, which takes 40 to 43.
  for (const PortSlot accesses : {9U, 10U, 11U}) {
    SramBank bank;
    bank.begin_stream(20, 80);
    EXPECT_EQ(bank.reserve(20, 40, 2), 44U);
    // In turns from 20 to 40, or behind the other.
    EXPECT_EQ(bank.reserve(20, 20, accesses),
              accesses <= 10 ? 20 + 2 * accesses : 44 + 2 * accesses);
    EXPECT_EQ(bank.stream_end(), 100 + 2 + accesses);
  }
}

TEST(SramBank, ABankThatCannotKeepUpHasOneLongReservation) {
  // Two banks: one is asked for all at once, the other again and again.
  SramBank once;
  SramBank often;
  once.begin_stream(0, 500);
  often.begin_stream(0, 500);
  EXPECT_EQ(once.reserve(0, 0, 300), 600U);
  for (PortSlot end = 2; end <= 600; end += 2) {
    EXPECT_EQ(often.reserve(0, 0, 1), end);
  }
  EXPECT_TRUE(often.is_like(once));
  EXPECT_EQ(often.stream_end(), 800U);  // 500 + 300
}

TEST(SramBank, RepeatingIsReservingAgainAndAgain) {
  for (const PortSlot stream : {0U, 7U, 30U, 31U, 32U, 500U}) {
    for (const std::uint64_t times : {1U, 2U, 9U, 40U}) {
      SramBank once;
      SramBank often;
      for (SramBank* bank : {&once, &often}) {
        bank->begin_stream(0, stream);
        bank->reserve(0, 6, 1);
        bank->reserve(0, 4, 3);  // not before the other
      }
      for (std::uint64_t time = 0; time < times; ++time) {
        often.reserve(0, 4, 3);
      }
      EXPECT_EQ(once.repeat(0, 3, times), often.reserved_until()) << stream << " " << times;
      EXPECT_EQ(once.stream_end(), often.stream_end()) << stream << " " << times;
      // What comes next finds the same.
      EXPECT_EQ(once.reserve(5, 9, 4), often.reserve(5, 9, 4));
      once.begin_stream(20, 50);
      often.begin_stream(20, 50);
      EXPECT_EQ(once.stream_end(), often.stream_end());
    }
  }
}

TEST(SramBank, AStreamThatComesLaterFindsItsTurnsInLongReservations) {
  SramBank bank;
  bank.begin_stream(0, 10);
  for (int i = 0; i < 10; ++i) {
    bank.reserve(0, 0, 1);
  }
  EXPECT_EQ(bank.stream_end(), 20U);
  EXPECT_EQ(bank.reserve(0, 0, 5), 25U);  // the stream has none left
  bank.begin_stream(20, 2);
  EXPECT_EQ(bank.stream_end(), 27U);
}

TEST(SramBank, BanksAreAlikeThatWereToldTheSame) {
  SramBank one;
  SramBank other;
  EXPECT_TRUE(one.is_like(other));
  one.reserve(0, 5, 2);
  EXPECT_FALSE(one.is_like(other));
  other.reserve(0, 5, 2);
  EXPECT_TRUE(one.is_like(other));
  one.want(1);
  EXPECT_FALSE(one.is_like(other));
  one.begin_stream(20, 3);
  other.begin_stream(20, 4);
  EXPECT_TRUE(one.is_like(other));
}

}  // namespace
}  // namespace tilewave
