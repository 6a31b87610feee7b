// Which files beside a model may be read: none outside its folder, none that is not a regular file.
#include "sim/model/onnx_data_files.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/error_of.h"

namespace fs = std::filesystem;

namespace tilewave {
namespace {

class OnnxFolderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(folder_ / "model" / "sub");
    write("model/w.bin", "0123456789");
    write("model/sub/v.bin", "abc");
    write("secret.bin", "secret");
    write("model2", "not below the folder, though its name begins like it");
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
  }
  static std::string read(OnnxFolder& folder, const std::string& location, std::uint64_t offset,
                          std::size_t size) {
    std::string bytes(size, '\0');
    folder.read(location, offset, bytes);
    return bytes;
  }
  std::string error(const std::string& location) {
    return test::error_of([&] { model_.size(location); });
  }

  fs::path folder_ = fs::path(::testing::TempDir()) / ("onnx_folder_" + std::to_string(::getpid()));
  OnnxFolder model_{(folder_ / "model" / "net.onnx").string()};
};

constexpr const char* kAllowed =
    "; allowed: files in the model's folder, by their names relative to it";

TEST_F(OnnxFolderTest, RangesOfFilesInTheFolder) {
  EXPECT_EQ(model_.size("w.bin"), 10U);
  EXPECT_EQ(model_.size("sub/v.bin"), 3U);
  EXPECT_EQ(model_.size("sub/../w.bin"), 10U);
  EXPECT_EQ(model_.size("../model/w.bin"), 10U);
  EXPECT_EQ(model_.size("none.bin"), std::nullopt);
  EXPECT_EQ(model_.size("none/none.bin"), std::nullopt);
  EXPECT_EQ(read(model_, "w.bin", 3, 4), "3456");
  EXPECT_EQ(read(model_, "sub/v.bin", 0, 3), "abc");
  EXPECT_EQ(read(model_, "w.bin", 9, 1), "9");
  EXPECT_EQ(read(model_, "w.bin", 0, 10), "0123456789");
  EXPECT_EQ(model_.files().size(), 2U);
}

TEST_F(OnnxFolderTest, NothingOutside) {
  EXPECT_EQ(error("/etc/passwd"),
            "has its data in '/etc/passwd', an absolute path" + std::string(kAllowed));
  for (const std::string location : {"../secret.bin", "sub/../../secret.bin", "..", "../model2",
                                     "none/../../secret.bin", "../none.bin", "sub/../.."}) {
    EXPECT_EQ(error(location),
              "has its data in '" + location + "', which is outside the model's folder" + kAllowed);
  }
  EXPECT_EQ(error(""), "has its data in '', which is no file name" + std::string(kAllowed));
  EXPECT_EQ(error(std::string("w.bin\0x", 7)),
            "has its data in 'w.bin?x', which is no file name" + std::string(kAllowed));
}

TEST_F(OnnxFolderTest, LinksAreFollowedAndMayNotLeadOutside) {
  fs::create_symlink("w.bin", folder_ / "model/inside.bin");
  fs::create_symlink("../secret.bin", folder_ / "model/outside.bin");
  fs::create_directory_symlink(folder_, folder_ / "model/up");
  fs::create_symlink("loop.bin", folder_ / "model/loop.bin");
  fs::create_symlink("/nowhere/at/all", folder_ / "model/dangling.bin");
  EXPECT_EQ(model_.size("inside.bin"), 10U);
  EXPECT_EQ(read(model_, "inside.bin", 1, 2), "12");
  for (const std::string location : {"outside.bin", "up/secret.bin"}) {
    EXPECT_THAT(error(location), ::testing::HasSubstr("which is outside the model's folder"));
    std::string byte(1, ' ');
    EXPECT_THAT(test::error_of([&] { model_.read(location, 0, byte); }),
                ::testing::HasSubstr("which is outside the model's folder"));
  }
  EXPECT_THAT(error("loop.bin"), ::testing::HasSubstr("which cannot be "));
  EXPECT_EQ(model_.size("dangling.bin"), std::nullopt);
  EXPECT_EQ(model_.size("up/model/w.bin"), 10U);  // out and in again
}

TEST_F(OnnxFolderTest, RegularFilesOnly) {
  ASSERT_EQ(::mkfifo((folder_ / "model/pipe").c_str(), 0600), 0);
  EXPECT_EQ(error("pipe"), "has its data in 'pipe', which is no regular file");
  EXPECT_EQ(error("sub"), "has its data in 'sub', a directory");
  EXPECT_EQ(error("."), "has its data in '.', a directory");
  EXPECT_EQ(model_.size("w.bin/x"), std::nullopt);
  // A device in the folder itself takes root to make; a link to one leads outside.
  fs::create_symlink("/dev/zero", folder_ / "model/zero");
  EXPECT_THAT(error("zero"), ::testing::HasSubstr("which is outside the model's folder"));
  OnnxFolder devices("/dev/net.onnx");
  EXPECT_EQ(test::error_of([&] { devices.size("zero"); }),
            "has its data in 'zero', which is no regular file");
}

TEST_F(OnnxFolderTest, AFileThatShrinks) {
  EXPECT_EQ(model_.size("w.bin"), 10U);
  fs::resize_file(folder_ / "model/w.bin", 5);
  std::string bytes(10, ' ');
  EXPECT_EQ(test::error_of([&] { model_.read("w.bin", 0, bytes); }),
            "has its data in 'w.bin', which has become shorter while it was read");
  fs::remove(folder_ / "model/w.bin");
  OnnxFolder again((folder_ / "model" / "net.onnx").string());
  EXPECT_THAT(test::error_of([&] { again.read("w.bin", 0, bytes); }),
              ::testing::HasSubstr("which cannot be read: No such file or directory"));
}

TEST_F(OnnxFolderTest, AModelWithoutAFolderIsInTheWorkingDirectory) {
  const fs::path before = fs::current_path();
  fs::current_path(folder_ / "model");
  OnnxFolder here("net.onnx");
  EXPECT_EQ(here.size("w.bin"), 10U);
  EXPECT_THAT(test::error_of([&] { here.size("../secret.bin"); }), ::testing::HasSubstr("outside"));
  fs::current_path(before);
}

}  // namespace
}  // namespace tilewave
