// Traces: what the parser takes and refuses, and the driver's rule on a DRAM that does nothing but
// take its time.
#include "sim/run/dram_trace.h"

#include <deque>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/dram_parts.h"

namespace tilewave {
namespace {

using test::message_of;

/// Completes each burst a fixed time after its arrival and remembers the arrivals.
class FixedLatency : public DramModel {
 public:
  explicit FixedLatency(Picoseconds latency) : latency_(latency) {}
  void submit(const DramBurst& burst, Picoseconds arrival) override {
    arrivals.push_back(arrival);
    pending_.push_back({burst.tag, arrival + latency_});
  }
  Picoseconds next_event() const override {
    return pending_.empty() ? kNever : pending_.front().time;
  }
  bool poll(Picoseconds now, DramCompletion& completion) override {
    if (next_event() > now) {
      return false;
    }
    completion = pending_.front();
    pending_.pop_front();
    return true;
  }
  Picoseconds drain() override { return 0; }
  const DramCounters& counters() const override { return counters_; }
  double peak_bytes_per_second() const override { return 1; }

  std::vector<Picoseconds> arrivals;

 private:
  Picoseconds latency_;
  DramCounters counters_;
  std::deque<DramCompletion> pending_;
};

constexpr DramTraceLimits kLimits = {1024, 64};
using Times = std::vector<Picoseconds>;

Times issues(const std::string& text, unsigned outstanding) {
  FixedLatency model(100);
  play_dram_trace(parse_dram_trace(text, "t", kLimits), {10, outstanding}, model);
  return model.arrivals;
}

/// Says that there will be something, and there never is.
class Idle : public FixedLatency {
 public:
  explicit Idle(Picoseconds event) : FixedLatency(1), event_(event) {}
  Picoseconds next_event() const override { return event_; }
  bool poll(Picoseconds, DramCompletion&) override { return false; }

