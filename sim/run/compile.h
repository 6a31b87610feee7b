// compiler/pipeline.h for whoever has a config.
#pragma once

#include <string>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/pipeline.h"
#include "sim/base/files.h"
#include "sim/config/config.h"

namespace tilewave {

/// Throws InputError, too if not even the tiles of one step fit.
inline CompiledModel compile_model(const Graph& graph, const Config& config) {
  require_tiles_fit(config);
  return compile_model(graph, config.tile, config.schedule);
}

/// What `compile` makes of the graph that the user calls `model`, with the messages of what goes wrong
/// beginning so; but not of tiles and config alone.
template <typename Compile>
auto compile_named(const std::string& model, const Config& config, Compile&& compile) {
  require_tiles_fit(config);
  try {
    return std::forward<Compile>(compile)();
  } catch (const InputError& error) {
    throw InputError(input_name(model) + ": " + error.what());
  }
}

}  // namespace tilewave
