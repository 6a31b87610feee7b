// What every run checks about its own result, in release builds too: that a wrong figure does not
// get out, and what the message says.
#include <functional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "tests/trust/machines.h"

namespace tilewave::trust {
namespace {

using ::testing::HasSubstr;

/// What check_invariants() says of the result of a small run after `corrupt`; "" if nothing.
std::string complaint(const std::function<void(RunResult&)>& corrupt) {
  const Config config = configured({});
  const CompiledModel model = compiled("gemm:64x64x64", config);
  RunResult result = timed(model, config.machine);
  corrupt(result);
  try {
    check_invariants(result, model.program);
    return "";
  } catch (const InternalError& error) {
    return error.what();
  }
}

Cycle& state(RunResult& result, Engine engine, EngineState state) {
  return result.engines[static_cast<std::size_t>(engine)].cycles[static_cast<std::size_t>(state)];
}

TEST(Invariants, AnUntouchedResultPasses) {
  EXPECT_EQ(complaint([](RunResult&) {}), "");
}

TEST(Invariants, EveryCycleOfEveryEngineIsAccountedForOnce) {
  for (const Engine engine : {Engine::kLoadDma, Engine::kStoreDma, Engine::kCompute}) {
    const std::string start = std::string("invariant broken: ") + to_string(engine);
    EXPECT_THAT(complaint([&](RunResult& r) { ++state(r, engine, EngineState::kBusy); }),
                HasSubstr(start + " accounts for "));
    EXPECT_THAT(complaint([&](RunResult& r) { --state(r, engine, EngineState::kBusy); }),
                HasSubstr(start + " accounts for "));
  }
  EXPECT_THAT(complaint([](RunResult& r) { ++r.cycles; }), HasSubstr("accounts for"));
}

TEST(Invariants, NoStallIsNegative) {
  // Two errors that cancel: the sum is right, modulo 2^64.
  EXPECT_THAT(complaint([](RunResult& r) {
                Cycle& wait_bus = state(r, Engine::kLoadDma, EngineState::kWaitBus);
                state(r, Engine::kLoadDma, EngineState::kBusy) += wait_bus + 5;
                wait_bus = Cycle{0} - 5;
              }),
              HasSubstr("load_dma is in one state for longer than the run"));
}

TEST(Invariants, EveryOpIsCarriedOut) {
  EXPECT_THAT(complaint([](RunResult& r) { --r.engines[index_of(Engine::kCompute)].ops; }),
              HasSubstr("compute completed 7 ops of 8"));  // 2 · 2 · 2 steps
}

TEST(Invariants, BytesMovedAreTheProgramsBytes) {
  // 4 + 4 tiles of 4 KiB in, 4 out.
  const std::string read = "invariant broken: bytes read differ from the program's 32768";
  const std::string written = "invariant broken: bytes written differ from the program's 16384";
  EXPECT_EQ(complaint([](RunResult& r) { --r.dram.read_bytes; }), read);
  EXPECT_EQ(complaint([](RunResult& r) { ++r.bus.read_bytes; }), read);
  EXPECT_EQ(complaint([](RunResult& r) { ++r.dram.write_bytes; }), written);
  EXPECT_EQ(complaint([](RunResult& r) { --r.bus.write_bytes; }), written);
}

TEST(Invariants, NoResourceIsAboveItsPeak) {
  const auto above = [](double Bounds::*bound) {
    return complaint(
        [bound](RunResult& r) { r.bounds.*bound = static_cast<double>(r.cycles) + 2; });
  };
  EXPECT_THAT(above(&Bounds::compute), HasSubstr("compute moved more than its peak allows"));
  EXPECT_THAT(above(&Bounds::sram), HasSubstr("sram moved more than its peak allows"));
  EXPECT_THAT(above(&Bounds::bus), HasSubstr("bus moved more than its peak allows"));
  EXPECT_THAT(above(&Bounds::dram), HasSubstr("dram moved more than its peak allows"));
}

TEST(Invariants, OverlapIsPartOfTheRun) {
  EXPECT_THAT(complaint([](RunResult& r) { r.overlap_cycles = r.cycles + 1; }),
              HasSubstr("more overlap than cycles"));
}

}  // namespace
}  // namespace tilewave::trust