 private:
  Picoseconds event_;
};

TEST(DramTrace, AModelThatStandsStillIsABugAndNoLoop) {
  for (const Picoseconds event : {Picoseconds{0}, Picoseconds{500}, kNever}) {
    Idle model(event);
    EXPECT_THROW(play_dram_trace(parse_dram_trace("R 0", "t", kLimits), {10, 1}, model),
                 InternalError);
  }
}

/// With two in flight a read comes for a bank that was opened for a write, which is thereby written
/// at once, sooner than anything was planned for: the model has to announce that in time.
TEST(DramTrace, AReadMayBringAWriteForward) {
  const std::string text =
      "R 0x4f4f800\nW 0x173740\nW 0x36209c0\nR 0x41f0880\nR 0x6770f80\nW 0x2058880\n"
      "R 0x79e4880\nR 0x21846c0\nW 0x26833c0\n";
  for (unsigned outstanding = 1; outstanding <= 8; ++outstanding) {
    test::BankedSetup setup = test::banked_setup("ddr4", "B");
    BankedDram model(setup.dram, setup.controller);
    const DramTrace trace = parse_dram_trace(text, "t", {model.capacity_bytes(), 64});
    const DramTraceResult result = play_dram_trace(trace, {625, outstanding}, model);
    EXPECT_EQ(result.reads, 5U);
    EXPECT_EQ(result.writes, 4U);
    EXPECT_LT(result.total_ps, 1'000'000U) << outstanding;
  }
}

TEST(DramTrace, TheSizeOfAnAccessIsSaidOnce) {
  EXPECT_EQ(message_of([] { parse_dram_trace("# tx 64\nR 0\n# tx 64\n", "t", kLimits); }),
            "t:3: the size of an access was already given in line 1; allowed: one '# tx N'");
  EXPECT_EQ(message_of([] {
              parse_dram_trace("# tx 32\n# tx 64\nR 0\n", "t", {1024, 0});
            }),
            "t:2: the size of an access was already given in line 1; allowed: one '# tx N'");
  EXPECT_EQ(parse_dram_trace("# tx of the trace\n# tx 64\nR 0\n", "t", kLimits).accesses, 1U);
}

TEST(DramTrace, ParsesTheFormat) {
  const std::string text = "# tx 64\n\nR 0x40\r\nT\n W 128 \nB\nB\nR\t0XC0";
  const DramTrace trace = parse_dram_trace(text, "t", kLimits);
  ASSERT_EQ(trace.steps.size(), 4U);
  EXPECT_EQ(trace.steps[0].address, 64U);
  EXPECT_FALSE(trace.steps[0].write);
  EXPECT_EQ(trace.steps[1].address, 128U);
  EXPECT_TRUE(trace.steps[1].write);
  EXPECT_TRUE(trace.steps[2].barrier);  // the second B has nothing to wait for
  EXPECT_EQ(trace.steps[3].address, 192U);
  EXPECT_EQ(trace.accesses, 3U);
  EXPECT_EQ(trace.tiles, 4U);
  EXPECT_EQ(trace.access_bytes, 64U);
}

TEST(DramTrace, TheTraceSaysTheSizeOfAnAccessIfTheDramDoesNot) {
  constexpr DramTraceLimits kAny = {1024, 0};
  EXPECT_EQ(parse_dram_trace("R 0\n", "t", kAny).access_bytes, 64U);
  EXPECT_EQ(parse_dram_trace("# tx 32\nR 32\n", "t", kAny).access_bytes, 32U);
  EXPECT_EQ(parse_dram_trace("#tx 32\n#tx of old\n# tx\nR 32\n", "t", kAny).access_bytes, 32U);
  EXPECT_EQ(message_of([&] { parse_dram_trace("R 0\n# tx 32\n", "t", kAny); }),
            "t:2: accesses of 32 bytes, but those before this line are of 64");
  EXPECT_EQ(message_of([&] { parse_dram_trace("# tx 48\n", "t", kAny); }),
            "t:1: accesses of 48 bytes; allowed: a power of two up to 4096");
  EXPECT_EQ(message_of([&] { parse_dram_trace("# tx 0\n", "t", kAny); }),
            "t:1: accesses of 0 bytes; allowed: a power of two up to 4096");
}

TEST(DramTrace, OneAccessPerClock) { EXPECT_EQ(issues("R 0\nR 0\nW 0\n", 4), (Times{0, 10, 20})); }

TEST(DramTrace, FreedSlotIsUsedInTheNextClock) {
  EXPECT_EQ(issues("R 0\nR 0\nR 0\n", 1), (Times{0, 110, 220}));  // 0 + 100 + 10, ...
}

TEST(DramTrace, ReadsAndWritesAreCountedApart) {
  EXPECT_EQ(issues("R 0\nW 0\nR 0\n", 1), (Times{0, 10, 110}));
}

TEST(DramTrace, TilesDoNotWait) { EXPECT_EQ(issues("R 0\nT\nR 0\n", 4), (Times{0, 10})); }

TEST(DramTrace, BarrierWaitsForAll) {
  EXPECT_EQ(issues("B\nR 0\nW 0\nB\nR 0\n", 4), (Times{0, 10, 120}));  // 10 + 100 + 10
}

TEST(DramTrace, MeasuresTimeAndLatency) {
  FixedLatency model(100);
  const DramTraceResult result =
      play_dram_trace(parse_dram_trace("R 0\nR 0\nW 0\n", "t", kLimits), {10, 4}, model);
  EXPECT_EQ(result.total_ps, 120U);  // 20 + 100
  EXPECT_EQ(result.reads, 2U);
  EXPECT_EQ(result.writes, 1U);
  EXPECT_DOUBLE_EQ(result.mean_read_latency_ns, 0.1);
  EXPECT_DOUBLE_EQ(result.bytes_per_second, 3 * 64 / 120e-12);
}

TEST(DramTrace, MatchesTheReferenceToTheCycle) {
  // 64 KiB in sequence, one outstanding: 8 rows, the first access of each RCD 22 later; 26 cycles
  // each and one between: 1024 * 27 - 1 + 8 * 22 = 27823. There is no refresh.
  std::string text;
  for (int i = 0; i < 1024; ++i) {
    text += "R " + std::to_string(i * 64) + "\n";
  }
  const test::BankedSetup setup = test::ddr4_setup();
  BankedDram model(setup.dram, setup.controller);
  const DramTrace trace = parse_dram_trace(text, "t", {model.capacity_bytes(), 64});
  EXPECT_EQ(play_dram_trace(trace, {625, 1}, model).total_ps, 27823U * 625);
}

TEST(DramTrace, WrongTraces) {
  struct Case {
    std::string text;
    std::string message;
  };
  const std::string allowed = "; allowed: 'R ADDRESS', 'W ADDRESS', 'T', 'B' and '# comment'";
  const std::string digits = " is not a number; allowed: hexadecimal with 0x, or decimal";
  const std::string beyond = " is beyond the DRAM; allowed: below 1024";
  const std::string needs = "; a trace needs at least one 'R ADDRESS' or 'W ADDRESS'";
  const Case cases[] = {
      {"", "t: is empty" + needs},
      {"# tx 64\nT\nB\n", "t: has no accesses" + needs},
      {"R 0\nX 0\n", "t:2: unknown line 'X 0'" + allowed},
      {"R\n", "t:1: unknown line 'R'" + allowed},
      {"R0\n", "t:1: unknown line 'R0'" + allowed},
      {"T 1\n", "t:1: unknown line 'T 1'" + allowed},
      {"R 0x\n", "t:1: address '0x'" + digits},
      {"R 0xg\n", "t:1: address '0xg'" + digits},
      {"R -1\n", "t:1: address '-1'" + digits},
      {"R 1 2\n", "t:1: address '1 2'" + digits},
      {"\n\nW 1024\n", "t:3: address '1024'" + beyond},
      {"R 0xffffffffffffffffff", "t:1: address '0xffffffffffffffffff'" + beyond},
      {"R 0x20\n", "t:1: address '0x20' is not the start of an access; allowed: multiples of 64"},
      {"# tx 32\nR 0\n",
       "t:1: accesses of 32 bytes do not fit the DRAM, whose accesses are 64 bytes; choose a "
       "dram.preset with access_bytes = 32"},
      {std::string("\x7f"
                   "ELF\0\x01",
                   6),
       "t:1: unknown line '\\x7fELF\\x00\\x01'" + allowed},
      {std::string(100, 'a'), "t:1: unknown line '" + std::string(80, 'a') + "...'" + allowed},
  };
  for (const Case& wrong : cases) {
    EXPECT_EQ(message_of([&] { parse_dram_trace(wrong.text, "t", kLimits); }), wrong.message);
  }
}

}  // namespace
}  // namespace tilewave
