// The bus: one data path per direction, held for as long as a burst's beats.
#include "models/interconnect/bus_timing.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

namespace tilewave {
namespace {

constexpr BusDirection kRead = BusDirection::kRead;
constexpr BusDirection kWrite = BusDirection::kWrite;

TEST(BusTiming, ABurstHoldsItsPathForItsBeats) {
  const struct {
    std::uint32_t bytes;
    Cycle beats;
  } table[] = {{1, 1}, {63, 1}, {64, 1}, {65, 2}, {256, 4}, {4096, 64}};
  for (const auto& row : table) {
    BusTiming bus({.bytes_per_cycle = 64, .latency = 4});
    const BusTiming::Grant grant = bus.reserve(kRead, 10, row.bytes);
    EXPECT_EQ(grant.start, 10U);  // the latency delays, it does not occupy
    EXPECT_EQ(grant.end, 10 + row.beats) << row.bytes;
  }
}

TEST(BusTiming, TheNextBurstStartsWhenThePathIsFreeAndItIsReady) {
  for (const Cycle ready : {0, 11, 13, 14, 15, 100}) {
    BusTiming bus({.bytes_per_cycle = 64});
    bus.reserve(kWrite, 10, 256);  // until 10 + 4 = 14
    const BusTiming::Grant grant = bus.reserve(kWrite, ready, 64);
    EXPECT_EQ(grant.start, std::max<Cycle>(ready, 14));
    EXPECT_EQ(grant.end, grant.start + 1);
  }
}

TEST(BusTiming, DirectionsDoNotHinderEachOther) {
  BusTiming bus({.bytes_per_cycle = 32});
  EXPECT_EQ(bus.reserve(kRead, 5, 320).end, 15U);  // 5 + 10
  EXPECT_EQ(bus.reserve(kWrite, 5, 64).end, 7U);   // 5 + 2
  EXPECT_EQ(bus.reserve(kRead, 5, 32).end, 16U);   // 15 + 1
  EXPECT_EQ(bus.counters().read_bytes, 352U);      // 320 + 32
  EXPECT_EQ(bus.counters().write_bytes, 64U);
}

TEST(BusTiming, NeverMovesMoreThanItsWidth) {
  std::mt19937 random(2);
  BusTiming bus({.bytes_per_cycle = 48});
  Cycle last_end = 0;
  Cycle beats = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto bytes = static_cast<std::uint32_t>(1 + random() % 300);
    const BusTiming::Grant grant = bus.reserve(kRead, random() % 5000, bytes);
    ASSERT_GE(grant.start, last_end);
    ASSERT_EQ(grant.end - grant.start, (bytes + 47) / 48);
    last_end = grant.end;
    beats += grant.end - grant.start;
  }
  EXPECT_LE(beats, last_end);
}

}  // namespace
}  // namespace tilewave
