// How the tensors of a graph are cut. A tensor has exactly one tile grid, so all that operators do
// with it have to agree on the size of its tiles.
#pragma once

#include <vector>

#include "compiler/graph/graph.h"
#include "compiler/program/vector_kernel.h"

namespace tilewave {

/// Size of the tiles of every tensor, by TensorId:
///
///   left operand of a matmul                                 m×k
///   right operand of a matmul                                k×n
///   the same transposed                                      k×m, n×k
///   result of any operator; whole operand of a map, a
///   reduce or a copy                                         m×n
///   row vector, as bias or broadcast operand                 1×n if it is only that
///   column that is broadcast                                 m×1 likewise
///   single value that is broadcast                           1×1 likewise
///
/// A tensor that is a row vector and something else has the other's tiles, which must be n wide: the
/// vector is the first row of its first tiles. A column is likewise the first of m×n tiles. Throws InputError naming the tensor, two of its
/// roles that ask for different tiles, and the keys that would have to be equal.
std::vector<TileExtent> tensor_tiles(const Graph& graph, const TileShape& tile);

/// What DRAM holds of every tensor, by TensorId.
std::vector<Shape> stored_shapes(const Graph& graph, const std::vector<TileExtent>& tiles,
                                 TileEdges edges);

/// The largest tile of such a tensor: its first.
inline TileExtent largest_tile(const Shape& stored, const TileExtent& tile) {
  return tile_part(stored, tile, 0, 0);
}

/// How a map reads an operand that is broadcast like that and whose largest tile is this.
OperandForm operand_form(Broadcast broadcast, const TileExtent& tile);

/// Bytes of SRAM that the tiles of one step of `oper` take at most: its operands, bias included, or
/// those of its expression, and its result; a tile that is two operands counts once. `tiles` are those of
/// tensor_tiles().
std::uint64_t step_bytes(const Graph& graph, const Operator& oper,
                         const std::vector<TileExtent>& tiles, TileEdges edges);

/// Throws InputError naming the operator if the SRAM does not hold the tiles of one step. That it
/// does is necessary; where tiles of several sizes meet, holes may make more necessary.
void require_step_fits(const Graph& graph, const Tiling& tile, std::uint64_t sram_bytes);

}  // namespace tilewave
