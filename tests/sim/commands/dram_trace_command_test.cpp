// `tilewave dram-trace` from its words to its report and JSON; traces are
// tests/sim/run/dram_trace_test.cpp.
#include "sim/commands/dram_trace_command.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/commands.h"
#include "tests/support/dram_parts.h"
#include "tests/support/dram_traffic.h"

namespace tilewave {
namespace {

namespace fs = std::filesystem;
using test::message_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Words = std::vector<std::string>;

class DramTraceCommandTest : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    write("seq.trace", test::dram_scenario("seq_rd", 64));
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }

  static DramTraceCommand parse(Words words) {
    words.insert(words.begin(), "dram-trace");
    return test::parsed<DramTraceCommand>(words);
  }
  /// What it prints.
  static std::string run(const Words& words) {
    ::testing::internal::CaptureStdout();
    EXPECT_EQ(parse(words).execute(), ExitCode::kDone);
    return ::testing::internal::GetCapturedStdout();
  }
  static std::string error_of(const Words& words) {
    return message_of([&] { parse(words).execute(); });
  }

  fs::path folder_ = fs::path(::testing::TempDir()) /
                     ("tilewave_dram_trace_" +
                      std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
};

TEST_F(DramTraceCommandTest, BankedIsImplied) {
  const DramTraceCommand plain = parse({"t"});
  EXPECT_EQ(plain.file, "t");
  EXPECT_EQ(plain.outstanding, std::nullopt);
  EXPECT_EQ(plain.format, std::nullopt);
  EXPECT_EQ(parse({"t", "--format=dramsys"}).format, DramTraceFormat::kDramsys);
  EXPECT_EQ(plain.json_file, std::nullopt);
  EXPECT_EQ(plain.config.machine.dram.kind, DramKind::kBanked);
  EXPECT_EQ(parse({"t", "--dram.model=simple"}).config.machine.dram.kind, DramKind::kSimple);
  const std::string machine = write("m.ini", "[dram]\nmodel = simple\n[sram]\nbanks = 8\n");
  EXPECT_EQ(parse({"t", "-c", machine}).config.machine.dram.kind, DramKind::kSimple);
  EXPECT_EQ(parse({"t", "-c", machine, "--dram.model=banked"}).config.machine.dram.kind,
            DramKind::kBanked);
}

TEST_F(DramTraceCommandTest, RefusesWhatHasNoEffect) {
  const std::string why = " has no effect on dram-trace, which plays the DRAM alone";
  EXPECT_EQ(error_of({"t", "--sram.banks=8"}), "command line: sram.banks=8" + why);
  EXPECT_EQ(error_of({"t", "--dram.layout=tiled"}), "command line: dram.layout=tiled" + why);
  EXPECT_EQ(error_of({path("seq.trace"), "--clock.period=2ns", "--dram.preset=ddr4"}),
            "command line: clock.period=2ns" + why);
  EXPECT_EQ(
      error_of({"t", "--format=ramulator"}),
      "command line: --format=ramulator is not a choice; did you mean 'ramulator2'?; allowed: "
      "tilewave, dramsys, ramulator2 or ramulator2-vectors");
  EXPECT_EQ(error_of({"t", "--dram.latency=9ns"}),
            "command line: dram.latency=9ns has no effect with dram.model=banked");
  EXPECT_EQ(error_of({"t", "--outstanding=0"}),
            "command line: --outstanding=0 is out of range; allowed: 1..65536");
  EXPECT_EQ(error_of({"t", "--outstanding=x"}),
            "command line: --outstanding=x is not a count (a plain whole number); allowed: "
            "1..65536");
  EXPECT_EQ(error_of({}),
            "command line: dram-trace needs a FILE; see 'tilewave dram-trace --help'");
}

TEST_F(DramTraceCommandTest, Reports) {
  const Words words = {path("seq.trace"), "--dram.preset=ddr4", "--dram.address_map=P"};
  const std::string report = run(words);
  EXPECT_THAT(report, HasSubstr("16,384 reads and 0 writes of 64 B, 256 tiles, 16 outstanding\n"));
  EXPECT_THAT(report, HasSubstr("dram.preset=ddr4, dram.address_map=P, "));
  EXPECT_THAT(report, HasSubstr(" of 25.6 GB/s\n"));
  EXPECT_THAT(report, HasSubstr(" 0 conflicts; "));
  EXPECT_THAT(report, HasSubstr("accesses/s\n"));
  Words simple = {path("seq.trace"), "--dram.model=simple"};
  EXPECT_THAT(run(simple), Not(HasSubstr("conflicts")));
}

TEST_F(DramTraceCommandTest, JsonIsTheSameButForTheHost) {
  const Words words = {path("seq.trace"),    "--dram.preset=ddr4", "--dram.address_map=P",
                       "--dram.refresh=off", "--outstanding=1",    "--json=-"};
  auto first = nlohmann::ordered_json::parse(run(words));
  auto second = nlohmann::ordered_json::parse(run(words));
  std::vector<std::string> names;
  for (const auto& [name, value] : first.items()) {
    names.push_back(name);
  }
  EXPECT_THAT(
      names, ElementsAre("schema", "version", "tilewave", "build", "trace", "format", "timed",
                         "outstanding", "access_bytes", "accesses", "reads", "writes", "read_bytes",
                         "write_bytes", "tiles", "total_ns", "bytes_per_second",
                         "peak_bytes_per_second", "share_of_peak", "mean_read_latency_ns",
                         "row_hits", "row_misses", "row_conflicts", "refreshes", "host", "config"));
  EXPECT_EQ(first["schema"], "tilewave-dram-trace");
  EXPECT_EQ(first["version"], 1);
  // An access every CL 22 + 4 + 1 cycles; 128 rows in 16 banks are opened, RCD 22 each, all but the
  // first in each bank after RP 22: 16384 * 27 - 1 + 128 * 22 = 445183, and 112 * 22 more.
  EXPECT_EQ(first["total_ns"], (445183 + 112 * 22) * 0.625);
  EXPECT_EQ(first["row_hits"], 16384 - 128);
  EXPECT_EQ(first["row_misses"], 16);
  EXPECT_EQ(first["row_conflicts"], 112);
  EXPECT_EQ(first["refreshes"], 0);
  EXPECT_EQ(first["config"].size(), 1U);
  EXPECT_EQ(first["config"]["dram"]["refresh"], "off");
  EXPECT_FALSE(first["config"]["dram"].contains("layout"));
  EXPECT_GT(first["host"]["accesses_per_second"], 0);
  first.erase("host");
  second.erase("host");
  EXPECT_EQ(first, second);
}

TEST_F(DramTraceCommandTest, TimesAreOfTheTracesClockOrTheConfigs) {
  const std::string plain = write("plain.stl", "0: read 0\n1000: read 40\n");
  const std::string stated = write("stated.stl", "# clock 2ns\n0: read 0\n1000: read 40\n");
  const auto json = [](const Words& words) { return nlohmann::json::parse(run(words)); };
  const Words end = {"--dram.preset=ddr4", "--dram.refresh=off", "--json=-"};
  const auto with = [&](Words words) {
    words.insert(words.end(), end.begin(), end.end());
    return words;
  };
  // The second lies in another bank: RCD 22 + CL 22 + 4 cycles of 625 ps after it came.
  EXPECT_EQ(json(with({plain}))["total_ns"], 1000 + 48 * 0.625);
  EXPECT_EQ(json(with({plain, "--clock.period=4ns"}))["total_ns"], 4000 + 48 * 0.625);
  const auto result = json(with({stated}));
  EXPECT_EQ(result["total_ns"], 2000 + 48 * 0.625);
  EXPECT_EQ(result["config"]["clock"]["period"], "2ns");
  EXPECT_EQ(result["format"], "dramsys");
  EXPECT_EQ(result["timed"], true);
  EXPECT_EQ(result["outstanding"], 65536);
  EXPECT_EQ(result["read_bytes"], 128);
  EXPECT_EQ(json(with({stated, "--clock.period=2ns"}))["total_ns"], 2000 + 48 * 0.625);
  EXPECT_EQ(error_of(with({stated, "--clock.period=4ns"})),
            "command line: clock.period=4ns has no effect on " + stated +
                ", which states its clock: 2ns");
  const std::string machine = write("m.ini", "[clock]\nperiod = 4ns\n");
  EXPECT_EQ(json(with({stated, "-c", machine}))["total_ns"], 2000 + 48 * 0.625);
  EXPECT_THAT(run({stated}), HasSubstr("stated.stl, 2 reads and 0 writes of 64 B, 1 tile, each at "
                                       "its time\nconfig     clock.period=2ns, "));
}

TEST_F(DramTraceCommandTest, TracesAreLongerThanABlock) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) {
    text += i % 1000 == 0 ? "B\n" : "";
    text += "R " + std::to_string(i % 4096 * 64) + "\n";
  }
  const std::string report = run({write("long.trace", text), "--dram.preset=ddr4"});
  EXPECT_THAT(report, HasSubstr("100,000 reads and 0 writes of 64 B, 101 tiles, 16 outstanding\n"));
  EXPECT_THAT(error_of({write("bad.trace", text + "?\n"), "--dram.preset=ddr4"}),
              HasSubstr("bad.trace:100101: unknown line '?'; allowed: "));
}

