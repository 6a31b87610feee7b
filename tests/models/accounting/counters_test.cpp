// The register of counters: by reference, in order, each name once.
#include "models/accounting/counters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "models/accounting/unit_counters.h"

namespace tilewave {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> names(const CounterRegister& all) {
  std::vector<std::string> names;
  for (const Counter& counter : all.all()) {
    names.push_back(counter.name());
  }
  return names;
}

TEST(Counters, StandWhereTheyAreCounted) {
  std::uint64_t bytes = 3;
  CounterRegister all;
  all.add("sram", {"bytes", "B", Better::kLower, "moved"}, bytes);
  bytes += 4;
  ASSERT_EQ(all.all().size(), 1U);
  const Counter& counter = all.all()[0];
  EXPECT_EQ(counter.name(), "sram.bytes");
  EXPECT_EQ(counter.value(), 7U);
  EXPECT_EQ(counter.info.unit, "B");
  EXPECT_EQ(counter.info.better, Better::kLower);
  EXPECT_EQ(counter.info.definition, "moved");
}

TEST(Counters, ComeInOrderByScope) {
  const std::uint64_t value = 0;
  CounterRegister all;
  all.add("sram", {"bytes", "B"}, value);
  all.add("sram", {"bank_conflicts", "1"}, value);
  all.add("bus", {"bytes", "B"}, value);
  EXPECT_THAT(names(all), ElementsAre("sram.bytes", "sram.bank_conflicts", "bus.bytes"));
  EXPECT_THAT(all.scopes(), ElementsAre("sram", "bus"));
}

TEST(Counters, HaveNamesOfTheirOwn) {
  const std::uint64_t value = 0;
  CounterRegister all;
  all.add("sram", {"bytes", "B"}, value);
  EXPECT_THROW(all.add("sram", {"bytes", "B"}, value), InternalError);
  all.add("bus", {"bytes", "B"}, value);
  EXPECT_THROW(all.add("sram", {"more", "B"}, value), InternalError);  // apart from its scope
  EXPECT_THAT(names(all), ElementsAre("sram.bytes", "bus.bytes"));
}

TEST(Counters, OfAUnitAreThoseOfWhatItCarriesOut) {
  const UnitCounters unit;
  const auto of = [&unit](Engine engine) {
    CounterRegister all;
    unit.register_in(all, engine);
    return names(all);
  };
  EXPECT_THAT(of(Engine::kLoadDma), ElementsAre("load_dma.bursts", "load_dma.window_waits"));
  EXPECT_THAT(of(Engine::kStoreDma), ElementsAre("store_dma.bursts", "store_dma.window_waits"));
  EXPECT_THAT(of(Engine::kCompute), ElementsAre("compute.steps", "compute.macs", "compute.slots"));
  EXPECT_THAT(of(Engine::kVector), ElementsAre("vector.steps"));
}

}  // namespace
}  // namespace tilewave
