// compiler/pipeline.h for whoever has a config.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/pipeline.h"
#include "compiler/schedule/fit.h"
#include "compiler/schedule/mapping.h"
#include "sim/base/files.h"
#include "sim/config/config.h"

namespace tilewave {

/// What a graph is compiled with.
struct CompileChoices {
  Config config;                   ///< for what the graph multiplies, and as the mapping says
  std::optional<Mapping> mapping;  ///< what Config::mapping says about the graph
};

/// Throws InputError if the config's mapping is not right, or contradicts a key.
CompileChoices choices_for(const Graph& graph, const Config& config);

/// Throws InputError; OutOfSram if not even the tiles of one step fit, with whoever is to blame for it.
CompiledModel compile_model(const Graph& graph, const Config& config);
/// The same up to the schedule.
CompiledSchedule compile_schedule(const Graph& graph, const CompileChoices& choices);

/// The config, with what its mapping says of tiles and scheduling instead: what reports show. `graph` is null
/// if there is only a program.
Config reported_config(const Graph* graph, const Config& config);

/// The config for what the graph multiplies.
inline Config config_for(const Graph& graph, const Config& config) {
  return config_for(config, factor_types(graph));
}

/// What `compile` makes of the graph that the user calls `model`, with the messages of what goes wrong
/// beginning so; but not of tiles that do not fit.
template <typename Compile>
auto compile_named(const std::string& model, Compile&& compile) {
  try {
    return std::forward<Compile>(compile)();
  } catch (const OutOfSram&) {
    throw;
  } catch (const InputError& error) {
    throw InputError(input_name(model) + ": " + error.what());
  }
}

}  // namespace tilewave
