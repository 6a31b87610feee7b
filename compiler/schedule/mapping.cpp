// What a mapping says becomes options, fusion and pinned nests; what does not suit graph or SRAM is refused.
#include "compiler/schedule/mapping.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/base/nearest.h"
#include "compiler/base/text.h"
#include "compiler/graph/operator_words.h"
#include "compiler/graph/running_softmax.h"
#include "compiler/lowering/loop_choice.h"
#include "compiler/lowering/tiling.h"
#include "compiler/schedule/mapping_words.h"

namespace tilewave {
namespace {

constexpr const char* kDimensions[] = {"m", "n", "k"};

std::string place_of(const Mapping& mapping, std::size_t line) {
  return mapping.file + ":" + std::to_string(line) + ": ";
}

[[noreturn]] void fail(const Mapping& mapping, std::size_t line, const std::string& why) {
  throw InputError(place_of(mapping, line) + why);
}

/// "m=128, n=64, k=32"; without k if that is 0.
template <typename Extents>
std::string extents_text(const Extents& extents) {
  std::string text;
  for (std::size_t i = 0; i < std::size(extents); ++i) {
    if (extents[i] != 0) {
      text += (i == 0 ? "" : ", ") + std::string(kDimensions[i]) + "=" + std::to_string(extents[i]);
    }
  }
  return text;
}

std::string tile_text(const TileShape& tile) {
  return extents_text(std::array{tile.m, tile.n, tile.k});
}

/// m, n and, of a product, k.
std::array<std::uint64_t, 3> extents_of(const Graph& graph, const Operator& oper) {
  const Shape& result = graph.tensor(oper.output).shape;
  return {result.rows, result.cols, oper.is_product() ? product_depth(graph, oper) : 0};
}

std::vector<std::string> names_of_results(const Graph& graph) {
  std::vector<std::string> names;
  for (const Operator& oper : graph.operators()) {
    names.push_back(graph.tensor(oper.output).name);
  }
  return names;
}

/// The operator of the fused graph that `stated` names.
OperatorId find_operator(const Mapping& mapping, const Stated<std::string>& stated,
                         const Graph& graph, const Graph& fused) {
  if (const auto tensor = fused.find(stated.value); tensor && fused.tensor(*tensor).producer) {
    const OperatorId id = *fused.tensor(*tensor).producer;
    if (is_view(fused.operators()[id].kind)) {
      fail(mapping, stated.line,
           in_quotes(stated.value) + " is a view: " + to_string(fused.operators()[id].kind) +
               " has no tiles of its own; allowed: operators that compute or copy");
    }
    return id;
  }
  const auto before = graph.find(stated.value);
  const bool absorbed = before && graph.tensor(*before).producer && !fused.find(stated.value);
  fail(mapping, stated.line,
       absorbed ? "operator " + in_quotes(stated.value) +
                      " is part of another one after fusion; allowed: the operators that "
                      "--dump graph shows"
                : "no operator yields " + in_quotes(stated.value) +
                      did_you_mean(stated.value, names_of_results(fused)) +
                      "; allowed: the operators that --dump graph shows");
}

/// Products that may be named as joined, after fusion without.
std::vector<std::string> joinable_products(const Graph& fused) {
  std::vector<std::string> names;
  for (const Operator& oper : fused.operators()) {
    if (const auto product = joinable_product(fused, oper)) {
      names.push_back(fused.tensor(*product).name);
    }
  }
  return names;
}

/// What `stage` returns; tiles of which one tensor would need two kinds are the mapping's fault.
template <typename Stage>
auto blaming_tile(const Mapping& mapping, Stage&& stage) {
  try {
    return std::forward<Stage>(stage)();
  } catch (const OutOfSram&) {
    throw;
  } catch (const InputError& error) {
    const auto stated = std::ranges::find_if(
        mapping.operators, [](const OperatorMapping& oper) { return oper.tile.has_value(); });
    if (stated == mapping.operators.end()) {
      throw;
    }
    fail(mapping, stated->tile->line,
         "tile of " + in_quotes(stated->name.value) + ", " + tile_text(stated->tile->value) +
             ", does not suit the model: " + error.what());
  }
}

Fusion mapped_fusion(const Graph& graph, const Tiling& tile, const ScheduleOptions& options,
                     const Mapping& mapping) {
  if (!mapping.fusion) {
    return blaming_tile(mapping, [&] { return fusion_to_fit(graph, tile, options); });
  }
  FusionOptions chosen;
  chosen.bias = mapping.fusion->bias;
  const Graph apart = fuse(graph, chosen);
  for (const Stated<std::string>& name : mapping.fusion->joined) {
    chosen.joined.insert(name.value);
  }
  for (const auto& [name, keys] : mapping.fusion->running) {
    chosen.running[name.value] = keys;
  }
  Fusion fusion{chosen, fuse(graph, chosen)};
  for (const auto& [name, keys] : mapping.fusion->running) {
    if (!first_of_running_softmax(fusion.graph, name.value)) {
      fail(mapping, name.line,
           "running: " + in_quotes(name.value) + " is no product behind a softmax of more than " +
               std::to_string(keys) + " keys");
    }
  }
  for (const Stated<std::string>& name : mapping.fusion->joined) {
    if (!apart.find(name.value) || fusion.graph.find(name.value)) {
      fail(mapping, name.line,
           "joined: " + in_quotes(name.value) +
               " is no product that a map of it and another whole tensor follows alone" +
               did_you_mean(name.value, joinable_products(apart)));
    }
  }
  return fusion;
}

class Pinning {
 public:
  Pinning(const Mapping& mapping, const Graph& fused, const Tiling& tile, ScheduleOptions& options)
      : mapping_(mapping), fused_(fused), tile_(tile), options_(options) {
    pinned_.nests.resize(fused.operators().size());
    pinned_.eviction = mapping.eviction.has_value();
    pinned_.places = mapping.places.has_value();
    pinned_.last_resort =
        mapping.buffering.has_value() || (mapping.forwarding && mapping.forwarding->value);
  }

