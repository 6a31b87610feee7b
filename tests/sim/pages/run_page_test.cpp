// The report of a run in headless Chromium: its numbers are those of the JSON result, its charts
// are drawn and can be moved; and `tilewave run --report` writes it.
#include "sim/pages/run_page.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "sim/commands/command_line.h"
#include "sim/report/result_json.h"
#include "sim/run/run_outcome.h"
#include "tests/sim/pages/browser_check.h"
#include "tests/sim/pages/recorded_page.h"

namespace tilewave {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using Words = std::vector<std::string>;

class RunReport : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  static std::string read(const std::string& file) {
    std::ifstream stream(file);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
  }
  static ExitCode execute(Words words) {
    words.insert(words.begin(), "run");
    ::testing::internal::CaptureStdout();
    const ExitCode code = parse_command_line(words)->execute();
    ::testing::internal::GetCapturedStdout();
    return code;
  }
  static std::string error_of(const Words& words) {
    try {
      execute(words);
    } catch (const InputError& error) {
      ::testing::internal::GetCapturedStdout();
      return error.what();
    }
    return "no error";
  }

  fs::path folder_ = fs::path(::testing::TempDir()) /
                     (std::string("tilewave_report_") +
                      ::testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(RunReport, ShowsTheResultInABrowser) {
  ASSERT_EQ(execute({"mlp:128x128x64x32x32", "--report", path("a.html"), "--json", path("a.json")}),
            ExitCode::kDone);
  test::check_in_browser("check_run_page.py", read(path("a.html")),
                         nlohmann::ordered_json::parse(read(path("a.json"))), "ops");
}

TEST_F(RunReport, ShowsSumsOfALongRunInABrowser) {
  constexpr std::uint64_t kMostOps = 10;
  const test::RecordedPage recorded(trust::kResidual,
                                    {{"dma.engines", "shared"}, {"sram.size", "32KiB"}}, kMostOps);
  RunOutcome outcome;
  outcome.model = "</script><b>long</b>";
  outcome.config = recorded.config;
  outcome.timing_only = true;
  outcome.compile = recorded.compiled.figures;
  outcome.result = recorded.result;
  const nlohmann::ordered_json json = result_json(outcome, &recorded.recorder.account());
  test::check_in_browser(
      "check_run_page.py",
      run_page(run_page_data(json, outcome, recorded.compiled.hazards, recorded.recorder)), json,
      "sums");
}

TEST_F(RunReport, ChangesNoCycleAndIsTheSameTwice) {
  const Words common = {"gemm:96x64x160", "--timing-only"};
  const auto with = [&common](const Words& more) {
    Words words = common;
    words.insert(words.end(), more.begin(), more.end());
    return words;
  };
  execute(with({"--json", path("plain.json")}));
  execute(with({"--json", path("a.json"), "--report", path("a.html")}));
  auto plain = nlohmann::json::parse(read(path("plain.json")));
  auto watched = nlohmann::json::parse(read(path("a.json")));
  plain.erase("host");
  watched.erase("host");
  EXPECT_EQ(plain, watched);

  const test::RecordedPage first("gemm:96x64x160");
  const test::RecordedPage second("gemm:96x64x160");
  const auto data = [](const test::RecordedPage& run) {
    RunOutcome outcome;
    outcome.config = run.config;
    outcome.compile = run.compiled.figures;
    outcome.result = run.result;
    return run_page_data(nullptr, outcome, run.compiled.hazards, run.recorder);
  };
  EXPECT_EQ(data(first), data(second));
}

TEST_F(RunReport, RefusesWhatCannotBeWritten) {
  const std::string model = "gemm:32x32x32";
  EXPECT_THAT(error_of({model, "--report", path("a.txt")}), HasSubstr("has to end in .html"));
  EXPECT_THAT(error_of({model, "--report", path("none/a.html")}), HasSubstr("no directory"));
  EXPECT_THAT(error_of({model, "--report", "-"}), HasSubstr("not a file name"));
  EXPECT_THAT(error_of({model, "--report", path("a.html"), "--json", path("a.html")}),
              HasSubstr("is the file of two outputs"));
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(RunReport, AProgramThatDoesNotRunLeavesNoReport) {
  std::ofstream(path("bad.twp")) << "tilewave-program 3\nops\n";
  EXPECT_NE(error_of({path("bad.twp"), "--report", path("a.html")}), "no error");
  EXPECT_FALSE(fs::exists(path("a.html")));
}

}  // namespace
}  // namespace tilewave
