// What the HTML reports are made of: the scripts and styles beside this file and D3, embedded at
// build time.
#pragma once

#include <vector>

#include "compiler/base/embedded_text.h"

namespace tilewave {

/// By name of the file without its ending.
const std::vector<EmbeddedText>& page_sources();

}  // namespace tilewave
