// Two rules and a default; the keys themselves are those of sim/config/keys.cpp.
#include "sim/run/dram_trace_config.h"

namespace tilewave {

SettingSource dram_trace_base() { return {"dram-trace", {{"dram.model", "banked", 0}}}; }

bool concerns_dram_trace(std::string_view key) {
  return key == "clock.period" || (key.starts_with("dram.") && key != "dram.layout");
}

bool concerns_dram_trace(std::string_view key, const Config& config, bool timed) {
  const bool simple = config.machine.dram.kind == DramKind::kSimple;
  return concerns_dram_trace(key) &&
         (simple || timed || key != "clock.period");  // banks have their own
}

void for_each_dram_trace_key(
    const Config& config, bool timed,
    const std::function<void(std::string_view name, const std::string& value)>& visit) {
  for_each_key(config, [&](std::string_view name, const std::string& value) {
    if (concerns_dram_trace(name, config, timed)) {
      visit(name, value);
    }
  });
}

}  // namespace tilewave
