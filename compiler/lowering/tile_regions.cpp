// Compares the edges of parts with the tiles of their wholes.
#include "compiler/lowering/tile_regions.h"

namespace tilewave {
namespace {

bool meets_tiles(std::uint64_t begin, std::uint64_t end, std::uint64_t whole_end,
                 std::uint32_t edge) {
  return begin % edge == 0 && (end % edge == 0 || end == whole_end);
}

/// Calls `visit(tensor, is_result)` for what operators that are no views read or compute.
template <typename Visit>
void for_each_use(const Graph& graph, Visit&& visit) {
  for (const Operator& oper : graph.operators()) {
    if (!is_view(oper.kind)) {
      for (const TensorId input : oper.inputs) {
        visit(input, false);
      }
      visit(oper.output, true);
    }
  }
}

}  // namespace

std::vector<TileRegion> tile_regions(const Graph& graph, const std::vector<Placed>& placements,
                                     const std::vector<TileExtent>& tiles) {
  std::vector<TileRegion> regions;
  for (TensorId id = 0; id < tiles.size(); ++id) {
    const TensorId root = placements[id].root;
    const TileExtent& tile = tiles[root];
    const ElementRange range = elements_in_root(graph, placements, id);
    const Shape& whole = graph.tensor(root).shape;
    const bool shared = tiles[id] == tile &&
                        meets_tiles(range.row, range.row_end, whole.rows, tile.rows) &&
                        meets_tiles(range.col, range.col_end, whole.cols, tile.cols);
    regions.push_back(shared ? TileRegion{root, static_cast<std::uint32_t>(range.row / tile.rows),
                                          static_cast<std::uint32_t>(range.col / tile.cols)}
                             : TileRegion{id, 0, 0});
  }
  return regions;
}

std::vector<std::uint32_t> region_numbers(const Graph& graph,
                                          const std::vector<TileRegion>& regions) {
  const std::vector<Placed> placed = placements(graph);
  std::vector<std::uint32_t> numbers(regions.size(), kNoRegion);
  std::uint32_t next = 0;
  for (TensorId id = 0; id < regions.size(); ++id) {
    if (placed[id].root == id) {
      numbers[id] = next++;
    }
  }
  std::vector<bool> used(regions.size());
  for_each_use(graph, [&](TensorId tensor, bool) { used[regions[tensor].tensor] = true; });
  for (TensorId id = 0; id < regions.size(); ++id) {
    if (used[id] && numbers[id] == kNoRegion) {
      numbers[id] = next++;
    }
  }
  return numbers;
}

ComputedTiles::ComputedTiles(const Graph& graph, const std::vector<TileExtent>& tiles,
                             const std::vector<TileRegion>& regions)
    : graph_(graph),
      tiles_(tiles),
      regions_(regions),
      placements_(placements(graph)),
      computed_(tiles.size()),
      read_elsewhere_(tiles.size()) {
  std::vector<std::vector<TensorId>> read(tiles.size());  // by root, each once
  std::vector<bool> is_read(tiles.size());
  for_each_use(graph, [&](TensorId tensor, bool is_result) {
    if (is_result || !is_read[tensor]) {
      (is_result ? computed_ : read)[placements_[tensor].root].push_back(tensor);
    }
    is_read[tensor] = is_read[tensor] || !is_result;
  });
  for (TensorId root = 0; root < tiles.size(); ++root) {
    for (const TensorId part : computed_[root]) {
      const ElementRange range = elements_in_root(graph, placements_, part);
      const bool elsewhere = std::ranges::any_of(read[root], [&](TensorId other) {
        return regions[other].tensor != regions[part].tensor &&
               elements_in_root(graph, placements_, other).overlaps(range);
      });
      if (elsewhere) {
        read_elsewhere_[regions[part].tensor] = true;
      }
    }
  }
}

bool ComputedTiles::is_source(TensorId region) const {
  return computed_[placements_[region].root].empty();
}

ElementRange ComputedTiles::elements(const TileIndex::Place& place) const {
  const Placed& placement = placements_[place.tensor];
  const TileExtent& tile = tiles_[place.tensor];
  const TileExtent part = tile_part(graph_.tensor(place.tensor).shape, tile, place.row, place.col);
  const std::uint64_t row = placement.top + std::uint64_t{place.row} * tile.rows;
  const std::uint64_t col = placement.left + std::uint64_t{place.col} * tile.cols;
  return {row, row + part.rows, col, col + part.cols};
}

}  // namespace tilewave
