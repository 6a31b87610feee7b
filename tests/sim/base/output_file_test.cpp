// Output files: nothing half-written, nothing discovered too late.
#include "sim/base/output_file.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "tests/support/error_of.h"

namespace tilewave {
namespace {

namespace fs = std::filesystem;

class OutputFileTest : public ::testing::Test {
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

  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

  static std::string error_of(const std::string& file) {
    return test::error_of([&] { const OutputFile output("--json", file); });
  }

  fs::path folder_ = fs::path(::testing::TempDir()) /
                     ("tilewave_output_" +
                      std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
};

TEST_F(OutputFileTest, AppearsWhenCommitted) {
  const std::string file = path("a.json");
  std::ofstream(file) << "old";
  {
    OutputFile output("--json", file);
    EXPECT_EQ(files(), 2U);  // the old one and the new one's beginning
    output.write("first");
    output.write("new");
    EXPECT_EQ(read(file), "old");
    output.commit();
  }
  EXPECT_EQ(read(file), "new");
  EXPECT_EQ(files(), 1U);
}

TEST_F(OutputFileTest, LeavesNothingBehindWhenNotCommitted) {
  {
    OutputFile output("--vcd", path("a.vcd"));
    output.write("half");
  }
  EXPECT_EQ(files(), 0U);
}

TEST_F(OutputFileTest, FollowsLinksAndKeepsRights) {
  std::ofstream(path("real")) << "old";
  fs::permissions(path("real"), fs::perms::owner_read | fs::perms::owner_write);
  fs::create_symlink(path("real"), path("link"));
  OutputFile output("--json", path("link"));
  output.write("new");
  output.commit();
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_EQ(read(path("real")), "new");
  EXPECT_EQ(fs::status(path("real")).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(OutputFileTest, WritesDevicesDirectly) {
  OutputFile output("--json", "/dev/null");
  output.write("text");
  output.commit();
  EXPECT_FALSE(fs::is_regular_file("/dev/null"));
  OutputFile full("--json", "/dev/full");
  EXPECT_THROW(full.write("text"), InputError);
}

TEST_F(OutputFileTest, Refuses) {
  const std::string folder = folder_.string();
  EXPECT_EQ(error_of(folder), "--json " + folder + ": is a directory, not a file");
  EXPECT_EQ(error_of(folder + "/"), "--json " + folder + "/: is a directory, not a file");
  EXPECT_EQ(
      error_of(folder + "/no/a"),
      "--json " + folder + "/no/a: cannot be written: there is no directory " + folder + "/no");
  EXPECT_EQ(error_of("/proc/a.json"),
            "--json /proc/a.json: cannot be written: No such file or directory");
}

TEST_F(OutputFileTest, TwoOutputsAreTwoFiles) {
  fs::create_symlink(path("a"), path("link"));
  const OutputFile a("--json", path("a"));
  const OutputFile b("--vcd", path("b"));
  const OutputFile link("--vcd", path("link"));
  const OutputFile detour("--vcd", folder_.string() + "/./a");
  EXPECT_NO_THROW(require_distinct({&a, &b}));
  EXPECT_THROW(require_distinct({&a, &link}), InputError);
  EXPECT_THROW(require_distinct({&a, &b, &detour}), InputError);
}

}  // namespace
}  // namespace tilewave
