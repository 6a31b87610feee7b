// Shipped parts by name, others by path.
#include "sim/config/dram_preset.h"

#include "sim/base/files.h"

namespace tilewave {

DramPreset find_dram_preset(const std::string& name) {
  if (name.find('/') == std::string::npos && !name.ends_with(".ini")) {
    return load_dram_preset(name);
  }
  return parse_dram_preset(read_file(name, "DRAM preset", kMaxDramPresetBytes), name,
                           one_line(name));
}

}  // namespace tilewave
