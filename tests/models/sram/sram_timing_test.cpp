// Bank contention: bursts among themselves, bursts against a stream, and never more than the ports.
#include "models/sram/sram_timing.h"

#include <algorithm>
#include <array>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace tilewave {
namespace {

/// 32 bytes per port and cycle, 64 bytes per bank in turn.
SramConfig sram(std::uint32_t banks, std::uint32_t ports = 1) {
  SramConfig config;
  config.banks = banks;
  config.ports = ports;
  config.port_bytes = 32;
  config.interleave_bytes = 64;
  return config;
}

void begin_stream(SramTiming& timing, Cycle at, SramRange range) {
  timing.begin_stream(at, std::array{range});
}

TEST(SramTiming, ASingleBurstTakesItsLongestBank) {
  const struct {
    SramRange range;
    Cycle cycles;
  } table[] = {
      {{0, 32}, 1},     // one access
      {{0, 33}, 2},     // ⌈33 / 32⌉
      {{0, 64}, 2},     // one bank
      {{0, 256}, 2},    // four banks, 64 / 32 accesses each
      {{0, 288}, 3},    // bank 0 again: 2 + 1
      {{0, 512}, 4},    // twice round: 2 + 2
      {{48, 32}, 1},    // 16 bytes in each of two banks
      {{0, 4096}, 32},  // 4096 / (4 · 32)
  };
  for (const auto& row : table) {
    SramTiming timing(sram(4));
    EXPECT_EQ(timing.burst(0, 10, row.range), 10 + row.cycles) << row.range.bytes;
    EXPECT_EQ(timing.counters().bytes, row.range.bytes);
  }
}

TEST(SramTiming, BurstsToOneBankFollowEachOther) {
  const struct {
    Cycle at;
    Cycle end;
    std::uint64_t conflicts;
  } table[] = {{10, 14, 1}, {11, 14, 1}, {12, 14, 0}, {13, 15, 0}};
  for (const auto& row : table) {
    SramTiming timing(sram(4));
    EXPECT_EQ(timing.burst(0, 10, {0, 64}), 12U);  // 10 + 2
    EXPECT_EQ(timing.burst(0, row.at, {256, 64}), row.end) << row.at;
    EXPECT_EQ(timing.counters().bank_conflicts, row.conflicts) << row.at;
  }
}

TEST(SramTiming, BurstsToDifferentBanksDoNotMeet) {
  SramTiming timing(sram(4));
  for (const std::uint64_t bank : {0U, 1U, 2U, 3U}) {
    EXPECT_EQ(timing.burst(0, 10, {bank * 64, 64}), 12U);
  }
  EXPECT_EQ(timing.counters().bank_conflicts, 0U);
}

TEST(SramTiming, TwoPortsServeTwoAccessesACycle) {
  SramTiming timing(sram(4, 2));
  EXPECT_EQ(timing.burst(0, 10, {0, 64}), 11U);    // two accesses in one cycle
  EXPECT_EQ(timing.burst(0, 10, {256, 64}), 12U);  // the next two
  EXPECT_EQ(timing.burst(0, 10, {0, 32}), 13U);    // half of cycle 12
  EXPECT_EQ(timing.burst(0, 10, {0, 32}), 13U);    // the other half
  EXPECT_EQ(timing.burst(0, 10, {0, 32}), 14U);
  EXPECT_EQ(timing.peak_bytes_per_cycle(), 256U);  // 4 · 2 · 32
}

TEST(SramTiming, AGapBeforeALaterBurstIsUsed) {
  const struct {
    Cycle at;
    Cycle end;
  } table[] = {{10, 12}, {97, 99}, {98, 100}, {99, 104}, {100, 104}, {101, 104}, {102, 104}};
  for (const auto& row : table) {
    SramTiming timing(sram(1));
    EXPECT_EQ(timing.burst(0, 100, {0, 64}), 102U);
    EXPECT_EQ(timing.burst(0, row.at, {0, 64}), row.end) << row.at;
  }
}

TEST(SramTiming, AStreamAloneTakesItsLongestBank) {
  SramTiming timing(sram(4));
  begin_stream(timing, 7, {0, 4096});
  EXPECT_EQ(timing.stream_end(), 39U);  // 7 + 4096 / (4 · 32)
  begin_stream(timing, 39, {0, 320});
  EXPECT_EQ(timing.stream_end(), 43U);  // 39 + 4: bank 0 has two chunks of 2
  EXPECT_EQ(timing.counters().bank_conflicts, 0U);
}

TEST(SramTiming, RangesOfOneStreamShareTheirBanks) {
  SramTiming timing(sram(4));
  timing.begin_stream(0, std::array{SramRange{0, 4096}, SramRange{8192, 4096}});
  EXPECT_EQ(timing.stream_end(), 64U);  // 2 · 4096 / (4 · 32)
  timing.begin_stream(64, {});
  EXPECT_LE(timing.stream_end(), 64U);  // nothing to do
}

TEST(SramTiming, ABurstPassesALongStreamAndPushesItBackByItsOwnAccesses) {
  SramTiming timing(sram(1));
  begin_stream(timing, 0, {0, 4096});
  EXPECT_EQ(timing.stream_end(), 128U);  // 4096 / 32
  const Cycle end = timing.burst(10, 10, {0, 256});
  EXPECT_GE(end, 18U);                   // 10 + 8: its own accesses
  EXPECT_LE(end, 26U);                   // 10 + 2 · 8: taking turns
  EXPECT_EQ(timing.stream_end(), 136U);  // 128 + 8
  EXPECT_LE(timing.burst(50, 50, {0, 64}), 54U);
  EXPECT_EQ(timing.stream_end(), 138U);  // 136 + 2
}

TEST(SramTiming, ABurstBehindTheStreamLeavesItAlone) {
  for (const Cycle at : {128U, 129U, 500U}) {
    SramTiming timing(sram(1));
    begin_stream(timing, 0, {0, 4096});
    EXPECT_EQ(timing.burst(100, at, {0, 64}), at + 2);
    EXPECT_EQ(timing.stream_end(), 128U);
  }
}

TEST(SramTiming, ABurstInTheStreamsLastCyclesWaitsForWhatIsLeft) {
  SramTiming timing(sram(1));
  begin_stream(timing, 0, {0, 4096});
  EXPECT_LE(timing.burst(100, 127, {0, 64}), 130U);  // one access of the stream left: 127 + 1 + 2
  EXPECT_LE(timing.stream_end(), 130U);              // and together they need 130 − 0 cycles
  EXPECT_GE(timing.stream_end(), 128U);
}

TEST(SramTiming, OnlyTheBanksOfABurstArePushedBack) {
  SramTiming timing(sram(4));
  begin_stream(timing, 0, {0, 128});  // banks 0 and 1
  timing.burst(0, 0, {128, 128});     // banks 2 and 3
  EXPECT_EQ(timing.stream_end(), 2U);
  timing.burst(0, 0, {256, 64});  // bank 0
  EXPECT_EQ(timing.stream_end(), 4U);
}

TEST(SramTiming, AStreamGoesAroundBurstsThatWereThereFirst) {
  SramTiming timing(sram(1));
  timing.burst(0, 10, {0, 320});
  begin_stream(timing, 5, {0, 320});
  EXPECT_EQ(timing.stream_end(), 25U);  // 5 to 10, the burst to 20, then the other 5 accesses
}

/// A user of one bank: so many accesses somewhere within [from, to).
struct Use {
  Cycle from = 0;
  Cycle to = 0;
  std::uint64_t accesses = 0;
};

/// Whatever lies within a stretch of time fits in the ports of that time.
void expect_not_overbooked(const std::vector<Use>& uses, std::uint32_t ports) {
  for (const Use& first : uses) {
    for (const Use& last : uses) {
      std::uint64_t accesses = 0;
      for (const Use& use : uses) {
        accesses += use.from >= first.from && use.to <= last.to ? use.accesses : 0;
      }
      ASSERT_TRUE(accesses == 0 || accesses <= (last.to - first.from) * ports)
          << accesses << " accesses from " << first.from << " to " << last.to;
    }
  }
}

TEST(SramTiming, PortsAreNeverGivenOutTwice) {
  std::mt19937 random(23);
  const auto below = [&](std::uint64_t limit) { return random() % limit; };
  for (int round = 0; round < 120; ++round) {
    const auto ports = static_cast<std::uint32_t>(1 + below(3));
    SramTiming timing(sram(1, ports));
    std::vector<Use> uses;
    Cycle now = 0;
    Cycle stream_begin = 0;
    std::uint64_t stream_accesses = 0;
    const auto begin_next_stream = [&] {
      if (stream_accesses > 0) {
        uses.push_back({stream_begin, timing.stream_end(), stream_accesses});
      }
      now = std::max(now, timing.stream_end());
      stream_begin = now + below(10);
      stream_accesses = 1 + below(100);
      begin_stream(timing, stream_begin, {0, 32 * stream_accesses});
      now = stream_begin;
    };
    for (int i = 0; i < 60; ++i) {
      now += below(6);
      if (timing.stream_end() <= now) {
        begin_next_stream();
      }
      const Cycle at = now + below(40);
      const std::uint64_t accesses = 1 + below(8);
      const Cycle end = timing.burst(now, at, {0, 32 * accesses});
      ASSERT_GE((end - at) * ports, accesses);
      uses.push_back({at, end, accesses});
    }
    uses.push_back({stream_begin, timing.stream_end(), stream_accesses});
    ASSERT_NO_FATAL_FAILURE(expect_not_overbooked(uses, ports)) << "round " << round;
  }
}

}  // namespace
}  // namespace tilewave
