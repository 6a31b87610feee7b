// A sweep in a dozen lines of text, for the terminal.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "sim/sweep/export.h"

namespace tilewave {

/// Where the results come from.
struct SweepOrigin {
  std::string kind;   ///< "store"
  std::string place;  ///< its file
  std::string note;   ///< "7 of them were in the store"; may be empty
  /// Where the result of a valid point is, for messages: "--store s.sqlite: the result of key 0f".
  std::function<std::string(std::uint32_t point)> row;
};

/// "3 invalid, 1 timeout"; empty if everything is done.
std::string failures_text(const ResultTable& table);

/// "7 of 12 points fulfil utilisation>0.5, cycles<1000"; empty without --where.
std::string kept_text(const SweepReport& report);

/// What came of the points and what follows from them.
std::string sweep_summary(const SweepReport& report, const SweepOrigin& origin);

}  // namespace tilewave
