// A mapping: what somebody decides about a model's schedule instead of the compiler. This is its
// meaning, its check against a graph and its text; reading a file is sim/mapping/.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/graph/graph.h"
#include "compiler/lowering/loop_nest.h"
#include "compiler/program/tensor.h"
#include "compiler/schedule/fit.h"
#include "compiler/schedule/schedule.h"

namespace tilewave {

/// What a mapping says, and in which line of its file, from 1.
template <typename Value>
struct Stated {
  Value value{};
  std::size_t line = 0;
};
template <typename Value>
using IfStated = std::optional<Stated<Value>>;

/// How much SRAM a tile takes: what there is of it, as much as the largest of its tensor
/// (ScheduleOptions::whole_places), or the latter with operands and results at two ends
/// (ScheduleOptions::apart).
enum class Places : std::uint8_t { kExact, kWhole, kApart };

/// Of one operator of the fused graph. What is not stated is chosen as without a mapping.
struct OperatorMapping {
  Stated<std::string> name;  ///< of its result
  /// m, n and k in elements, k being 0 for what is no product: a check that the mapping is this model's.
  IfStated<std::array<std::uint64_t, 3>> extents = {};
  IfStated<TileShape> tile = {};  ///< in elements, 1..kMaxTileEdge
  IfStated<LoopNest> loops = {};  ///< of a product
  IfStated<bool> kept = {};       ///< whether the result stays in SRAM for its users
};

/// Which operators of the model become one (FusionOptions).
struct FusionMapping {
  bool bias = true;
  std::vector<Stated<std::string>> joined;  ///< products, by the names that they have in the model
  /// Products behind a softmax, likewise, and how many keys are taken at a time.
  std::vector<std::pair<Stated<std::string>, std::uint64_t>> running = {};
};

/// Operators that run together over blocks of rows (compiler/lowering/row_blocks.h), by their results.
struct RowBlocksMapping {
  Stated<std::string> first = {};
  Stated<std::string> last = {};
  Stated<std::uint64_t> rows = {};                 ///< in elements, a multiple of the tile's m
  std::optional<Stated<std::string>> second = {};  ///< where the second half begins
};

struct Mapping {
  std::string file;  ///< for messages
  IfStated<TileEdges> edges;
  std::optional<FusionMapping> fusion;
  IfStated<Eviction> eviction;
  IfStated<Buffering> buffering;
  IfStated<std::uint32_t> lookahead;
  IfStated<bool> forwarding;
  IfStated<Places> places;
  IfStated<std::vector<RowBlocksMapping>> row_blocks;
  std::vector<OperatorMapping> operators;  ///< in any order, each name once
};

/// `tiling` with the tiles of the mapping. Throws InputError if its operators have tiles of several sizes, or
/// edges out of range: today a program has tiles of one size.
Tiling mapped_tiling(const Mapping& mapping, const Tiling& tiling);

/// `options` with what the mapping says of all operators. Throws InputError if its parts exclude each other.
ScheduleOptions mapped_options(const Mapping& mapping, const ScheduleOptions& options);

/// compile_to_fit() of compiler/schedule/fit.h with the mapping in the place of the choices; `tile` and
/// `options` are those of the two functions above. Where the mapping leaves fusion open, products are
/// joined as with Joins::kLarge at most. Throws InputError with the line of what does not suit the graph;
/// OutOfSram likewise for what does not fit.
CompiledSchedule compile_mapped(const Graph& graph, const Tiling& tile,
                                const ScheduleOptions& options, const Mapping& mapping);

/// All that was decided for a schedule: compile_mapped() with it gives the same, on the same machine.
Mapping mapping_of(const CompiledSchedule& compiled);

/// As a file (docs/mappings.md). Reading and printing are inverse.
std::string to_text(const Mapping& mapping);

}  // namespace tilewave
