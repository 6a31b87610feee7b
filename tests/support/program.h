// The built program in a folder of its own, as a user meets it: exit codes, what goes to which
// stream, and what is left on the disk.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tilewave::test {

inline std::string read(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

struct Result {
  int code = -1;
  std::string out;
  std::string err;
};

class ProgramTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
  }

  /// `arguments` as in a shell.
  Result tilewave(const std::string& arguments) const {
    const std::string command = "cd '" + folder_.string() + "' && '" TILEWAVE_BINARY "' " +
                                arguments + " >'" + folder_.string() + ".out' 2>'" +
                                folder_.string() + ".err'";
    const int status = std::system(command.c_str());
    Result result;
    result.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    result.out = read(folder_.string() + ".out");
    result.err = read(folder_.string() + ".err");
    std::filesystem::remove(folder_.string() + ".out");
    std::filesystem::remove(folder_.string() + ".err");
    return result;
  }

  void expect_refused(const std::string& arguments, const std::string& message) const {
    const Result result = tilewave(arguments);
    EXPECT_EQ(result.code, 2) << arguments;
    EXPECT_EQ(result.out, "") << arguments;
    EXPECT_THAT(result.err, ::testing::StartsWith("tilewave: "));
    EXPECT_THAT(result.err, ::testing::HasSubstr(message)) << arguments;
    EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
    EXPECT_THAT(result.err, ::testing::EndsWith("\n"));
  }

  std::filesystem::path folder_ =
      std::filesystem::path(::testing::TempDir()) /
      ("tilewave_" + std::to_string(::getpid()) + "_" +
       std::string(::testing::UnitTest::GetInstance()->current_test_info()->test_suite_name()) +
       "_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
};

}  // namespace tilewave::test
