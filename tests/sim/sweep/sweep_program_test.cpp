// `tilewave sweep` as a user meets it: the same files for any number of jobs and after any
// accident, rows instead of ends, and broken inputs.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/sim/pages/browser_check.h"
#include "tests/support/csv.h"
#include "tests/support/program.h"

namespace tilewave {
namespace {

namespace fs = std::filesystem;
using test::read;
using test::Result;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kGrid =
    "gemm:96x160x128 --over 'sram.size=16KiB..128KiB*2' --over dram.bandwidth=4..16GB/s*2 ";

class SweepProgram : public test::ProgramTest {
 protected:
  Result sweep(const std::string& arguments) const { return tilewave("sweep " + arguments); }

  nlohmann::ordered_json json(const std::string& arguments) const {
    const Result result = sweep(arguments + " --json -");
    EXPECT_EQ(result.code, 0) << result.err;
    return nlohmann::ordered_json::parse(result.out, nullptr, false);
  }

  void wait_for(const std::string& file) const {
    while (!fs::exists(path(file))) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

  /// In a process group of its own, without output.
  pid_t start(const std::vector<std::string>& arguments) const {
    const pid_t child = ::fork();
    if (child == 0) {
      ::setpgid(0, 0);
      const int null = ::open("/dev/null", O_WRONLY);
      ::dup2(null, STDOUT_FILENO);
      ::dup2(null, STDERR_FILENO);
      std::vector<char*> words = {const_cast<char*>(TILEWAVE_BINARY), const_cast<char*>("sweep")};
      for (const std::string& argument : arguments) {
        words.push_back(const_cast<char*>(argument.c_str()));
      }
      words.push_back(nullptr);
      if (::chdir(folder_.c_str()) == 0) {
        ::execv(TILEWAVE_BINARY, words.data());
      }
      ::_exit(127);
    }
    return child;
  }
};

TEST_F(SweepProgram, SaysWhatFollows) {
  const Result result = sweep(kGrid);
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.err, "");
  EXPECT_THAT(result.out,
              StartsWith("sweep      12 points: 12 done; 0 of them were in the store\n"));
  EXPECT_THAT(result.out, HasSubstr("\nbest       gemm:96x160x128: "));
  EXPECT_THAT(result.out, HasSubstr("cycles against cost.sram_bytes: "));
  EXPECT_THAT(result.out, ContainsRegex("cycles move with sram.size [0-9.]+x, dram.bandwidth"));
}

TEST_F(SweepProgram, NumbersAreThoseOfRuns) {
  const auto all = json("gemm:96x160x128 --over dram.bandwidth=4GB/s,8GB/s --sram.banks=8");
  const auto& point = all["points"][1];
  const std::string words =
      "run " + point["model"].get<std::string>() + " " + all["run_options"].get<std::string>() +
      " --dram.bandwidth=" + point["settings"]["dram.bandwidth"].get<std::string>();
  const auto run = nlohmann::ordered_json::parse(tilewave(words + " --json -").out);
  EXPECT_EQ(point["metrics"]["cycles"], run["cycles"]);
  EXPECT_EQ(point["metrics"]["efficiency"], run["efficiency"]);
  EXPECT_EQ(point["metrics"]["max_abs_error"], run["max_abs_error"]);
  EXPECT_EQ(point["metrics"]["load_dma.wait_dram"], run["engines"]["load_dma"]["wait_dram"]);
  EXPECT_EQ(point["metrics"]["cost.sram_bytes"], 262144);
  EXPECT_EQ(point["metrics"]["cost.dram_bytes_per_second"], 8'000'000'000);
  EXPECT_EQ(point["metrics"]["cost.array_macs"], 1024);
}

TEST_F(SweepProgram, JobsChangeNothing) {
  for (const char* jobs : {"1", "2", "5"}) {
    const std::string name = jobs;
    EXPECT_EQ(sweep(kGrid + "-j " + name + " --store s" + name + " --csv " + name + ".csv --json " +
                    name + ".json")
                  .code,
              0);
    EXPECT_EQ(read(path(name + ".csv")), read(path("1.csv")));
    EXPECT_EQ(read(path(name + ".json")), read(path("1.json")));
  }
}

TEST_F(SweepProgram, TheReportShowsTheExportInABrowser) {
  ASSERT_EQ(sweep(kGrid + "--over dma.setup=4,16 --json all.json --report all.html").code, 0);
  test::check_in_browser("check_sweep_page.py", read(path("all.html")),
                         nlohmann::ordered_json::parse(read(path("all.json"))), "grid");
}

TEST_F(SweepProgram, ASecondSweepRunsNothing) {
  ASSERT_EQ(sweep(kGrid + "--csv 1.csv").code, 0);
  const Result again = sweep(kGrid + "--csv 2.csv");
  EXPECT_THAT(again.out,
              StartsWith("sweep      12 points: 12 done; 12 of them were in the store\n"));
  EXPECT_EQ(read(path("1.csv")), read(path("2.csv")));
  const Result more = sweep("gemm:96x160x128 --over sram.size=64KiB,256KiB --dram.bandwidth=8GB/s");
  EXPECT_THAT(more.out, StartsWith("sweep      2 points: 2 done; 1 of them were in the store\n"));
}

TEST_F(SweepProgram, NumbersStandBesideTextsThatAreNotJustNumbers) {
  ASSERT_EQ(sweep("gemm:64x64x64 --timing-only --over sram.size=64KiB,1MiB --over "
                  "clock.period=1ns,1.5GHz --over tile.m=auto,16 --over sram.banks=8 --over "
                  "dram.bandwidth=8GB/s --over dram.latency=60ns --csv all.csv")
                .code,
            0);
  const test::CsvFile table(path("all.csv"));
  const auto cells = [&table](std::size_t row, const std::vector<std::string>& columns) {
    std::vector<std::string> texts;
    for (const std::string& column : columns) {
      texts.push_back(table.at(table.rows()[row], column));
    }
    return texts;
  };
  const std::vector<std::string> size = {"sram.size", "sram.size [B]"};
  EXPECT_THAT(cells(0, size), ElementsAre("64KiB", "65536"));
  EXPECT_THAT(cells(7, size), ElementsAre("1MiB", "1048576"));
  const std::vector<std::string> clock = {"clock.period", "clock.period [ps]"};
  EXPECT_THAT(cells(0, clock), ElementsAre("1ns", "1000"));
  EXPECT_THAT(cells(2, clock), ElementsAre("1.5GHz", "666.6666666666666"));
  const std::vector<std::string> tile = {"tile.m", "tile.m [1]"};
  EXPECT_THAT(cells(0, tile), ElementsAre("auto", ""));
  EXPECT_THAT(cells(1, tile), ElementsAre("16", "16"));
  EXPECT_EQ(cells(0, {"dram.bandwidth [B/s]"})[0], "8000000000");
  EXPECT_EQ(cells(0, {"dram.latency [ps]"})[0], "60000");
  EXPECT_FALSE(table.has("sram.banks [1]"));  // they are numbers already
}

TEST_F(SweepProgram, SurvivesBeingKilledAtAnyTime) {
  const std::vector<std::string> words = {"gemm:192x256x192",
                                          "--over",
                                          "sram.size=16KiB..512KiB*2",
                                          "--over",
                                          "dram.bandwidth=2..32GB/s*2",
                                          "--store",
                                          "killed",
                                          "--csv",
                                          "killed.csv"};
  for (const int milliseconds : {5, 20, 40, 80, 160}) {
    const pid_t child = start(words);
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    ::kill(-child, SIGKILL);  // with its workers
    ::waitpid(child, nullptr, 0);
  }
  std::string line;
  for (const std::string& word : words) {
    line += word + " ";
  }
  EXPECT_EQ(sweep(line).code, 0);
  const std::size_t store = line.find("--store");
  EXPECT_EQ(sweep(line.substr(0, store) + "--store whole --csv whole.csv").code, 0);
  EXPECT_EQ(read(path("killed.csv")), read(path("whole.csv")));
  for (const auto& entry : fs::directory_iterator(folder_)) {
    EXPECT_THAT(entry.path().filename().string(), ::testing::Not(HasSubstr("tmp")));
  }
}

TEST_F(SweepProgram, StopsInOrderAndGoesOn) {
  const std::vector<std::string> words = {"gemm:512x512x512", "--over", "dma.setup=0..199+1",
                                          "--csv", "out.csv"};
  const pid_t child = start(words);
  wait_for("tilewave-sweep.sqlite-wal");
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  ::kill(child, SIGINT);
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 130);
  EXPECT_FALSE(fs::exists(path("out.csv")));
  EXPECT_THAT(sweep("gemm:512x512x512 --over dma.setup=0,1 --timing-only").code, 0);
}

TEST_F(SweepProgram, WhatDoesNotFitIsARow) {
  const auto all = json("gemm:64x64x64 --over sram.size=4KiB,12KiB,64KiB --over sram.banks=3,4");
  std::string statuses;
  for (const auto& point : all["points"]) {
    statuses += point["status"].get<std::string>() + " ";
  }
  EXPECT_EQ(statuses, "invalid invalid done done invalid done ");  // 3 banks: 12 KiB = 3 · 64 · 64
  EXPECT_THAT(all["points"][0]["message"].get<std::string>(),
              HasSubstr("sram.size=4KiB does not fit"));
  EXPECT_TRUE(all["points"][0]["metrics"].empty());
}

TEST_F(SweepProgram, WhatTakesTooLongIsARowAndIsTriedAgain) {
  const std::string slow = "gemm:1024x1024x1024 --over dma.setup=1,2 --timing-only ";
  const Result first = sweep(slow + "--timeout 0.001");
  EXPECT_EQ(first.code, 2);
  EXPECT_EQ(first.err,
            "tilewave: none of 2 points is done: 2 timeout; point 0 is timeout: took longer than "
            "0.001 s\n");
  EXPECT_THAT(first.out, StartsWith("sweep      2 points: 0 done, 2 timeout; 0 of them"));
  EXPECT_THAT(first.out, HasSubstr("timeout    point 0: took longer than 0.001 s"));
  EXPECT_THAT(sweep(slow).out, StartsWith("sweep      2 points: 2 done; 0 of them"));
}

TEST_F(SweepProgram, ComingToNothingIsNoSuccess) {
  const Result invalid = sweep("gemm:64x64x64 --over sram.size=4KiB,8KiB --csv all.csv");
  EXPECT_EQ(invalid.code, 2);
  EXPECT_THAT(invalid.err, StartsWith("tilewave: none of 2 points is done: 2 invalid; point 0 is"));
  EXPECT_THAT(read(path("all.csv")), HasSubstr("invalid"));  // rows say why
  const Result some = sweep("gemm:64x64x64 --over sram.size=4KiB,64KiB");
  EXPECT_EQ(some.code, 0);
  EXPECT_EQ(some.err, "");
  // The large one takes several times as long on any machine, the other a hundredth even under a
  // sanitizer; its result is worth a 0.
  const Result late = sweep(
      "gemm:8x8x8 gemm:2048x2048x1024 --over dma.setup=1 --timing-only "
      "--timeout 1 --tile.m=8 --tile.n=8 --tile.k=8");
  EXPECT_EQ(late.code, 0);
  EXPECT_EQ(late.err, "tilewave: 1 of 2 points crashed or took too long\n");
}

TEST_F(SweepProgram, CountsPointsThatWereInTheStore) {
  write("p.csv", "sram.banks,dma.setup\n8,4\n8,4\n16,4\n3,4\n");  // one twice, one invalid
  EXPECT_THAT(sweep("gemm:64x64x64 --points p.csv").out, HasSubstr("; 0 of them were in the"));
  EXPECT_THAT(sweep("gemm:64x64x64 --points p.csv").out, HasSubstr("; 3 of them were in the"));
}

TEST_F(SweepProgram, OtherBuildsResultsAreLeftAlone) {
  ASSERT_EQ(sweep(kGrid).code, 0);
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path("tilewave-sweep.sqlite").c_str(), &database), SQLITE_OK);
  // As another build would have left them: under other keys.
  EXPECT_EQ(sqlite3_exec(database,
                         "UPDATE results SET build = '0123456789ab', key = 'x' || substr(key, 2)",
                         nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(database);
  EXPECT_THAT(sweep(kGrid).out,
              HasSubstr("; 0 of them were in the store, 12 results of other builds left alone\n"));
  EXPECT_THAT(sweep(kGrid).out,
              HasSubstr("; 12 of them were in the store, 12 results of other builds left alone\n"));
}

TEST_F(SweepProgram, ADamagedStoreIsRefused) {
  ASSERT_EQ(sweep(kGrid).code, 0);
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path("tilewave-sweep.sqlite").c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, "UPDATE results SET metrics = '{}'", nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(database);
  expect_refused("sweep " + kGrid + "--csv all.csv", "is damaged: it does not match its checksum");
  EXPECT_FALSE(fs::exists(path("all.csv")));
}

TEST_F(SweepProgram, StoresThatWouldBeGone) {
  const std::string over = "sweep gemm:8x8x8 --over sram.banks=8,16 ";
  expect_refused(over + "--store :memory:", "--store :memory:: is no file to SQLite");
  expect_refused(over + "--store 'file:s?mode=memory'", "is no file to SQLite");
  expect_refused(over + "--store ''", "--store");
  expect_refused(over + "--store -", "cannot be standard output");
  for (const char* suffix : {"-wal", "-shm", "-journal"}) {
    expect_refused(over + "--store s.db --csv s.db" + suffix, "SQLite keeps beside the store s.db");
    expect_refused(over + "--store s.db --json ./s.db" + suffix, "SQLite keeps beside the store");
  }
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(SweepProgram, AStoreRemovedMeanwhileIsMissed) {
  const pid_t child = start({"gemm:512x512x512", "--over", "dma.setup=0..199+1", "--csv", "a.csv"});
  wait_for("tilewave-sweep.sqlite-wal");
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  fs::remove(path("tilewave-sweep.sqlite"));
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 2);
  EXPECT_FALSE(fs::exists(path("a.csv")));
}

TEST_F(SweepProgram, FewFilesMakeFewWorkers) {
  const std::string command = "cd '" + folder_.string() +
                              "' && ulimit -n 32 && '" TILEWAVE_BINARY "' sweep " + kGrid +
                              "--over dma.setup=1..8+1 -j 64 >out 2>err";
  const int status = std::system(command.c_str());
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_THAT(read(path("err")),
              ::testing::MatchesRegex("tilewave: [0-9]+ worker processes instead "
                                      "of 64: Too many open files\n"));
  EXPECT_THAT(read(path("out")), StartsWith("sweep      96 points: 96 done"));
}

TEST_F(SweepProgram, NamesThatAreNoUtf8AreReplaced) {
  write("m\xFF.graph", read(TILEWAVE_SOURCE_DIR "/configs/models/residual.graph"));
  const Result result = sweep(
      "m\xFF.graph --over sram.banks=8,16 --csv a.csv --json a.json "
      "--report a.html");
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(read(path("a.csv")), HasSubstr("0,m\xEF\xBF\xBD.graph,"));
  EXPECT_THAT(read(path("a.json")), HasSubstr("\"m\xEF\xBF\xBD.graph\""));
  EXPECT_THAT(read(path("a.html")), HasSubstr("sweep: m\xEF\xBF\xBD.graph</title>"));
  EXPECT_THAT(read(path("a.html")), ::testing::Not(HasSubstr("\xFF")));
}

TEST_F(SweepProgram, SamplesAndPointsFiles) {
  const auto sample =
      json("gemm:64x64x64 --sample 9 --over dram.bandwidth=4..32GB/s --sampler lhs");
  EXPECT_EQ(sample["points"].size(), 9U);
  write("p.csv", "model,sram.banks,dma.setup\nmlp:8x16x8,8,\n,16,4\n");
  const auto points = json("gemm:64x64x64 --points p.csv");
  ASSERT_EQ(points["points"].size(), 2U);
  EXPECT_EQ(points["points"][0]["model"], "mlp:8x16x8");
  EXPECT_EQ(points["points"][0]["settings"].dump(), R"({"sram.banks":"8"})");
  EXPECT_EQ(points["points"][1]["settings"].dump(), R"({"sram.banks":"16","dma.setup":"4"})");
}

TEST_F(SweepProgram, ASweepFileHoldsTheSame) {
  write("machine.ini", "[sram]\nbanks = 8\n");
  write("s.ini",
        "# a sweep\n[sweep]\nmodels = gemm:64x64x64, gemm:32x64x32\nconfig = machine.ini\n"
        "timing-only = on\njobs = 1\n[over]\nsram.size = 16KiB..64KiB*2 # three\n"
        "dma.setup = 1,2\n[dram]\nbandwidth = 8GB/s\n");
  const auto by_file = json("--file s.ini --store a");
  const auto by_words = json(
      "gemm:64x64x64 gemm:32x64x32 -c machine.ini --timing-only -j1 --dram.bandwidth=8GB/s "
      "--over 'sram.size=16KiB..64KiB*2' --over dma.setup=1,2 --store b");
  EXPECT_EQ(by_file, by_words);
  EXPECT_EQ(by_file["points"].size(), 12U);
  const auto other = json("gemm:8x8x8 --file s.ini --over sram.banks=4 --dram.bandwidth=4GB/s");
  EXPECT_EQ(other["points"].size(), 1U);
  EXPECT_EQ(other["base_config"]["dram"]["bandwidth"], "4GB/s");
}

TEST_F(SweepProgram, BrokenSweepFiles) {
  const auto refuse = [this](const std::string& text, const std::string& message) {
    write("s.ini", text);
    expect_refused("sweep --file s.ini", message);
  };
  refuse("", "s.ini: is empty; a sweep file has sections [sweep] and [over]");
  refuse("[sweep]\nmodel = gemm:8x8x8\n",
         "s.ini:2: unknown key 'model' of [sweep]; did you mean 'models'?");
  refuse("[sweep]\nmodels\n", "s.ini:2: expected '[section]', 'key = value' or '# comment'");
  refuse("[sweep]\nmodels = gemm:8x8x8,,a\n", "s.ini:2: an entry of the list is empty");
  refuse("[sweep]\njobs = 1\njobs = 2\n", "s.ini:3: jobs is given twice");
  refuse("[sweep]\ntiming-only = yes\n", "s.ini:2: timing-only=yes is not a choice");
  refuse("[swept]\njobs = 1\n", "s.ini:1: unknown section 'swept'");
  refuse("[sweep]\nmodels = gemm:8x8x8\n", "sweep needs --over KEY=VALUES");
  expect_refused("sweep --file none.ini", "none.ini: no such sweep file");
}

TEST_F(SweepProgram, Refuses) {
  const std::string over = "--over sram.banks=8,16";
  expect_refused("sweep", "sweep needs a MODEL");
  expect_refused("sweep gemm:8x8x8", "sweep needs --over KEY=VALUES or --points FILE");
  expect_refused("sweep " + over, "sweep needs a MODEL");
  expect_refused("sweep gemm:8x8x8 gemm:8x8x8 " + over, "the MODEL 'gemm:8x8x8' is given twice");
  expect_refused("sweep gemm:8x8 " + over, "gemm:8x8");
  expect_refused("sweep gemm:8x8x8 --over sram.bank=1", "did you mean 'sram.banks'?");
  expect_refused("sweep gemm:8x8x8 --over sram.banks=", "has no values");
  expect_refused("sweep gemm:8x8x8 --over sram.banks=9..8+1", "ends below its beginning");
  expect_refused("sweep gemm:8x8x8 --over sram.banks=1..8", "for --sample only");
  expect_refused("sweep gemm:8x8x8 --sram.banks=4 " + over,
                 "sram.banks=4 has no effect: sram.banks is swept");
  expect_refused("sweep gemm:8x8x8 " + over + " --points p.csv", "does not go with --over");
  expect_refused("sweep gemm:8x8x8 --points none.csv", "none.csv: no such points file");
  expect_refused("sweep gemm:8x8x8 --sampler lhs " + over, "no effect without --sample");
  expect_refused("sweep gemm:8x8x8 --sample 0 " + over, "--sample=0 is out of range");
  expect_refused("sweep gemm:8x8x8 --jobs 0 " + over, "--jobs=0 is out of range");
  expect_refused("sweep gemm:8x8x8 --timeout soon " + over, "--timeout=soon is not a time");
  expect_refused("sweep gemm:8x8x8 --timeout -1 " + over, "--timeout");
  expect_refused("sweep gemm:8x8x8 --csv a --json a " + over, "is the file of two outputs");
  expect_refused("sweep gemm:8x8x8 --csv a --store a " + over, "is the file of two outputs");
  expect_refused("sweep gemm:8x8x8 --csv - --json - " + over, "cannot both go to standard output");
  expect_refused("sweep gemm:8x8x8 --report - " + over, "--report=- is not a file name");
  expect_refused("sweep gemm:8x8x8 --report a.htm " + over, "has to end in .html");
  expect_refused("sweep gemm:8x8x8 --csv no/a.csv " + over, "there is no directory");
  expect_refused("sweep gemm:8x8x8 --store no/a " + over, "there is no directory");
  expect_refused("sweep gemm:8x8x8 --store /proc/a " + over, "--store /proc/a: cannot be written");
  write("letter", "dear friend, this is no database but a rather long letter about other things");
  expect_refused("sweep gemm:8x8x8 --store letter " + over, "is not a store of results");
  EXPECT_FALSE(fs::exists(path("a")));
}

TEST_F(SweepProgram, AFullDiskLeavesNothingHalf) {
  const int status = std::system("unshare -m true 2>/dev/null");
  if (status != 0) {
    GTEST_SKIP() << "no right to mount a small file system here";
  }
  const std::string disk = path("disk");
  fs::create_directories(disk);
  write("script", "mount -t tmpfs -o size=300k tmpfs disk && cd disk\n'" TILEWAVE_BINARY
                  "' sweep gemm:32x32x32 --timing-only --over dma.setup=0..999+1 --csv all.csv "
                  "--store s >../out.txt 2>../err.txt\ncode=$?\nls >../ls.txt\nexit $code\n");
  const int code = std::system(("cd '" + folder_.string() + "' && unshare -m sh script").c_str());
  ASSERT_TRUE(WIFEXITED(code));
  EXPECT_EQ(WEXITSTATUS(code), 2) << read(path("err.txt"));
  EXPECT_THAT(read(path("err.txt")), HasSubstr("the disk is full; what is in the store is kept"));
  EXPECT_THAT(read(path("ls.txt")), ::testing::Not(HasSubstr("all.csv")));
}

}  // namespace
}  // namespace tilewave
