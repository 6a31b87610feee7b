// The built program as a user meets it: exit codes, what goes to which stream, and what is left on
// the disk.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>

#include "compiler/base/sanitizer.h"
#include "tests/support/program.h"

namespace tilewave {
namespace {

namespace fs = std::filesystem;
using test::read;
using test::Result;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kTileflow = " -c " TILEWAVE_SOURCE_DIR "/configs/tileflow.ini ";
const std::string kMlp = "mlp:128x128x64x32x32";

class ProgramRun : public test::ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    write("good.graph",
          "graph good\ninput x 50x70\nparam w 70x40\nh = matmul x w\ny = relu h\n"
          "output y\n");
  }

  nlohmann::ordered_json json(const std::string& arguments) const {
    const Result result = tilewave("run " + arguments + " --json -");
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(result.err, "");
    return nlohmann::ordered_json::parse(result.out, nullptr, false);
  }
};

TEST_F(ProgramRun, ReportsAndEndsVerified) {
  const Result result = tilewave("run " + kMlp + kTileflow);
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.err, "");
  EXPECT_THAT(result.out, HasSubstr("148 uOps -> 99 ops: 39 loads, 44 executes, 16 stores"));
  EXPECT_THAT(result.out, HasSubstr("\nverified: 1 output, 4,096 elements, max abs error "));
  EXPECT_THAT(result.out, EndsWith(" (full)\n"));
}

TEST_F(ProgramRun, GoldenBaselineAsJson) {
  const auto result = json(kMlp + kTileflow);
  ASSERT_FALSE(result.is_discarded()) << "standard output is not JSON alone";
  EXPECT_EQ(result["schema"], "tilewave-run");
  EXPECT_EQ(result["verified"], true);
  const auto& compile = result["compile"];
  EXPECT_EQ(compile["operators"], 5);
  EXPECT_EQ(compile["operators_fused"], 3);
  EXPECT_EQ(compile["uops"], 148);
  EXPECT_EQ(compile["scheduled_ops"], 99);
  EXPECT_EQ(compile["loads"], 39);
  EXPECT_EQ(compile["loads_eliminated"], 49);
  EXPECT_EQ(compile["executes"], 44);
  EXPECT_EQ(compile["stores"], 16);
  EXPECT_EQ(compile["peak_sram_bytes"], 53248);
  EXPECT_EQ(compile["final_live_bytes"], 0);
  for (const auto& engine : result["engines"]) {
    std::uint64_t sum = 0;
    for (const auto& [name, cycles] : engine.items()) {
      sum += name == "ops" ? 0 : cycles.get<std::uint64_t>();
    }
    EXPECT_EQ(sum, result["cycles"]);
  }
  EXPECT_GT(result["host"]["wall_seconds"], 0);
  EXPECT_GT(result["host"]["peak_rss_bytes"], 1000000);
}

TEST_F(ProgramRun, TwoRunsDifferInTheHostOnly) {
  auto first = json("good.graph");
  auto second = json("good.graph");
  first.erase("host");
  second.erase("host");
  EXPECT_EQ(first.dump(), second.dump());
}

TEST_F(ProgramRun, TimingOnlyHasTheSameCycles) {
  const auto full = json(kMlp);
  const auto timing = json(kMlp + " --timing-only");
  EXPECT_EQ(full["cycles"], timing["cycles"]);
  EXPECT_EQ(full["engines"], timing["engines"]);
  EXPECT_TRUE(timing["verified"].is_null());
  EXPECT_THAT(tilewave("run good.graph --timing-only").out,
              EndsWith("\nnot verified (timing only)\n"));
  EXPECT_THAT(tilewave("run good.graph --verify=off").out,
              EndsWith("\nnot verified (--verify=off)\n"));
}

TEST_F(ProgramRun, OverlapSavesTimeOnTheDefaultMachine) {
  const auto on = json(kMlp);
  const auto off = json(kMlp + " --sequencer.overlap=off");
  EXPECT_LT(on["cycles"], off["cycles"]);
  EXPECT_EQ(on["max_abs_error"], off["max_abs_error"]);
}

TEST_F(ProgramRun, TheResolvedConfigReproducesTheRun) {
  const std::string options = kMlp + " --sram.size=64KiB --dram.channels=2";
  const Result config = tilewave("run " + options + " --print-config");
  EXPECT_EQ(config.code, 0);
  write("c.ini", config.out);
  auto first = json(options);
  auto second = json(kMlp + " -c c.ini");
  first.erase("host");
  second.erase("host");
  EXPECT_EQ(first.dump(), second.dump());
}

