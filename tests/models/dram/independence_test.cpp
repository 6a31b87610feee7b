// The result depends neither on how far ahead bursts are submitted nor on how often poll() is
// called: the same traffic, played in several ways, completes at the same times in the same order.
#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "tests/support/dram_parts.h"

namespace tilewave {
namespace {

using test::BankedSetup;
using test::ddr4_setup;

struct Timed {
  DramBurst burst;
  Picoseconds arrival = 0;
};

using Log = std::vector<std::pair<std::uint32_t, Picoseconds>>;

/// Bursts of all sizes over a few rows, in spells of heavy and light traffic; arrivals need not lie
/// on a clock edge and may coincide.
std::vector<Timed> traffic(unsigned seed) {
  std::mt19937 random(seed);
  std::vector<Timed> bursts;
  Picoseconds time = 0;
  for (std::uint32_t i = 0; i < 3000; ++i) {
    const bool light = (i / 200) % 2 != 0;
    time += random() % 3 == 0 ? 0 : random() % (light ? 60'000 : 4'000);
    const std::uint64_t address = random() % (1u << 22);
    const auto bytes = static_cast<std::uint32_t>(1 + random() % 256);
    bursts.push_back({{address, bytes, i, random() % 3 == 0}, time});
  }
  return bursts;
}

void take(DramModel& model, Picoseconds now, Log& log) {
  DramCompletion completion;
  while (model.poll(now, completion)) {
    EXPECT_LE(completion.time, now);
    log.emplace_back(completion.tag, completion.time);
  }
}

/// All bursts at once, polled only when the model asks for it.
Log far_ahead(DramModel& model, const std::vector<Timed>& bursts) {
  Log log;
  for (const Timed& timed : bursts) {
    model.submit(timed.burst, timed.arrival);
  }
  while (model.next_event() != kNever) {
    take(model, model.next_event(), log);
  }
  return log;
}

/// Each burst at its arrival, the model polled up to then at every event and at random instants.
Log just_in_time(DramModel& model, const std::vector<Timed>& bursts, unsigned seed) {
  std::mt19937 random(seed);
  Log log;
  Picoseconds now = 0;
  for (const Timed& timed : bursts) {
    while (now < timed.arrival) {
      now = std::min(
          {timed.arrival, now + 1 + random() % 5'000, std::max(now + 1, model.next_event())});
      take(model, now, log);
    }
    model.submit(timed.burst, timed.arrival);
  }
  while (model.next_event() != kNever) {
    now = std::max(now, model.next_event());
    take(model, now, log);
  }
  return log;
}

/// Some bursts ahead, polled in long strides that pass many events.
Log in_strides(DramModel& model, const std::vector<Timed>& bursts, Picoseconds stride) {
  Log log;
  std::size_t next = 0;
  for (Picoseconds now = stride; next < bursts.size() || model.next_event() != kNever;
       now += stride) {
    while (next < bursts.size() && bursts[next].arrival <= now) {
      model.submit(bursts[next].burst, bursts[next].arrival);
      ++next;
    }
    take(model, now, log);
  }
  return log;
}

class DramIndependence : public ::testing::TestWithParam<unsigned> {};

TEST_P(DramIndependence, SameTimesHoweverDriven) {
  BankedSetup setup = ddr4_setup(GetParam() % 2 == 0 ? "P" : "B");
  const char* const presets[] = {"ddr4", "hbm2", "lp4"};  // shared, split and slow command pins
  setup.dram.preset = load_dram_preset(presets[GetParam() % 3]);
  setup.controller.refresh = true;
  setup.dram.channels = 1u << (GetParam() % 5 / 2);
  setup.controller.write_ack = static_cast<DramWriteAck>(GetParam() % 4 % 3);
  setup.controller.max_age = GetParam() % 7 < 4 ? kDefaultDramMaxAge : 200'000;
  const std::vector<Timed> bursts = traffic(GetParam());
  BankedDram first(setup.dram, setup.controller);
  const Log expected = far_ahead(first, bursts);
  ASSERT_EQ(expected.size(), bursts.size());
  EXPECT_TRUE(std::ranges::is_sorted(expected, {}, &Log::value_type::second));
  for (const unsigned seed : {1u, 2u}) {
    BankedDram model(setup.dram, setup.controller);
    EXPECT_EQ(just_in_time(model, bursts, seed), expected);
  }
  for (const Picoseconds stride : {777u, 100'000u, 3'000'000u}) {
    BankedDram model(setup.dram, setup.controller);
    EXPECT_EQ(in_strides(model, bursts, stride), expected) << stride;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, DramIndependence, ::testing::Range(0u, 24u));

TEST(DramIndependence, OrderOfSubmissionDecidesOnlyBetweenEqualArrivals) {
  const std::vector<Timed> bursts = traffic(99);
  std::vector<Timed> shuffled = bursts;
  std::ranges::stable_sort(shuffled, {}, [](const Timed& t) { return t.arrival % 7; });
  const BankedSetup setup = ddr4_setup();
  BankedDram first(setup.dram, setup.controller);
  BankedDram second(setup.dram, setup.controller);
  Log expected = far_ahead(first, bursts);
  Log log = far_ahead(second, shuffled);
  std::ranges::sort(expected);
  std::ranges::sort(log);
  EXPECT_EQ(log, expected);
}

}  // namespace
}  // namespace tilewave
