// Time as models count it: cycles of the core clock, and picoseconds where clocks differ.
#pragma once

#include <cstdint>
#include <limits>

namespace tilewave {

/// Core clock cycles, absolute or a duration.
using Cycle = std::uint64_t;

/// Absolute simulated time in picoseconds.
using Picoseconds = std::uint64_t;

inline constexpr Picoseconds kNever = std::numeric_limits<Picoseconds>::max();

}  // namespace tilewave
