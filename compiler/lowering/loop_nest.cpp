// Loop orders and nests by name, and which loop each order has where.
#include "compiler/lowering/loop_nest.h"

#include "compiler/base/error.h"

namespace tilewave {

const char* to_string(LoopOrder order) {
  switch (order) {
    case LoopOrder::kMnk: return "mnk";
    case LoopOrder::kMkn: return "mkn";
    case LoopOrder::kNmk: return "nmk";
    case LoopOrder::kNkm: return "nkm";
    case LoopOrder::kKmn: return "kmn";
    case LoopOrder::kKnm: return "knm";
  }
  return "?";
}

std::array<std::size_t, 3> loops_of(LoopOrder order) {
  switch (order) {
    case LoopOrder::kMnk: return {0, 1, 2};
    case LoopOrder::kMkn: return {0, 2, 1};
    case LoopOrder::kNmk: return {1, 0, 2};
    case LoopOrder::kNkm: return {1, 2, 0};
    case LoopOrder::kKmn: return {2, 0, 1};
    case LoopOrder::kKnm: return {2, 1, 0};
  }
  throw InternalError("no such loop order");
}

std::string to_string(const LoopNest& nest) {
  if (nest.parts == std::array<std::uint32_t, 3>{1, 1, 1}) {
    return to_string(nest.inner);
  }
  return std::to_string(nest.parts[0]) + "x" + std::to_string(nest.parts[1]) + "x" +
         std::to_string(nest.parts[2]) + " parts in " + to_string(nest.outer) + ", tiles in " +
         to_string(nest.inner) + (nest.serpentine ? ", serpentine" : "");
}

}  // namespace tilewave
