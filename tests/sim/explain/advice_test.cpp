// What `tilewave explain` advises is what its what-ifs bear out, and nothing else in it is advice.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/explain/explain_report.h"
#include "tests/trust/machines.h"

namespace tilewave {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using trust::configured;
using trust::Settings;

Explanation explained(const std::string& model, const Settings& settings, bool simulate) {
  const Config config = configured(settings);
  const Graph graph = build_builtin(model);
  return explain_work({graph, std::nullopt, compile_model(graph, config)}, config, {simulate});
}

/// The last lines, from "advice" on.
std::string advice(const Explanation& explanation) {
  const std::string text = explain_text(explanation, 0);
  return text.substr(text.rfind("\nadvice ") + 1);
}

TEST(ExplainAdvice, IsWhatTheWhatIfsGain) {
  for (const Settings& machine :
       std::vector<Settings>{{},
                             {{"sram.size", "64KiB"}},  // stores hold loads, DRAM binds
                             {{"compute.rows", "8"}, {"compute.cols", "8"}},  // the array binds
                             {{"dram.bandwidth", "4GB/s"}},                   // the DRAM does
                             {{"sequencer.queue_depth", "1"}, {"dram.latency", "5us"}},
                             {{"dram.model", "banked"}}}) {
    for (const bool simulate : {false, true}) {
      const Explanation explanation = explained("gemm:192x192x192", machine, simulate);
      const std::string text = advice(explanation);
      SCOPED_TRACE(trust::to_arguments(machine) + "\n" + text);
      std::size_t advised = 0;
      for (const Prediction& prediction : explanation.what_ifs) {
        const double cycles = prediction.simulated ? static_cast<double>(*prediction.simulated)
                                                   : prediction.predicted;
        const double gain = static_cast<double>(explanation.result.cycles) / cycles;
        const std::string line = " " + prediction.what_if.name + ": ";
        if (gain >= 1.05) {
          EXPECT_THAT(text, HasSubstr(line));
          ++advised;
        } else {
          EXPECT_THAT(text, Not(HasSubstr(line)));
        }
      }
      EXPECT_EQ(text.find("advice     none") == 0, advised == 0);
    }
  }
}

TEST(ExplainAdvice, BestFirst) {
  Explanation explanation = explained("gemm:64x64x64", {}, false);
  const auto measured = static_cast<double>(explanation.result.cycles);
  const double gains[] = {1.049, 1.2, 3, 0.9, 1.05};
  ASSERT_EQ(explanation.what_ifs.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) {
    explanation.what_ifs[i].predicted = measured / gains[i];
  }
  EXPECT_EQ(advice(explanation),
            "advice     compute for free: 3.00 times as fast\n"
            "           SRAM x2: 1.20 times as fast\n"
            "           queues x4: 1.05 times as fast\n"
            "           no other change above makes it 1.05 times as fast\n");
  explanation.what_ifs[2].refused = "cannot be built";
  EXPECT_THAT(advice(explanation), Not(HasSubstr("compute for free")));
}

// Loads are held by stores there, but faster stores would bring nothing.
TEST(ExplainAdvice, ACauseIsNoRemedy) {
  const std::string text =
      explain_text(explained("gemm:512x512x512", {{"sram.size", "64KiB"}}, false), 0);
  EXPECT_THAT(text, HasSubstr("stores still read the bytes they overwrite\n"));
  for (const char* remedy :
       {"more SRAM", "faster way", "deeper queues", "smaller blocks", "reorder"}) {
    EXPECT_THAT(text, Not(HasSubstr(remedy)));
  }
}

}  // namespace
}  // namespace tilewave
