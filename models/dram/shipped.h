// The DRAM presets that come with the program: the files of configs/dram, embedded at build time.
#pragma once

#include <vector>

#include "compiler/base/embedded_text.h"

namespace tilewave {

/// By name.
const std::vector<EmbeddedText>& shipped_dram_presets();

}  // namespace tilewave
