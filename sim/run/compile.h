// compiler/pipeline.h for whoever has a config.
#pragma once

#include "compiler/pipeline.h"
#include "sim/config/config.h"

namespace tilewave {

/// Throws InputError, too if not even the tiles of one step fit.
inline CompiledModel compile_model(const Graph& graph, const Config& config) {
  require_tiles_fit(config);
  return compile_model(graph, config.tile, config.schedule);
}

}  // namespace tilewave
