// Preset files: all that we ship load, and what is wrong in one is named with its place.
// The timings themselves are data; the reference runs validate them.
#include "models/dram/standard.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "models/dram/address_map.h"
#include "models/dram/shipped.h"
#include "tests/support/dram_parts.h"

namespace tilewave {
namespace {

using test::message_of;

const std::string kFolder = TILEWAVE_SOURCE_DIR "/configs/dram";

std::string text_of(const std::string& name) {
  std::ifstream in(kFolder + "/" + name + ".ini");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// The DDR4 preset with the line that starts with `key` replaced.
std::string changed(const std::string& key, const std::string& line) {
  std::string text = text_of("ddr4");
  const auto begin = text.find("\n" + key + " ") + 1;
  return text.replace(begin, text.find('\n', begin) - begin, line);
}

TEST(DramPreset, AllShippedFilesLoad) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    const std::string name = entry.path().stem().string();
    const DramPreset preset = load_dram_preset(name);
    EXPECT_EQ(preset.name, name);
    EXPECT_NO_THROW(AddressMap("P", preset.timing, 1)) << name;
    EXPECT_NO_THROW(AddressMap("B", preset.timing, 2)) << name;
    EXPECT_NE(text_of(name).find("Source:"), std::string::npos) << name;
    ++files;
  }
  EXPECT_EQ(files, shipped_dram_presets().size());
}

TEST(DramPreset, PeaksAreThoseOfTheReference) {
  EXPECT_NEAR(load_dram_preset("ddr4").timing.peak_bytes_per_second(), 25.6e9, 1e6);
  EXPECT_NEAR(load_dram_preset("ddr424").timing.peak_bytes_per_second(), 19.2e9, 1e7);
  EXPECT_NEAR(load_dram_preset("hbm2").timing.peak_bytes_per_second(), 16e9, 1e6);
  EXPECT_NEAR(load_dram_preset("lp4").timing.peak_bytes_per_second(), 6.4e9, 1e6);
}

/// Those that the totals of the reference runs hold loosely: docs/validation.md.
TEST(DramPreset, TurnaroundsAreThoseOfTheReference) {
  const struct {
    const char* name;
    std::uint64_t write_latency, other_group, same_group, recovery, read_to_write;
  } table[] = {{"ddr4", 16, 4, 12, 24, 12},
               {"ddr424", 12, 3, 9, 18, 10},
               {"hbm2", 5, 6, 8, 16, 13},
               {"lp4", 20, 11, 11, 26, 30}};
  for (const auto& row : table) {
    const DramTiming timing = load_dram_preset(row.name).timing;
    EXPECT_EQ(timing.write_latency, row.write_latency) << row.name;
    EXPECT_EQ(timing.write_to_read_other_group, row.other_group) << row.name;
    EXPECT_EQ(timing.write_to_read_same_group, row.same_group) << row.name;
    EXPECT_EQ(timing.write_recovery, row.recovery) << row.name;
    EXPECT_EQ(timing.read_to_write, row.read_to_write) << row.name;
  }
}

TEST(DramPreset, CommentsAndSpacesDoNotCount) {
  const std::string text = "; note\r\n\n" + changed("CL", "\t CL=22 # as always\r");
  EXPECT_EQ(parse_dram_preset(text, "x", "x.ini").timing.read_latency, 22u);
}

TEST(DramPreset, WrongFiles) {
  struct Case {
    std::string text;
    std::string message;
  };
  const std::string cycles = "allowed is an integer from 1 to 1000000";
  const Case cases[] = {
      {changed("CL", "CL = 0"), "f.ini:12: key 'CL' is '0', " + cycles},
      {changed("CL", "CL = -1"), "f.ini:12: key 'CL' is '-1', " + cycles},
      {changed("CL", "CL = 22.5"), "f.ini:12: key 'CL' is '22.5', " + cycles},
      {changed("CL", "CL ="), "f.ini:12: key 'CL' is '', " + cycles},
      {changed("CL", "CL = 99999999999999999999"),
       "f.ini:12: key 'CL' is '99999999999999999999', " + cycles},
      {changed("CL", "CL 22"), "f.ini:12: expected 'key = value', got 'CL 22'"},
      {changed("CL", ""), "f.ini: key 'CL' is missing, " + cycles},
      {changed("CL", "CL = 22\nCL = 22"), "f.ini:13: key 'CL' was already given in line 12"},
      {changed("bank_groups", "bank_groups = 3"),
       "f.ini:8: key 'bank_groups' is '3', allowed is a power of two from 1 to 64"},
      {changed("bank_groups", "bank_groups = 32"),
       "f.ini:9: key 'banks_per_group' is '4', allowed is at most 64 banks in all (bank_groups * "
       "banks_per_group)"},
      {changed("CCD_L", "CCD_L = 3"),
       "f.ini:24: key 'CCD_L' is '3', allowed is at least CCD_S = 4"},
      {changed("REFI", "REFI = 500"),
       "f.ini:31: key 'REFI' is '500', allowed is at least RFC = 576"},
      {changed("command_bus", "command_bus = both"),
       "f.ini:35: key 'command_bus' is 'both', allowed is shared or split"},
      {changed("command_bus", ""),
       "f.ini: key 'command_bus' is missing, allowed is shared or split"},
      {changed("CL", "[CL] = \x01\xff"),
       "f.ini:12: unknown key '[CL]', allowed are clock_ps, access_bytes, burst_cycles, "
       "bank_groups, banks_per_group, row_bytes, rows, CL, CWL, RCD_RD, RCD_WR, RP, RP_ALL, RAS, "
       "RC, RRD_S, RRD_L, FAW, CCD_S, CCD_L, WTR_S, WTR_L, WR, RTP, RTW, RFC, REFI, ACT_BUS, "
       "PRE_BUS, COL_BUS, command_bus"},
  };
  for (const Case& wrong : cases) {
    EXPECT_EQ(message_of([&] { parse_dram_preset(wrong.text, "f", "f.ini"); }), wrong.message);
  }
}

TEST(DramPreset, UnknownNames) {
  const std::string message = message_of([] { load_dram_preset("ddr9"); });
  EXPECT_TRUE(message.starts_with("ddr9 is not a DRAM preset; there are ")) << message;
  EXPECT_TRUE(message.ends_with(", or the path of a preset file")) << message;
  for (const EmbeddedText& shipped : shipped_dram_presets()) {
    EXPECT_NE(message.find(" " + std::string(shipped.name) + ","), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace tilewave
