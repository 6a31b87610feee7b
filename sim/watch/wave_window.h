// Which part of a run and which signals a waveform shows, as the user asks for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/clock_period.h"

namespace tilewave {

/// A time, or a number of cycles if it has no unit.
struct WavePoint {
  std::uint64_t value = 0;
  bool cycles = false;

  Picoseconds time(const ClockPeriod& clock_period) const;  ///< what cannot be told is never
};

/// [from, to); both in cycles or neither.
struct WaveTimes {
  WavePoint from;
  WavePoint to;
};

/// From the first start to the last completion of the ops `first` to `last`.
struct WaveOps {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
};

/// "10us..20us", "5000..6000", "0..1ms". Throws InputError that begins with `text`.
WaveTimes parse_wave_times(std::string_view text);
/// "1000..2000". Throws InputError that begins with `text`.
WaveOps parse_wave_ops(std::string_view text);

/// The scopes of a waveform: the units, "queues", and whoever else counts: "sram", "bus" and "dram".
const std::vector<std::string>& wave_scopes();
/// "load_dma, store_dma, ...", all of them.
std::string wave_scope_list();
/// "compute,dram". Throws InputError that begins with what is wrong.
std::vector<std::string> parse_wave_scopes(std::string_view text);

/// What to show; everything unless something is said. At most one of the windows.
struct WaveChoice {
  std::optional<WaveTimes> times;
  std::optional<WaveOps> ops;
  std::vector<std::string> scopes = wave_scopes();
  std::string text;  ///< of the window, for messages: "--vcd-window 10us..20us"
};

}  // namespace tilewave
