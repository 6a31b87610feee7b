// --dump mapping and --mapping on the command line.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/program.h"

namespace tilewave {
namespace {

using test::read;
using ::testing::HasSubstr;

class MappingCommand : public test::ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    ASSERT_EQ(tilewave("compile gemm:128x128x128 --dump mapping -o m.yaml").code, 0);
  }
};

TEST_F(MappingCommand, TheDumpedMappingGivesTheProgramAndItself) {
  ASSERT_EQ(tilewave("compile gemm:128x128x128 -o a.txt").code, 0);
  ASSERT_EQ(tilewave("compile gemm:128x128x128 --mapping m.yaml -o b.txt").code, 0);
  EXPECT_EQ(read(path("a.txt")), read(path("b.txt")));
  EXPECT_EQ(tilewave("compile gemm:128x128x128 --mapping - --dump mapping < m.yaml").out,
            read(path("m.yaml")));
}

TEST_F(MappingCommand, RunAndExplainTakeItAndSaySo) {
  write("t.yaml",
        "schema: tilewave-mapping\nversion: 1\noperators:\n"
        "  - {name: out, tile: {m: 64, n: 64, k: 32}, loops: {inner: kmn}}\n");
  for (const char* command : {"run", "explain"}) {
    ASSERT_EQ(tilewave(std::string(command) +
                       " gemm:128x128x128 --mapping t.yaml --json r.json --timing-only")
                  .code,
              0);
    const auto json = nlohmann::json::parse(read(path("r.json")));
    EXPECT_EQ(json["mapping"], "t.yaml");
    EXPECT_EQ(json["config"]["tile"]["m"], "64");
  }
  EXPECT_THAT(tilewave("run gemm:128x128x128 --mapping t.yaml").out,
              HasSubstr("gemm:128x128x128, mapping t.yaml"));
  EXPECT_THAT(tilewave("compile gemm:128x128x128 --mapping t.yaml --dump loops").out,
              HasSubstr("kmn (chosen)"));
}

TEST_F(MappingCommand, WhatCannotBeDoneIsOneLineAndExitCode2) {
  expect_refused("run gemm:128x128x128 --mapping none.yaml", "none.yaml");
  expect_refused("run gemm:128x128x64 --mapping m.yaml", "m.yaml:");
  expect_refused("run gemm:128x128x128 --mapping m.yaml --tile.m=64",
                 "command line: tile.m=64 contradicts m.yaml:");
  expect_refused("run gemm:128x128x128 --mapping m.yaml --sram.size=8KiB", "does not fit");
  ASSERT_EQ(tilewave("compile gemm:128x128x128 -o p.twp").code, 0);
  expect_refused("run --program p.twp --mapping m.yaml", "--mapping m.yaml has no effect");
  expect_refused("run gemm:128x128x128 --program p.twp --mapping m.yaml",
                 "--mapping m.yaml has no effect");
  expect_refused("run p.twp --mapping m.yaml", "--mapping m.yaml has no effect");
  expect_refused("compile p.twp --mapping m.yaml", "--mapping m.yaml has no effect");
  expect_refused("compile gemm:128x128x128 --mapping m.yaml -o m.yaml", "m.yaml");
  expect_refused("compile p.twp --dump mapping", "is a program, which has no graph, mapping");
  expect_refused("run gemm:128x128x128 --mapping /dev/zero", "/dev/zero");
  write("bomb.yaml", "a: &a [x, x]\nb: &b [*a, *a]\n");
  expect_refused("run gemm:128x128x128 --mapping bomb.yaml", "bomb.yaml:1: anchors");
}

}  // namespace
}  // namespace tilewave
