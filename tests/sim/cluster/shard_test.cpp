// Shards written, read back, torn at every byte, and mixed with what is not theirs.
#include "sim/cluster/shard.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/base/build_identity.h"
#include "compiler/base/error.h"
#include "tests/support/error_of.h"

namespace tilewave {
namespace {

namespace fs = std::filesystem;
using test::error_of;
using ::testing::EndsWith;
using ::testing::HasSubstr;

PointResult result(int cycles, PointStatus status = PointStatus::kDone) {
  PointResult result;
  result.status = status;
  result.metrics = R"({"cycles":)" + std::to_string(cycles) + "}";
  return result;
}

class Shard : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(folder_);
    fs::create_directory(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string file(const std::string& name) const { return folder_ + "/" + name; }
  void append(const std::string& name, const std::string& text) const {
    std::ofstream(file(name), std::ios::binary | std::ios::app) << text;
  }
  ShardResults read() const { return read_shards(folder_, "s1"); }

  const std::string folder_ = ::testing::TempDir() + "shard_test." + std::to_string(getpid());
};

TEST_F(Shard, WhatIsWrittenIsRead) {
  PointResult odd = result(7, PointStatus::kInvalid);
  odd.message = "ein Tücken \"quoted\"\nline";
  odd.bottleneck = "dram";
  ShardWriter writer(folder_, {"s1", 7, 1});
  writer.append("aa", result(5));
  writer.append("bb", odd);
  writer.close();
  const ShardResults read = this->read();
  ASSERT_EQ(read.rows.size(), 2U);
  EXPECT_EQ(read.rows.at("aa").result, result(5));
  EXPECT_EQ(read.rows.at("bb").result, odd);
  EXPECT_THAT(read.files.at(0), EndsWith("/task-00007.1.jsonl"));
}

TEST_F(Shard, EveryAttemptHasAFileOfItsOwn) {
  const ShardWriter first(folder_, {"s1", 7, 1});
  const ShardWriter second(folder_, {"s1", 7, 1});
  const ShardWriter other(folder_, {"s1", 8, 1});
  EXPECT_EQ(second.name().attempt, 2U);
  EXPECT_EQ(other.name().attempt, 1U);
}

TEST_F(Shard, OneTasksShardsAlone) {
  ShardWriter(folder_, {"s1", 1, 1}).append("aa", result(1));
  ShardWriter(folder_, {"s1", 10, 1}).append("bb", result(2));
  EXPECT_EQ(read_shards(folder_, "s1", 1).rows.size(), 1U);
  EXPECT_EQ(read().rows.size(), 2U);
}

TEST_F(Shard, ALineThatIsNotWholeDoesNotCount) {
  { ShardWriter(folder_, {"s1", 7, 1}).append("aa", result(5)); }
  const auto whole = fs::file_size(file("task-00007.1.jsonl"));
  { ShardWriter(folder_, {"s1", 7, 1}).append("bb", result(6)); }
  const auto second = fs::file_size(file("task-00007.2.jsonl"));
  for (auto size = second; size-- > 0;) {  // its writer dies at every byte
    fs::resize_file(file("task-00007.2.jsonl"), size);
    EXPECT_EQ(read().rows.size(), 1U) << size;
  }
  // One byte short of the line break, the last line is not known to be whole either.
  fs::resize_file(file("task-00007.1.jsonl"), whole - 1);
  EXPECT_EQ(read().rows.size(), 0U);
}

TEST_F(Shard, WhatNeverReachedTheDiskIsSkipped) {
  { ShardWriter(folder_, {"s1", 7, 1}).append("aa", result(5)); }
  append("task-00007.1.jsonl", std::string(100, '\0') + "\"}\n");
  append("task-00007.1.jsonl", shard_line("bb", result(6)) + "\n");
  EXPECT_EQ(read().rows.size(), 2U);
}

TEST_F(Shard, TheSameRowTwiceIsOne) {
  ShardWriter(folder_, {"s1", 1, 1}).append("aa", result(5));
  ShardWriter(folder_, {"s1", 1, 2}).append("aa", result(5));
  EXPECT_EQ(read().rows.at("aa").result, result(5));
}

TEST_F(Shard, TwoDifferentResultsAreAnErrorWithBothFiles) {
  ShardWriter(folder_, {"s1", 1, 1}).append("aa", result(5));
  ShardWriter(folder_, {"s1", 1, 2}).append("aa", result(6));
  EXPECT_EQ(error_of([this] { read(); }), file("task-00001.2.jsonl") +
                                              ":2: the result of aa differs from that in " +
                                              file("task-00001.1.jsonl"));
}

TEST_F(Shard, AFinalResultBeatsATimeoutWheneverItCame) {
  ShardWriter(folder_, {"s1", 1, 1}).append("aa", result(0, PointStatus::kTimeout));
  ShardWriter(folder_, {"s1", 1, 2}).append("aa", result(5));
  ShardWriter(folder_, {"s1", 1, 3}).append("aa", result(0, PointStatus::kCrashed));
  EXPECT_EQ(read().rows.at("aa").result, result(5));
}

TEST_F(Shard, ForeignFilesAreLeftAloneAndForeignShardsRefused) {
  append("README", "not ours\n");
  append("task-x.1.jsonl", "not ours\n");
  append("task-00001.1.jsonl.17", "not ours\n");
  EXPECT_EQ(read().rows.size(), 0U);
  { const ShardWriter other(folder_, {"s2", 1, 1}); }
  EXPECT_EQ(error_of([this] { read(); }),
            file("task-00001.1.jsonl") +
                ":1: is not the first line of this sweep's shard task-00001.1.jsonl");
}

TEST_F(Shard, ABrokenLineIsNamed) {
  const std::string name = "task-00007.1.jsonl";
  const std::string whole = shard_line("bb", result(6));
  const auto refusal = [&](const std::string& line) {
    fs::remove(file(name));
    { ShardWriter(folder_, {"s1", 7, 1}).append("aa", result(5)); }
    append(name, line + "\n");
    return error_of([this] { read(); });
  };
  EXPECT_EQ(refusal(whole), "");
  const std::string message = file(name) + ":3: is damaged, or no result of a sweep";
  EXPECT_THAT(refusal("{\"key\":\"bb\""), HasSubstr(message));
  EXPECT_THAT(refusal(""), HasSubstr(message));
  EXPECT_THAT(refusal(std::string(100'000, '[')), HasSubstr(message));
  EXPECT_THAT(refusal(R"({"key":"bb","result":)" + to_json(result(6)).dump() + "}"),
              HasSubstr(message));
  for (std::size_t i = 0; i < whole.size(); ++i) {  // every byte counts
    std::string changed = whole;
    changed[i] = changed[i] == '6' ? '7' : '6';
    EXPECT_THAT(refusal(changed), HasSubstr(message)) << i;
  }
}

TEST_F(Shard, AnotherBuildsIsRefused) {
  { const ShardWriter mine(folder_, {"s1", 1, 1}); }
  std::ifstream stream(file("task-00001.1.jsonl"));
  std::string line;
  std::getline(stream, line);
  line.replace(line.find(build_id()), build_id().size(), "0123456789ab");
  fs::remove(file("task-00001.1.jsonl"));
  append("task-00001.1.jsonl", line + "\n");
  EXPECT_EQ(error_of([this] { read(); }),
            file("task-00001.1.jsonl") + ":1: is from build 0123456789ab, and this is " +
                identity_text() + ": results of two builds are not mixed");
}

TEST_F(Shard, WhatCannotBeWrittenIsSaid) {
  EXPECT_EQ(error_of([] {
              ShardWriter("/nonexistent", {"s1", 0, 1});
            }),
            "/nonexistent/task-00000.1.jsonl cannot be written: No such file or directory");
  EXPECT_EQ(error_of([] { read_shards("/nonexistent", "s1"); }),
            "/nonexistent cannot be read: No such file or directory");
}

}  // namespace
}  // namespace tilewave
