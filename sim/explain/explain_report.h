// The report of `tilewave explain`, for people. No figure is computed here that its JSON does not
// have, but shares and ratios.
#pragma once

#include <string>

#include "sim/explain/explanation.h"

namespace tilewave {

/// Lines of at most 100 columns, unless names are long. The first `path_elements` elements of the
/// critical path are listed.
std::string explain_text(const Explanation& explanation, std::size_t path_elements);

/// Its parts about time, each with a heading of its own.
std::string path_text(const Explanation& explanation, std::size_t path_elements);
std::string loads_text(const Explanation& explanation);

}  // namespace tilewave
