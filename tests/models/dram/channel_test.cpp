// The controller against a plain one that searches all candidates at every decision: whatever the
// real one skips, it must skip rightly.
#include "models/dram/channel.h"

#include <random>

#include <gtest/gtest.h>

#include "tests/support/dram_parts.h"
#include "tests/support/plain_controller.h"

namespace tilewave {
namespace {

using test::banked_setup;
using test::BankedSetup;
using test::PlainAccess;
using test::PlainController;

/// Streams as DMA engines make them, some from the same rows, with jumps in between; in spells in
/// which bursts come faster than any part can serve them, and others in which the queues run empty.
std::vector<std::pair<DramBurst, DramCycle>> traffic(std::mt19937& random, std::uint64_t capacity) {
  std::vector<std::pair<DramBurst, DramCycle>> bursts;
  std::vector<std::uint64_t> streams(1 + random() % 4);
  DramCycle cycle = 0;
  for (std::uint32_t i = 0; i < 1500; ++i) {
    cycle += random() % (i / 300 % 2 == 0 ? 40 : 250);
    const std::size_t stream = random() % streams.size();
    std::uint64_t& address = streams[stream];
    if (random() % 24 == 0) {
      address = random() % (1u << 22) / 64 * 64;
    }
    const auto bytes = static_cast<std::uint32_t>(1 + random() % 512);
    bursts.push_back({{address % (capacity - 512), bytes, i, stream % 2 != 0}, cycle});
    address += bytes;
  }
  return bursts;
}

std::vector<PlainAccess> accesses_of(const DramBurst& burst, DramCycle cycle,
                                     const AddressMap& map) {
  std::vector<PlainAccess> accesses;
  const unsigned shift = map.access_bits();
  for (std::uint64_t access = burst.address >> shift;
       access <= (burst.address + burst.bytes - 1) >> shift; ++access) {
    const DramPlace place = map.place(access << shift);
    accesses.push_back({cycle, place.bank, place.row, burst.tag, burst.write});
  }
  return accesses;
}

class DramChannelRandom : public ::testing::TestWithParam<unsigned> {};

TEST_P(DramChannelRandom, DecidesAsThePlainController) {
  std::mt19937 random(GetParam());
  const char* const presets[] = {"ddr4", "hbm2", "lp4", "gddr6", "lpddr5-6400"};
  const char* const maps[] = {"B", "P", "B+xor", "P+xor"};
  const std::string preset = presets[random() % 5];
  BankedSetup setup = banked_setup(preset, maps[random() % 4]);
  setup.controller.read_entries = setup.controller.write_entries = 8u << random() % 3;
  setup.controller.write_high = setup.controller.write_entries - 2;
  setup.controller.hit_limit = 1u << random() % 5;
  setup.controller.refresh = random() % 2 == 0;
  setup.controller.write_ack = static_cast<DramWriteAck>(random() % 3);
  setup.controller.max_age = random() % 2 == 0 ? kDefaultDramMaxAge : random() % 1'000'000;
  const DramTiming& timing = setup.dram.preset.timing;
  const AddressMap map(setup.dram.address_map, timing, 1);
  BankedDram model(setup.dram, setup.controller);
  std::vector<PlainAccess> accesses;
  for (const auto& [burst, cycle] : traffic(random, map.capacity_bytes())) {
    model.submit(burst, cycle * timing.clock_ps);
    const std::vector<PlainAccess> more = accesses_of(burst, cycle, map);
    accesses.insert(accesses.end(), more.begin(), more.end());
  }
  PlainController plain(timing, setup.controller);
  const std::map<std::uint32_t, DramCycle> expected = plain.run(accesses);
  std::map<std::uint32_t, DramCycle> done;
  DramCompletion completion;
  while (model.next_event() != kNever) {
    const Picoseconds now = model.next_event();
    while (model.poll(now, completion)) {
      done[completion.tag] = completion.time / timing.clock_ps;
    }
  }
  EXPECT_EQ(model.drain(), plain.written * timing.clock_ps);
  EXPECT_EQ(done, expected) << preset << " " << setup.dram.address_map;
  EXPECT_EQ(model.counters().row_hits, plain.counters.row_hits);
  EXPECT_EQ(model.counters().row_misses, plain.counters.row_misses);
  EXPECT_EQ(model.counters().row_conflicts, plain.counters.row_conflicts);
  EXPECT_GT(plain.counters.row_conflicts, 20u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, DramChannelRandom, ::testing::Range(0u, 40u));

}  // namespace
}  // namespace tilewave