TEST_F(ProgramRun, ProgramFilesInBothForms) {
  EXPECT_EQ(tilewave("compile good.graph -o p.tw").out, "");
  EXPECT_EQ(tilewave("compile good.graph -o p.twb --format binary").code, 0);
  EXPECT_THAT(tilewave("check p.tw").out, StartsWith("p.tw: ok, "));
  EXPECT_THAT(tilewave("check p.twb").out, StartsWith("p.twb: ok, "));
  EXPECT_EQ(tilewave("compile p.twb").out, read(path("p.tw")));
  EXPECT_EQ(tilewave("compile p.tw --format binary").out, read(path("p.twb")));
  EXPECT_EQ(tilewave("compile p.tw --dump canonical").out,
            tilewave("compile good.graph --dump canonical").out);
  const auto graph = json("good.graph");
  for (const char* other : {"p.tw", "p.twb", "good.graph --program p.tw"}) {
    const auto result = json(other);
    const bool alone = std::string(other).starts_with("p.");
    EXPECT_EQ(result["verdict"], alone ? "consistent" : "verified") << other;
    EXPECT_EQ(result["verified"], !alone) << other;
    EXPECT_EQ(result["cycles"], graph["cycles"]) << other;
    EXPECT_EQ(result["max_abs_error"], graph["max_abs_error"]) << other;
  }
  EXPECT_EQ(json("p.tw")["verification"]["reference"], "program order");
  EXPECT_EQ(json("p.tw --verify=sampled")["verdict"], "consistent");
  EXPECT_THAT(tilewave("run p.tw").out, HasSubstr("\nconsistent with itself: 1 output, "));
}

TEST_F(ProgramRun, AProgramThatComputesSomethingElseFails) {
  const Result good = tilewave("compile good.graph");
  std::string wrong = good.out;
  const std::size_t relu = wrong.find(" relu\n");
  ASSERT_NE(relu, std::string::npos);
  wrong.erase(relu, 5);  // legal, but one tile is stored as it is
  write("wrong.tw", wrong);
  EXPECT_EQ(tilewave("check wrong.tw").code, 0);
  const Result result = tilewave("run good.graph --program wrong.tw --json wrong.json");
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.err, "");
  EXPECT_THAT(result.out, HasSubstr("\nFAILED: "));
  EXPECT_THAT(result.out, HasSubstr("first: tensor y, tile [0,0], element [0,"));
  EXPECT_EQ(nlohmann::json::parse(read(path("wrong.json")))["verified"], false);
}

TEST_F(ProgramRun, DumpsEveryStage) {
  const auto dump = [this](const std::string& stage) {
    return tilewave("compile good.graph --sram.size=12KiB --dump " + stage).out;
  };
  EXPECT_THAT(dump("graph"), HasSubstr("y = matmul+relu x w\n"));
  EXPECT_THAT(dump("uops"), HasSubstr("x[1,2]"));
  EXPECT_THAT(dump("schedule"), StartsWith("# 40 uOps, "));
  EXPECT_THAT(dump("schedule"), HasSubstr("  # again: dropped since op "));
  EXPECT_THAT(tilewave("compile good.graph --dump schedule").out, HasSubstr("-  resident x[0,0]"));
  EXPECT_THAT(dump("program"), StartsWith("tilewave-program 3\n"));
  EXPECT_THAT(dump("canonical"), StartsWith("L x 0 0 0 4096 "));
  EXPECT_EQ(tilewave("compile " + kMlp + kTileflow + "--dump canonical").out,
            read(TILEWAVE_SOURCE_DIR "/tests/data/tileflow_mlp_256KiB.ops.txt"));
}

TEST_F(ProgramRun, WritesFilesAndNoTemporaries) {
  const Result result = tilewave(
      "run good.graph --json r.json --vcd w.vcd --trace t.json --layers l.csv --ops o.csv");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(nlohmann::json::parse(read(path("r.json")))["verified"], true);
  EXPECT_THAT(read(path("w.vcd")), HasSubstr("$enddefinitions"));
  EXPECT_THAT(read(path("w.gtkw")), HasSubstr("[dumpfile] \"w.vcd\""));
  EXPECT_TRUE(nlohmann::json::parse(read(path("t.json")))["traceEvents"].is_array());
  EXPECT_THAT(read(path("l.csv")), StartsWith("layer,kind,type,factors,m,n,k,macs,"));
  EXPECT_THAT(read(path("o.csv")), StartsWith("op,opcode,unit,tensor,row,col,"));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 7);
}

TEST_F(ProgramRun, LayersTakeTheReportsPlaceOnStandardOutput) {
  const Result result = tilewave("run good.graph --layers -");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, StartsWith("layer,kind,"));
  EXPECT_THAT(result.out, HasSubstr("\nno layer,,"));
  EXPECT_THAT(result.out, Not(HasSubstr("verified:")));
  expect_refused("run good.graph --layers - --json -", "-: is the file of two outputs");
}

