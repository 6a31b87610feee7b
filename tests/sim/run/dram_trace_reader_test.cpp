// Traces of all formats: what the reader takes and what it refuses.
#include "sim/run/dram_trace_reader.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/dram_parts.h"

namespace tilewave {
namespace {

using test::message_of;

const DramTraceLimits kLimits = {1024, 64};

TEST(DramTraceReader, TheSizeOfAnAccessIsSaidOnce) {
  EXPECT_EQ(message_of([] { parse_dram_trace("# tx 64\nR 0\n# tx 64\n", "t", kLimits); }),
            "t:3: the size of an access was already given in line 1; allowed: one '# tx N'");
  EXPECT_EQ(message_of([] {
              parse_dram_trace("# tx 32\n# tx 64\nR 0\n", "t", {1024, 0});
            }),
            "t:2: the size of an access was already given in line 1; allowed: one '# tx N'");
  EXPECT_EQ(parse_dram_trace("# tx of the trace\n# tx 64\nR 0\n", "t", kLimits).accesses, 1U);
}

TEST(DramTraceReader, ParsesTheFormat) {
  const std::string text = "# tx 64\n\nR 0x40\r\nT\n W 128 \nB\nB\nR\t0XC0";
  const DramTrace trace = parse_dram_trace(text, "t", kLimits);
  ASSERT_EQ(trace.steps.size(), 4U);
  EXPECT_EQ(trace.steps[0].address, 64U);
  EXPECT_FALSE(trace.steps[0].write);
  EXPECT_EQ(trace.steps[1].address, 128U);
  EXPECT_TRUE(trace.steps[1].write);
  EXPECT_TRUE(trace.steps[2].barrier);  // the second B has nothing to wait for
  EXPECT_EQ(trace.steps[3].address, 192U);
  EXPECT_EQ(trace.accesses, 3U);
  EXPECT_EQ(trace.tiles, 4U);
  EXPECT_EQ(trace.access_bytes, 64U);
}

TEST(DramTraceReader, TheTraceSaysTheSizeOfAnAccessIfTheDramDoesNot) {
  const DramTraceLimits any = {1024, 0};
  EXPECT_EQ(parse_dram_trace("R 0\n", "t", any).access_bytes, 64U);
  EXPECT_EQ(parse_dram_trace("# tx 32\nR 32\n", "t", any).access_bytes, 32U);
  EXPECT_EQ(parse_dram_trace("#tx 32\n#tx of old\n# tx\nR 32\n", "t", any).access_bytes, 32U);
  EXPECT_EQ(message_of([&] { parse_dram_trace("R 0\n# tx 32\n", "t", any); }),
            "t:2: accesses of 32 bytes, but those before this line are of 64");
  EXPECT_EQ(message_of([&] { parse_dram_trace("# tx 48\n", "t", any); }),
            "t:1: accesses of 48 bytes; allowed: a power of two up to 4096");
  EXPECT_EQ(message_of([&] { parse_dram_trace("# tx 0\n", "t", any); }),
            "t:1: accesses of 0 bytes; allowed: a power of two up to 4096");
}

TEST(DramTraceReader, WrongTraces) {
  struct Case {
    std::string text;
    std::string message;
  };
  const std::string allowed =
      "; allowed: 'R ADDRESS [BYTES] [@CYCLE]', 'W ADDRESS [BYTES] [@CYCLE]', 'T', 'B' and '# "
      "comment'";
  const std::string digits = " is not a number; allowed: hexadecimal with 0x, or decimal";
  const std::string beyond = " is beyond the DRAM; allowed: below 1024";
  const std::string needs = "; a trace needs at least one 'R ADDRESS' or 'W ADDRESS'";
  const std::string size = " is no size of an access; allowed: 1 to 4096 bytes";
  const std::string late = " is too late for this clock; allowed: below 2305843009213694";
  const std::string period = " (such as 250ps, 1ns, 1.5GHz or 800MHz); allowed: 10ps..1us";
  const Case cases[] = {
      {"", "t: is empty" + needs},
      {"# tx 64\nT\nB\n", "t: has no accesses" + needs},
      {"R 0\nX 0\n", "t:2: unknown line 'X 0'" + allowed},
      {"R\n", "t:1: unknown line 'R'" + allowed},
      {"R0\n", "t:1: unknown line 'R0'" + allowed},
      {"T 1\n", "t:1: unknown line 'T 1'" + allowed},
      {"R 0x\n", "t:1: address '0x'" + digits},
      {"R 0xg\n", "t:1: address '0xg'" + digits},
      {"R -1\n", "t:1: address '-1'" + digits},
      {"R 1 2 3\n", "t:1: unknown line 'R 1 2 3'" + allowed},
      {"R 0 0\n", "t:1: '0'" + size},
      {"R 0 -4\n", "t:1: '-4'" + size},
      {"R 0 4097\n", "t:1: '4097'" + size},
      {"R 0 99999999999999999999\n", "t:1: '99999999999999999999'" + size},
      {"R 1020 5\n",
       "t:1: an access of 5 bytes at address 1020 ends beyond the DRAM; allowed: up to 1024"},
      {"R 0 @\n", "t:1: cycle '' is not a number; allowed: decimal"},
      {"R 0 @-1\n", "t:1: cycle '-1' is not a number; allowed: decimal"},
      {"R 0 @0x10\n", "t:1: cycle '0x10' is not a number; allowed: decimal"},
      {"R 0 @2305843009213694\n", "t:1: cycle '2305843009213694'" + late},
      {"R 0 @99999999999999999999\n", "t:1: cycle '99999999999999999999'" + late},
      {"R 0 @1 4\n", "t:1: unknown line 'R 0 @1 4'" + allowed},
      {"R 0 @5\nR 0 @4\n",
       "t:2: cycle 4 is before that of the access before it; allowed: 5 and later"},
      {"R 0 @5\nR 0\n",
       "t:2: an access without a time, but those before it have one; allowed: a time for each "
       "access, or for none"},
      {"R 0\nR 0 @5\n",
       "t:2: an access with a time, but those before it have none; allowed: a time for each "
       "access, or for none"},
      {"R 0 @5\nB\n",
       "t:2: 'B' waits for what is in flight, but the accesses of this trace have times"},
      {"B\nR 0 @5\n", "t:2: an access with a time, but 'B' before it waits for what is in flight"},
      {"# clock 1ns\n# clock 1ns\n",
       "t:2: the clock was already given in line 1; allowed: one '# clock PERIOD'"},
      {"R 0\n# clock 1ns\n",
       "t:2: the clock is given behind accesses; allowed: one '# clock PERIOD' before them"},
      {"# clock 1\n", "t:1: the clock of the trace: clock.period=1 has no unit" + period},
      {"# clock 1s\n",
       "t:1: the clock of the trace: clock.period=1s is not a clock period" + period},
      {"\n\nW 1024\n", "t:3: address '1024'" + beyond},
      {"R 0xffffffffffffffffff", "t:1: address '0xffffffffffffffffff'" + beyond},
      {"R 0x20\n", "t:1: address '0x20' is not the start of an access; allowed: multiples of 64"},
      {"# tx 32\nR 0\n",
       "t:1: accesses of 32 bytes do not fit the DRAM, whose accesses are 64 bytes; choose a "
       "dram.preset with access_bytes = 32"},
      {std::string("\x7f"
                   "ELF\0\x01",
                   6),
       "t:1: unknown line '\\x7fELF\\x00\\x01'" + allowed},
      {std::string(100, 'a'), "t:1: unknown line '" + std::string(80, 'a') + "...'" + allowed},
  };
  for (const Case& wrong : cases) {
    EXPECT_EQ(message_of([&] { parse_dram_trace(wrong.text, "t", kLimits); }), wrong.message);
  }
}

/// A DRAM of 2 channels, 4 bank groups of 4 banks, 65,536 rows of 8 KiB.
struct Banks {
  test::BankedSetup setup = test::banked_setup("ddr4", "B");
  AddressMap map{"B", setup.dram.preset.timing, 2};
  DramTraceLimits limits() const {
    return {.capacity_bytes = map.capacity_bytes(),
            .access_bytes = 64,
            .map = &map,
            .timing = &setup.dram.preset.timing,
            .channels = 2};
  }
};

TEST(DramTraceReader, DramsysTimesAndLengths) {
  const DramTrace trace = parse_dram_trace(
      "# clock 1.5GHz\r\n# tx 32\r\n31:\tread\t0x40\r\n\r\n31: (10) write 46 0xabcdef\r\n"
      "40: write 0x0 0x00\r\n",
      "t", kLimits);
  EXPECT_EQ(trace.format, DramTraceFormat::kDramsys);
  EXPECT_TRUE(trace.timed);
  EXPECT_TRUE(trace.sized);
  EXPECT_EQ(trace.clock, ClockPeriod::of_microhertz(1'500'000'000'000'000));
  ASSERT_EQ(trace.steps.size(), 3U);
  EXPECT_EQ(trace.steps[0].cycle, 31U);
  EXPECT_EQ(trace.steps[0].bytes, 32U);
  EXPECT_EQ(trace.steps[0].address, 0x40U);
  EXPECT_EQ(trace.steps[1].bytes, 10U);
  EXPECT_EQ(trace.steps[1].address, 0x46U) << "always hexadecimal";
  EXPECT_TRUE(trace.steps[1].write);
  EXPECT_EQ(trace.steps[2].cycle, 40U);
}

TEST(DramTraceReader, LoadsAndStoresNameTheAccessTheyLieIn) {
  const DramTrace trace = parse_dram_trace("LD 0x47\nST 128\n", "t", kLimits);
  EXPECT_EQ(trace.format, DramTraceFormat::kRamulator2);
  EXPECT_FALSE(trace.timed);
  ASSERT_EQ(trace.steps.size(), 2U);
  EXPECT_EQ(trace.steps[0].address, 64U);
  EXPECT_EQ(trace.steps[1].address, 128U);
  EXPECT_TRUE(trace.steps[1].write);
}

TEST(DramTraceReader, VectorsAreAddresses) {
  const Banks banks;
  const DramTrace trace = parse_dram_trace("R 1,0,3,2,77,5\nW 0,0,0,0,0,0\n", "t", banks.limits());
  EXPECT_EQ(trace.format, DramTraceFormat::kRamulator2Vectors);
  ASSERT_EQ(trace.steps.size(), 2U);
  EXPECT_EQ(banks.map.place(trace.steps[0].address), (DramPlace{1, 14, 77, 5}));
  EXPECT_EQ(trace.steps[1].address, 0U);
  EXPECT_TRUE(trace.steps[1].write);
}

TEST(DramTraceReader, OtherFormatsGoneWrong) {
  struct Case {
    std::string text;
    std::string message;
  };
  const std::string dramsys =
      "; allowed: in a trace of DRAMSys: 'CYCLE: [(BYTES)] read ADDRESS', 'CYCLE: [(BYTES)] write "
      "ADDRESS [0xDATA]' and '# comment'";
  const std::string loads =
      "; allowed: in a trace of Ramulator 2: 'LD ADDRESS', 'ST ADDRESS' and '# comment'";
  const std::string vectors =
      "; allowed: in a trace of Ramulator 2: 'R LEVEL,LEVEL,...', 'W LEVEL,LEVEL,...' and '# "
      "comment'";
  const std::string levels =
      " has not the levels of this DRAM; allowed: channel,rank,bank group,bank,row,column";
  const Case cases[] = {
      {"1: read\n", "t:1: unknown line '1: read'" + dramsys},
      {"1:\n", "t:1: unknown line '1:'" + dramsys},
      {"1: (4)\n", "t:1: unknown line '1: (4)'" + dramsys},
      {"1: fetch 0\n", "t:1: unknown line '1: fetch 0'" + dramsys},
      {"1: read 0 0x00\n", "t:1: unknown line '1: read 0 0x00'" + dramsys},
      {"1: write 0 ab\n", "t:1: unknown line '1: write 0 ab'" + dramsys},
      {"1: (0) read 0\n", "t:1: '0' is no size of an access; allowed: 1 to 4096 bytes"},
      {"1: read zz\n", "t:1: address 'zz' is not a number; allowed: hexadecimal"},
      {"1x: read 0\n", "t:1: cycle '1x' is not a number; allowed: decimal"},
      {"2: read 0\n1: read 0\n",
       "t:2: cycle 1 is before that of the access before it; allowed: 2 and later"},
      {"1: read 0\nR 0\n", "t:2: unknown line 'R 0'" + dramsys},
      {"1: read 0\nLD 0\n", "t:2: unknown line 'LD 0'" + dramsys},
      {"LD\n", "t:1: unknown line 'LD'" + loads},
      {"LD 0 1\n", "t:1: unknown line 'LD 0 1'" + loads},
      {"LD 0\nR 0\n", "t:2: unknown line 'R 0'" + loads},
      {"ST -1\n", "t:1: address '-1' is not a number; allowed: hexadecimal with 0x, or decimal"},
      {"LD 0xfffffffffffffffff\n",
       "t:1: address '0xfffffffffffffffff' is beyond the DRAM; allowed: below 17179869184"},
      {"R 0,0,0,0,0\n", "t:1: '0,0,0,0,0'" + levels},
      {"R 0,0,0,0,0,0,0\n", "t:1: '0,0,0,0,0,0,0'" + levels},
      {"R 0,0,0,0,0,\n", "t:1: column '' is none of this DRAM; allowed: 0 to 127"},
      {"R 2,0,0,0,0,0\n", "t:1: channel '2' is none of this DRAM; allowed: 0 to 1"},
      {"R 0,1,0,0,0,0\n", "t:1: rank '1' is none of this DRAM; allowed: 0 to 0"},
      {"R 0,0,4,0,0,0\n", "t:1: bank group '4' is none of this DRAM; allowed: 0 to 3"},
      {"R 0,0,0,-1,0,0\n", "t:1: bank '-1' is none of this DRAM; allowed: 0 to 3"},
      {"R 0,0,0,0,65536,0\n", "t:1: row '65536' is none of this DRAM; allowed: 0 to 65535"},
      {"R 0,0,0,0,0,0\nR 0\n", "t:2: '0'" + levels},
      {"R 0,0,0,0,0,0\nT\n", "t:2: unknown line 'T'" + vectors},
      {"R 0\nR 0,0,0,0,0,0\n",
       "t:2: address '0,0,0,0,0,0' is not a number; allowed: hexadecimal with 0x, or decimal"},
  };
  const Banks banks;
  for (const Case& wrong : cases) {
    EXPECT_EQ(message_of([&] { parse_dram_trace(wrong.text, "t", banks.limits()); }),
              wrong.message);
  }
  EXPECT_EQ(
      message_of([] { parse_dram_trace("W 0,0,0,0,0,0\n", "t", kLimits); }),
      "t:1: 'W 0,0,0,0,0,0' is an address of banks and rows, which dram.model=simple has not; "
      "allowed: dram.model=banked");
}

TEST(DramTraceReader, AFormatThatIsAskedForIsTaken) {
  DramTraceLimits limits = kLimits;
  limits.format = DramTraceFormat::kRamulator2;
  EXPECT_EQ(parse_dram_trace("LD 0\n", "t", limits).accesses, 1U);
  EXPECT_EQ(message_of([&] { parse_dram_trace("R 0\n", "t", limits); }),
            "t:1: unknown line 'R 0'; allowed: in a trace of Ramulator 2: 'LD ADDRESS', 'ST "
            "ADDRESS' and '# comment'");
}

TEST(DramTraceReader, BlocksAreCutAnywhere) {
  const std::string text = "# tx 64\nR 0x40 8 @1\r\nW 0x80 16 @20\n\nR 192 @300";
  for (std::size_t size = 1; size <= text.size(); ++size) {
    DramTraceReader reader("t", kLimits);
    for (std::size_t at = 0; at < text.size(); at += size) {
      reader.block(std::string_view(text).substr(at, size));
    }
    reader.finish();
    ASSERT_EQ(reader.trace().steps.size(), 3U) << size;
    EXPECT_EQ(reader.trace().steps[1].bytes, 16U);
    EXPECT_EQ(reader.trace().steps[2].cycle, 300U);
  }
}

TEST(DramTraceReader, ALineIsNoLongerThanALine) {
  const std::string message =
      "t:2: a line '" + std::string(80, 'x') + "...' is too long; allowed: up to 4096 bytes";
  for (const std::string end : {"", "\n"}) {
    EXPECT_EQ(message_of([&] {
                parse_dram_trace("R 0\n" + std::string(5'000'000, 'x') + end, "t", kLimits);
              }),
              message);
  }
  DramTraceReader reader("t", kLimits);
  EXPECT_EQ(message_of([&] {
              reader.block("R 0\n");
              for (int i = 0; i < 1'000'000; ++i) {
                reader.block(std::string(100, 'x'));
              }
            }),
            message);
  EXPECT_EQ(parse_dram_trace("#" + std::string(4095, '-') + "\nR 0", "t", kLimits).accesses, 1U);
}

}  // namespace
}  // namespace tilewave
