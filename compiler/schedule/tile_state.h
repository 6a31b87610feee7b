// What the scheduler knows of a tile besides its residency.
#pragma once

#include <cstddef>
#include <cstdint>

#include "compiler/schedule/residency.h"

namespace tilewave {

struct TileState {
  std::uint64_t first_use = kNoUse;  ///< the first LOAD uOp of it
  double arrival = 0;                ///< when its latest LOAD is through
  std::uint32_t accumulator = 0;     ///< address while it is computed
  std::size_t completed = 0;         ///< ops emitted when it was complete
  bool open = false;                 ///< it has an accumulator
  bool in_dram = false;              ///< a source, or a STORE was emitted
  bool unsaved = false;              ///< resident, and DRAM does not have it
  bool leaving = false;              ///< a STORE of it waits for loads to pass
};

}  // namespace tilewave