  void pin(const OperatorMapping& stated, OperatorId id) {
    const Operator& oper = fused_.operators()[id];
    if (stated.extents) {
      check_extents(stated, oper);
    }
    if (stated.loops) {
      check_loops(stated, id);
      pinned_.nests[id] = stated.loops->value;
      pinned_.last_resort = true;
    }
    if (stated.kept) {
      check_kept(stated, oper);
      if (!stated.kept->value) {
        options_.unforwarded.insert(oper.output);
      }
      pinned_.last_resort = true;
    }
  }

  /// Before operators, whose loops are those of a block.
  void pin(const Stated<std::vector<RowBlocksMapping>>& list, const Graph& graph) {
    std::vector<RowBlocks> pinned;
    for (const RowBlocksMapping& stated : list.value) {
      const RowBlocks blocks = row_blocks(stated, graph);
      const bool behind = pinned.empty() || pinned.back().end <= blocks.first;
      if (!behind) {
        fail(mapping_, stated.first.line,
             "row_blocks: " + in_quotes(stated.first.value) +
                 " does not come behind the operators of the blocks before it");
      }
      pinned.push_back(blocks);
    }
    pinned_.blocks = std::move(pinned);
    pinned_.last_resort = pinned_.last_resort || !pinned_.blocks->empty();
  }

  Pinned take() { return std::move(pinned_); }

 private:
  RowBlocks row_blocks(const RowBlocksMapping& stated, const Graph& graph) const {
    const OperatorId first = find_operator(mapping_, stated.first, graph, fused_);
    const OperatorId last = find_operator(mapping_, stated.last, graph, fused_);
    if (row_blocks_end(fused_, first) <= last || last < first) {
      fail(mapping_, stated.last.line,
           "row_blocks: from " + in_quotes(stated.first.value) + " to " +
               in_quotes(stated.last.value) +
               " not every operator comes behind the other and reads what they compute row by row; "
               "allowed: up to " +
               in_quotes(fused_.tensor(fused_.operators()[row_blocks_end(fused_, first) - 1].output)
                             .name));
    }
    const std::uint64_t rows = fused_.tensor(fused_.operators()[first].output).shape.rows;
    if (stated.rows.value % tile_.m != 0 && stated.rows.value < rows) {
      fail(mapping_, stated.rows.line,
           "row_blocks: rows: " + std::to_string(stated.rows.value) +
               "; allowed: multiples of the tile's m=" + std::to_string(tile_.m));
    }
    RowBlocks blocks{
        first, last + 1,
        static_cast<std::uint32_t>(ceil_div(std::min(stated.rows.value, rows), tile_.m))};
    if (stated.second) {
      blocks.second = find_operator(mapping_, *stated.second, graph, fused_);
      if (blocks.second <= first || blocks.second > last) {
        fail(mapping_, stated.second->line,
             "row_blocks: second: " + in_quotes(stated.second->value) +
                 "; allowed: operators behind " + in_quotes(stated.first.value) + ", up to " +
                 in_quotes(stated.last.value));
      }
    }
    return blocks;
  }

  void check_extents(const OperatorMapping& stated, const Operator& oper) const {
    const std::array<std::uint64_t, 3> real = extents_of(fused_, oper);
    if (stated.extents->value != real) {
      fail(mapping_, stated.extents->line,
           "extents of " + in_quotes(stated.name.value) + " are " +
               extents_text(stated.extents->value) + "; those of the model are " +
               extents_text(real));
    }
  }

