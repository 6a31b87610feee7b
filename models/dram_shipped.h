// The DRAM presets that come with the program: the files of configs/dram, embedded at build time.
#pragma once

#include <string_view>
#include <vector>

namespace tilewave {

struct EmbeddedText {
  std::string_view name;  ///< of the file, without its ending
  std::string_view text;
};

/// By name.
const std::vector<EmbeddedText>& shipped_dram_presets();

}  // namespace tilewave
