// From submission to the last result, on a cluster that is only pretended.
#include "sim/cluster/cluster_sweep.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "sim/base/files.h"
#include "tests/support/error_of.h"

namespace tilewave {
namespace {

namespace fs = std::filesystem;
using test::error_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Tasks are what the test says they are.
class FakeCluster : public BatchSystem {
 public:
  std::string submit(const ArrayJob& job) override {
    if (!refusal.empty()) {
      throw InputError(refusal);
    }
    submitted.push_back(job);
    for (const std::uint32_t task : job.tasks) {
      states[task] = "PENDING";
    }
    return std::to_string(100 + submitted.size());
  }
  std::vector<ClusterTask> tasks(const std::string& job_name) override {
    ++asked;
    EXPECT_EQ(job_name, "tilewave-0123456789abcdef");
    if (!refusal.empty()) {
      throw InputError(refusal);
    }
    std::vector<ClusterTask> tasks;
    for (const auto& [task, state] : states) {
      tasks.push_back({"101", task, state, state == "FAILED" || state == "COMPLETED"});
    }
    return tasks;
  }
  std::uint32_t max_array_size() override { return 1001; }

  std::string refusal;
  int asked = 0;
  std::vector<ArrayJob> submitted;
  std::map<std::uint32_t, std::string> states;
};

PlannedPoint planned(std::uint8_t key, std::uint32_t program) {
  PlannedPoint point;
  point.key.bytes[31] = key;
  point.program = program;
  return point;
}

/// Seven points, of which one is invalid and one a repetition: five to be run.
SweepPlan small_plan() {
  SweepPlan plan;
  plan.points = {
      planned(1, 0), planned(2, 1), planned(3, 0), planned(1, 0), planned(4, 1), planned(5, 2), {}};
  plan.points.back().invalid = "does not fit";
  return plan;
}

ClusterDefinition small_definition(const SweepPlan& plan) {
  ClusterDefinition definition;
  definition.id = "0123456789abcdef";
  definition.directory = "/";
  definition.sweep.space = grid_space(
      {"gemm:64x64x64"}, {parse_axis("--over", "sram.size=32KiB,64KiB,128KiB,256KiB,1,2,512KiB")});
  definition.sweep.base = resolve_config({});
  definition.fingerprint = fingerprint_of(plan);
  definition.chunk = 2;
  definition.options.more = {"time=1:00"};
  return definition;
}

/// Of a pattern's models, with a question.
ClusterDefinition asking_definition() {
  ClusterDefinition definition = small_definition(small_plan());
  const std::vector<std::string> models = {"gemm:{m}x8x8:{t}", "mlp:1x2x3"};
  const ModelKeys keys(models);
  definition.sweep.space = grid_space(
      models, {parse_axis("--over", "model.m=1,2", keys), parse_axis("--over", "model.t=i8", keys),
               parse_axis("--over", "sram.size=32KiB,64KiB")});
  definition.sweep.question = {
      {"utilisation>0.5", "model.m=2"}, "sum(cycles)", {"gemm:{m}x8x8:{t}=2", "mlp:1x2x3=1"}};
  return definition;
}

class ClusterSweepTest : public ::testing::Test {
 protected:
  void SetUp() override { fs::remove_all(path_); }
  void TearDown() override { fs::remove_all(path_); }

  Submission submit() {
    return submit_sweep(folder_, definition_, tasks_, {"/bin/tile wave"}, cluster_);
  }
  /// An attempt at a task that comes to `count` results.
  void work(std::uint32_t task, std::size_t count) {
    ShardWriter writer(folder_.shards(), {definition_.id, task, 1});
    std::vector<std::uint32_t> points = tasks_.of(task);
    points.resize(std::min(points.size(), count));
    for (const std::uint32_t point : points) {
      PointResult result;
      result.metrics = R"({"cycles":)" + std::to_string(point) + "}";
      writer.append(plan_.points[point].key.hex(), result);
    }
  }

