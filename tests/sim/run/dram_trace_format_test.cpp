// What the lines of each format look like; whether they say enough is
// tests/sim/watch/run_dram_trace_test.cpp.
#include "sim/run/dram_trace_format.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/dram_parts.h"

namespace tilewave {
namespace {

using test::message_of;

const std::vector<DramRequest> kRequests = {{0x40, 128, false, 7}, {0x1039, 10, true, 9}};

std::string written(DramTraceFormat format, const MachineConfig& machine) {
  const DramTraceWriter writer(format, machine);
  std::string text;
  writer.append_head(text);
  for (const DramRequest& request : kRequests) {
    writer.append(text, request);
  }
  return text;
}

MachineConfig banked(const std::string& preset) {
  MachineConfig machine;
  machine.dram = test::banked_setup(preset, "P").dram;
  machine.clock_period = ClockPeriod::of_microhertz(1'500'000'000'000'000);
  return machine;
}

TEST(DramTraceFormat, OursHasRequestsAsTheyAre) {
  EXPECT_EQ(written(DramTraceFormat::kTilewave, banked("ddr4")),
            "# requests of a run: address, bytes, the core cycle in which it is at the DRAM\n"
            "# clock 1.5GHz\nR 0x40 128 @7\nW 0x1039 10 @9\n");
}

TEST(DramTraceFormat, OthersHaveAccesses) {
  EXPECT_EQ(written(DramTraceFormat::kDramsys, banked("ddr4")),
            "# accesses of a run; times are core cycles: clkMhz is the core's clock\n"
            "# clock 1.5GHz\n# tx 64\n7: read 0x40\n7: read 0x80\n"
            "9: (7) write 0x1039\n9: (3) write 0x1040\n");
  EXPECT_EQ(written(DramTraceFormat::kRamulator2, banked("ddr4")),
            "LD 0x40\nLD 0x80\nST 0x1000\nST 0x1040\n");
  // A row has 8192 bytes, 128 accesses.
  EXPECT_EQ(written(DramTraceFormat::kRamulator2Vectors, banked("ddr4")),
            "R 0,0,0,0,0,1\nR 0,0,0,0,0,2\nW 0,0,0,0,0,64\nW 0,0,0,0,0,65\n");
}

TEST(DramTraceFormat, AccessesAreTheDrams) {
  EXPECT_EQ(written(DramTraceFormat::kRamulator2, banked("hbm2")),
            "LD 0x40\nLD 0x60\nLD 0x80\nLD 0xa0\nST 0x1020\nST 0x1040\n");
  EXPECT_EQ(written(DramTraceFormat::kRamulator2, MachineConfig()),
            "LD 0x40\nLD 0x80\nST 0x1000\nST 0x1040\n");
  EXPECT_EQ(message_of([] { written(DramTraceFormat::kRamulator2Vectors, MachineConfig()); }),
            "a DRAM trace of format ramulator2-vectors says banks and rows, which "
            "dram.model=simple has not; allowed: dram.model=banked, or another format");
}

TEST(DramTraceFormat, APartWithoutBankGroupsHasNoLevelOfThem) {
  const MachineConfig machine = banked("lp4");
  ASSERT_EQ(machine.dram.preset.timing.bank_groups, 1U);
  const DramTraceWriter writer(DramTraceFormat::kRamulator2Vectors, machine);
  std::string text;
  writer.append(text, {0, 1, false, 0});
  EXPECT_EQ(text, "R 0,0,0,0,0\n");
}

TEST(DramTraceFormat, TheNameOfAFileAsksForIt) {
  EXPECT_EQ(dram_trace_format_of("a.stl"), DramTraceFormat::kDramsys);
  EXPECT_EQ(dram_trace_format_of("a.trace"), DramTraceFormat::kTilewave);
  EXPECT_EQ(dram_trace_format_of(""), DramTraceFormat::kTilewave);
}

}  // namespace
}  // namespace tilewave
