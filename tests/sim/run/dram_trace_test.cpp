// The driver's rule on a DRAM that does nothing but take its time; what is read is
// tests/sim/run/dram_trace_reader_test.cpp.
#include "sim/run/dram_trace.h"

#include <deque>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/dram_parts.h"

namespace tilewave {
namespace {

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

const DramTraceLimits kLimits = {1024, 64};
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

TEST(DramTrace, TimesAreKept) {
  // A cycle is 1000: nothing is in the way of anything, however much comes at once.
  EXPECT_EQ(issues("R 0 @0\nW 0 @0\nR 0 @0\nR 64 10 @7\nW 0 @9\n", 4),
            (Times{0, 0, 0, 7000, 9000}));
  EXPECT_EQ(issues("# clock 2ns\nR 0 @3\n", 4), (Times{3000}))
      << "that is for whoever makes options";
  EXPECT_EQ(issues("3: read 0\n5: write 40\n", 4), (Times{3000, 5000}));
}

TEST(DramTrace, AFullWindowDelaysWhatHasATime) {
  // The second waits for 0 + 100 and a clock; the write stays behind it, the last is free again.
  EXPECT_EQ(issues("R 0 @0\nR 0 @0\nW 0 @0\nR 0 @1\n", 1), (Times{0, 110, 110, 1000}));
}

TEST(DramTrace, MeasuresTimeAndLatency) {
  FixedLatency model(100);
  const DramTraceResult result =
      play_dram_trace(parse_dram_trace("R 0\nR 0\nW 0\n", "t", kLimits), {10, 4}, model);
  EXPECT_EQ(result.total_ps, 120U);  // 20 + 100
  EXPECT_EQ(result.reads, 2U);
  EXPECT_EQ(result.writes, 1U);
  EXPECT_DOUBLE_EQ(result.mean_read_latency_ns, 0.1);
  EXPECT_EQ(result.bytes, 192U);
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

}  // namespace
}  // namespace tilewave
