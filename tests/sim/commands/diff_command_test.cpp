// `tilewave diff` as a user meets it.
#include "sim/commands/diff_command.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/program.h"

namespace tilewave {
namespace {

using test::read;
using test::Result;
using ::testing::HasSubstr;

class DiffCommandTest : public test::ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    EXPECT_EQ(tilewave("run gemm:64x64x64 --timing-only --json a.json").code, 0);
    EXPECT_EQ(tilewave("run gemm:64x64x64 --timing-only --dram.bandwidth=8GB/s --json b.json").code,
              0);
  }
};

TEST_F(DiffCommandTest, ComparesRuns) {
  const Result result = tilewave("diff a.json b.json");
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.err, "");
  EXPECT_THAT(result.out, HasSubstr("\n  cycles "));
  EXPECT_THAT(result.out, HasSubstr("config.dram.bandwidth"));
  EXPECT_THAT(result.out, HasSubstr("layers[out].engines.load_dma.wait_dram"));
  EXPECT_EQ(result.out.find("host."), std::string::npos);
  EXPECT_THAT(tilewave("diff a.json a.json").out, HasSubstr("\n\nno figure differs, of "));
  EXPECT_THAT(tilewave("diff a.json b.json --host").out, HasSubstr("host.wall_seconds"));
  const std::string piped = tilewave("diff a.json - < b.json").out;
  EXPECT_EQ(piped.substr(piped.find("\n\n")), result.out.substr(result.out.find("\n\n")));
}

TEST_F(DiffCommandTest, WritesJson) {
  EXPECT_EQ(tilewave("diff a.json b.json --json d.json").out, tilewave("diff a.json b.json").out);
  const Result result = tilewave("diff a.json b.json --json -");
  EXPECT_EQ(result.out, read(path("d.json")));
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json["different"], json["figures"].size());
  EXPECT_EQ(json["a"], "a.json");
}

TEST_F(DiffCommandTest, ComparesTracesOfDram) {
  write("t.trace", "R 0\nR 64\nW 128\n");
  for (const char* machine : {"ddr4-3200", "hbm2"}) {
    EXPECT_EQ(tilewave("dram-trace t.trace --dram.preset=" + std::string(machine) + " --json " +
                       machine + ".json")
                  .code,
              0);
  }
  EXPECT_THAT(tilewave("diff ddr4-3200.json hbm2.json").out, HasSubstr("\n  total_ns "));
  expect_refused("diff a.json hbm2.json", "hbm2.json: is a tilewave-dram-trace, and a.json");
}

TEST_F(DiffCommandTest, RefusesInOneLine) {
  expect_refused("diff", "diff takes two files, A.json and B.json, but got none");
  expect_refused("diff a.json", "but got 1; see 'tilewave diff --help'");
  expect_refused("diff a.json b.json a.json", "but got 3");
  expect_refused("diff a.json ''", "the name of a file of diff is empty");
  expect_refused("diff - -", "standard input cannot be read twice");
  expect_refused("diff a.json none.json", "none.json: ");
  expect_refused("diff a.json .", "is a directory, not a JSON result");
  expect_refused("diff a.json b.json --alll", "did you mean '--all'?");
  expect_refused("diff a.json b.json --json a.json", "a.json");
  expect_refused("diff a.json b.json --sram.size=1KiB", "unknown option '--sram.size'");
  write("broken.json", read(path("a.json")).substr(0, 1000));
  expect_refused("diff broken.json b.json", "broken.json:");
  expect_refused("diff a.json /dev/zero", "/dev/zero");
  EXPECT_EQ(tilewave("sweep gemm:64x64x64 --timing-only --over sram.banks=3,4 --json s.json").code,
            0);
  expect_refused("diff s.json s.json",
                 "s.json: has schema 'tilewave-sweep', version 1; allowed: tilewave-run 1 and "
                 "tilewave-dram-trace 1");
}

}  // namespace
}  // namespace tilewave
