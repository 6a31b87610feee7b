#include "compiler/lowering/tiling.h"

#include <algorithm>
#include <optional>
#include <string>

#include "compiler/base/error.h"

namespace tilewave {
namespace {

enum class TileKind { kLeft, kRight, kResult, kRow };

/// One thing that an operator does with a tensor.
struct Role {
  TileKind kind = TileKind::kResult;
  const Operator* oper = nullptr;
  bool is_result = false;
};

TileExtent extent(TileKind kind, const TileShape& tile) {
  switch (kind) {
    case TileKind::kLeft: return tile.left();
    case TileKind::kRight: return tile.right();
    case TileKind::kResult: return tile.result();
    case TileKind::kRow: return tile.row();
  }
  throw InternalError("no such kind of tile");
}

/// What has to hold for one tensor to have tiles of both kinds.
const char* equal_keys(TileKind a, TileKind b) {
  const auto is = [&](TileKind x, TileKind y) { return (a == x && b == y) || (a == y && b == x); };
  if (is(TileKind::kLeft, TileKind::kRight)) {
    return "tile.m, tile.k and tile.n";
  }
  return is(TileKind::kRight, TileKind::kResult) ? "tile.m and tile.k" : "tile.n and tile.k";
}

class Tiling {
 public:
  Tiling(const Graph& graph, const TileShape& tile)
      : graph_(graph), tile_(tile), roles_(graph.tensors().size()) {}

  std::vector<TileExtent> run() {
    for (const Operator& oper : graph_.operators()) {
      for (std::size_t input = 0; input < oper.inputs.size(); ++input) {
        take(oper.inputs[input], {operand_kind(oper, input), &oper, false});
      }
      take(oper.output, {TileKind::kResult, &oper, true});
    }
    std::vector<TileExtent> tiles;
    for (const std::optional<Role>& role : roles_) {
      tiles.push_back(extent(role ? role->kind : TileKind::kResult, tile_));
    }
    return tiles;
  }

 private:
  TileKind operand_kind(const Operator& oper, std::size_t input) const {
    if (oper.kind == OperatorKind::kMatMul) {
      return input == 0 ? TileKind::kLeft : input == 1 ? TileKind::kRight : TileKind::kRow;
    }
    return input == 1 && is_row_broadcast(graph_, oper) ? TileKind::kRow : TileKind::kResult;
  }

  /// A role that says how tall the tiles are decides, the first that comes; a row vector is content
  /// with any height.
  void take(TensorId id, const Role& role) {
    std::optional<Role>& decided = roles_[id];
    if (decided && !fit(*decided, role)) {
      refuse(id, *decided, role);
    }
    if (!decided || decided->kind == TileKind::kRow) {
      decided = role;
    }
  }

  bool fit(const Role& a, const Role& b) const {
    const TileExtent of_a = extent(a.kind, tile_);
    const TileExtent of_b = extent(b.kind, tile_);
    const bool any_height = a.kind == TileKind::kRow || b.kind == TileKind::kRow;
    return of_a.cols == of_b.cols && (any_height || of_a.rows == of_b.rows);
  }

  [[noreturn]] void refuse(TensorId id, const Role& a, const Role& b) const {
    throw InputError("graph '" + graph_.name() + "': tensor '" + graph_.tensor(id).name +
                     "' has one tile grid, but is " + describe(a) + " and " + describe(b) + "; " +
                     equal_keys(a.kind, b.kind) + " must be equal");
  }

  /// "the left operand of matmul 'y' (tiles m x k = 32x64)"
  std::string describe(const Role& role) const {
    return what(role) + to_string(role.oper->kind) + " '" + graph_.tensor(role.oper->output).name +
           "' (tiles " + demand(role.kind) + ")";
  }

  std::string demand(TileKind kind) const {
    switch (kind) {
      case TileKind::kLeft: return "m x k = " + to_string(tile_.left());
      case TileKind::kRight: return "k x n = " + to_string(tile_.right());
      case TileKind::kResult: return "m x n = " + to_string(tile_.result());
      case TileKind::kRow: return "n = " + std::to_string(tile_.n) + " wide";
    }
    return "?";
  }

  static std::string what(const Role& role) {
    if (role.is_result) {
      return "the result of ";
    }
    switch (role.kind) {
      case TileKind::kLeft: return "the left operand of ";
      case TileKind::kRight: return "the right operand of ";
      case TileKind::kRow: return "the row vector of ";
      case TileKind::kResult: break;
    }
    return "an operand of ";
  }

  const Graph& graph_;
  const TileShape& tile_;
  std::vector<std::optional<Role>> roles_;  ///< the one that decides, by TensorId
};

}  // namespace

std::vector<TileExtent> tensor_tiles(const Graph& graph, const TileShape& tile) {
  return Tiling(graph, tile).run();
}

std::uint64_t step_bytes(const Graph& graph, const Operator& oper,
                         const std::vector<TileExtent>& tiles) {
  const auto rounded = [&](TensorId tensor) {
    return ceil_div(tiles[tensor].bytes(), kSramAlignment) * kSramAlignment;
  };
  std::uint64_t bytes = oper.kind == OperatorKind::kCopy ? 0 : rounded(oper.output);
  for (std::size_t i = 0; i < oper.inputs.size(); ++i) {
    const TensorId input = oper.inputs[i];
    const bool one_tile = oper.kind != OperatorKind::kMatMul ||
                          tile_grid(graph.tensor(input).shape, tiles[input]).tiles() == 1;
    const auto before = oper.inputs.begin() + static_cast<std::ptrdiff_t>(i);
    const bool counted = one_tile && std::find(oper.inputs.begin(), before, input) != before;
    bytes += counted ? 0 : rounded(input);
  }
  return bytes;
}

void require_step_fits(const Graph& graph, const TileShape& tile, std::uint64_t sram_bytes) {
  const std::vector<TileExtent> tiles = tensor_tiles(graph, tile);
  for (const Operator& oper : graph.operators()) {
    const std::uint64_t bytes = step_bytes(graph, oper, tiles);
    if (bytes > sram_bytes) {
      throw InputError("graph '" + graph.name() + "': a step of " + to_string(oper.kind) + " '" +
                       graph.tensor(oper.output).name + "' needs " + std::to_string(bytes) +
                       " bytes of SRAM for its tiles" + (oper.has_bias() ? ", bias included" : "") +
                       "; there are " + std::to_string(sram_bytes));
    }
  }
}

}  // namespace tilewave
