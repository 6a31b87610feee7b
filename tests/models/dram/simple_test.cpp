// Latency plus bandwidth: closed formulas, and independence of who asks when.
#include "models/dram/simple.h"

#include <algorithm>
#include <map>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace tilewave {
namespace {

/// 60 ns, 25.6 GB/s: 256 bytes take 256 · 10^12 / 25.6 · 10^9 = 10000 ps.
DramConfig dram(std::uint32_t channels = 1) {
  DramConfig config;
  config.channels = channels;
  config.latency = 60'000;
  config.bandwidth = 25'600'000'000;
  config.interleave_bytes = 256;
  return config;
}

struct Request {
  DramBurst burst;
  Picoseconds arrival = 0;
};

using Completions = std::map<std::uint32_t, Picoseconds>;  // by tag

void drain(DramModel& model, Picoseconds until, Completions& completions) {
  DramCompletion completion;
  Picoseconds last = 0;
  for (Picoseconds next = model.next_event(); next <= until && next != kNever;
       next = model.next_event()) {
    while (model.poll(next, completion)) {
      EXPECT_LE(completion.time, next);
      EXPECT_GE(completion.time, last);
      last = completion.time;
      EXPECT_TRUE(completions.emplace(completion.tag, completion.time).second);
    }
  }
}

Completions submitted_ahead(const DramConfig& config, const std::vector<Request>& requests) {
  SimpleDram model(config);
  for (const Request& request : requests) {
    model.submit(request.burst, request.arrival);
  }
  Completions completions;
  drain(model, kNever - 1, completions);
  return completions;
}

TEST(SimpleDram, CompletesExactlyAfterLatencyAndTransfer) {
  SimpleDram model(dram());
  DramCompletion completion;
  EXPECT_EQ(model.next_event(), kNever);
  model.submit({0, 256, 5, false}, 1'000);
  EXPECT_LE(model.next_event(), 71'000U);
  EXPECT_FALSE(model.poll(70'999, completion));
  EXPECT_EQ(model.next_event(), 71'000U);
  ASSERT_TRUE(model.poll(71'000, completion));  // 1000 + 60000 + 10000
  EXPECT_EQ(completion.tag, 5U);
  EXPECT_EQ(completion.time, 71'000U);
  EXPECT_FALSE(model.poll(71'000, completion));
  EXPECT_EQ(model.next_event(), kNever);
}

TEST(SimpleDram, RoundsTransfersUpToWholePicoseconds) {
  // 1 byte: 39.06… ps; 3 bytes: 117.19 ps
  EXPECT_EQ(submitted_ahead(dram(), {{{0, 1, 0, false}, 0}})[0], 60'040U);
  EXPECT_EQ(submitted_ahead(dram(), {{{0, 3, 0, false}, 0}})[0], 60'118U);
}

TEST(SimpleDram, LatencyOverlapsAndBandwidthDoesNot) {
  std::vector<Request> requests;
  for (std::uint32_t i = 0; i < 20; ++i) {
    requests.push_back({{i * 256U, 256, i, i % 2 == 1}, i * 100U});  // far faster than the pins
  }
  Completions completions = submitted_ahead(dram(), requests);
  for (std::uint32_t i = 0; i < 20; ++i) {
    EXPECT_EQ(completions[i], 60'000U + (i + 1) * 10'000);
  }
}

TEST(SimpleDram, RefreshTakesItsShareOfTheBandwidthAndOfNothingElse) {
  const struct {
    std::uint32_t permille;
    Picoseconds transfer;  // of 256 bytes
  } table[] = {{0, 10'000},
               {200, 12'500},  // 256 · 10^12 / (25.6 · 10^9 · 0.8)
               {36, 10'374},   // 10373.44
               {500, 20'000}};
  for (const auto& row : table) {
    DramConfig config = dram();
    config.refresh_permille = row.permille;
    Completions completions = submitted_ahead(
        config, {{{0, 256, 0, false}, 0}, {{256, 256, 1, true}, 0}, {{512, 256, 2, false}, 0}});
    EXPECT_EQ(completions[0], 60'000U + row.transfer);
    EXPECT_EQ(completions[2], 60'000U + 2 * row.transfer);
    EXPECT_EQ(completions[1], 60'000U + 3 * row.transfer);
    EXPECT_DOUBLE_EQ(SimpleDram(config).peak_bytes_per_second(), 25.6e9);
  }
}

TEST(SimpleDram, AnIdleChannelStartsAfresh) {
  const struct {
    Picoseconds arrival;
    Picoseconds done;
  } table[] = {{9'999, 80'000}, {10'000, 80'000}, {10'001, 80'001}};  // pins free from 70000 on
  for (const auto& row : table) {
    EXPECT_EQ(
        submitted_ahead(dram(), {{{0, 256, 0, false}, 0}, {{0, 256, 1, false}, row.arrival}})[1],
        row.done);
  }
}

TEST(SimpleDram, ChannelsWorkSideBySide) {
  Completions completions = submitted_ahead(dram(2), {{{0, 256, 0, false}, 0},
                                                      {{256, 256, 1, false}, 0},
                                                      {{512, 256, 2, false}, 0},
                                                      {{768, 512, 3, false}, 0}});
  EXPECT_EQ(completions[0], 70'000U);  // channel 0
  EXPECT_EQ(completions[1], 70'000U);  // channel 1
  EXPECT_EQ(completions[2], 80'000U);  // channel 0 again
  EXPECT_EQ(completions[3], 90'000U);  // its second half: channel 0, third in line
  EXPECT_DOUBLE_EQ(SimpleDram(dram(2)).peak_bytes_per_second(), 51.2e9);
}

TEST(SimpleDram, ABurstAcrossChannelsIsCompleteWithItsLastPart) {
  // 128 + 128 bytes on two channels: 60000 + 5000; 64 + 192: 60000 + 7500
  EXPECT_EQ(submitted_ahead(dram(2), {{{128, 256, 0, false}, 0}})[0], 65'000U);
  EXPECT_EQ(submitted_ahead(dram(2), {{{192, 256, 0, false}, 0}})[0], 67'500U);
  EXPECT_EQ(submitted_ahead(dram(1), {{{192, 256, 0, false}, 0}})[0], 70'000U);
}

TEST(SimpleDram, ReadsGoBeforeWritesOfTheSameInstantOnly) {
  const auto run = [](Picoseconds write_arrival) {
    return submitted_ahead(dram(), {{{0, 256, 0, true}, write_arrival}, {{0, 256, 1, false}, 100}});
  };
  EXPECT_EQ(run(100), (Completions{{0, 80'100}, {1, 70'100}}));
  EXPECT_EQ(run(99), (Completions{{0, 70'099}, {1, 80'099}}));
  EXPECT_EQ(run(101), (Completions{{0, 80'100}, {1, 70'100}}));
}

TEST(SimpleDram, TimesMayBeFinerThanPicoseconds) {
  SimpleDram model(dram(), 3);
  EXPECT_EQ(model.ticks_per_picosecond(), 3U);
  model.submit({0, 64, 0, true}, 2'000);  // a cycle of 1.5 GHz
  model.submit({0, 1, 1, true}, 2'000);
  Completions completions;
  drain(model, kNever - 1, completions);
  // In thirds: 2000 + 180000 + 7500; 39.0625 ps of transfer more are 118 of them.
  EXPECT_EQ(completions, (Completions{{0, 189'500}, {1, 189'618}}));
  EXPECT_EQ(model.drain(), 189'618U);
}

TEST(SimpleDram, CountsBytes) {
  SimpleDram model(dram());
  model.submit({0, 100, 0, false}, 0);
  model.submit({0, 28, 1, true}, 0);
  model.submit({0, 5, 2, true}, 0);
  Completions completions;
  drain(model, kNever - 1, completions);
  EXPECT_EQ(model.counters().read_bytes, 100U);
  EXPECT_EQ(model.counters().write_bytes, 33U);  // 28 + 5
  EXPECT_EQ(model.counters().row_hits + model.counters().row_misses, 0U);
}

/// Hands over every burst at its arrival, and looks at odd moments in between.
Completions submitted_just_in_time(const DramConfig& config, const std::vector<Request>& requests,
                                   std::mt19937& random) {
  SimpleDram model(config);
  Completions completions;
  Picoseconds looked = 0;
  for (const Request& request : requests) {
    for (int look = 0; look < 3 && looked + 1 < request.arrival; ++look) {
      looked += random() % (request.arrival - looked);  // before the arrival
      DramCompletion completion;
      while (model.poll(looked, completion)) {
        completions.emplace(completion.tag, completion.time);
      }
    }
    model.submit(request.burst, request.arrival);
  }
  drain(model, kNever - 1, completions);
  return completions;
}

TEST(SimpleDram, DependsNeitherOnSubmissionNorOnPolling) {
  std::mt19937 random(31);
  for (int round = 0; round < 200; ++round) {
    const DramConfig config = dram(1U << random() % 3);
    std::vector<Request> requests;
    Picoseconds arrival = 0;
    for (std::uint32_t tag = 0; tag < 100; ++tag) {
      arrival += 1 + random() % 20'000;
      requests.push_back({{random() % 65536, static_cast<std::uint32_t>(1 + random() % 1000), tag,
                           random() % 2 == 0},
                          arrival});
    }
    const Completions expected = submitted_ahead(config, requests);
    ASSERT_EQ(expected.size(), requests.size());
    ASSERT_EQ(submitted_just_in_time(config, requests, random), expected);
    std::shuffle(requests.begin(), requests.end(), random);
    ASSERT_EQ(submitted_ahead(config, requests), expected);
  }
}

}  // namespace
}  // namespace tilewave
