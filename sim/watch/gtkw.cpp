// The file's lines, group by group.
#include "sim/watch/gtkw.h"

#include <bit>
#include <filesystem>

namespace tilewave {
namespace {

/// What GTKWave calls its trace flags, as it writes them.
constexpr const char* kBinary = "@28";
constexpr const char* kDecimal = "@24";
constexpr const char* kText = "@22";
constexpr const char* kOpenGroup = "@800200";
constexpr const char* kCloseGroup = "@1000200";

/// Of 1 red, 2 orange, 3 yellow, 4 green, 5 blue, 6 indigo and 7 violet.
int color_of(const std::string& scope) {
  return scope == "compute"                     ? 4
         : scope == "load_dma"                  ? 5
         : scope == "store_dma"                 ? 7
         : scope == "sram" || scope == "queues" ? 2
                                                : 3;
}

}  // namespace

std::string gtkw_path(const std::string& vcd_path) {
  return std::filesystem::path(vcd_path).replace_extension(".gtkw").string();
}

std::string gtkw_text(const std::string& vcd_path, const std::vector<WaveVariable>& variables,
                      Picoseconds from, Picoseconds to) {
  const std::filesystem::path vcd(vcd_path);
  std::string text = "[*] written by tilewave with the waveform, and again with the next\n";
  text += "[dumpfile] \"" + vcd.filename().string() + "\"\n";
  text += "[savefile] \"" + std::filesystem::path(gtkw_path(vcd_path)).filename().string() + "\"\n";
  text += "[timestart] " + std::to_string(from) + "\n";
  // The zoom: at 0 a picosecond takes 200 pixels, at -1 half as many. Then no marker.
  constexpr Picoseconds kShownAtZoomZero = 4;
  text += "*-" + std::to_string(std::bit_width((to - from) / kShownAtZoomZero)) + ".0 -1\n";
  text += "[sst_width] 200\n[signals_width] 220\n[sst_expanded] 1\n";
  std::string scope;
  const auto close = [&] {
    if (!scope.empty()) {
      text += std::string(kCloseGroup) + "\n-" + scope + "\n";
    }
  };
  for (const WaveVariable& variable : variables) {
    if (variable.scope != scope) {
      close();
      scope = variable.scope;
      text += std::string(kOpenGroup) + "\n-" + scope + "\n";
    }
    text += std::string(variable.bits == 0   ? kText
                        : variable.bits == 1 ? kBinary
                                             : kDecimal) +
            "\n[color] " + std::to_string(color_of(scope)) + "\n" + scope + "." + variable.name;
    text += variable.bits > 1 ? "[" + std::to_string(variable.bits - 1) + ":0]\n" : "\n";
  }
  close();
  return text;
}

}  // namespace tilewave
