// The save file with which GTKWave opens a waveform of ours: signals in groups, each in its colour.
#pragma once

#include <string>
#include <vector>

#include "sim/watch/vcd_writer.h"

namespace tilewave {

/// "dir/wave.vcd" → "dir/wave.gtkw"
std::string gtkw_path(const std::string& vcd_path);

/// Both files are to lie in one directory: the content names the waveform without one. It opens
/// with the whole of [from, to) in sight.
std::string gtkw_text(const std::string& vcd_path, const std::vector<WaveVariable>& variables,
                      Picoseconds from, Picoseconds to);

}  // namespace tilewave
