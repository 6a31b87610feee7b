// Collects what each operator asks of its tensors' tiles and refuses what does not agree.
#include "compiler/lowering/tiling.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/graph/operator_words.h"
#include "compiler/graph/placement.h"

namespace tilewave {
namespace {

enum class TileKind {
  kLeft,
  kRight,
  kLeftTransposed,
  kRightTransposed,
  kResult,
  kRow,
  kColumn,
  kValue
};

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
    case TileKind::kLeftTransposed: return tile.left().transposed();
    case TileKind::kRightTransposed: return tile.right().transposed();
    case TileKind::kResult: return tile.result();
    case TileKind::kRow: return tile.row();
    case TileKind::kColumn: return tile.column();
    case TileKind::kValue: return TileShape::value();
  }
  throw InternalError("no such kind of tile");
}

/// Of what is broadcast: content with tiles of some other sizes too.
bool is_flexible(TileKind kind) {
  return kind == TileKind::kRow || kind == TileKind::kColumn || kind == TileKind::kValue;
}

TileKind kind_of(Broadcast broadcast) {
  switch (broadcast) {
    case Broadcast::kNone: return TileKind::kResult;
    case Broadcast::kRow: return TileKind::kRow;
    case Broadcast::kColumn: return TileKind::kColumn;
    case Broadcast::kValue: return TileKind::kValue;
  }
  throw InternalError("no such broadcast");
}

/// Which of m, n and k are the rows and the columns of a tile; a part of a tile is as large as the whole.
std::array<char, 2> keys_of(TileKind kind) {
  switch (kind) {
    case TileKind::kLeft: return {'m', 'k'};
    case TileKind::kRight: return {'k', 'n'};
    case TileKind::kLeftTransposed: return {'k', 'm'};
    case TileKind::kRightTransposed: return {'n', 'k'};
    case TileKind::kResult:
    case TileKind::kColumn:
    case TileKind::kValue: return {'m', 'n'};
    case TileKind::kRow: return {'\0', 'n'};  // its rows are those of any other
  }
  throw InternalError("no such kind of tile");
}

/// What has to be equal for one tensor to have tiles of both kinds: "tile.m, tile.k and tile.n".
std::string equal_keys(TileKind a, TileKind b) {
  constexpr std::string_view kOrder = "mnk";
  std::string keys;
  for (std::size_t axis = 0; axis < 2; ++axis) {
    char first = keys_of(a)[axis];
    char second = keys_of(b)[axis];
    if (first == second || first == '\0' || second == '\0') {
      continue;
    }
    if (kOrder.find(first) > kOrder.find(second)) {
      std::swap(first, second);
    }
    for (const char key : {first, second}) {
      keys += keys.find(key) == std::string::npos ? std::string(1, key) : "";
    }
  }
  std::string text;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    text += i == 0 ? "" : i + 1 == keys.size() ? " and " : ", ";
    (text += "tile.") += keys[i];
  }
  return text;
}

class TileChooser {
 public:
  TileChooser(const Graph& graph, const TileShape& tile)
      : graph_(graph), tile_(tile), roles_(graph.tensors().size()) {}

  std::vector<TileExtent> run() {
    for (const Operator& oper : graph_.operators()) {
      if (is_view(oper.kind)) {
        continue;
      }
      for (std::size_t input = 0; input < oper.inputs.size(); ++input) {
        take(oper.inputs[input], {operand_kind(oper, input), &oper, false});
      }
      take(oper.output, {TileKind::kResult, &oper, true});
    }
    take_roles_of_parts();
    std::vector<TileExtent> tiles;
    for (TensorId id = 0; id < roles_.size(); ++id) {
      const TileKind kind = roles_[id] ? roles_[id]->kind : TileKind::kResult;
      tiles.push_back(extent(kind, tile_).of(graph_.tensor(id).type));
    }
    return tiles;
  }

 private:
  /// What nobody uses as a whole is cut as the first of its parts, which then has the same tiles.
  void take_roles_of_parts() {
    const std::vector<Placed> placed = placements(graph_);
    for (TensorId id = 0; id < roles_.size(); ++id) {
      std::optional<Role>& whole = roles_[placed[id].root];
      if (!whole && roles_[id] && !is_flexible(roles_[id]->kind)) {
        whole = roles_[id];
      }
    }
  }

  TileKind operand_kind(const Operator& oper, std::size_t input) const {
    if (input < oper.product_inputs()) {
      if (input == 0) {
        return oper.transposed[0] ? TileKind::kLeftTransposed : TileKind::kLeft;
      }
      if (input == 1) {
        return oper.transposed[1] ? TileKind::kRightTransposed : TileKind::kRight;
      }
      return TileKind::kRow;
    }
    return kind_of(broadcast_of(graph_.tensor(oper.inputs[input]).shape, work_shape(graph_, oper)));
  }

  /// A role that leaves no choice decides, else the first that comes; a row and a column are parts of a
  /// whole tile.
  void take(TensorId id, const Role& role) {
    std::optional<Role>& decided = roles_[id];
    if (!decided) {
      decided = role;
      return;
    }
    if (!fit(*decided, role)) {
      refuse(id, *decided, role);
    }
    if (is_flexible(decided->kind) && decided->kind != role.kind && role.kind != TileKind::kValue) {
      const bool both_flexible = is_flexible(role.kind) && decided->kind != TileKind::kValue;
      decided = role;
      if (both_flexible) {
        decided->kind = TileKind::kResult;
      }
    }
  }

