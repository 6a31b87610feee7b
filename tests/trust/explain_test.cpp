// Random models on random machines: the critical path is found and adds up, loads are held for no
// longer than the run, and the traffic is what the DRAM moved.
#include <cstdio>
#include <random>

#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "sim/explain/explanation.h"
#include "tests/support/networks.h"
#include "tests/trust/machines.h"
#include "tests/trust/random_settings.h"

namespace tilewave::trust {
namespace {

constexpr int kShards = 8;
constexpr int kRunsPerShard = 25;  // 8 · 25 = 200

void check(const Explanation& explanation) {
  const RunResult& result = explanation.result;
  const CriticalPath& path = explanation.path;
  EXPECT_EQ(path.total(), result.cycles);
  Cycle at = 0;
  for (const PathElement& element : path.elements) {
    ASSERT_EQ(element.begin, at);
    ASSERT_LT(element.begin, element.end);
    at = element.end;
  }
  EXPECT_EQ(at, result.cycles);
  Cycle shared = path.cycles[kSequencerUnit][static_cast<std::size_t>(PathReason::kFetch)];
  for (const PathShare& share : path.shares) {
    shared += share.cycles;
  }
  EXPECT_EQ(shared, result.cycles);
  EXPECT_LE(path.setup + path.fill, result.cycles);

  const TensorLoads& loads = explanation.loads.total;
  EXPECT_EQ(loads.loads, result.engine(Engine::kLoadDma).ops);
  EXPECT_LE(loads.all_held(), result.cycles);
  EXPECT_LE(explanation.reloads.loads, loads.loads);

  const Traffic& traffic = explanation.traffic;
  EXPECT_EQ(traffic.total.loaded, result.dram.read_bytes);
  EXPECT_EQ(traffic.total.stored, result.dram.write_bytes);
  EXPECT_LE(traffic.total.compulsory, traffic.total.moved());
}

class ExplainRandomRuns : public ::testing::TestWithParam<int> {};

TEST_P(ExplainRandomRuns, AddUp) {
  for (int i = 0; i < kRunsPerShard;) {
    const int number = GetParam() * 1000 + i;
    std::seed_seq seed{trust_seed(), 77U, static_cast<std::uint32_t>(number)};
    std::mt19937 random(seed);
    for (;;) {
      const Settings settings = random_settings(random);
      const Graph graph = test::random_network(random, 150);
      SCOPED_TRACE(to_arguments(settings) + "\n" + to_text(graph));
      Config config;
      std::optional<CompiledModel> compiled;
      try {
        config = configured(settings);
        compiled = compile_model(graph, config);
      } catch (const InputError&) {
        continue;  // what does not go together
      }
      const Explanation explanation =
          explain_work({graph, std::nullopt, std::move(*compiled)}, config, {});
      if (verbose()) {
        std::printf("replay is off by %+.1f %%: %s\n", 100 * explanation.replay_error,
                    to_arguments(settings).c_str());
      }
      check(explanation);
      ASSERT_FALSE(HasFailure());
      break;
    }
    ++i;
  }
}

INSTANTIATE_TEST_SUITE_P(Shard, ExplainRandomRuns, ::testing::Range(0, kShards));

}  // namespace
}  // namespace tilewave::trust
