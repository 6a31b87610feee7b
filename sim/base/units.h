// Quantities as people write them (256KiB, 60ns, 25.6GB/s, 1GHz, on) and as the machine counts
// them. Exact both ways: what cannot be represented is refused, what is printed reads back
// unchanged.
//
// Every parser throws InputError. The message starts with the value itself, so that a caller can
// put `key=` in front of it, and names the forms that are understood.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "models/clock_period.h"

namespace tilewave {

/// Bytes: "4096", "64B", "16KiB", "1.5MiB", "1GiB". Decimal KB, MB and GB are refused.
std::uint64_t parse_bytes(std::string_view text);
std::string print_bytes(std::uint64_t bytes);

/// Picoseconds: "250ps", "60ns", "1.5us", "1ms". The unit is required.
Picoseconds parse_time(std::string_view text);
std::string print_time(Picoseconds time);

/// A clock period as a time or as a frequency ("1GHz", "1.5GHz", "700MHz"), whose period is taken
/// as the exact fraction. A frequency out of the limits is refused.
ClockPeriod parse_clock_period(std::string_view text, Picoseconds shortest, Picoseconds longest);
/// A time if it is a whole number of picoseconds, else the frequency.
std::string print_clock_period(const ClockPeriod& period);

/// Millionths of a hertz: "1.5GHz", "700MHz".
std::uint64_t parse_frequency(std::string_view text);
std::string print_frequency(std::uint64_t microhertz);

/// Bytes per second: "B/s", decimal "KB/s", "MB/s", "GB/s" or binary "GiB/s".
std::uint64_t parse_bandwidth(std::string_view text);
std::string print_bandwidth(std::uint64_t bytes_per_second);

/// A plain decimal integer.
std::uint64_t parse_count(std::string_view text);

/// "on" or "off".
bool parse_on_off(std::string_view text);
std::string print_on_off(bool on);

}  // namespace tilewave
