// `tilewave sweep` asked real questions, as a user asks them: models as axes, goals over models, and what
// has to be fulfilled. Answers are worked out again from the exports and from single runs.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "compiler/graph/builtins.h"
#include "tests/support/csv.h"
#include "tests/support/program.h"

namespace tilewave {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using test::read;
using test::Result;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const std::string kPattern = "'gemm:{m}x96x64:{t}'";
const std::string kAxes =
    " --over model.m=8,40 --over model.t=f32,i8 --over 'sram.size=16KiB..64KiB*2' ";

class SweepQuestions : public test::ProgramTest {
 protected:
  Json json(const std::string& arguments, int code = 0) const {
    const Result result = tilewave("sweep " + arguments + " --json -");
    EXPECT_EQ(result.code, code) << result.err;
    return Json::parse(result.out, nullptr, false);
  }

  Json run(const std::string& words) const {
    const Result result = tilewave("run " + words + " --json -");
    EXPECT_EQ(result.code, 0) << result.err;
    return Json::parse(result.out, nullptr, false);
  }
};

std::set<std::size_t> numbers_of(const Json& points) {
  std::set<std::size_t> numbers;
  for (const Json& point : points) {
    numbers.insert(point["point"].get<std::size_t>());
  }
  return numbers;
}

TEST_F(SweepQuestions, ExtentsAndTypesAreAxes) {
  const Json all = json(kPattern + " mlp:8x16x8" + kAxes + "--csv all.csv --report all.html");
  EXPECT_EQ(all["models"].dump(),
            R"(["gemm:8x96x64:f32","gemm:8x96x64:i8","gemm:40x96x64:f32","gemm:40x96x64:i8",)"
            R"("mlp:8x16x8"])");
  EXPECT_EQ(all["patterns"][0]["pattern"], "gemm:{m}x96x64:{t}");
  EXPECT_EQ(all["patterns"][0]["models"].size(), 4U);
  ASSERT_EQ(all["points"].size(), 4U * 3 + 3);
  EXPECT_EQ(all["keys"][0]["numbers"].dump(), "[8,40]");
  EXPECT_EQ(all["keys"][1]["values"].dump(), R"(["f32","i8"])");
  std::map<std::string, std::set<std::uint64_t>> macs;
  for (const Json& point : all["points"]) {
    const std::string model = point["model"];
    macs[model].insert(point["metrics"]["macs"].get<std::uint64_t>());
    if (point.contains("model_values")) {
      EXPECT_EQ("gemm:" + point["model_values"]["model.m"].get<std::string>() +
                    "x96x64:" + point["model_values"]["model.t"].get<std::string>(),
                model);
    }
    EXPECT_EQ(point["settings"].size(), 1U);  // the config's alone
  }
  EXPECT_THAT(macs["gemm:8x96x64:i8"], ElementsAre(8U * 96 * 64));
  EXPECT_THAT(macs["gemm:40x96x64:f32"], ElementsAre(40U * 96 * 64));
  for (const std::size_t number : {1U, 6U, 13U}) {
    const Json& point = all["points"][number];
    const Json alone = run(point["model"].get<std::string>() +
                           " --sram.size=" + point["settings"]["sram.size"].get<std::string>());
    EXPECT_EQ(point["metrics"]["cycles"], alone["cycles"]) << point["model"];
    EXPECT_EQ(point["metrics"]["dram.read_bytes"], alone["dram"]["read_bytes"]);
  }
  const test::CsvFile csv(path("all.csv"));
  ASSERT_EQ(csv.rows().size(), 15U);
  EXPECT_EQ(csv.at(csv.rows()[4], "model.m"), "8");
  EXPECT_EQ(csv.at(csv.rows()[4], "model.t"), "i8");
  EXPECT_EQ(csv.at(csv.rows()[14], "model.m"), "");
  EXPECT_THAT(read(path("all.html")), HasSubstr("sweep: gemm:{m}x96x64:{t}, mlp:8x16x8</title>"));
}

TEST_F(SweepQuestions, SensitivityIsOfThePatternToo) {
  const Json all = json(kPattern + kAxes);
  std::map<std::string, double> logarithms;
  for (const Json& point : all["points"]) {
    logarithms[point["model_values"]["model.m"]] +=
        std::log(point["metrics"]["cycles"].get<double>());
  }
  const double effect = std::exp((logarithms["40"] - logarithms["8"]) / 6);  // of six points each
  int found = 0;
  for (const Json& each : all["analysis"]["sensitivity"]) {
    if (each["model"] == "gemm:{m}x96x64:{t}" && each["key"] == "model.m" &&
        each["metric"] == "cycles") {
      EXPECT_NEAR(each["effect"].get<double>(), effect, 1e-9);
      ++found;
    }
    EXPECT_FALSE(each["model"] == "gemm:8x96x64:i8" && each["key"] == "model.m");
  }
  EXPECT_EQ(found, 1);
  EXPECT_THAT(tilewave("sweep " + kPattern + kAxes).out,
              HasSubstr("\nmodels     gemm:{m}x96x64:{t}\n           cycles move with model.m "));
}

TEST_F(SweepQuestions, ResultsOfAPatternAreThoseOfItsModels) {
  ASSERT_EQ(tilewave("sweep " + kPattern + kAxes).code, 0);
  const std::string alone = "--over 'sram.size=16KiB..64KiB*2'";
  EXPECT_THAT(tilewave("sweep gemm:40x96x64:i8 " + alone).out, HasSubstr("; 3 of them were in"));
  EXPECT_THAT(tilewave("sweep gemm:40x96x64 " + alone).out, HasSubstr("; 3 of them were in"));
  EXPECT_THAT(tilewave("sweep gemm:40x96x64 --type i8 " + alone).out,
              HasSubstr("; 3 of them were in"));
  EXPECT_THAT(tilewave("sweep gemm:40x96x64:u8 " + alone).out, HasSubstr("; 0 of them were in"));
}

TEST_F(SweepQuestions, SamplesAndPointsFilesFillPatterns) {
  const Json sample =
      json("'gemm:{m}x8x8' --sample 8 --over model.m=1..1000 --over sram.banks=8,16 --timing-only");
  ASSERT_EQ(sample["points"].size(), 8U);
  EXPECT_GT(sample["models"].size(), 4U);
  write("p.csv", "model,model.m,sram.banks\ngemm:{m}x8x8,3,8\n,5,16\n");
  const Json points = json("'mlp:{m}x4x4' --points p.csv --type bf16");
  EXPECT_EQ(points["points"][0]["model"], "gemm:3x8x8:bf16");
  EXPECT_EQ(points["points"][1]["model"], "mlp:5x4x4:bf16");
}

/// Σ w·x or exp(Σ w·ln x / Σ w) of the points of a machine.
double goal_of(const Json& all, const Json& machine, const std::string& metric, bool mean,
               const std::map<std::string, double>& weights) {
  std::map<std::size_t, Json> by_number;
  for (const Json& point : all["points"]) {
    by_number[point["point"].get<std::size_t>()] = point;
  }
  double sum = 0;
  double total = 0;
  for (const Json& number : machine["points"]) {
    const Json& point = by_number[number.get<std::size_t>()];
    const double weight = weights.empty() ? 1 : weights.at(point["model"].get<std::string>());
    const double value = point["metrics"][metric].get<double>();
    EXPECT_EQ(point["settings"], machine["settings"]);
    sum += weight * (mean ? std::log(value) : value);
    total += weight;
  }
  return mean ? std::exp(sum / total) : sum;
}

TEST_F(SweepQuestions, MachinesAreComparedByTheirGoal) {
  const std::string models =
      "gemm:96x96x96 mlp:32x64x32x8 --timing-only --over 'sram.size=16KiB..128KiB*2' --over "
      "dram.bandwidth=4GB/s,16GB/s ";
  const struct {
    std::string options;
    std::string metric;
    bool mean;
    bool higher;
    std::map<std::string, double> weights;
  } cases[] = {
      {"--goal 'sum(cycles)'", "cycles", false, false, {}},
      {"--goal 'geomean(dram.read_bytes)'", "dram.read_bytes", true, false, {}},
      {"--goal 'sum(cycles)' --weight mlp:32x64x32x8=100 --weight gemm:96x96x96=0.5",
       "cycles",
       false,
       false,
       {{"mlp:32x64x32x8", 100}, {"gemm:96x96x96", 0.5}}},
      {"--goal 'geomean(utilisation)'", "utilisation", true, true, {}},
  };
  for (const auto& each : cases) {
    const Json all = json(models + each.options + " --csv all.csv");
    ASSERT_EQ(all["machines"].size(), 8U);
    std::map<std::size_t, double> goals;
    for (const Json& machine : all["machines"]) {
      const double goal = goal_of(all, machine, each.metric, each.mean, each.weights);
      EXPECT_NEAR(machine["goal"].get<double>() / goal, 1, 1e-12);
      goals[machine["machine"].get<std::size_t>()] = goal;
    }
    const auto better = [&each](double a, double b) { return each.higher ? a > b : a < b; };
    // A machine is on the front unless another has no more SRAM and is better, or less and as good; of
    // the same the first is.
    for (const Json& front : all["analysis"]["goal"]["pareto"]) {
      if (front["cost"] != "cost.sram_bytes") {
        continue;
      }
      std::set<std::size_t> expected;
      const auto cost = [&all](std::size_t machine) {
        return all["points"][machine]["metrics"]["cost.sram_bytes"].get<double>();
      };
      for (const auto& [machine, goal] : goals) {
        bool beaten = false;
        for (const auto& [other, value] : goals) {
          const bool first =
              cost(other) < cost(machine) || (cost(other) == cost(machine) && other < machine);
          beaten = beaten || (cost(other) <= cost(machine) && better(value, goal)) ||
                   (first && value == goal);
        }
        if (!beaten) {
          expected.insert(machine);
        }
      }
      EXPECT_EQ(front["machines"].get<std::set<std::size_t>>(), expected) << each.options;
    }
    const test::CsvFile csv(path("all.csv"));
    for (const auto& row : csv.rows()) {
      EXPECT_EQ(std::stod(csv.at(row, all["goal"]["name"].get<std::string>())),
                all["machines"][csv.count(row, "machine")]["goal"].get<double>());
    }
    std::size_t best = 0;
    for (const auto& [machine, goal] : goals) {
      best = better(goal, goals[best]) ? machine : best;
    }
    const Json& settings = all["points"][best]["settings"];
    const Result told = tilewave("sweep " + models + each.options);
    EXPECT_THAT(told.out, HasSubstr(" with sram.size=" + settings["sram.size"].get<std::string>() +
                                    " dram.bandwidth=" +
                                    settings["dram.bandwidth"].get<std::string>() + "\n"))
        << each.options;
    EXPECT_THAT(told.out, HasSubstr("over 2 models, for 8 of 8 machines\nbest       "));
  }
}

TEST_F(SweepQuestions, AMachineWithoutOneOfTheModelsHasNoGoal) {
  // The program has its own idea of how much SRAM there is.
  ASSERT_EQ(tilewave("compile gemm:128x128x128 -o p.twp").code, 0);
  const std::string sweep = "p.twp mlp:8x8x8 --timing-only --goal 'sum(cycles)' --over sram.size=";
  const Json all = json(sweep + "32KiB,256KiB");
  ASSERT_EQ(all["machines"].size(), 2U);
  EXPECT_TRUE(all["machines"][0]["goal"].is_null());
  EXPECT_EQ(all["machines"][0]["points"].dump(), "[0,2]");
  EXPECT_TRUE(all["machines"][1]["goal"].is_number());
  EXPECT_THAT(tilewave("sweep " + sweep + "32KiB,256KiB").out,
              HasSubstr("\ngoal       sum(cycles) over 2 models, for 1 of 2 machines\n"));
  const Result none = tilewave("sweep " + sweep + "32KiB --csv a.csv");
  EXPECT_EQ(none.code, 2);
  EXPECT_EQ(none.err,
            "tilewave: no machine has sum(cycles), for which all its points have to be done\n");
  EXPECT_TRUE(fs::exists(path("a.csv")));
}

TEST_F(SweepQuestions, OnlyWhatFulfilsIsShown) {
  const std::string sweep = kPattern + " mlp:8x16x8" + kAxes + "--timing-only ";
  const Json all = json(sweep);
  std::set<std::size_t> expected;
  constexpr double kThreshold = 0.05;
  for (const Json& point : all["points"]) {
    if (point["metrics"]["utilisation"].get<double>() > kThreshold &&
        point["metrics"]["cost.sram_bytes"].get<double>() >= 32768) {
      expected.insert(point["point"].get<std::size_t>());
    }
  }
  ASSERT_GT(expected.size(), 1U);
  ASSERT_LT(expected.size(), all["points"].size());
  const std::string where = "--where 'utilisation>5%' --where 'sram.size>=32KiB' ";
  const Json some = json(sweep + where + "--csv some.csv");
  EXPECT_EQ(numbers_of(some["points"]), expected);
  EXPECT_EQ(some["where"].dump(), R"(["utilisation>5%","sram.size>=32KiB"])");
  const test::CsvFile csv(path("some.csv"));
  std::set<std::size_t> rows;
  for (const auto& row : csv.rows()) {
    rows.insert(csv.count(row, "point"));
  }
  EXPECT_EQ(rows, expected);
  for (const Json& front : some["analysis"]["pareto"]) {
    for (const Json& point : front["points"]) {
      EXPECT_TRUE(expected.contains(point.get<std::size_t>()));
    }
  }
  const Result told = tilewave("sweep " + sweep + where);
  EXPECT_THAT(told.out,
              StartsWith("sweep      15 points: 15 done; 15 of them were in the store\n"));
  EXPECT_THAT(told.out, HasSubstr("\nwhere      " + std::to_string(expected.size()) +
                                  " of 15 points fulfil utilisation>5%, sram.size>=32KiB\n"));
}

TEST_F(SweepQuestions, WithAGoalEveryModelHasToFulfil) {
  const std::string sweep =
      "gemm:96x96x96 mlp:8x16x8 --timing-only --over 'sram.size=16KiB..64KiB*2' --goal "
      "'sum(cycles)' ";
  const Json all = json(sweep);
  double slowest = 0;
  for (const Json& point : all["points"]) {
    slowest = std::max(slowest, point["metrics"]["cycles"].get<double>());
  }
  const Json some = json(sweep + "--where 'cycles<" + std::to_string(slowest) + "'");
  for (const Json& machine : some["machines"]) {
    EXPECT_EQ(machine["points"].size(), 2U);
    EXPECT_TRUE(machine["goal"].is_number());
  }
  EXPECT_EQ(some["points"].size(), 2 * some["machines"].size());
  EXPECT_LT(some["machines"].size(), all["machines"].size());
  EXPECT_GT(some["machines"].size(), 0U);
}

TEST_F(SweepQuestions, WhatDidNotRunFulfilsNothing) {
  const std::string sweep = "gemm:64x64x64 --over sram.size=4KiB,64KiB --timing-only ";
  EXPECT_EQ(numbers_of(json(sweep + "--where 'cycles!=1'")["points"]), std::set<std::size_t>{1});
  EXPECT_EQ(numbers_of(json(sweep + "--where 'sram.size<1MiB'")["points"]),
            (std::set<std::size_t>{0, 1}));
}

TEST_F(SweepQuestions, NothingLeftIsNoSuccess) {
  const Result none = tilewave(
      "sweep gemm:64x64x64 --over sram.size=32KiB,64KiB --where 'utilisation>2' --csv a.csv --json "
      "a.json --report a.html");
  EXPECT_EQ(none.code, 2);
  EXPECT_EQ(none.err, "tilewave: 0 of 2 points fulfil utilisation>2\n");
  EXPECT_THAT(none.out, HasSubstr("\nbest       gemm:64x64x64: no point is done"));
  EXPECT_EQ(test::CsvFile(path("a.csv")).rows().size(), 0U);
  EXPECT_TRUE(Json::parse(read(path("a.json")))["points"].empty());
  EXPECT_TRUE(fs::exists(path("a.html")));
}

TEST_F(SweepQuestions, AreRefusedBeforeAnythingRuns) {
  const std::string sweep = "sweep gemm:8x8x8 'mlp:{b}x8x8' --over sram.banks=8,16 --csv a.csv ";
  const std::string whole = sweep + "--over model.b=1,2 ";
  const struct {
    std::string arguments;
    std::string message;
  } cases[] = {
      {sweep, "model 'mlp:{b}x8x8': nothing sets {b}"},
      {sweep + "--over model.bb=1", "unknown key 'model.bb'; did you mean 'model.b'?"},
      {sweep + "--over model.b=1,x",
       "model.b=x is not a count (a plain whole number); allowed: 1..2147483647"},
      {sweep + "--over model.b=1,0", "model 'mlp:0x8x8': '0' is not a dimension"},
      {sweep + "--over model.b=i8", "model.b=i8"},
      {"sweep 'gemm:{m}8x8x8' --over model.m=1", "a placeholder is a whole extent or the type"},
      {whole + "--where 'utilization>1'", "did you mean 'utilisation'?"},
      {whole + "--where ''", "--where needs a value"},
      {whole + "--where ' '", "compares nothing"},
      {whole + "--where 'cycles>>1'", "'>1' is no value of cycles"},
      {whole + "--goal 'sum(cycels)'", "did you mean 'cycles'?"},
      {whole + "--goal cycles", "is not sum(METRIC) or geomean(METRIC)"},
      {whole + "--goal 'sum(cycles)' --goal 'sum(seconds)'", "--goal is given twice"},
      {whole + "--goal 'sum(cycles)' --weight gemm:8x8x8=1", "--weight is missing for 'mlp:1x8x8'"},
      {whole + "--weight gemm:8x8x8=1", "--weight has no effect without --goal"},
      {whole + "--type i9", "--type=i9 is not a choice; did you mean 'i8'?"},
      {"sweep gemm:8x8x8:f16 --type i8 --over sram.banks=8", "which names its type itself"},
      {"sweep 'gemm:8x8x8:{t}' --type i8 --over model.t=f32", "which names its type itself"},
      {"sweep " TILEWAVE_SOURCE_DIR "/configs/models/residual.graph --type i8 --over sram.banks=8",
       "--type=i8 has no effect: no MODEL is built in, as " + builtin_forms() + " are"},
      {"sweep 'gemm:{m}x8x8' mlp:8x8x8 --sample 4 --over model.m=1..100000 --over sram.banks=8,16 "
       "--goal 'sum(cycles)'",
       "no config has a point of each of the"},
  };
  for (const auto& [arguments, message] : cases) {
    expect_refused(arguments, message);
  }
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(SweepQuestions, ASweepFileAsksTheSame) {
  write("q.ini",
        "[sweep]\nmodels = gemm:{m}x96x64, mlp:8x16x8\ntype = i8\ntiming-only = on\n"
        "config = edge\n"
        "goal = sum(cycles)\nweight = gemm:{m}x96x64:i8=2, mlp:8x16x8=1\n"
        "where = utilisation>0.0001, sram.size<1MiB\n[over]\nmodel.m = 8, 16\nsram.size = 32KiB, "
        "64KiB\n");
  const Json file = json("-f q.ini");
  const Json words = json(
      "'gemm:{m}x96x64' mlp:8x16x8 --type i8 --timing-only -c edge --goal 'sum(cycles)' --weight "
      "'gemm:{m}x96x64=2' --weight mlp:8x16x8=1 --where 'utilisation>0.0001' --where "
      "'sram.size<1MiB' --over model.m=8,16 --over sram.size=32KiB,64KiB");
  EXPECT_EQ(file.dump(), words.dump());
  EXPECT_EQ(file["models"][0], "gemm:8x96x64:i8");
  EXPECT_EQ(file["goal"]["weights"].dump(), "[2.0,2.0,1.0]");
  EXPECT_EQ(file["run_options"], "-c edge --timing-only");
  fs::create_directory(path("sub"));  // a file beside the sweep file needs no ending
  write("sub/mine", "[sram]\nbanks = 8\n");
  write("sub/edge", "this is no machine");
  write("sub/s.ini", "[sweep]\nmodels = gemm:8x8x8\nconfig = mine, edge\n[over]\ndma.setup = 1\n");
  EXPECT_EQ(json("-f sub/s.ini")["base_config"]["compute"]["rows"], "32");
  write("t.ini",
        "[sweep]\nmodels = bert:layers=1,width=8,heads=2,ffn=8,tokens={t}, gemm:8x8x8\n"
        "goal = sum(cycles)\nweight = bert:layers=1,width=8,heads=2,ffn=8,tokens={t}=2, "
        "gemm:8x8x8=1\n"
        "[over]\nmodel.t = 3, 4\n");
  const Json sizes = json("-f t.ini");
  EXPECT_EQ(sizes["models"][1], "bert:layers=1,width=8,heads=2,ffn=8,tokens=4");
  EXPECT_EQ(sizes["goal"]["weights"].dump(), "[2.0,2.0,1.0]");
  const Json other = json("-f q.ini --goal 'geomean(cycles)'");
  EXPECT_EQ(other["goal"]["name"], "geomean(cycles)");
}

TEST_F(SweepQuestions, TheSameBytesForAnyNumberOfJobs) {
  const std::string sweep = "sweep " + kPattern + " mlp:8x16x8" + kAxes +
                            "--goal 'geomean(cycles)' --where 'sram.size>=32KiB' ";
  ASSERT_EQ(tilewave(sweep + "-j 1 --store 1.db --csv 1.csv --json 1.json --report 1.html").code,
            0);
  ASSERT_EQ(tilewave(sweep + "-j 3 --store 3.db --csv 3.csv --json 3.json --report 3.html").code,
            0);
  for (const char* kind : {"csv", "json", "html"}) {
    EXPECT_EQ(read(path(std::string("1.") + kind)), read(path(std::string("3.") + kind))) << kind;
    EXPECT_GT(read(path(std::string("1.") + kind)).size(), 1000U);
  }
  EXPECT_THAT(read(path("1.csv")), Not(HasSubstr("16KiB")));
}

}  // namespace
}  // namespace tilewave
