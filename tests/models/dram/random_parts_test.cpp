// Random traffic on random parts, driven as the machine and the trace player do: the model keeps
// its contract, decides as the plain controller does and comes to an end. TILEWAVE_DRAM_SECONDS
// says for how long (docs/timing-model.md).
#include <chrono>
#include <cstdlib>
#include <random>

#include <gtest/gtest.h>

#include "tests/support/dram_parts.h"
#include "tests/support/plain_controller.h"
#include "tests/support/random_dram_part.h"

namespace tilewave {
namespace {

using test::BankedSetup;
using test::PlainAccess;
using test::PlainController;

/// Steps that an access may take the driver: commands, refreshes and events of neighbours.
constexpr std::uint64_t kStepsPerAccess = 400;

BankedSetup random_setup(std::mt19937& random) {
  const char* const presets[] = {"ddr4", "hbm2", "lp4", "gddr6", "lpddr5-6400"};
  const char* const maps[] = {"B", "P", "B+xor", "P+xor"};
  const Picoseconds ages[] = {1, 1'000, 30'000, 500'000, kDefaultDramMaxAge, kNever};
  BankedSetup setup;
  setup.dram.kind = DramKind::kBanked;
  setup.dram.preset =
      random() % 4 == 0 ? load_dram_preset(presets[random() % 5]) : test::random_dram_part(random);
  setup.dram.address_map = maps[random() % 4];
  setup.dram.channels = random() % 2 == 0 ? 1 : 1U << random() % 4;
  DramControllerOptions& controller = setup.controller;
  controller.read_entries = controller.write_entries = 8U << random() % 4;
  controller.write_low = static_cast<std::uint32_t>(random() % (controller.write_entries / 2));
  controller.write_high =
      controller.write_low + static_cast<std::uint32_t>(random() % (controller.write_entries / 2));
  controller.hit_limit = 1U << random() % 5;
  controller.refresh = random() % 4 != 0;
  controller.write_ack = static_cast<DramWriteAck>(random() % 3);
  controller.max_age = ages[random() % 6];
  return setup;
}

struct Submitted {
  DramBurst burst;
  Picoseconds arrival = 0;
};

/// Plays bursts with a window for reads and one for writes, at next_event() only, and notes what
/// was submitted when and completed when.
class Driver {
 public:
  Driver(DramModel& model, const BankedSetup& setup, std::mt19937& random)
      : model_(model), setup_(setup), random_(random) {
    window_ = 1U << random() % 7;
    ahead_ = random() % 2 == 0;
    gap_ = setup.dram.preset.timing.clock_ps * (1 + random() % (random() % 2 == 0 ? 4 : 400));
  }

  void play(std::uint64_t capacity) {
    const std::uint64_t access = setup_.dram.preset.timing.access_bytes;
    const auto writes = static_cast<unsigned>(random_() % 5);
    const unsigned run = 1U << random_() % 5;  // bursts in sequence
    const std::uint64_t most = random_() % 2 == 0 ? access : 8 * access;
    std::vector<std::uint64_t> streams(1 + random_() % 4);
    const auto bursts = static_cast<std::uint32_t>(40 + random_() % 300);
    for (std::uint32_t i = 0; i < bursts && !::testing::Test::HasFailure(); ++i) {
      std::uint64_t& address = streams[random_() % streams.size()];
      address = random_() % run == 0 ? random_() : address;
      const auto bytes = static_cast<std::uint32_t>(1 + random_() % std::min(most, capacity));
      address %= capacity - bytes + 1;
      submit({address, bytes, i, random_() % 4 < writes});
      address += bytes;
    }
    while (in_flight_[0] + in_flight_[1] > 0 && !::testing::Test::HasFailure()) {
      wait();
    }
    drained = model_.drain();
  }

  std::vector<Submitted> submitted;
  std::map<std::uint32_t, Picoseconds> done;
  Picoseconds drained = 0;

 private:
  void submit(const DramBurst& burst) {
    while (in_flight_[burst.write] >= window_ && !::testing::Test::HasFailure()) {
      wait();
    }
    now_ += random_() % 3 == 0 ? 0 : random_() % gap_;
    while (!ahead_ && model_.next_event() <= now_ && !::testing::Test::HasFailure()) {
      wait_at(model_.next_event());
    }
    ++in_flight_[burst.write];
    submitted.push_back({burst, now_});
    allowed_ += kStepsPerAccess * (2 + burst.bytes / setup_.dram.preset.timing.access_bytes);
    model_.submit(burst, now_);
  }

  void wait() {
    wait_at(model_.next_event());
    now_ = std::max(now_, last_event_);
  }

  void wait_at(Picoseconds now) {
    ASSERT_NE(now, kNever) << "somebody waits for nothing";
    ASSERT_LT(++steps_, allowed_) << "no end";
    DramCompletion completion;
    while (model_.poll(now, completion)) {
      ASSERT_EQ(completion.time, now) << "it was announced for another time";
      done[completion.tag] = completion.time;
      --in_flight_[submitted[completion.tag].burst.write];
    }
    ASSERT_GT(model_.next_event(), now);
    last_event_ = now;
  }

  DramModel& model_;
  const BankedSetup& setup_;
  std::mt19937& random_;
  unsigned window_ = 1;
  bool ahead_ = false;  ///< submits without looking, as the trace player does
  Picoseconds gap_ = 1;
  Picoseconds now_ = 0;
  Picoseconds last_event_ = 0;
  std::uint64_t steps_ = 0;
  std::uint64_t allowed_ = 0;
  unsigned in_flight_[2] = {0, 0};
};

void expect_as_plain(const BankedSetup& setup, const Driver& driver, const DramCounters& counters) {
  const DramTiming& timing = setup.dram.preset.timing;
  const AddressMap map(setup.dram.address_map, timing, setup.dram.channels);
  std::vector<std::vector<PlainAccess>> accesses(setup.dram.channels);
  for (const Submitted& item : driver.submitted) {
    const DramCycle cycle = (item.arrival + timing.clock_ps - 1) / timing.clock_ps;
    const unsigned shift = map.access_bits();
    for (std::uint64_t access = item.burst.address >> shift;
         access <= (item.burst.address + item.burst.bytes - 1) >> shift; ++access) {
      const DramPlace place = map.place(access << shift);
      accesses[place.channel].push_back(
          {cycle, place.bank, place.row, item.burst.tag, item.burst.write});
    }
  }
  std::map<std::uint32_t, Picoseconds> expected;
  DramCounters rows;
  Picoseconds written = 0;
  for (const std::vector<PlainAccess>& channel : accesses) {
    PlainController plain(timing, setup.controller);
    for (const auto& [burst, cycle] : plain.run(channel)) {
      expected[burst] = std::max(expected[burst], cycle * timing.clock_ps);
    }
    rows.row_hits += plain.counters.row_hits;
    rows.row_misses += plain.counters.row_misses;
    rows.row_conflicts += plain.counters.row_conflicts;
    written = std::max(written, plain.written * timing.clock_ps);
  }
  EXPECT_EQ(driver.done, expected);
  EXPECT_EQ(driver.drained, written);
  EXPECT_EQ(counters.row_hits, rows.row_hits);
  EXPECT_EQ(counters.row_misses, rows.row_misses);
  EXPECT_EQ(counters.row_conflicts, rows.row_conflicts);
}

void play_one(unsigned seed) {
  std::mt19937 random(seed);
  const BankedSetup setup = random_setup(random);
  const AddressMap map(setup.dram.address_map, setup.dram.preset.timing, setup.dram.channels);
  BankedDram model(setup.dram, setup.controller);
  Driver driver(model, setup, random);
  driver.play(map.capacity_bytes());
  if (!::testing::Test::HasFailure()) {
    expect_as_plain(setup, driver, model.counters());
  }
}

TEST(DramRandomParts, KeepTheContractAndDecideAsThePlainController) {
  const char* const seconds = std::getenv("TILEWAVE_DRAM_SECONDS");
  const std::chrono::duration<double> most(seconds == nullptr ? 2 : std::atof(seconds));
  const auto start = std::chrono::steady_clock::now();
  unsigned seed = 0;
  for (; !HasFailure() && (seed < 100 || std::chrono::steady_clock::now() - start < most); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    play_one(seed);
  }
  RecordProperty("seeds", std::to_string(seed));
}

}  // namespace
}  // namespace tilewave