  const std::string path_ = ::testing::TempDir() + "cluster_sweep_test." + std::to_string(getpid());
  const SweepPlan plan_ = small_plan();
  const ClusterDefinition definition_ = small_definition(plan_);
  const ClusterTasks tasks_{plan_, definition_.chunk};
  ClusterFolder folder_{path_};
  FakeCluster cluster_;
  ClusterSweep sweep_{folder_, definition_, plan_, tasks_, cluster_};
};

TEST_F(ClusterSweepTest, EachKeyIsDealtOnceWithItsProgramsNeighbours) {
  EXPECT_EQ(tasks_.points(), 5U);
  EXPECT_EQ(tasks_.size(), 3U);  // 2 + 2 + 1
  EXPECT_THAT(tasks_.of(0), ElementsAre(0, 2));
  EXPECT_THAT(tasks_.of(1), ElementsAre(1, 4));
  EXPECT_THAT(tasks_.of(2), ElementsAre(5));
}

TEST_F(ClusterSweepTest, SubmitsAllTasksAndWritesEverythingDown) {
  EXPECT_EQ(submit().job, "101");
  ASSERT_EQ(cluster_.submitted.size(), 1U);
  const ArrayJob& job = cluster_.submitted.front();
  EXPECT_EQ(job.name, "tilewave-0123456789abcdef");
  EXPECT_EQ(job.folder, folder_.path());
  EXPECT_THAT(job.tasks, ElementsAre(0, 1, 2));
  EXPECT_THAT(read_file(job.script, "script", 4096),
              HasSubstr("\nexec '/bin/tile wave' sweep --work " + shell_word(folder_.path()) +
                        " --task \"$SLURM_ARRAY_TASK_ID\" --jobs \"${SLURM_CPUS_PER_TASK:-1}\"\n"));
  const std::vector<Submission> submissions = folder_.read_submissions();
  ASSERT_EQ(submissions.size(), 1U);
  EXPECT_EQ(submissions[0].job, "101");
  EXPECT_THAT(submissions[0].tasks, ElementsAre(0, 1, 2));
}

TEST_F(ClusterSweepTest, TheDefinitionReadsBackUnchanged) {
  submit();
  const ClusterDefinition read = folder_.read_definition();
  EXPECT_EQ(definition_text(read), definition_text(definition_));
  EXPECT_EQ(read.sweep.space.points.size(), 7U);
  EXPECT_EQ(read.sweep.space.points[2].values, definition_.sweep.space.points[2].values);
  EXPECT_THAT(read.options.more, ElementsAre("time=1:00"));
}

TEST_F(ClusterSweepTest, ARefusedSubmissionLeavesNothing) {
  cluster_.refusal = "sbatch failed: no";
  EXPECT_EQ(error_of([this] { submit(); }), "sbatch failed: no");
  EXPECT_FALSE(fs::exists(path_));
  fs::create_directory(path_);
  EXPECT_EQ(error_of([this] { submit(); }), "sbatch failed: no");
  EXPECT_TRUE(fs::is_empty(path_));  // there it was before
}

TEST_F(ClusterSweepTest, FoldersThatWillNotDo) {
  submit();
  EXPECT_EQ(error_of([this] { submit(); }),
            "--dir " + folder_.path() + " is a sweep already; --collect continues it");
  EXPECT_TRUE(fs::exists(folder_.definition_file()));
  const auto refusal = [this](const std::string& path) {
    ClusterFolder folder(path);
    return error_of([&] { submit_sweep(folder, definition_, tasks_, {"/t"}, cluster_); });
  };
  EXPECT_THAT(refusal(folder_.shards() + "/../.."), HasSubstr(" is not an empty directory"));
  EXPECT_THAT(refusal(folder_.definition_file()), HasSubstr(" is not an empty directory"));
  EXPECT_THAT(refusal(path_ + "/a/b"), HasSubstr("cannot be written: No such file or directory"));
  EXPECT_THAT(refusal("/proc/x"), HasSubstr("/proc/x"));
  EXPECT_EQ(error_of([] { (void)ClusterFolder("/nonexistent").read_definition(); }),
            "/nonexistent is not a sweep on a cluster: it has no sweep.json");
}

TEST_F(ClusterSweepTest, ACompleteSweepNeedsNoCluster) {
  submit();
  for (std::uint32_t task = 0; task < tasks_.size(); ++task) {
    work(task, 2);
  }
  cluster_.refusal = "squeue failed";
  const ClusterState state = sweep_.look();
  EXPECT_TRUE(state.complete());
  EXPECT_EQ(state.results, 5U);
  EXPECT_EQ(cluster_.asked, 0);
  EXPECT_EQ(sweep_.results().rows.size(), 5U);
}

TEST_F(ClusterSweepTest, OnlyWhatNobodyWorksOnIsSubmittedAgain) {
  submit();
  work(0, 2);
  work(1, 1);
  cluster_.states = {{0, "COMPLETED"}, {1, "FAILED"}, {2, "RUNNING"}};
  const ClusterState state = sweep_.look();
  EXPECT_FALSE(state.complete());
  EXPECT_EQ(state.results, 3U);
  EXPECT_THAT(state.active, ElementsAre(2));
  EXPECT_THAT(state.lost, ElementsAre(1));
  EXPECT_THAT(state.given_up, IsEmpty());
  const auto again = sweep_.resubmit(state, {"/t"});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->job, "102");
  EXPECT_THAT(cluster_.submitted.back().tasks, ElementsAre(1));
  const ClusterState later = sweep_.look();
  EXPECT_THAT(later.active, ElementsAre(1, 2));
  EXPECT_FALSE(sweep_.resubmit(later, {"/t"}));
}

TEST_F(ClusterSweepTest, TasksThatSlurmHasForgottenAreLost) {
  submit();
  cluster_.states.clear();
  EXPECT_THAT(sweep_.look().lost, ElementsAre(0, 1, 2));
}

TEST_F(ClusterSweepTest, AClusterThatDoesNotAnswerLosesNothing) {
  submit();
  cluster_.refusal = "squeue failed";
  EXPECT_EQ(error_of([this] { sweep_.look(); }), "squeue failed");
  EXPECT_EQ(folder_.read_submissions().size(), 1U);
}

TEST_F(ClusterSweepTest, AttemptsEnd) {
  submit();
  work(0, 2);
  work(2, 1);
  for (int attempt = 1; attempt < 3; ++attempt) {
    cluster_.states[1] = "FAILED";
    const ClusterState state = sweep_.look();
    EXPECT_THAT(state.given_up, IsEmpty());
    EXPECT_TRUE(sweep_.resubmit(state, {"/t"}));
  }
  cluster_.states[1] = "FAILED";
  ClusterState state = sweep_.look();
  EXPECT_THAT(state.given_up, ElementsAre(1));
  EXPECT_FALSE(sweep_.resubmit(state, {"/t"}));
  EXPECT_EQ(state.last_words, "there is no " + folder_.logs() + "/103_1.txt");
  std::ofstream(folder_.log("103", 1)) << "first\ntilewave: no such thing\n\n";
  EXPECT_EQ(sweep_.look().last_words, folder_.logs() + "/103_1.txt: tilewave: no such thing");
}

TEST_F(ClusterSweepTest, OfTwoWhoSubmitAgainOneIsTooLate) {
  submit();
  cluster_.states.clear();
  ClusterSweep other(folder_, definition_, plan_, tasks_, cluster_);
  const ClusterState mine = sweep_.look();
  const ClusterState theirs = other.look();
  EXPECT_TRUE(other.resubmit(theirs, {"/t"}));
  EXPECT_EQ(error_of([&] { sweep_.resubmit(mine, {"/t"}); }),
            folder_.path() + ": somebody else is submitting its tasks right now");
  EXPECT_EQ(cluster_.submitted.size(), 2U);
}

TEST_F(ClusterSweepTest, ARefusedResubmissionIsNoAttempt) {
  submit();
  cluster_.states.clear();
  const ClusterState state = sweep_.look();
  cluster_.refusal = "sbatch failed";
  EXPECT_EQ(error_of([&] { sweep_.resubmit(state, {"/t"}); }), "sbatch failed");
  EXPECT_EQ(folder_.read_submissions().size(), 1U);
}

TEST_F(ClusterSweepTest, OtherKeysAreAnotherSweep) {
  SweepPlan changed = plan_;
  require_same_keys(folder_, definition_, changed);
  changed.points[4].key.bytes[0] = 1;
  EXPECT_THAT(error_of([&] { require_same_keys(folder_, definition_, changed); }),
              HasSubstr("was submitted for other points"));
}

TEST(ClusterDefinitionText, NamesThatAreNoUtf8AreRefused) {
  ClusterDefinition definition = small_definition(small_plan());
  definition.sweep.space.models = {"m\xFF.onnx"};
  EXPECT_THAT(error_of([&] { definition_text(definition); }), HasSubstr("have to be UTF-8"));
}

TEST(ClusterDefinitionText, PatternsAndQuestionsReadBack) {
  const ClusterDefinition definition = asking_definition();
  const std::string text = definition_text(definition);
  const ClusterDefinition again = parse_definition("d/sweep.json", text);
  EXPECT_EQ(definition_text(again), text);
  EXPECT_EQ(again.sweep.question, definition.sweep.question);
  const SweepSpace& space = again.sweep.space;
  EXPECT_EQ(space.keys[0], space.model_keys.find("model.m"));
  EXPECT_EQ(space.keys[2], find_config_key("sram.size"));
  EXPECT_EQ(space.models[space.points[2].model], "gemm:2x8x8:i8");
  EXPECT_EQ(space.model_values(space.points[2]).size(), 2U);
  EXPECT_EQ(settings_text(space, space.points[1]), "sram.size=64KiB");
  EXPECT_EQ(fingerprint_of(plan_sweep(again.sweep)), fingerprint_of(plan_sweep(definition.sweep)));
  const auto refusal = [&text](const std::string& from, const std::string& to) {
    std::string changed = text;
    changed.replace(changed.find(from), from.size(), to);
    return error_of([&] { parse_definition("d/sweep.json", changed); });
  };
  EXPECT_THAT(refusal("\"gemm:{m}x8x8:{t}\"", "\"gemm:{m}x8x8\""),
              HasSubstr("it has an unknown key 'model.t'"));
  EXPECT_THAT(refusal("\"utilisation>0.5\"", "\"utilisation\""), HasSubstr("compares nothing"));
  EXPECT_THAT(refusal("\"pattern_of\": [\n   0", "\"pattern_of\": [\n   2"),
              HasSubstr("it has a model without a pattern"));
  EXPECT_THAT(refusal("\"pattern_of\": [\n   0,", "\"pattern_of\": ["),
              HasSubstr("it has more or fewer models than patterns of them"));
}

TEST(ClusterDefinitionText, WhatIsSaidOfOnnxModelsReadsBack) {
  ClusterDefinition definition = small_definition(small_plan());
  definition.sweep.onnx.sizes = {{"batch", 4}, {"a=b", 128}};
  definition.sweep.onnx.weights = OnnxWeights::kDrawn;
  const std::string text = definition_text(definition);
  const OnnxArguments again = parse_definition("d/sweep.json", text).sweep.onnx;
  ASSERT_EQ(again.sizes.size(), 2U);
  EXPECT_EQ(again.sizes[1].name, "a=b");
  EXPECT_EQ(again.sizes[1].extent, 128U);
  EXPECT_EQ(again.weights, OnnxWeights::kDrawn);
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"\"extent\": 4", "\"extent\": 0"}, {"\"onnx_weights\": 2", "\"onnx_weights\": 3"}}) {
    std::string changed = text;
    changed.replace(changed.find(from), from.size(), to);
    EXPECT_THAT(error_of([&] { parse_definition("d/sweep.json", changed); }),
                HasSubstr("is no whole number from"));
  }
}

