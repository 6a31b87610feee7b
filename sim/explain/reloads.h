// Which tiles are loaded although they were in SRAM before, and for whom they had to go: from the
// program alone.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/program/dataflow.h"
#include "compiler/program/program.h"

namespace tilewave {

/// Loads of one tensor whose tile had been loaded or computed before, all lost to one tensor.
struct ReloadGroup {
  /// What took the first byte of the tile's last place in SRAM.
  enum class Taker : std::uint8_t {
    kLoad,
    kResult,  ///< an accumulator, or the result of an add or a relu
    kNobody   ///< it still was there: the load was needless
  };

  std::uint32_t tensor = 0;
  Taker taker = Taker::kLoad;
  std::uint32_t taken_by = 0;  ///< tensor of the taker; the tensor itself if there is none
  std::uint64_t loads = 0;
  std::uint64_t bytes = 0;
};

const char* to_string(ReloadGroup::Taker taker);  ///< "load", "result", "nobody"

struct Reloads {
  std::vector<ReloadGroup> groups;  ///< most bytes first
  std::uint64_t loads = 0;          ///< sum of the groups
  std::uint64_t bytes = 0;
};

Reloads find_reloads(const Program& program, const std::vector<OpLinks>& links);

}  // namespace tilewave