  void check_loops(const OperatorMapping& stated, OperatorId id) const {
    if (!fused_.operators()[id].is_product()) {
      fail(mapping_, stated.loops->line,
           "loops of " + in_quotes(stated.name.value) + ": " +
               operator_name(fused_.operators()[id]) +
               " goes tile by tile, row by row; allowed for products only");
    }
    std::array<std::uint32_t, 3> tiles = matmul_shape(fused_, id, tile_).tiles;
    if (const auto blocks = pinned_.blocks ? blocks_of(*pinned_.blocks, id) : std::nullopt) {
      tiles[0] = std::min(tiles[0], blocks->tiles);
    }
    for (std::size_t i = 0; i < tiles.size(); ++i) {
      const std::uint32_t parts = stated.loops->value.parts[i];
      if (parts == 0 || parts > tiles[i]) {
        fail(mapping_, stated.loops->line,
             "loops of " + in_quotes(stated.name.value) + ": " + std::to_string(parts) +
                 " parts of " + kDimensions[i] + "; allowed: 1.." + std::to_string(tiles[i]) +
                 ", its tiles");
      }
    }
  }

  void check_kept(const OperatorMapping& stated, const Operator& oper) const {
    const std::string what = "result of " + in_quotes(stated.name.value) + ": " +
                             word_of(kResultWords, stated.kept->value);
    if (fused_.tensor(oper.output).users.empty()) {
      fail(mapping_, stated.kept->line, what + " has no effect: nobody uses it");
    }
    if (!options_.forwarding) {
      fail(mapping_, stated.kept->line, what + " has no effect with forwarding: off");
    }
  }

