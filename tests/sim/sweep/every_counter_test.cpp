// Whatever is registered is everywhere: in the result file, the report, the sweep's metrics and the
// documentation, by one name and in the words of the register. Waveform and timeline have tests of their own.
#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "platform/watch/machine_counters.h"
#include "sim/base/files.h"
#include "sim/report/json_place.h"
#include "sim/report/report.h"
#include "sim/report/result_json.h"
#include "sim/report/told_counters.h"
#include "sim/sweep/metrics.h"
#include "sim/watch/wave_window.h"

namespace tilewave {
namespace {

/// A result of a machine with all units, in which counter i is 1000 + i.
RunOutcome numbered() {
  RunOutcome outcome;
  RunResult& result = outcome.result;
  result.cycles = 1;
  result.units = Units({.shared_dma = false, .shared_vector = false});
  std::uint64_t next = 1000;
  const CounterRegister counters = result.counters();
  for (const Counter& counter : counters.all()) {
    const_cast<std::uint64_t&>(*counter.at) = next++;
  }
  return outcome;
}

TEST(EveryCounter, IsOfAMachineWithAllUnits) {
  const RunOutcome outcome = numbered();
  const CounterRegister counters = outcome.result.counters();
  ASSERT_EQ(counters.all().size(), every_counter().all().size());
  for (std::size_t i = 0; i < counters.all().size(); ++i) {
    EXPECT_EQ(counters.all()[i].name(), every_counter().all()[i].name());
    EXPECT_EQ(counters.all()[i].value(), 1000 + i);
    EXPECT_EQ(every_counter().all()[i].value(), 0U);
  }
}

TEST(EveryCounter, IsInTheResultFile) {
  const RunOutcome outcome = numbered();
  const auto json = result_json(outcome);
  const CounterRegister counters = outcome.result.counters();
  for (const Counter& counter : counters.all()) {
    ASSERT_TRUE(json.contains(json_place(counter.name()))) << counter.name();
    EXPECT_EQ(json.at(json_place(counter.name())), counter.value()) << counter.name();
  }
}

TEST(EveryCounter, IsAMetricOfSweeps) {
  const PointResult point = summarise(numbered());
  const auto metrics = nlohmann::ordered_json::parse(point.metrics);
  std::uint64_t value = 1000;
  for (const Counter& counter : every_counter().all()) {
    const auto metric = std::ranges::find(sweep_metrics(), counter.name(), &Metric::name);
    ASSERT_NE(metric, sweep_metrics().end()) << counter.name();
    EXPECT_EQ(metric->unit, counter.info.unit);
    EXPECT_EQ(metric->better, counter.info.better);
    EXPECT_EQ(metric->help, counter.info.definition);
    EXPECT_EQ(metrics.at(counter.name()), value++) << counter.name();
  }
}

TEST(EveryCounter, OfAUnitThatIsNotThereIsNull) {
  RunOutcome outcome = numbered();
  outcome.result.units = Units(UnitSetup{});
  const auto metrics = nlohmann::ordered_json::parse(summarise(outcome).metrics);
  EXPECT_TRUE(metrics.at("vector.steps").is_null());
  EXPECT_TRUE(metrics.at("vector.busy").is_null());
  EXPECT_FALSE(metrics.at("compute.steps").is_null());
}

TEST(EveryCounter, IsInTheReport) {
  const RunOutcome outcome = numbered();
  ToldCounters told(outcome.result);
  EXPECT_EQ(told.tell("sram", "bytes"), outcome.result.sram.bytes);
  EXPECT_EQ(told.tell("sram", "no such"), 0U);
  const std::string others = told.others();
  const CounterRegister counters = outcome.result.counters();
  for (const Counter& counter : counters.all()) {
    const bool there = others.find(counter.name() + " 1,") != std::string::npos;
    EXPECT_EQ(there, counter.name() != "sram.bytes") << counter.name();
  }
  EXPECT_NE(report_text(outcome).find("load_dma.bursts 1,"), std::string::npos);
}

TEST(EveryCounter, IsInAScopeOfTheWaveform) {
  for (const std::string_view scope : every_counter().scopes()) {
    EXPECT_NE(std::ranges::find(wave_scopes(), scope), wave_scopes().end()) << scope;
  }
}

/// docs/results.md has a table of all counters and no others, in the words of the register.
TEST(EveryCounter, IsDefinedInTheDocumentation) {
  const std::string page = read_file(TILEWAVE_SOURCE_DIR "/docs/results.md", "page", 1 << 20);
  const std::string head = "| counter | unit | definition |\n|---|---|---|\n";
  const std::size_t begin = page.find(head);
  ASSERT_NE(begin, std::string::npos);
  std::string rows;
  for (const Counter& counter : every_counter().all()) {
    rows += "| `" + counter.name() + "` | " + std::string(counter.info.unit) + " | " +
            std::string(counter.info.definition) + " |\n";
  }
  EXPECT_EQ(page.substr(begin + head.size(), rows.size() + 1), rows + "\n");
}

}  // namespace
}  // namespace tilewave
