// How the tile steps of one matmul are ordered: a two-level loop nest over rows (m), columns (n)
// and the reduction (k), in tiles. Which nest is best for a machine is
// compiler/lowering/loop_choice.h.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace tilewave {

/// The nesting of the three loops, the outermost first.
enum class LoopOrder : std::uint8_t { kMnk, kMkn, kNmk, kNkm, kKmn, kKnm };

const char* to_string(LoopOrder order);

/// Positions in (m, n, k) of the loops of an order, the outermost first.
std::array<std::size_t, 3> loops_of(LoopOrder order);

/// Each extent is cut into `parts` nearly equal parts; the outer loops run over the parts, the
/// inner ones over the tiles of a part. With one part each, `inner` is the plain loop order.
struct LoopNest {
  LoopOrder outer = LoopOrder::kMnk;
  std::array<std::uint32_t, 3> parts{1, 1, 1};  ///< of m, n and k
  LoopOrder inner = LoopOrder::kMnk;
  /// Every outer loop runs backwards each second time, so that what was used last is used first
  /// again.
  bool serpentine = false;

  bool operator==(const LoopNest&) const = default;
};

/// "mnk" for a plain order, else "3x2x16 parts in nmk, tiles in mnk, serpentine".
std::string to_string(const LoopNest& nest);

/// Tiles [begin, end) of a part of an extent cut into `parts`.
struct PartRange {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};
inline PartRange part_range(std::uint32_t extent, std::uint32_t parts, std::uint32_t part) {
  const auto edge = [&](std::uint64_t p) { return static_cast<std::uint32_t>(p * extent / parts); };
  return {edge(part), edge(std::uint64_t{part} + 1)};
}

/// Calls `step(m, n, k)` for every tile step of a matmul of `extents` tiles, in the nest's order.
/// Each output tile takes its steps with k rising from 0, or falling to 0.
template <typename Step>
void for_each_step(const LoopNest& nest, const std::array<std::uint32_t, 3>& extents, Step&& step) {
  const auto outer = loops_of(nest.outer);
  const auto inner = loops_of(nest.inner);
  std::array<bool, 3> backwards{};
  std::array<PartRange, 3> range{};
  const auto run_inner = [&] {
    std::array<std::uint32_t, 3> at{};
    const bool k_falls = backwards[2];
    const PartRange r0 = range[inner[0]];
    const PartRange r1 = range[inner[1]];
    const PartRange r2 = range[inner[2]];
    for (at[inner[0]] = r0.begin; at[inner[0]] < r0.end; ++at[inner[0]]) {
      for (at[inner[1]] = r1.begin; at[inner[1]] < r1.end; ++at[inner[1]]) {
        for (at[inner[2]] = r2.begin; at[inner[2]] < r2.end; ++at[inner[2]]) {
          step(at[0], at[1], k_falls ? range[2].begin + range[2].end - 1 - at[2] : at[2]);
        }
      }
    }
  };
  const auto loop = [&](auto&& self, std::size_t depth) -> void {
    if (depth == outer.size()) {
      run_inner();
      return;
    }
    const std::size_t dimension = outer[depth];
    const std::uint32_t parts = nest.parts[dimension];
    for (std::uint32_t i = 0; i < parts; ++i) {
      const std::uint32_t part = backwards[dimension] ? parts - 1 - i : i;
      range[dimension] = part_range(extents[dimension], parts, part);
      self(self, depth + 1);
    }
    backwards[dimension] = nest.serpentine && !backwards[dimension];
  };
  loop(loop, 0);
}

}  // namespace tilewave