  const Mapping& mapping_;
  const Graph& fused_;
  const Tiling& tile_;
  ScheduleOptions& options_;
  Pinned pinned_;
};

/// Names who is to blame.
[[noreturn]] void refuse(const Mapping& mapping, const OutOfSram& error, bool one_step) {
  const auto found = std::ranges::find_if(mapping.operators, [&](const OperatorMapping& stated) {
    return stated.name.value == error.result();
  });
  const OperatorMapping* stated = found == mapping.operators.end() ? nullptr : &*found;
  if (stated != nullptr && stated->loops && !one_step) {
    throw OutOfSram(place_of(mapping, stated->loops->line) + "loops of " +
                    in_quotes(stated->name.value) + ", " + to_string(stated->loops->value) +
                    ", do not fit: " + error.what());
  }
  for (const OperatorMapping& other : mapping.operators) {
    if (other.tile && (stated == nullptr || !stated->tile || &other == stated)) {
      throw OutOfSram(place_of(mapping, other.tile->line) + "tile of " +
                      in_quotes(other.name.value) + ", " + tile_text(other.tile->value) +
                      ", does not fit: " + error.what());
    }
  }
  throw OutOfSram(place_of(mapping, stated != nullptr ? stated->name.line : 1) +
                  "does not fit: " + error.what());
}

}  // namespace

Tiling mapped_tiling(const Mapping& mapping, const Tiling& tiling) {
  Tiling mapped = tiling;
  const OperatorMapping* first = nullptr;
  for (const OperatorMapping& stated : mapping.operators) {
    if (!stated.tile) {
      continue;
    }
    const TileShape& tile = stated.tile->value;
    for (const std::uint32_t edge : {tile.m, tile.n, tile.k}) {
      if (edge == 0 || edge > kMaxTileEdge) {
        fail(mapping, stated.tile->line,
             "tile of " + in_quotes(stated.name.value) + ": " + tile_text(tile) +
                 " is out of range; allowed: 1.." + std::to_string(kMaxTileEdge));
      }
    }
    if (first != nullptr && tile != first->tile->value) {
      fail(mapping, stated.tile->line,
           "tile of " + in_quotes(stated.name.value) + ": " + tile_text(tile) + ", but " +
               in_quotes(first->name.value) + " in line " + std::to_string(first->tile->line) +
               " has " + tile_text(first->tile->value) +
               "; a program has tiles of one size so far");
    }
    if (first == nullptr) {
      first = &stated;
      static_cast<TileShape&>(mapped) = tile;
    }
  }
  if (mapping.edges) {
    mapped.edges = mapping.edges->value;
  }
  return mapped;
}

ScheduleOptions mapped_options(const Mapping& mapping, const ScheduleOptions& options) {
  ScheduleOptions mapped = options;
  const auto take = [](const auto& stated, auto& option) {
    option = stated ? stated->value : option;
  };
  take(mapping.eviction, mapped.eviction);
  take(mapping.buffering, mapped.buffering);
  take(mapping.lookahead, mapped.lookahead);
  take(mapping.forwarding, mapped.forwarding);
  if (mapping.places) {
    mapped.whole_places = mapping.places->value != Places::kExact;
    mapped.apart = mapping.places->value == Places::kApart;
    if (mapped.apart && (mapped.buffering == Buffering::kPingPong || mapped.forwarding)) {
      fail(mapping, mapping.places->line,
           "places: apart, with buffering: " +
               std::string(word_of(kBufferingWords, mapped.buffering)) +
               " and forwarding: " + word_of(kOnOffWords, mapped.forwarding) +
               "; allowed with buffering: single or tagged, and forwarding: off");
    }
  }
  if (mapping.lookahead && mapped.buffering != Buffering::kPingPong) {
    fail(mapping, mapping.lookahead->line,
         "lookahead: " + std::to_string(mapping.lookahead->value) +
             " has no effect with buffering: " + word_of(kBufferingWords, mapped.buffering) +
             "; allowed with pingpong");
  }
  return mapped;
}

CompiledSchedule compile_mapped(const Graph& graph, const Tiling& tile,
                                const ScheduleOptions& options, const Mapping& mapping) {
  Fusion fusion = mapped_fusion(graph, tile, options, mapping);
  try {
    blaming_tile(mapping, [&] { require_step_fits(fusion.graph, tile, options.sram_bytes); });
  } catch (const OutOfSram& error) {
    refuse(mapping, error, true);
  }
  ScheduleOptions mapped = options;
  Pinning pinning(mapping, fusion.graph, tile, mapped);
  if (mapping.row_blocks) {
    pinning.pin(*mapping.row_blocks, graph);
  }
  for (const OperatorMapping& stated : mapping.operators) {
    pinning.pin(stated, find_operator(mapping, stated.name, graph, fusion.graph));
  }
  try {
    FittingSchedule fitting = schedule_to_fit(fusion.graph, tile, mapped, pinning.take());
    return {std::move(fusion.graph), std::move(fitting), std::move(fusion.options)};
  } catch (const OutOfSram& error) {
    refuse(mapping, error, false);
  }
}

Mapping mapping_of(const CompiledSchedule& compiled) {
  const Graph& graph = compiled.fused;
  const ScheduleOptions& options = compiled.fitting.options;
  Mapping mapping;
  mapping.edges = {compiled.fitting.uops.tile.edges};
  mapping.fusion = FusionMapping{compiled.fusion.bias, {}};
  for (const std::string& name : compiled.fusion.joined) {
    if (!graph.find(name)) {
      mapping.fusion->joined.push_back({name});
    }
  }
  for (const auto& [name, keys] : compiled.fusion.running) {
    mapping.fusion->running.emplace_back(Stated<std::string>{name}, keys);
  }
  mapping.eviction = {options.eviction};
  mapping.buffering = {options.buffering};
  if (options.buffering == Buffering::kPingPong) {
    mapping.lookahead = {options.lookahead};
  }
  mapping.forwarding = {options.forwarding};
  mapping.places = {options.apart          ? Places::kApart
                    : options.whole_places ? Places::kWhole
                                           : Places::kExact};
  const auto name_of = [&](OperatorId id) {
    return Stated<std::string>{graph.tensor(graph.operators()[id].output).name};
  };
  std::vector<RowBlocksMapping>& row_blocks = mapping.row_blocks.emplace().value;
  for (const RowBlocks& blocks : compiled.fitting.plan.blocks) {
    RowBlocksMapping& stated = row_blocks.emplace_back();
    stated.first = name_of(blocks.first);
    stated.last = name_of(blocks.end - 1);
    stated.rows = {std::uint64_t{blocks.tiles} * compiled.fitting.uops.tile.m};
    if (blocks.has_second()) {
      stated.second = name_of(blocks.second);
    }
  }
  for (OperatorId id = 0; id < graph.operators().size(); ++id) {
    const Operator& oper = graph.operators()[id];
    if (is_view(oper.kind)) {
      continue;
    }
    OperatorMapping stated;
    stated.name = {graph.tensor(oper.output).name};
    stated.extents = {extents_of(graph, oper)};
    stated.tile = {static_cast<const TileShape&>(compiled.fitting.uops.tile)};
    if (oper.is_product()) {
      stated.loops = {compiled.fitting.plan.nests[id]};
    }
    if (options.forwarding && !graph.tensor(oper.output).users.empty()) {
      stated.kept = {!options.unforwarded.contains(oper.output)};
    }
    mapping.operators.push_back(std::move(stated));
  }
  return mapping;
}

}  // namespace tilewave
