// What --over means: lists, ranges, units, and every refusal.
#include "sim/sweep/axis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "tests/support/error_of.h"

namespace tilewave {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> values(const std::string& text) { return parse_axis("here", text).values; }

std::string error_of(const std::string& text) {
  return test::error_of([&] { parse_axis("here", text); });
}

TEST(Axis, ListsArePrintedAsTheConfigPrintsThem) {
  EXPECT_THAT(values("sram.size=65536, 0.125MiB,256KiB"), ElementsAre("64KiB", "128KiB", "256KiB"));
  EXPECT_THAT(values("compute.dataflow=ws,simd"), ElementsAre("ws", "simd"));
  EXPECT_THAT(values("sequencer.overlap=off,on"), ElementsAre("off", "on"));
  EXPECT_THAT(values("dram.preset=hbm2,./own.ini"), ElementsAre("hbm2", "./own.ini"));
}

TEST(Axis, TiedKeysHaveTheSameValues) {
  const Axis axis = parse_axis("here", "compute.rows=compute.cols=16..64*2");
  EXPECT_EQ(axis.key->name, "compute.rows");
  ASSERT_EQ(axis.tied.size(), 1U);
  EXPECT_EQ(axis.tied[0]->name, "compute.cols");
  EXPECT_THAT(axis.values, ElementsAre("16", "32", "64"));
  EXPECT_EQ(parse_axis("here", "tile.m=tile.n=tile.k=auto,8").tied.size(), 2U);
  EXPECT_THAT(values("tile.m=tile.n=auto,8"), ElementsAre("auto", "8"));
  EXPECT_EQ(error_of("compute.rows=compute.colz=16"),
            "here compute.rows=compute.colz=16: unknown key 'compute.colz'; did you mean "
            "'compute.cols'?");
  EXPECT_EQ(
      error_of("compute.rows=sram.size=64KiB"),
      "here compute.rows=sram.size=64KiB: compute.rows and sram.size do not take the same values");
  EXPECT_THAT(error_of("compute.cols=tile.m=1024"), HasSubstr("tile.m=1024 is out of range"));
  EXPECT_THAT(error_of("compute.rows=compute.cols="), HasSubstr("has no values"));
}

TEST(Axis, FactorsIncludeBothEnds) {
  EXPECT_THAT(values("sram.size=32KiB..1MiB*2"),
              ElementsAre("32KiB", "64KiB", "128KiB", "256KiB", "512KiB", "1MiB"));
  EXPECT_THAT(values("sram.banks=3..20*2"), ElementsAre("3", "6", "12"));  // 24 is above 20
  EXPECT_THAT(values("sram.banks=4..4*2"), ElementsAre("4"));
}

TEST(Axis, FactorsMayBeBroken) {
  EXPECT_THAT(values("dram.bandwidth=4GB/s..9GB/s*1.5"), ElementsAre("4GB/s", "6GB/s", "9GB/s"));
  // 1 1.3 1.69 2.197 2.86 3.71, rounded, and each once
  EXPECT_THAT(values("sram.banks=1..4*1.3"), ElementsAre("1", "2", "3", "4"));
}

TEST(Axis, StepsAreAddedUpToTheEnd) {
  EXPECT_THAT(values("dma.setup=0..10+4"), ElementsAre("0", "4", "8"));
  EXPECT_THAT(values("sram.size=64KiB..128KiB+32KiB"), ElementsAre("64KiB", "96KiB", "128KiB"));
}

TEST(Axis, BareNumbersTakeTheUnitTheyLack) {
  EXPECT_THAT(values("dram.bandwidth=4..12GB/s+4"), ElementsAre("4GB/s", "8GB/s", "12GB/s"));
  EXPECT_THAT(values("dram.latency=20..60ns+20ns"), ElementsAre("20ns", "40ns", "60ns"));
  // Bytes need none: 1024 is 1024 bytes.
  EXPECT_THAT(values("sram.size=1024..4KiB*2"), ElementsAre("1KiB", "2KiB", "4KiB"));
}

TEST(Axis, ClocksGoOverTimesOrOverFrequencies) {
  EXPECT_THAT(values("clock.period=1GHz,1.5GHz,700MHz"), ElementsAre("1ns", "1.5GHz", "700MHz"));
  EXPECT_THAT(values("clock.period=1..2GHz+250MHz"),
              ElementsAre("1ns", "800ps", "1.5GHz", "1.75GHz", "500ps"));
  EXPECT_THAT(values("clock.period=1.5GHz..2.5GHz+500MHz"),
              ElementsAre("1.5GHz", "500ps", "400ps"));
  EXPECT_THAT(values("clock.period=300MHz..3GHz*2"),
              ElementsAre("300MHz", "600MHz", "1.2GHz", "2.4GHz"));
  EXPECT_THAT(values("clock.period=500ps..1ns+250ps"), ElementsAre("500ps", "750ps", "1ns"));
  EXPECT_THAT(error_of("clock.period=2GHz..1GHz+1MHz"), HasSubstr("ends below its beginning"));
  EXPECT_THAT(error_of("clock.period=500ps..1.5GHz*2"), HasSubstr("both ends of one kind"));
  EXPECT_THAT(error_of("clock.period=1GHz..2GHz+1ns"), HasSubstr("1ns is not a frequency"));
  EXPECT_THAT(error_of("clock.period=1GHz..2GHz+0Hz"), HasSubstr("a step of 0 leads nowhere"));
  EXPECT_EQ(parse_axis("here", "clock.period=1GHz..3GHz").at(0.25), "1.5GHz");
}

TEST(Axis, ValuesOutOfRangeAreLeftToTheirPoints) {
  EXPECT_THAT(values("sram.banks=0,2000"), ElementsAre("0", "2000"));
}

TEST(Axis, RangesWithoutAStepAreSampled) {
  const Axis axis = parse_axis("here", "sram.banks=10..19");
  EXPECT_THAT(axis.values, IsEmpty());
  EXPECT_EQ(axis.at(0), "10");
  EXPECT_EQ(axis.at(0.5), "15");  // 10 + ⌊0.5 · 10⌋
  EXPECT_EQ(axis.at(0.999999), "19");
}

TEST(Axis, SamplesOfListsTakeOneOfThem) {
  const Axis axis = parse_axis("here", "compute.dataflow=os,ws,is");
  EXPECT_EQ(axis.at(0), "os");
  EXPECT_EQ(axis.at(0.34), "ws");  // ⌊0.34 · 3⌋ = 1
  EXPECT_EQ(axis.at(0.99), "is");
}

TEST(Axis, SamplesOfPowersOfTwoAreSome) {
  const Axis axis = parse_axis("here", "dma.burst_bytes=48B..1KiB");  // 64 128 256 512 1024
  EXPECT_EQ(axis.at(0), "64B");
  EXPECT_EQ(axis.at(0.5), "256B");
  EXPECT_EQ(axis.at(0.99), "1KiB");
}

TEST(Axis, SamplesOfBytesAreAsRoundAsTheEnds) {
  const Axis axis = parse_axis("here", "sram.size=48KiB..1MiB");  // multiples of 16 KiB
  EXPECT_EQ(axis.at(0), "48KiB");
  EXPECT_EQ(axis.at(0.5), "528KiB");  // 48 + 0.5 · 976 = 536
  EXPECT_EQ(axis.at(0.9999999), "1MiB");
}

TEST(Axis, SamplesKeepTheKeysMultiple) {
  EXPECT_EQ(parse_axis("here", "sram.size=64B..1088B").at(0.33333), "384B");  // 64 + 341 = 405
  EXPECT_EQ(parse_axis("here", "dram.bandwidth=1..2GB/s").at(0.33333), "1.333GB/s");
}

TEST(Axis, Refuses) {
  const struct {
    const char* text;
    const char* message;
  } cases[] = {
      {"", "here : is not KEY=VALUES; allowed: KEY=v1,v2,..., KEY=from..to*factor"},
      {"sram.size", "is not KEY=VALUES"},
      {"=1", "is not KEY=VALUES"},
      {"sram.size=", "here sram.size=: has no values"},
      {"sram.sice=1KiB", "unknown key 'sram.sice'; did you mean 'sram.size'?"},
      {"sram.size=1KiB,,2KiB", "a value is missing"},
      {"sram.size=1KiB,2KiB,", "a value is missing"},
      {"sram.size=64KB", "64KB"},
      {"sram.size=64KiB,65536", "the value 64KiB is given twice"},
      {"sram.size=64KiB..32KiB*2", "the range ends below its beginning"},
      {"sram.size=32KiB..64KiB*1", "the factor '1' is not a number above 1"},
      {"sram.size=32KiB..64KiB*two", "the factor 'two' is not a number above 1"},
      {"sram.size=32KiB..64KiB*inf", "is not a number above 1"},
      {"sram.size=32KiB..64KiB*", "the factor '' is not a number above 1"},
      {"sram.size=32KiB..64KiB+0", "a step of 0 leads nowhere"},
      {"sram.size=..64KiB*2", "a value is missing"},
      {"sram.size=32KiB..*2", "a value is missing"},
      {"sram.size=1KiB,2KiB..4KiB*2", "mixes a list and a range"},
      {"dma.setup=0..8*2", "0 times a factor stays 0"},
      {"dma.setup=0..65536000+1", "more than 100000 values"},
      {"compute.dataflow=os..ws", "os..ws is not a choice"},
      {"compute.dataflow=oss", "oss is not a choice; did you mean 'os'?"},
      {"sram.banks=4.5", "4.5"},
      {"dram.bandwidth=4", "4"},
      {"sram.banks=99999999999999999999", "99999999999999999999"},
  };
  for (const auto& [text, message] : cases) {
    EXPECT_THAT(error_of(text), HasSubstr(message)) << text;
    EXPECT_THAT(error_of(text), ::testing::StartsWith("here " + std::string(text))) << text;
  }
}

}  // namespace
}  // namespace tilewave
