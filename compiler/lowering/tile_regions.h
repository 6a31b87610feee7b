// Whose tiles the tiles of a view are: where a part lies on the tiles of its whole, both are the same tiles, in SRAM
// too. A part that does not has tiles of its own, which meet those of the whole in DRAM alone.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "compiler/graph/graph.h"
#include "compiler/graph/placement.h"
#include "compiler/program/tile_index.h"

namespace tilewave {

/// Tile (0, 0) of a tensor is tile (row, col) of `tensor`, which is a region: it has tiles of its own.
struct TileRegion {
  TensorId tensor = 0;
  std::uint32_t row = 0;
  std::uint32_t col = 0;

  bool operator==(const TileRegion&) const = default;
};

/// Of every tensor, by TensorId; `tiles` are those of tensor_tiles(). A tensor is a region unless its tiles
/// are of its root's size, it begins where one of those does, and it ends where one does or the root itself.
std::vector<TileRegion> tile_regions(const Graph& graph, const std::vector<Placed>& placements,
                                     const std::vector<TileExtent>& tiles);

/// The numbers that regions have in a program, by TensorId: tensors that are a part of no other, in order,
/// then the other regions that operators read or compute. What has none has ~0.
std::vector<std::uint32_t> region_numbers(const Graph& graph,
                                          const std::vector<TileRegion>& regions);
inline constexpr std::uint32_t kNoRegion = ~std::uint32_t{0};

/// Which tiles operators compute, and who else reads their elements.
class ComputedTiles {
 public:
  /// All outlive it.
  ComputedTiles(const Graph& graph, const std::vector<TileExtent>& tiles,
                const std::vector<TileRegion>& regions);

  /// Whether a region is a part of an input or a parameter, all of which is in DRAM.
  bool is_source(TensorId region) const;
  /// Whether tiles of another region have elements of this one and are read: it has to go to DRAM.
  bool is_read_elsewhere(TensorId region) const { return read_elsewhere_[region]; }

  /// Calls `visit(place)` for each tile that is computed and shares elements with the tile at `place`, both
  /// named by their regions.
  template <typename Visit>
  void visit(const TileIndex::Place& place, Visit&& visit) const {
    const std::vector<TensorId>& parts = computed_[placements_[place.tensor].root];
    if (parts.size() == 1 && parts.front() == place.tensor) {
      visit(place);
      return;
    }
    const ElementRange wanted = elements(place);
    for (const TensorId part : parts) {
      const ElementRange range = elements_in_root(graph_, placements_, part);
      if (range.overlaps(wanted)) {
        visit_within(part, range, wanted, visit);
      }
    }
  }

 private:
  ElementRange elements(const TileIndex::Place& place) const;

  template <typename Visit>
  void visit_within(TensorId part, const ElementRange& range, const ElementRange& wanted,
                    Visit& visit) const {
    const TileExtent& tile = tiles_[part];
    const TileRegion& region = regions_[part];
    const auto first = [](std::uint64_t at, std::uint64_t begin, std::uint32_t edge) {
      return static_cast<std::uint32_t>((std::max(at, begin) - begin) / edge);
    };
    const std::uint64_t row_end = std::min(range.row_end, wanted.row_end) - range.row;
    const std::uint64_t col_end = std::min(range.col_end, wanted.col_end) - range.col;
    for (std::uint32_t row = first(wanted.row, range.row, tile.rows);
         std::uint64_t{row} * tile.rows < row_end; ++row) {
      for (std::uint32_t col = first(wanted.col, range.col, tile.cols);
           std::uint64_t{col} * tile.cols < col_end; ++col) {
        visit(TileIndex::Place{region.tensor, region.row + row, region.col + col});
      }
    }
  }

  const Graph& graph_;
  const std::vector<TileExtent>& tiles_;
  const std::vector<TileRegion>& regions_;
  std::vector<Placed> placements_;
  std::vector<std::vector<TensorId>> computed_;  ///< by root: its parts, or it itself
  std::vector<bool> read_elsewhere_;             ///< by region
};

}  // namespace tilewave
