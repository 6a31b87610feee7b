// The machines that come with the program: the files of configs/, embedded at build time.
#pragma once

#include <vector>

#include "compiler/base/embedded_text.h"

namespace tilewave {

/// By name.
const std::vector<EmbeddedText>& shipped_machines();

}  // namespace tilewave
