// The timing rules of one channel's banks, each on both sides of its instant.
// DDR4 reference part; bank 0 and 1 share a bank group, bank 4 is in the next one.
#include "models/dram/bank.h"

#include <gtest/gtest.h>

#include "tests/support/dram_parts.h"

namespace tilewave {
namespace {

using test::ddr4;

constexpr auto kRead = DramDirection::kRead;
constexpr auto kWrite = DramDirection::kWrite;

/// Blocked at `cycle - 1`, ready at `cycle`.
void expect_ready_at(DramCycle earliest, DramCycle cycle) {
  EXPECT_GT(earliest, cycle - 1);
  EXPECT_LE(earliest, cycle);
}

TEST(DramBank, ActivateDelaysItsOwnBank) {
  DramBanks banks(ddr4());
  banks.activate(0, 7, 100);
  EXPECT_TRUE(banks.is_open(0));
  EXPECT_EQ(banks.row(0), 7u);
  EXPECT_TRUE(banks.is_open_at(0, 7));
  EXPECT_FALSE(banks.is_open_at(0, 6));
  expect_ready_at(banks.earliest_column(0, kRead), 122);   // 100 + RCD 22
  expect_ready_at(banks.earliest_column(0, kWrite), 122);  // 100 + RCD 22
  expect_ready_at(banks.earliest_precharge(0), 152);       // 100 + RAS 52
  expect_ready_at(banks.earliest_activate(0), 174);        // 100 + RC 74
}

TEST(DramBank, ActivatesKeepTheirDistance) {
  DramBanks banks(ddr4());
  banks.activate(0, 7, 100);
  expect_ready_at(banks.earliest_activate(1), 108);  // same group: 100 + RRD_L 8
  expect_ready_at(banks.earliest_activate(4), 104);  // other group: 100 + RRD_S 4
}

TEST(DramBank, FifthActivateWaitsForTheWindow) {
  DramBanks banks(ddr4());
  banks.activate(0, 0, 100);
  banks.activate(4, 0, 104);
  banks.activate(8, 0, 108);
  expect_ready_at(banks.earliest_activate(12), 112);  // the fourth: 108 + RRD_S 4
  banks.activate(12, 0, 112);
  expect_ready_at(banks.earliest_activate(1), 134);  // the fifth: 100 + FAW 34
  banks.activate(1, 0, 134);
  expect_ready_at(banks.earliest_activate(5), 138);  // max(104 + FAW 34, 134 + RRD_S 4)
}

TEST(DramBank, ReadDelaysColumnsAndPrecharge) {
  DramBanks banks(ddr4());
  for (const unsigned bank : {0u, 1u, 4u}) {
    banks.activate(bank, 0, 0);
  }
  banks.column(0, kRead, 100);
  expect_ready_at(banks.earliest_column(1, kRead), 108);   // same group: CCD_L 8
  expect_ready_at(banks.earliest_column(4, kRead), 104);   // other group: CCD_S 4
  expect_ready_at(banks.earliest_column(4, kWrite), 112);  // turnaround: RTW 12
  expect_ready_at(banks.earliest_precharge(0), 112);       // RTP 12
}

TEST(DramBank, WriteDelaysReadsUntilItsDataAreIn) {
  DramBanks banks(ddr4());
  for (const unsigned bank : {0u, 1u, 4u}) {
    banks.activate(bank, 0, 0);
  }
  banks.column(0, kWrite, 100);
  expect_ready_at(banks.earliest_column(1, kWrite), 108);  // same group: CCD_L 8
  expect_ready_at(banks.earliest_column(4, kWrite), 104);  // other group: CCD_S 4
  expect_ready_at(banks.earliest_column(1, kRead), 132);   // 100 + CWL 16 + 4 + WTR_L 12
  expect_ready_at(banks.earliest_column(4, kRead), 124);   // 100 + CWL 16 + 4 + WTR_S 4
  expect_ready_at(banks.earliest_precharge(0), 144);       // 100 + CWL 16 + 4 + WR 24
}

TEST(DramBank, PrechargeDelaysTheNextActivate) {
  DramBanks banks(ddr4());
  banks.activate(0, 0, 0);
  banks.precharge(0, 200);
  EXPECT_FALSE(banks.is_open(0));
  expect_ready_at(banks.earliest_activate(0), 222);  // 200 + RP 22
}

TEST(DramBank, RefreshClosesAllBanksFirst) {
  DramBanks banks(ddr4());
  banks.activate(0, 0, 100);
  // PREA at 100 + RAS 52, REF RP 22 later: 100 + 52 + 22 = 174.
  EXPECT_EQ(banks.refresh_all(120), 174u);
  EXPECT_EQ(banks.open_mask(), 0u);
  expect_ready_at(banks.earliest_activate(5), 750);  // 174 + RFC 576
}

TEST(DramBank, RefreshOfClosedBanksNeedsNoPrecharge) {
  DramBanks banks(ddr4());
  EXPECT_EQ(banks.refresh_all(120), 120u);
  expect_ready_at(banks.earliest_activate(0), 696);  // 120 + RFC 576
}

}  // namespace
}  // namespace tilewave
