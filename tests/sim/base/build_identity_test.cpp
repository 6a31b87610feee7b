// Whatever outlives a run says which build it is from.
#include "compiler/base/build_identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/program.h"

namespace tilewave {
namespace {

using ::testing::HasSubstr;

class BuildIdentity : public test::ProgramTest {};

TEST_F(BuildIdentity, IsInEverythingThatOutlivesARun) {
  const auto has_build = [this](const std::string& file) {
    const auto json = nlohmann::json::parse(test::read(path(file)));
    EXPECT_EQ(json.at("tilewave"), version_number()) << file;
    EXPECT_EQ(json.at("build"), build_id()) << file;
  };
  EXPECT_EQ(tilewave("--version").out, identity_text() + "\n");
  EXPECT_EQ(tilewave("run gemm:8x8x8 --json run.json --trace trace.json --vcd w.vcd"
                     " --report run.html --vcd-window 0..9")
                .code,
            0);
  has_build("run.json");
  const auto trace = nlohmann::json::parse(test::read(path("trace.json")));
  EXPECT_EQ(trace.at("otherData").at("build"), build_id());
  EXPECT_THAT(test::read(path("w.vcd")), HasSubstr("$version " + identity_text() + " $end"));
  const std::string generator = "<meta name=\"generator\" content=\"" + identity_text() + "\">";
  EXPECT_THAT(test::read(path("run.html")), HasSubstr(generator));
  EXPECT_EQ(tilewave("explain gemm:8x8x8 --json explain.json").code, 0);
  has_build("explain.json");
  write("t.trc", "R 0x0\n");
  EXPECT_EQ(tilewave("dram-trace t.trc --json dram.json").code, 0);
  has_build("dram.json");
  EXPECT_EQ(
      tilewave("sweep gemm:8x8x8 --over sram.banks=8,16 --json s.json --csv s.csv --report s.html")
          .code,
      0);
  has_build("s.json");
  EXPECT_THAT(test::read(path("s.html")), HasSubstr(generator));
  EXPECT_THAT(test::read(path("s.csv")), HasSubstr(",build\n"));
  EXPECT_THAT(test::read(path("s.csv")), HasSubstr("," + std::string(build_id()) + "\n"));
}

}  // namespace
}  // namespace tilewave
