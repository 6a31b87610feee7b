// `tilewave explain` from its words to its report and JSON.
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "compiler/base/error.h"
#include "sim/commands/command_line.h"
#include "tests/support/error_of.h"

namespace tilewave {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;
using Words = std::vector<std::string>;

/// Of 8x8 tiles: load, relu, store, as in tests/platform/watch/op_timeline_test.cpp: 208 cycles.
constexpr const char* kProgram =
    "tilewave-program 3\ntile 8 8 8\nsram 0x200\ntensor x input 8x8 tile 8x8 dram 0\n"
    "tensor y output 8x8 tile 8x8 dram 0x1000\nkernel 0 tile tile | add x0 x1\nkernel 1 tile row | "
    "add x0 x1\nkernel 2 tile | relu x0\nkernel 3 tile tile | add x0 x1; relu t0\nkernel 4 tile "
    "row | add x0 x1; relu t0\nops\n"
    "load x[0,0] -> 0\nvector y[0,0] kernel=2 a=0 -> 0x100\nstore y[0,0] <- 0x100\n";

class ExplainCommandTest : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    std::ofstream(path("tiny.twp")) << kProgram;
    std::ofstream(path("tiny.graph")) << "input x 8x8\ny = relu x\noutput y\n";
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  static ExitCode execute(Words words) {
    words.insert(words.begin(), "explain");
    return parse_command_line(words)->execute();
  }
  /// What it prints.
  static std::string output(const Words& words) {
    ::testing::internal::CaptureStdout();
    EXPECT_EQ(execute(words), ExitCode::kDone);
    return ::testing::internal::GetCapturedStdout();
  }
  static nlohmann::json json(Words words) {
    words.insert(words.end(), {"--json", "-"});
    return nlohmann::json::parse(output(words));
  }
  static std::string error_of(const Words& words) {
    return test::error_of([&] { execute(words); });
  }

  fs::path folder_ = fs::path(::testing::TempDir()) /
                     ("tilewave_explain_" +
                      std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
};

TEST_F(ExplainCommandTest, ReportOfAModel) {
  const std::string text = output({"gemm:128x96x64", "--sram.size=20KiB", "--path", "3"});
  for (const char* part :
       {"model      gemm:128x96x64\n", "\ntime       ", "\ntraffic    ", "  I/O bound [B]  ",
        "\nreloads    ", "\npath       the critical path, ", "  next waits for  ", "\nloads      ",
        "\nwhat if    recompiled for a changed machine; ", "  SRAM x2: --sram.size=40KiB\n"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_THAT(text, Not(HasSubstr("simulated")));
  EXPECT_THAT(text, Not(HasSubstr(" \n")));
  EXPECT_THAT(output({"gemm:128x96x64", "--simulate"}), HasSubstr("  simulated  "));
}

TEST_F(ExplainCommandTest, JsonOfAProgram) {
  const nlohmann::json result = json({"--program", path("tiny.twp"), "--path=9", "--simulate"});
  EXPECT_EQ(result["schema"], "tilewave-explain");
  EXPECT_EQ(result["version"], 1);
  EXPECT_EQ(result["model"], nullptr);
  EXPECT_EQ(result["program"], path("tiny.twp"));
  EXPECT_EQ(result["cycles"], 208);
  EXPECT_EQ(result["traffic"]["loaded_bytes"], 256);
  EXPECT_EQ(result["traffic"]["compulsory_bytes"], 512);
  EXPECT_EQ(result["traffic"]["operators"][0]["io_bound_bytes"], nullptr);
  EXPECT_EQ(result["reloads"]["loads"], 0);
  const nlohmann::json& path = result["critical_path"];
  EXPECT_EQ(path["elements"], 3);
  EXPECT_EQ(path["cycles"]["load_dma"]["read_after_write"], 102);
  EXPECT_EQ(path["cycles"]["compute"]["read_after_write"], 4);
  EXPECT_EQ(path["cycles"]["store_dma"]["end_of_the_run"], 102);
  EXPECT_EQ(path["setup_cycles"], 32);  // 16 each
  EXPECT_EQ(path["first"][1], (nlohmann::json{{"op", 1},
                                              {"unit", "compute"},
                                              {"next_waits_for", "read_after_write"},
                                              {"begin", 102},
                                              {"end", 106}}));
  EXPECT_EQ(result["loads"]["late"], 1);
  EXPECT_EQ(result["loads"]["gates"]["fetch"]["loads"], 1);
  EXPECT_EQ(result["replay"]["error"], 0.0);
  ASSERT_EQ(result["what_ifs"].size(), 4U);
  const nlohmann::json& bandwidth = result["what_ifs"][0];
  EXPECT_EQ(bandwidth["id"], "dram_bandwidth_x2");
  EXPECT_EQ(bandwidth["settings"]["dram.bandwidth"], "51.2GB/s");
  EXPECT_EQ(bandwidth["simulated_cycles"], 198);  // two bursts of 256 B take 5 cycles each, not 10
  EXPECT_EQ(bandwidth["predicted_cycles"], 198.0);
  EXPECT_EQ(bandwidth["error"], 0.0);
  EXPECT_EQ(result["config"]["sram"]["size"], "256KiB");
}

TEST_F(ExplainCommandTest, AProgramMayComeWithItsModelOrAsOne) {
  const auto cycles = [](const Words& words) { return json(words)["cycles"]; };
  EXPECT_EQ(cycles({path("tiny.twp")}), 208);
  const nlohmann::json both = json({path("tiny.graph"), "--program", path("tiny.twp")});
  EXPECT_EQ(both["cycles"], 208);
  EXPECT_EQ(both["model"], path("tiny.graph"));
  EXPECT_EQ(both["what_ifs"][0]["simulated_cycles"], nullptr);
}

TEST_F(ExplainCommandTest, JsonIntoAFileBesideTheReport) {
  EXPECT_THAT(output({path("tiny.twp"), "--json", path("why.json")}),
              HasSubstr("time       208 cycles"));
  nlohmann::json result;
  std::ifstream(path("why.json")) >> result;
  EXPECT_EQ(result["cycles"], 208);
}

TEST_F(ExplainCommandTest, RefusesInOneLine) {
  EXPECT_THAT(error_of({"gemm:0x1x1"}), HasSubstr("gemm:0x1x1"));
  EXPECT_THAT(error_of({path("no.graph")}), HasSubstr("no.graph"));
  EXPECT_THAT(error_of({"--program", path("no.twp")}), HasSubstr("no.twp"));
  EXPECT_EQ(error_of({path("tiny.twp"), "--program", path("tiny.twp")}),
            "--program " + path("tiny.twp") + ": the MODEL " + path("tiny.twp") +
                " is a program already");
  EXPECT_EQ(error_of({path("tiny.twp"), "--schedule.eviction=lru"}),
            "command line: schedule.eviction=lru has no effect on " + path("tiny.twp") +
                ", a program that is scheduled already");
  EXPECT_THAT(error_of({path("tiny.twp"), "--json", path("none/why.json")}),
              HasSubstr("--json " + path("none/why.json")));
  std::ofstream(path("wrong.twp")) << "tilewave-program 3\ntile 8 8\n";
  EXPECT_THAT(error_of({"--program", path("wrong.twp")}), HasSubstr("wrong.twp:2"));
}

}  // namespace
}  // namespace tilewave
