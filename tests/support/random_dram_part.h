// Random DRAM parts, from near to real ones to absurd ones, as the text of a preset: whatever
// parse_dram_preset() accepts has to be simulated to an end.
#pragma once

#include <algorithm>
#include <map>
#include <random>
#include <string>

#include "models/dram/standard.h"

namespace tilewave::test {

inline DramPreset random_dram_part(std::mt19937& random) {
  const auto pick = [&](std::uint64_t low, std::uint64_t high) {
    return low + random() % (high - low + 1);
  };
  std::map<std::string, std::uint64_t> part = {
      {"clock_ps", pick(1, 2000)},
      {"access_bytes", std::uint64_t{1} << pick(0, 7)},
      {"burst_cycles", pick(1, 16)},
      {"bank_groups", std::uint64_t{1} << pick(0, 3)},
      {"banks_per_group", std::uint64_t{1} << pick(0, 3)},
      {"rows", std::uint64_t{1} << pick(0, 12)},
  };
  part["row_bytes"] = part["access_bytes"] << pick(0, 6);
  // Times are near each other's size or not at all.
  const std::uint64_t scale = std::uint64_t{1} << pick(0, 9);
  const bool absurd = random() % 2 == 0;
  const auto time = [&](std::uint64_t least) {
    const std::uint64_t most = absurd && random() % 4 == 0 ? scale * 64 : scale;
    return std::max(least, random() % 8 == 0 ? least : pick(0, most));
  };
  for (const char* key : {"CL", "CWL", "RCD_RD", "RCD_WR", "RP", "RP_ALL", "RAS", "RRD_S", "RRD_L",
                          "FAW", "RTP", "RTW", "RFC"}) {
    part[key] = time(1);
  }
  for (const char* key : {"WTR_S", "WR"}) {
    part[key] = time(0);
  }
  part["RC"] = std::max(part["RAS"], time(1));
  part["CCD_S"] = std::max(part["burst_cycles"], time(1));
  part["CCD_L"] = std::max(part["CCD_S"], time(1));
  part["WTR_L"] = std::max(part["WTR_S"], time(0));
  // Often with hardly any time between refreshes.
  part["REFI"] = part["RFC"] + (random() % 2 == 0 ? pick(0, 2 * scale) : pick(0, 100 * scale));
  for (const char* key : {"ACT_BUS", "PRE_BUS", "COL_BUS"}) {
    part[key] = random() % 2 == 0 ? 1 : pick(1, 16);
  }
  std::string text;
  for (const auto& [key, value] : part) {
    text += key + " = " + std::to_string(value) + "\n";
  }
  text += random() % 2 == 0 ? "command_bus = split\n" : "command_bus = shared\n";
  return parse_dram_preset(text, "random", text);
}

}  // namespace tilewave::test