TEST_F(ProgramRun, TablesAreTheSameInEveryRun) {
  const std::string run = "run good.graph --timing-only --layers l%.csv --ops o%.csv";
  for (const std::string number : {"1", "2"}) {
    std::string line = run;
    for (std::size_t at = line.find('%'); at != std::string::npos; at = line.find('%')) {
      line.replace(at, 1, number);
    }
    ASSERT_EQ(tilewave(line).code, 0);
  }
  EXPECT_EQ(read(path("l1.csv")), read(path("l2.csv")));
  EXPECT_EQ(read(path("o1.csv")), read(path("o2.csv")));
}

TEST_F(ProgramRun, WatchingChangesNoNumber) {
  const auto plain = json(kMlp);
  const auto watched = json(kMlp + " --vcd w.vcd --trace t.json --layers l.csv --ops o.csv");
  for (const char* field : {"cycles", "engines", "sram", "bus", "dram", "overlap_cycles"}) {
    EXPECT_EQ(plain[field], watched[field]) << field;
  }
}

TEST_F(ProgramRun, TimelineAndOpsAreStreamed) {
  if (kAddressSanitizer) {
    GTEST_SKIP() << "the sanitizer keeps what is freed";
  }
  const std::string run = "gemm:1024x1024x1024 --timing-only ";
  const auto peak = [&](const std::string& options) {
    return json(run + options)["host"]["peak_rss_bytes"].get<std::uint64_t>();
  };
  constexpr std::uint64_t kMebibyte = 1024 * 1024;
  const std::uint64_t watched = peak("--trace t.json");
  EXPECT_GT(fs::file_size(path("t.json")), 50 * kMebibyte);
  EXPECT_LT(watched, peak("") + 4 * kMebibyte);
  EXPECT_LT(watched, 100 * kMebibyte);
  // 43,685 rows of 100 bytes.
  EXPECT_LT(peak("--ops o.csv"), peak("") + 1 * kMebibyte);
  EXPECT_GT(fs::file_size(path("o.csv")), 4 * kMebibyte);
}

TEST_F(ProgramRun, AWindowThatTheRunNeverReachesLeavesNothing) {
  const std::string run = "run good.graph --vcd w.vcd ";
  expect_refused(run + "--vcd-window 1ms..2ms", "--vcd-window 1ms..2ms: the run ends at ");
  expect_refused(run + "--vcd-ops 5..1000", "--vcd-ops 5..1000: the program has ");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
  EXPECT_EQ(tilewave(run + "--vcd-window 100..200 --vcd-scope compute").code, 0);
  EXPECT_THAT(read(path("w.vcd")), EndsWith("#200000\n"));
}

TEST_F(ProgramRun, HelpAndVersion) {
  EXPECT_THAT(tilewave("--help").out, HasSubstr("Usage: tilewave COMMAND"));
  EXPECT_THAT(tilewave("--version").out, StartsWith("tilewave "));
  EXPECT_EQ(tilewave("run --help").code, 0);
}

TEST_F(ProgramRun, RefusesWrongModels) {
  write("empty", "");
  write("unknown.graph", "input x 2x2\ny = relu q\noutput y\n");
  write("shapes.graph", "input x 2x2\nparam w 3x2\ny = matmul x w\noutput y\n");
  write("twice.graph", "input x 2x2\ninput x 2x2\ny = relu x\noutput y\n");
  write("cycle.graph", "input x 2x2\na = add x b\nb = relu a\noutput b\n");
  write("m.onnx", "\x08\x07");
  expect_refused("run mlp:0x0", "model 'mlp:0x0': '0' is not a dimension");
  expect_refused("run gemm:1x2", "expected gemm:MxKxN");
  expect_refused("run gemm:99999999x99999999x99999999", "9999999800000001 elements");
  expect_refused("run gemm:99999x99999x99999", "graph 'gemm' needs ");
  expect_refused("run mpl:1x2x3", "did you mean 'mlp'?");
  expect_refused("run conv:1x2", "no built-in 'conv'");
  expect_refused("run none.graph", "none.graph: no such model file");
  expect_refused("run .", ".: is a directory, not a model file");
  expect_refused("run empty", "empty: is empty");
  expect_refused("run m.onnx", "m.onnx: ");
  expect_refused("run unknown.graph", "unknown.graph:2: ");
  expect_refused("run shapes.graph", "shapes.graph:3: ");
  expect_refused("run twice.graph", "twice.graph:2: ");
  expect_refused("run cycle.graph", "cycle.graph:2: ");
  expect_refused("run 'bad\nname'", "bad?name: no such model file");
}

