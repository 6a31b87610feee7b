// The compiler from end to end, with every stage verified before the next and timed; and the same
// for a program that somebody else has compiled. It runs nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/graph/graph.h"
#include "compiler/program/hazards.h"
#include "compiler/program/program.h"
#include "compiler/schedule/schedule.h"

namespace tilewave {

struct Mapping;

/// What the compiler did. Those without a value are not known of a program that came as a file.
struct CompileFigures {
  std::optional<std::uint64_t> operators;        ///< of the model
  std::optional<std::uint64_t> operators_fused;  ///< left after fusion
  std::optional<std::uint64_t> uops;
  std::uint64_t scheduled_ops = 0;
  std::uint64_t loads = 0;
  std::optional<std::uint64_t> loads_eliminated;  ///< LOAD uOps whose tile was in SRAM already
  std::uint64_t executes = 0;
  std::uint64_t stores = 0;
  std::uint64_t macs = 0;  ///< multiply-adds that the model asks for
  ElementTypes factors;    ///< the types of what they multiply
  TileShape tile;          ///< the largest m, n and k of a step
  std::optional<std::uint64_t> evictions;
  std::optional<std::uint64_t> peak_sram_bytes;   ///< highest sum of live allocations
  std::optional<std::uint64_t> final_live_bytes;  ///< live after the last op
};

/// Host time of one stage of the compiler.
struct StageTime {
  std::string stage;
  double seconds = 0;
};

/// A verified program with everything the platform needs.
struct CompiledModel {
  std::optional<Graph> graph;  ///< after fusion; none if there is only a program
  /// What tells the graph from others, for who runs many (KeptValues); empty if nobody has said.
  std::string graph_name;
  Program program;
  std::vector<OpHazards> hazards;
  CompileFigures figures;
  std::vector<StageTime> times;

  double seconds() const;  ///< of all stages
};

/// fuse → lower → verify_uops → schedule → build_program → verify_program → find_hazards; with a mapping,
/// compile_mapped() in place of the first four. Throws InputError if the model, or the mapping, does not fit.
CompiledModel compile_model(const Graph& graph, const Tiling& tile, const ScheduleOptions& schedule,
                            const Mapping* mapping = nullptr);

/// verify_program → find_hazards. With the graph that the program claims to compute, which is
/// fused, its inputs, parameters and outputs have to be the graph's, in name, shape, type and role.
/// Throws InputError; `file` is the program's name in messages.
CompiledModel adopt_program(Program program, const std::string& file, const Graph* graph = nullptr);

}  // namespace tilewave
