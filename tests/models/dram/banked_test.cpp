// The banked DRAM from outside: bursts in, completion cycles out, each against its sum.
// DDR4 reference part; map P unless said: 8 KiB pages, the next page is in the next bank group,
// 512 KiB further is the next row of the same bank.
#include "models/dram/banked.h"

#include <gtest/gtest.h>

#include "tests/support/dram_parts.h"

namespace tilewave {
namespace {

using test::Arrival;
using test::BankedSetup;
using test::ddr4_setup;
using test::message_of;
using test::run_ddr4;

constexpr std::uint64_t kNextGroup = 8192;     // map P: the next page
constexpr std::uint64_t kNextBank = 4 * 8192;  // ... of the same bank group
constexpr std::uint64_t kNextRow = 16 * 8192;  // ... of the same bank

using Cycles = std::vector<std::uint64_t>;

TEST(BankedDram, RowMissThenHit) {
  // ACT 0, RD 22, data until 22 + CL 22 + 4 = 48. RD 100 is a hit: 100 + 22 + 4 = 126.
  EXPECT_EQ(run_ddr4({{0, 0}, {100, 64}}), (Cycles{48, 126}));
}

TEST(BankedDram, RowConflict) {
  // PRE 200, ACT 222, RD 244, data until 244 + 22 + 4 = 270.
  EXPECT_EQ(run_ddr4({{0, 0}, {200, kNextRow}}), (Cycles{48, 270}));
}

TEST(BankedDram, ConflictWaitsForTras) {
  // PRE not before RAS 52: ACT 74, RD 96, data until 96 + 26 = 122.
  EXPECT_EQ(run_ddr4({{0, 0}, {30, kNextRow}}), (Cycles{48, 122}));
}

TEST(BankedDram, ColumnsOfOneGroupKeepTccdL) {
  // RD 22, 30, 38 (CCD_L 8): data until 48, 56, 64.
  EXPECT_EQ(run_ddr4({{0, 0}, {0, 64}, {0, 128}}), (Cycles{48, 56, 64}));
}

TEST(BankedDram, ColumnsOfTwoGroupsKeepTccdS) {
  // ACT 0 and 4 (RRD_S 4), RD 22 and 26: data until 48 and 52.
  EXPECT_EQ(run_ddr4({{0, 0}, {0, kNextGroup}}), (Cycles{48, 52}));
}

TEST(BankedDram, FifthActivateWaitsForTfaw) {
  // Groups 0-3: ACT 0, 4, 8, 12, RD 22, 26, 30, 34; the fifth ACT, in group 0, not before FAW 34,
  // when the pins carry the fourth RD: ACT 35, RD 57, data until 57 + 26 = 83.
  EXPECT_EQ(
      run_ddr4({{0, 0}, {0, kNextGroup}, {0, 2 * kNextGroup}, {0, 3 * kNextGroup}, {0, kNextBank}}),
      (Cycles{48, 52, 56, 60, 83}));
}

TEST(BankedDram, AnOpenedRowServesItsAccessFirst) {
  // RD 22 in bank 0; bank 1 of the same group: ACT 8 (RRD_L), RD 30 before the three older hits of
  // bank 0, which follow every CCD_L 8.
  EXPECT_EQ(run_ddr4({{0, 0}, {1, 64}, {1, 128}, {1, 192}, {1, kNextBank}}),
            (Cycles{48, 64, 72, 80, 56}));
}

TEST(BankedDram, RowIsGivenUpForLessThanItServed) {
  // `hits` of row A, then row B of the same bank; RD 22, 30, 38 are hits, RD 46 is another bank's,
  // opened at 24. The next column of the group is at 54, but PRE may be at RAS 52.
  const auto run = [](std::uint64_t hits) {
    std::vector<Arrival> arrivals = {{2, kNextRow}, {24, kNextBank}, {0, 0}};
    for (std::uint64_t i = 1; i < hits; ++i) {
      arrivals.push_back({1, i * 64});
    }
    return run_ddr4(arrivals);
  };
  // Three served, one left: PRE 52. The closed bank serves its oldest access, the one left: ACT 74,
  // RD 96 until 122; then B: PRE 74 + RAS 52 = 126, ACT 148, RD 170 until 196.
  EXPECT_EQ(run(4), (Cycles{196, 72, 48, 56, 64, 122}));
  // Three served, three left: RD 54, 62, 70; PRE 70 + RTP 12 = 82, ACT 104, RD 126 until 152.
  EXPECT_EQ(run(6), (Cycles{152, 72, 48, 56, 64, 80, 88, 96}));
}

TEST(BankedDram, ReadAfterWriteWaitsForTheTurnaround) {
  BankedSetup setup = ddr4_setup();
  setup.controller.write_ack = DramWriteAck::kData;
  // WR 22: data until 22 + 16 + 4 = 42. RD not before 42 + WTR_L 12 = 54: until 54 + 26 = 80.
  EXPECT_EQ(run_ddr4({{0, 0, true}, {23, 64}}, setup), (Cycles{42, 80}));
}

TEST(BankedDram, WriteAfterReadWaitsForTheTurnaround) {
  BankedSetup setup = ddr4_setup();
  setup.controller.write_ack = DramWriteAck::kData;
  // RD 22, WR 22 + RTW 12 = 34: data until 34 + 16 + 4 = 54.
  EXPECT_EQ(run_ddr4({{0, 0}, {0, 64, true}}, setup), (Cycles{48, 54}));
}

TEST(BankedDram, WriteIsAcknowledgedAfterItsCommand) {
  EXPECT_EQ(run_ddr4({{0, 0, true}}), (Cycles{23}));  // WR 22, + 1
}

/// DDR4 whose writes are acknowledged when the controller has accepted them.
BankedSetup accepting_setup() {
  BankedSetup setup = ddr4_setup();
  setup.controller.write_ack = DramWriteAck::kAccepted;
  return setup;
}

TEST(BankedDram, WriteIsAcknowledgedWhenItIsAccepted) {
  const BankedSetup setup = accepting_setup();
  BankedDram model(setup.dram, setup.controller);
  EXPECT_EQ(test::completion_cycles(model, {{5, 0, true}, {7, kNextGroup, true, 256}}),
            (Cycles{6, 8}));
  EXPECT_EQ(model.next_event(), kNever);  // nobody waits, but the writes do
  EXPECT_EQ(model.counters().write_bytes, 320U);
  // WR 5 + RCD 22 = 27; the other bank ACT 7 + 2 (RRD_S 4 behind 5), WR 31, 39, 47, 55 (CCD_L 8).
  EXPECT_EQ(model.drain(), 56U * 625);
  EXPECT_EQ(model.counters().row_misses, 2U);
  EXPECT_EQ(model.counters().row_hits, 3U);
}

TEST(BankedDram, AcceptanceWaitsForAPlaceInTheQueue) {
  BankedSetup setup = accepting_setup();
  setup.controller.write_entries = 8;
  setup.controller.write_low = 1;
  setup.controller.write_high = 6;
  std::vector<Arrival> arrivals;
  for (std::uint64_t i = 0; i < 10; ++i) {
    arrivals.push_back({0, i * 64, true});
  }
  arrivals.push_back({0, kNextGroup});
  // Eight fit; places become free with WR 22 and 30 (CCD_L 8). The read is behind them: accepted
  // with the last of them, at 30, it has to wait until the writes are down to one.
  Cycles expected(8, 1);
  expected.insert(expected.end(), {23, 31});
  Cycles done = run_ddr4(arrivals, setup);
  done.pop_back();
  EXPECT_EQ(done, expected);
}

TEST(BankedDram, NobodyWaitsLongerThanTheGreatestAge) {
  // Reads hit their row for ever; a write to another bank, one cycle late, waits beside them.
  const auto run = [](Picoseconds max_age) {
    BankedSetup setup = ddr4_setup();
    setup.controller.max_age = max_age;
    std::vector<Arrival> arrivals = {{23, kNextGroup, true}};
    for (std::uint64_t i = 0; i < 100; ++i) {
      arrivals.push_back({i * 8, i * 64});
    }
    return run_ddr4(arrivals, setup);
  };
  EXPECT_GT(run(kDefaultDramMaxAge)[0], 800U);  // when the reads are over
  // Since 23 + 100 = 123 it is next: ACT 123 between RD 118 and 126, WR 145, + 1.
  EXPECT_EQ(run(100 * 625)[0], 146U);
  EXPECT_EQ(run(100 * 625 + 624)[0], 146U);
  EXPECT_EQ(run(101 * 625)[0], 147U);
}

TEST(BankedDram, AReadDoesNotWaitLongerForWritesEither) {
  BankedSetup setup = ddr4_setup();
  setup.controller.write_low = 0;
  setup.controller.max_age = 50 * 625;
  std::vector<Arrival> arrivals;
  for (std::uint64_t i = 0; i < 32; ++i) {
    arrivals.push_back({i == 0 ? 0U : 2U, i * 64, true});
  }
  arrivals.push_back({1, kNextGroup});
  // WR 22, 30, 38, 46; since 51 the read is next: ACT 51, RD 51 + 22 = 73 (the WR at 46 allows it
  // from 46 + 20 + WTR_S 4 = 70 on), until 73 + 26 = 99.
  EXPECT_EQ(run_ddr4(arrivals, setup)[32], 99U);
}

TEST(BankedDram, ARefreshThatIsAlwaysDueLetsSomebodyThrough) {
  BankedSetup setup = ddr4_setup();
  setup.controller.refresh = true;
  setup.dram.preset.timing.refresh_cycle = setup.dram.preset.timing.refresh_interval = 500;
  // REF 500, 1000, ...: the read at 490 meets the one at 500; ACT 490, PREA 490 + RAS 52 = 542,
  // REF 564, and not the one due at 1000 but ACT 1064, RD 1086: until 1112.
  EXPECT_EQ(run_ddr4({{490, 0}}, setup), (Cycles{1112}));
}

TEST(BankedDram, RefusesBurstsOfThePast) {
  const BankedSetup setup = ddr4_setup();
  BankedDram model(setup.dram, setup.controller);
  DramCompletion completion;
  EXPECT_FALSE(model.poll(1000, completion));
  model.submit({0, 64, 0, false}, 1000);
  EXPECT_THROW(model.submit({0, 64, 0, false}, 999), InternalError);
}

TEST(BankedDram, RowHitsGoFirstButNotForEver) {
  BankedSetup setup = ddr4_setup();
  setup.controller.hit_limit = 4;
  // Row A is open; an access to row B waits while hits of A that came later pass it, four at most.
  std::vector<Arrival> arrivals = {{0, 0}, {1, kNextRow}};
  for (std::uint64_t i = 1; i <= 5; ++i) {
    arrivals.push_back({1, i * 64});
  }
  const Cycles done = run_ddr4(arrivals, setup);
  // RD 22, 30, 38, 46, 54 are hits; PRE at 54 + RTP 12 = 66, ACT 88, RD 110: until 136.
  EXPECT_EQ(done[5], 80u);  // the fourth to pass: 54 + 26
  EXPECT_EQ(done[1], 136u);
  EXPECT_GT(done[6], done[1]);  // the fifth may not
}

TEST(BankedDram, DecisionsSeeWhatArrivesInTime) {
  // A hit that arrives with the PRE's own cycle keeps the row open; one cycle later it is too late.
  // B's PRE could go at RAS 52; the hit at 52 goes first, PRE at 52 + RTP 12 = 64, B until 134.
  EXPECT_EQ(run_ddr4({{0, 0}, {30, kNextRow}, {52, 64}}), (Cycles{48, 134, 78}));
  // B: PRE 52, ACT 74, RD 96, until 122. The late access: PRE at 74 + RAS 52 = 126, until 196.
  EXPECT_EQ(run_ddr4({{0, 0}, {30, kNextRow}, {53, 64}}), (Cycles{48, 122, 196}));
}

TEST(BankedDram, RefreshStopsTheChannel) {
  BankedSetup setup = ddr4_setup();
  setup.controller.refresh = true;
  // REF at REFI 12480; ACT at 12480 + RFC 576 = 13056, RD 13078: data until 13104.
  EXPECT_EQ(run_ddr4({{12457, 0}}, setup), (Cycles{12505}));  // RD 12479: 12457 + 48
  // RD would be due at 12480: PREA 12458 + RAS 52, REF 12532, ACT 13108, until 13108 + 48.
  EXPECT_EQ(run_ddr4({{12458, 0}}, setup), (Cycles{13156}));
  EXPECT_EQ(run_ddr4({{12480, 0}}, setup), (Cycles{13104}));
  EXPECT_EQ(run_ddr4({{13055, 0}}, setup), (Cycles{13104}));
  EXPECT_EQ(run_ddr4({{13057, 0}}, setup), (Cycles{13105}));  // 13057 + 48
}

TEST(BankedDram, RefreshClosesOpenRows) {
  BankedSetup setup = ddr4_setup();
  setup.controller.refresh = true;
  // PREA 12480, REF 12502, ACT 12502 + 576 = 13078: data until 13078 + 48 = 13126.
  EXPECT_EQ(run_ddr4({{0, 0}, {12480, 64}}, setup), (Cycles{48, 13126}));
}

TEST(BankedDram, LongIdleTimeIsRefreshedThrough) {
  BankedSetup setup = ddr4_setup();
  setup.controller.refresh = true;
  constexpr std::uint64_t kRefreshes = 1'000'000'000;
  BankedDram model(setup.dram, setup.controller);
  DramCompletion completion;
  EXPECT_FALSE(model.poll(kRefreshes * 12480 * 625, completion));
  EXPECT_EQ(model.counters().refreshes, kRefreshes - 1);  // the next one is due now
  // As in RefreshStopsTheChannel: REF at the arrival's own cycle, 576 + 48 until the data.
  const std::uint64_t arrival = kRefreshes * 12480;
  EXPECT_EQ(test::completion_cycles(model, {{arrival, 0}}), (Cycles{arrival + 576 + 48}));
}

TEST(BankedDram, BurstIsDoneWithItsLastAccess) {
  // 128 B in 2 accesses: RD 22 and 30, until 56. Unaligned 128 B touch 3: RD 38, until 64.
  EXPECT_EQ(run_ddr4({{0, 0, false, 128}}), (Cycles{56}));
  EXPECT_EQ(run_ddr4({{0, 32, false, 128}}), (Cycles{64}));
  EXPECT_EQ(run_ddr4({{0, 63, false, 1}}), (Cycles{48}));
}

TEST(BankedDram, ChannelsWorkAtTheSameTime) {
  BankedSetup setup = ddr4_setup("B");
  setup.dram.channels = 2;
  EXPECT_EQ(run_ddr4({{0, 0}, {0, 64}}, setup), (Cycles{48, 48}));
  EXPECT_DOUBLE_EQ(BankedDram(setup.dram, setup.controller).peak_bytes_per_second(),
                   51.2e9);  // 2 * 64 B / 2.5 ns
}

TEST(BankedDram, ArrivalsBetweenClocksWaitForTheNext) {
  const BankedSetup setup = ddr4_setup();
  BankedDram model(setup.dram, setup.controller);
  model.submit({0, 64, 9, false}, 1);        // a picosecond after cycle 0
  EXPECT_EQ(model.next_event(), 27u * 625);  // not before RD at 1 + CL 22 + 4
  DramCompletion completion;
  EXPECT_FALSE(model.poll(49 * 625 - 1, completion));
  ASSERT_TRUE(model.poll(49 * 625, completion));  // 1 + 48
  EXPECT_EQ(completion.tag, 9u);
  EXPECT_EQ(completion.time, 49u * 625);
  EXPECT_FALSE(model.poll(49 * 625, completion));
  EXPECT_EQ(model.next_event(), kNever);
}

TEST(BankedDram, CountsRowsAndBytes) {
  const BankedSetup setup = ddr4_setup();
  BankedDram model(setup.dram, setup.controller);
  test::completion_cycles(
      model, {{0, 0, false, 128}, {100, kNextRow}, {300, 0, true, 32}, {600, kNextGroup, true}});
  const DramCounters& counters = model.counters();
  EXPECT_EQ(counters.row_hits, 1u);
  EXPECT_EQ(counters.row_misses, 2u);
  EXPECT_EQ(counters.row_conflicts, 2u);
  EXPECT_EQ(counters.read_bytes, 192u);
  EXPECT_EQ(counters.write_bytes, 96u);
  EXPECT_EQ(counters.refreshes, 0u);
}

TEST(BankedDram, WritesWaitUntilManyOrAlone) {
  // A run of 32 reads: 26 writes may wait beside it, the 27th starts the draining.
  for (const unsigned writes : {26u, 27u}) {
    std::vector<Arrival> arrivals;
    for (std::uint64_t i = 0; i < 32; ++i) {
      arrivals.push_back({0, i * 64});
    }
    for (std::uint64_t i = 0; i < writes; ++i) {
      arrivals.push_back({30, kNextGroup + i * 64, true});
    }
    const Cycles done = run_ddr4(arrivals);
    const bool drained_early = done[32] < done[20];
    EXPECT_EQ(drained_early, writes == 27) << writes;
  }
}

TEST(BankedDram, TheControllerIsAsTheConfigSays) {
  DramConfig config;
  EXPECT_EQ(controller_options(config).read_entries, 32U);
  EXPECT_EQ(controller_options(config).write_low, 6U);
  EXPECT_EQ(controller_options(config).write_high, 26U);
  EXPECT_TRUE(controller_options(config).refresh);
  EXPECT_EQ(controller_options(config).write_ack, DramWriteAck::kAccepted);
  EXPECT_EQ(controller_options(config).max_age, 30'000'000U);
  config.write_ack = DramWriteAck::kIssued;
  config.max_age = 5;
  EXPECT_EQ(controller_options(config).write_ack, DramWriteAck::kIssued);
  EXPECT_EQ(controller_options(config).max_age, 5U);
  config.queue_depth = 8;
  config.refresh = false;
  EXPECT_EQ(controller_options(config).write_entries, 8U);
  EXPECT_EQ(controller_options(config).write_low, 1U);   // 8 * 6 / 32
  EXPECT_EQ(controller_options(config).write_high, 6U);  // 8 * 26 / 32
  EXPECT_FALSE(controller_options(config).refresh);
}

TEST(BankedDram, WrongChannels) {
  BankedSetup setup = ddr4_setup();
  setup.dram.channels = 3;
  EXPECT_EQ(message_of([&] { BankedDram model(setup.dram, setup.controller); }),
            "DRAM channels is 3, allowed is a power of two from 1 to 256");
}

}  // namespace
}  // namespace tilewave
