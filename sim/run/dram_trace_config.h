// The configuration of `tilewave dram-trace`: which keys matter to a DRAM alone, and where its
// defaults are not those of a machine.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "sim/config/config.h"

namespace tilewave {

/// What comes before files and command line: a trace is about banks and rows.
SettingSource dram_trace_base();

/// Whether a DRAM alone knows the key, with some `config`.
bool concerns_dram_trace(std::string_view key);
/// ... and with this one. `timed`: the accesses of the trace have times, in core cycles.
bool concerns_dram_trace(std::string_view key, const Config& config, bool timed);

/// Calls `visit(name, value)` for each key that has an effect on a DRAM trace.
void for_each_dram_trace_key(
    const Config& config, bool timed,
    const std::function<void(std::string_view name, const std::string& value)>& visit);

}  // namespace tilewave
