// A sweep in a dozen lines of text, for the terminal.
#pragma once

#include <string>

#include "sim/sweep/export.h"

namespace tilewave {

/// Where the results come from.
struct SweepOrigin {
  std::string kind;   ///< "store"
  std::string place;  ///< its file
  std::string note;   ///< "7 of them were in the store"; may be empty
};

/// What came of the points and what follows from them.
std::string sweep_summary(const SweepReport& report, const SweepOrigin& origin);

}  // namespace tilewave