TEST_F(ProgramRun, RefusesWrongPrograms) {
  tilewave("compile good.graph -o p.twb --format binary");
  const std::string program = read(path("p.twb"));
  write("short.twb", program.substr(0, 100));
  std::string flipped = program;
  flipped[200] = static_cast<char>(flipped[200] ^ 4);
  write("flipped.twb", flipped);
  write("empty", "");
  expect_refused("run short.twb", "short.twb: byte 100: truncated");
  expect_refused("check flipped.twb", "the file is damaged");
  expect_refused("check empty", "empty: is empty");
  expect_refused("check none", "none: no such program file");
  expect_refused("check good.graph", "good.graph: is not a program");
  expect_refused("run gemm:64x64x64 --program p.twb", "does not match the model");
  expect_refused("run p.twb --program p.twb", "is a program already");
  expect_refused("run p.twb --sram.size=12KiB", "bytes of SRAM, sram.size is 12288");
  expect_refused("compile p.twb --dump uops", "allowed: --dump=program or canonical");
}

TEST_F(ProgramRun, RefusesWrongSettings) {
  expect_refused("run good.graph --sram.bank=4", "did you mean 'sram.banks'?");
  expect_refused("run good.graph --sram.size=10KiB", "sram.size=10KiB");
  expect_refused("run good.graph --sram.size=-1", "sram.size=-1");
  expect_refused("run good.graph --sram.banks=0", "sram.banks=0");
  expect_refused("run good.graph --clock.period=0", "clock.period=0");
  expect_refused("run good.graph -c none.ini", "none.ini: no such config file");
  expect_refused("run good.graph -c .", ".: is a directory, not a config file");
}

TEST_F(ProgramRun, FindsOutAboutOutputsBeforeAnyWork) {
  // A model that would take seconds, were it compiled and run.
  const std::string run = "run gemm:2048x2048x2048 ";
  expect_refused(run + "--json no/r.json", "--json no/r.json: cannot be written");
  expect_refused(run + "--json /proc/r.json", "--json /proc/r.json: cannot be written");
  expect_refused(run + "--json .", "--json .: is a directory");
  expect_refused(run + "--vcd w.txt", "--vcd w.txt: a waveform's name has to end in .vcd");
  expect_refused(run + "--vcd w.vcd --json ./w.vcd", "w.vcd: is the file of two outputs");
  expect_refused(run + "--vcd w.vcd --json w.gtkw", "w.gtkw: is the file of two outputs");
  expect_refused(run + "--trace t.json --json t.json", "t.json: is the file of two outputs");
  expect_refused(run + "--trace no/t.json", "--trace no/t.json: cannot be written");
  expect_refused(run + "--ops t.csv --layers t.csv", "t.csv: is the file of two outputs");
  expect_refused(run + "--ops no/t.csv", "--ops no/t.csv: cannot be written");
  expect_refused(run + "--layers no/t.csv", "--layers no/t.csv: cannot be written");
  expect_refused(run + "--vcd no/w.vcd", "--vcd no/w.vcd: cannot be written");
  expect_refused("compile gemm:2048x2048x2048 -o no/p", "--output no/p: cannot be written");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

TEST_F(ProgramRun, NoticesWhenOutputIsNotTaken) {
  const std::string command = "'" TILEWAVE_BINARY "' run gemm:32x32x32 ";
  const std::vector<std::string> lines = {
      command + ">/dev/full",
      command + ">&-",
      command + "--json /dev/full",
      command + "--trace /dev/full",
      command + "--ops /dev/full",
      command + "--layers /dev/full",
      "{ sleep 0.3; " + command + "--json -; } | true",  // nobody reads any more
  };
  for (const std::string& line : lines) {
    const std::string shell = "bash -c \"set -o pipefail; " + line + "\" >/dev/null 2>&1";
    EXPECT_EQ(WEXITSTATUS(std::system(shell.c_str())), 2) << line;
  }
}

TEST_F(ProgramRun, AFullDiskEndsTheRunAndKeepsNothing) {
  // A file system of 64 KiB in a mount name space of its own, which needs no rights.
  const std::string in_small_disk =
      "unshare --map-root-user --mount sh -c 'mount -t tmpfs -o "
      "size=64k none " +
      folder_.string() + " && cd " + folder_.string() + " && ";
  if (std::system((in_small_disk + "true' 2>/dev/null").c_str()) != 0) {
    GTEST_SKIP() << "this host lets nobody mount a file system: unshare --map-root-user --mount";
  }
  const std::string log = folder_.string() + ".log";
  for (const std::string option : {"--trace t.json", "--vcd w.vcd", "--ops o.csv"}) {
    const std::string line = in_small_disk + TILEWAVE_BINARY + " run gemm:256x256x256 " + option +
                             "; echo code $?; ls -A' >" + log + " 2>&1";
    EXPECT_EQ(std::system(line.c_str()), 0);
    EXPECT_EQ(read(log), "tilewave: " + option + ": cannot be written: No space left on device\n" +
                             "code 2\n");
  }
  fs::remove(log);
}

}  // namespace
}  // namespace tilewave