TEST(ClusterDefinitionText, WhatIsWrongIsSaid) {
  const SweepPlan plan = small_plan();
  const std::string text = definition_text(small_definition(plan));
  const auto refusal = [&text](const std::string& from, const std::string& to) {
    std::string changed = text;
    changed.replace(changed.find(from), from.size(), to);
    return error_of([&] { parse_definition("d/sweep.json", changed); });
  };
  EXPECT_EQ(refusal("tilewave-cluster-sweep", "tilewave-cluster-sweep"), "");
  const std::string start = "d/sweep.json: is not a sweep of this tilewave on a cluster: ";
  EXPECT_THAT(refusal("\"tilewave\": \"", "\"tilewave\": \"9"), HasSubstr("it was submitted by 9"));
  EXPECT_THAT(refusal("sram.size", "sram.sizes"), HasSubstr(start));
  EXPECT_THAT(refusal("\"seed\"", "\"sed\""), HasSubstr(start));
  EXPECT_THAT(refusal("{", "["), HasSubstr(start));
  for (const char* chunk : {"0", "-1", "2.5", "1e300", "\"2\"", "4294967296", "null"}) {
    EXPECT_THAT(refusal("\"chunk\": 2", std::string("\"chunk\": ") + chunk),
                HasSubstr("its chunk is no whole number from 1 to 4294967295"));
  }
  EXPECT_THAT(refusal("\"verify\": null", "\"verify\": 3"), HasSubstr("its verify is no whole"));
  EXPECT_THAT(refusal("(build ", "(build f"), HasSubstr("results of two builds are not mixed"));
}

TEST(ChooseChunk, AsManyTasksAsAnArrayHas) {
  EXPECT_EQ(choose_chunk(60, 1001, {}), 100U);
  EXPECT_EQ(choose_chunk(200'000, 1001, {}), 200U);  // 200,000 / 1001 = 199.8
  EXPECT_EQ(choose_chunk(60, 1001, 1), 1U);
  EXPECT_EQ(choose_chunk(1001, 1001, 1), 1U);
  EXPECT_EQ(error_of([] { choose_chunk(1002, 1001, 1); }),
            "command line: --chunk 1 makes 1002 tasks of 1002 points, allowed are at most 1001 "
            "(Slurm's MaxArraySize): --chunk 2 or more");
}

}  // namespace
}  // namespace tilewave
