// `tilewave sweep` on the command line, where it is about a cluster.
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "sim/commands/cluster_command.h"
#include "tests/support/commands.h"

namespace tilewave {
namespace {

using Words = std::vector<std::string>;
using ::testing::ElementsAre;

template <typename Wanted>
Wanted parsed(Words words) {
  words.insert(words.begin(), "sweep");
  return test::parsed<Wanted>(words);
}

const Words kSubmit = {"gemm:64x64x64", "--over", "sram.banks=1,2", "--engine", "slurm",
                       "--dir",         "d"};

Words with(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(ClusterArguments, Submit) {
  const auto plain = parsed<ClusterSubmitCommand>(kSubmit);
  EXPECT_EQ(plain.folder, "d");
  EXPECT_EQ(plain.chunk, std::nullopt);
  EXPECT_EQ(plain.attempts, 3U);
  EXPECT_EQ(plain.options.cpus_per_task, 1U);
  EXPECT_FALSE(plain.wait);
  EXPECT_EQ(plain.sweep.definition.space.points.size(), 2U);

  const auto all = parsed<ClusterSubmitCommand>(
      with(kSubmit, {"--chunk", "7", "--partition", "p", "--account", "a", "--slurm", "time=5",
                     "--slurm=--qos=low", "--attempts", "9", "--jobs", "4", "--wait", "--csv",
                     "x.csv", "--store", "s"}));
  EXPECT_EQ(all.chunk, 7U);
  EXPECT_EQ(all.attempts, 9U);
  EXPECT_EQ(all.options.partition, "p");
  EXPECT_EQ(all.options.account, "a");
  EXPECT_THAT(all.options.more, ElementsAre("time=5", "--qos=low"));
  EXPECT_EQ(all.options.cpus_per_task, 4U);
  EXPECT_TRUE(all.wait);
  EXPECT_EQ(all.sweep.outputs.csv, "x.csv");
  EXPECT_EQ(all.store_file, "s");
}

TEST(ClusterArguments, CollectAndWork) {
  const auto collect =
      parsed<ClusterCollectCommand>({"--collect", "d", "--wait", "--json", "-", "--attempts", "5"});
  EXPECT_EQ(collect.folder, "d");
  EXPECT_TRUE(collect.wait);
  EXPECT_EQ(collect.outputs.json, "-");
  EXPECT_EQ(collect.attempts, 5U);
  EXPECT_EQ(collect.store_file, std::nullopt);
  const auto task = parsed<ClusterTaskCommand>({"--work", "d", "--task", "12", "--jobs", "3"});
  EXPECT_EQ(task.folder, "d");
  EXPECT_EQ(task.task, 12U);
  EXPECT_EQ(task.jobs, 3U);
}

TEST(ClusterArguments, TheLocalEngineIsTheDefault) {
  const Words sweep = {"gemm:64x64x64", "--over", "sram.banks=1,2"};
  EXPECT_EQ(parsed<SweepCommand>(sweep).definition.space.points.size(), 2U);
  EXPECT_EQ(parsed<SweepCommand>(with(sweep, {"--engine", "local"})).definition.space.points.size(),
            2U);
}

TEST(ClusterArguments, WhatIsWrongIsSaid) {
  const Words local = {"gemm:64x64x64", "--over", "sram.banks=1,2"};
  const std::pair<Words, std::string> cases[] = {
      {with(local, {"--engine", "slrum"}),
       "--engine=slrum is not a choice; did you mean 'slurm'?; allowed: local or slurm"},
      {with(local, {"--engine", "slurm"}), "--dir needs a directory"},
      {with(local, {"--dir", "d"}), "--dir has no effect without --engine=slurm"},
      {with(local, {"--wait"}), "--wait has no effect without --engine=slurm"},
      {with(kSubmit, {"--csv", "x"}),
       "--csv has no effect with --engine=slurm but without --wait; give it to --collect"},
      {with(kSubmit, {"--chunk", "0"}), "--chunk=0 is out of range; allowed: 1..1000000"},
      {with(kSubmit, {"--slurm", "array=1"}),
       "--slurm 'array=1' is not possible, for the sweep chooses sbatch's --array itself"},
      {{"--collect", "d", "--jobs", "2"}, "--jobs has no effect with --collect"},
      {{"--collect", "d", "gemm:1x1x1"},
       "'gemm:1x1x1' has no effect with --collect, whose folder says what is swept"},
      {{"--collect", "d", "--sram.size=1MiB"},
       "sram.size has no effect with --collect, whose folder says what is swept"},
      {{"--work", "d"},
       "--task= is not the number of a task; --work is for the batch script of a sweep"},
      {{"--work", "d", "--task", "-1"},
       "--task=-1 is not the number of a task; --work is for the batch script of a sweep"},
      {{"--task", "1"}, "--work needs a directory"},
  };
  for (auto [words, message] : cases) {
    words.insert(words.begin(), "sweep");
    try {
      parse_command_line(words);
      ADD_FAILURE() << message;
    } catch (const InputError& error) {
      EXPECT_EQ(std::string(error.what()), "command line: " + message);
    }
  }
}

}  // namespace
}  // namespace tilewave
