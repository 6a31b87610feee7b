// What Slurm is asked, word by word, and what is made of its answers. The real one is asked in
// tests/cluster/.
#include "sim/cluster/batch_system.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "tests/support/error_of.h"

namespace tilewave {
namespace {

using Words = std::vector<std::string>;
using test::error_of;
using ::testing::ElementsAre;

/// A Slurm that answers `end` and remembers what it was asked.
struct FakeSlurm {
  ProgramEnd end;
  Words asked;

  SlurmCommands commands(ClusterOptions options = {}) {
    return SlurmCommands(std::move(options), [this](const Words& command) {
      asked = command;
      return end;
    });
  }
};

const ArrayJob kJob = {
    "tilewave-17", "/d/submissions/0001.sh", "/d", "/d/logs/%A_%a.txt", {0, 1, 2, 5}};

TEST(TaskList, RunsAreRanges) {
  EXPECT_EQ(task_list({}), "");
  EXPECT_EQ(task_list({4}), "4");
  EXPECT_EQ(task_list({0, 1, 2, 3, 7, 9, 10}), "0-3,7,9-10");
}

TEST(SlurmCommands, SubmitsAnArray) {
  FakeSlurm slurm{{0, "42\n", ""}, {}};
  EXPECT_EQ(slurm.commands().submit(kJob), "42");
  EXPECT_THAT(slurm.asked,
              ElementsAre("sbatch", "--parsable", "--requeue", "--open-mode=append",
                          "--job-name=tilewave-17", "--chdir=/d", "--output=/d/logs/%A_%a.txt",
                          "--cpus-per-task=1", "--array=0-2,5", "/d/submissions/0001.sh"));
}

TEST(SlurmCommands, PassesTheUsersOptions) {
  FakeSlurm slurm{{0, "42;west\n", "sbatch: a remark\n"}, {}};
  ClusterOptions options;
  options.partition = "long";
  options.account = "a b";
  options.more = {"time=1:00:00", "--qos=low"};
  options.cpus_per_task = 8;
  EXPECT_EQ(slurm.commands(options).submit(kJob), "42");
  const Words end(slurm.asked.end() - 7, slurm.asked.end());
  EXPECT_THAT(end,
              ElementsAre("--cpus-per-task=8", "--array=0-2,5", "--partition=long", "--account=a b",
                          "--time=1:00:00", "--qos=low", "/d/submissions/0001.sh"));
}

TEST(SlurmCommands, ItsRefusalIsPassedOn) {
  FakeSlurm slurm{
      {1, "",
       "sbatch: error: invalid partition specified: x\n"
       "sbatch: error: Batch job submission failed: Invalid partition name specified\n"},
      {}};
  EXPECT_EQ(error_of([&] { slurm.commands().submit(kJob); }),
            "sbatch failed (exit code 1): error: Batch job submission failed: Invalid partition "
            "name specified");
  slurm.end = {3, "", ""};
  EXPECT_EQ(error_of([&] { slurm.commands().submit(kJob); }),
            "sbatch failed (exit code 3): no message");
  slurm.end = {0, "Submitted batch job 42\n", ""};
  EXPECT_EQ(error_of([&] { slurm.commands().submit(kJob); }),
            "sbatch answered 'Submitted batch job 42' instead of a job's number");
}

TEST(SlurmCommands, TasksAndWhetherTheyHaveEnded) {
  FakeSlurm slurm{
      {0, "42 0 RUNNING\n42 1 PENDING\n42 2 NODE_FAIL\n43 3 COMPLETED\n43 4 A_NEW_STATE\n", ""},
      {}};
  const std::vector<ClusterTask> tasks = slurm.commands().tasks("tilewave-17");
  EXPECT_THAT(slurm.asked, ElementsAre("squeue", "--noheader", "--array", "--states=all",
                                       "--name=tilewave-17", "--format=%F %K %T"));
  ASSERT_EQ(tasks.size(), 5U);
  const std::vector<bool> ended = {false, false, true, true, false};
  for (std::uint32_t i = 0; i < tasks.size(); ++i) {
    EXPECT_EQ(tasks[i].task, i);
    EXPECT_EQ(tasks[i].ended, ended[i]) << tasks[i].state;
  }
  EXPECT_EQ(tasks[3].job, "43");
}

TEST(SlurmCommands, SilenceIsNotTheAbsenceOfTasks) {
  FakeSlurm slurm{{0, "", ""}, {}};
  EXPECT_TRUE(slurm.commands().tasks("x").empty());
  slurm.end = {1, "",
               "slurm_load_jobs error: Unable to contact slurm controller (connect failure)\n"};
  EXPECT_EQ(
      error_of([&] { slurm.commands().tasks("x"); }),
      "squeue failed (exit code 1): slurm_load_jobs error: Unable to contact slurm controller "
      "(connect failure)");
  slurm.end = {0, "42 N/A RUNNING\n", ""};
  EXPECT_EQ(error_of([&] { slurm.commands().tasks("x"); }),
            "squeue answered '42 N/A RUNNING' instead of a job, a task and a state");
}

TEST(SlurmCommands, TheLongestArray) {
  FakeSlurm slurm{{0, "Configuration data\nMaxArraySize            = 1001\nMaxJobCount = 9\n", ""},
                  {}};
  EXPECT_EQ(slurm.commands().max_array_size(), 1001U);
  slurm.end.out = "nothing\n";
  EXPECT_EQ(error_of([&] { slurm.commands().max_array_size(); }),
            "scontrol show config has no MaxArraySize");
}

TEST(ClusterOptions, WhatTheSweepChoosesItselfIsRefused) {
  const auto refusal = [](const std::string& option) {
    ClusterOptions options;
    options.more = {option};
    return error_of([&] { check_cluster_options(options); });
  };
  for (const char* option : {"time=5", "--mem=1G", "exclusive", "--constraint=a&b", "nice"}) {
    EXPECT_EQ(refusal(option), "");
  }
  EXPECT_EQ(refusal("array=0-9"),
            "command line: --slurm 'array=0-9' is not possible, for the sweep chooses sbatch's "
            "--array itself");
  EXPECT_NE(refusal("--wrap=x"), "");
  EXPECT_NE(refusal("--arr=1"), "");  // getopt would take it for --array
  EXPECT_EQ(
      refusal("-t5"),
      "command line: --slurm '-t5', allowed is a long option of sbatch, such as time=1:00:00");
  EXPECT_NE(refusal(""), "");
}

}  // namespace
}  // namespace tilewave
