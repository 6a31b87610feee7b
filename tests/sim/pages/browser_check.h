// Hands a page and the data it was made from to a script that looks at it in headless Chromium. The
// only thing that may be missing is the browser; then the test is skipped.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>

namespace tilewave::test {

/// What a shell command prints, and its exit code.
struct CommandOutput {
  std::string text;
  int code = 0;
};

inline CommandOutput run_shell(const std::string& command) {
  CommandOutput output;
  FILE* const pipe = popen((command + " 2>&1").c_str(), "r");
  char buffer[4096];
  while (const std::size_t count = fread(buffer, 1, sizeof buffer, pipe)) {
    output.text.append(buffer, count);
  }
  output.code = WEXITSTATUS(pclose(pipe));
  return output;
}

inline bool has_browser() { return run_shell("command -v chromium").code == 0; }

/// Runs tests/sim/pages/`script` PAGE DATA `arguments`; its complaint is the test's.
inline void check_in_browser(const std::string& script, const std::string& page,
                             const nlohmann::ordered_json& data, const std::string& arguments) {
  if (!has_browser()) {
    GTEST_SKIP() << "chromium is not installed (scripts/dependencies test)";
  }
  const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
  const std::filesystem::path folder =
      std::filesystem::path(::testing::TempDir()) /
      (std::string("tilewave_page_") + info->test_suite_name() + "_" + info->name());
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "page.html") << page;
  std::ofstream(folder / "data.json") << data.dump();
  const CommandOutput output = run_shell("python3 -B " TILEWAVE_SOURCE_DIR "/tests/sim/pages/" +
                                         script + " '" + (folder / "page.html").string() + "' '" +
                                         (folder / "data.json").string() + "' " + arguments);
  EXPECT_EQ(output.code, 0) << output.text;
  if (output.code == 0) {
    std::filesystem::remove_all(folder);
  }
}

}  // namespace tilewave::test