TEST_F(DramTraceCommandTest, JsonOfWritesHasNoLatency) {
  const std::string file = write("w.trace", "W 0\n");
  EXPECT_EQ(run({file, "--json", path("w.json")}).find('{'), std::string::npos);
  std::ifstream json(path("w.json"));
  EXPECT_TRUE(nlohmann::json::parse(json)["mean_read_latency_ns"].is_null());
}

TEST_F(DramTraceCommandTest, RefusesFilesThatAreNoTraces) {
  EXPECT_EQ(error_of({path("none")}), path("none") + ": no such DRAM trace");
  EXPECT_EQ(error_of({folder_.string()}), folder_.string() + ": is a directory, not a DRAM trace");
  EXPECT_THAT(error_of({write("empty", "")}), HasSubstr("empty: is empty; a trace needs"));
  EXPECT_THAT(error_of({write("t.gz", "\x1f\x8b\x08 whatever")}),
              HasSubstr("t.gz: is compressed; a trace is plain text, so unpack it with gunzip"));
  EXPECT_THAT(error_of({write("far", "R 0\nR 0x200000000\n"), "--dram.preset=ddr4"}),
              HasSubstr("far:2: address '0x200000000' is beyond the DRAM; allowed: below "
                        "8589934592"));
  EXPECT_EQ(error_of({write("far", "R 0x200000000\n"), "--dram.preset=ddr4", "--dram.channels=2"}),
            "no error");
  EXPECT_THAT(error_of({path("seq.trace"), "--dram.preset=hbm2"}),
              HasSubstr("seq.trace:1: accesses of 64 bytes do not fit the DRAM, whose accesses "
                        "are 32 bytes; choose a dram.preset with access_bytes = 64"));
}

}  // namespace
}  // namespace tilewave