  bool fit(const Role& a, const Role& b) const {
    if (is_flexible(a.kind) && is_flexible(b.kind)) {
      return true;
    }
    const TileExtent rigid = extent(is_flexible(a.kind) ? b.kind : a.kind, tile_);
    const Role& other = is_flexible(a.kind) ? a : b;
    switch (other.kind) {
      case TileKind::kRow: return rigid.cols == tile_.n;
      case TileKind::kColumn: return rigid == tile_.result();
      case TileKind::kValue: return true;
      case TileKind::kLeft:
      case TileKind::kRight:
      case TileKind::kLeftTransposed:
      case TileKind::kRightTransposed:
      case TileKind::kResult: return rigid == extent(other.kind, tile_);
    }
    return false;
  }

  [[noreturn]] void refuse(TensorId id, const Role& a, const Role& b) const {
    throw InputError("graph '" + graph_.name() + "': tensor '" + graph_.tensor(id).name +
                     "' has one tile grid, but is " + describe(a) + " and " + describe(b) + "; " +
                     equal_keys(a.kind, b.kind) + " must be equal");
  }

  /// "the left operand of matmul 'y' (tiles m x k = 32x64)"
  std::string describe(const Role& role) const {
    return what(role) + operator_name(*role.oper) + " '" + graph_.tensor(role.oper->output).name +
           "' (tiles " + demand(role.kind) + ")";
  }

  std::string demand(TileKind kind) const {
    switch (kind) {
      case TileKind::kLeft: return "m x k = " + to_string(tile_.left());
      case TileKind::kRight: return "k x n = " + to_string(tile_.right());
      case TileKind::kLeftTransposed: return "k x m = " + to_string(tile_.left().transposed());
      case TileKind::kRightTransposed: return "n x k = " + to_string(tile_.right().transposed());
      case TileKind::kResult: return "m x n = " + to_string(tile_.result());
      case TileKind::kRow: return "n = " + std::to_string(tile_.n) + " wide";
      case TileKind::kColumn: return "m x n = " + to_string(tile_.result()) + " or m x 1";
      case TileKind::kValue: return "of any size";
    }
    return "?";
  }

  static std::string what(const Role& role) {
    if (role.is_result) {
      return "the result of ";
    }
    switch (role.kind) {
      case TileKind::kLeft:
      case TileKind::kLeftTransposed: return "the left operand of ";
      case TileKind::kRight:
      case TileKind::kRightTransposed: return "the right operand of ";
      case TileKind::kRow: return "the row vector of ";
      case TileKind::kColumn: return "the column vector of ";
      case TileKind::kValue: return "the single value of ";
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
  return TileChooser(graph, tile).run();
}

std::vector<Shape> stored_shapes(const Graph& graph, const std::vector<TileExtent>& tiles,
                                 TileEdges edges) {
  std::vector<Shape> stored;
  for (TensorId id = 0; id < tiles.size(); ++id) {
    stored.push_back(stored_shape(graph.tensor(id).shape, tiles[id], edges));
  }
  return stored;
}

OperandForm operand_form(Broadcast broadcast, const TileExtent& tile) {
  switch (broadcast) {
    case Broadcast::kNone: return OperandForm::kTile;
    case Broadcast::kRow: return OperandForm::kRow;
    case Broadcast::kColumn:
      return tile.cols == 1 ? OperandForm::kColumn : OperandForm::kFirstColumn;
    case Broadcast::kValue: return OperandForm::kValue;
  }
  throw InternalError("no such broadcast");
}

std::uint64_t step_bytes(const Graph& graph, const Operator& oper,
                         const std::vector<TileExtent>& tiles, TileEdges edges) {
  const auto place = [&](TensorId id, ElementType type) {
    const Shape stored = stored_shape(graph.tensor(id).shape, tiles[id], edges);
    return ceil_div(largest_tile(stored, tiles[id]).of(type).bytes(), kSramAlignment) *
           kSramAlignment;
  };
  const auto rounded = [&](TensorId id) { return place(id, graph.tensor(id).type); };
  const auto one_tile = [&](TensorId tensor) {
    return tile_grid(graph.tensor(tensor).shape, tiles[tensor]).tiles() == 1;
  };
  const auto of = [&](std::span<const TensorId> inputs, bool same_place) {
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const auto before = inputs.first(i);
      const bool counted = (same_place || one_tile(inputs[i])) &&
                           std::ranges::find(before, inputs[i]) != before.end();
      bytes += counted ? 0 : rounded(inputs[i]);
    }
    return bytes;
  };
  const std::span<const TensorId> inputs = oper.inputs;
  const std::uint64_t operands = std::max(of(inputs.first(oper.product_inputs()), false),
                                          of(inputs.subspan(oper.product_inputs()), true));
  return by_kind(
      oper.kind,
      [&] {
        return std::max(rounded(oper.output), place(oper.output, sum_type(graph, oper))) + operands;
      },
      [&] { return rounded(oper.output) + operands; },
      [&] { return rounded(oper.output) + operands; }, [&] { return operands; },
      []() -> std::uint64_t { return 0; }, []() -> std::uint64_t { return 0; });
}

void require_step_fits(const Graph& graph, const Tiling& tile, std::uint64_t sram_bytes) {
  const std::vector<TileExtent> tiles = tensor_tiles(graph, tile);
  for (const Operator& oper : graph.operators()) {
    const std::uint64_t bytes = step_bytes(graph, oper, tiles, tile.edges);
    if (bytes > sram_bytes) {
      throw OutOfSram("graph '" + graph.name() + "': a step of " + operator_name(oper) + " '" +
                          graph.tensor(oper.output).name + "' needs " + std::to_string(bytes) +
                          " bytes of SRAM for its tiles" +
                          (oper.has_bias ? ", bias included" : "") + "; there are " +
                          std::to_string(sram_bytes),
                      graph.tensor(oper.output).name);
    }
  }
}

}  // namespace tilewave
