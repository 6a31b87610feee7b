// The compiler called with a config and, if there is one, its mapping.
#include "sim/run/compile.h"

#include "sim/mapping/mapping_file.h"

namespace tilewave {
namespace {

/// What `compile` returns; if the SRAM is too small for it, that is the fault of what the config says last. A
/// mapping's line has been named already.
template <typename Compile>
auto blaming_tiles(const CompileChoices& choices, Compile&& compile) {
  try {
    return std::forward<Compile>(compile)();
  } catch (const OutOfSram& error) {
    const std::string& place = choices.config.tiles_place;
    throw OutOfSram((place.empty() || choices.mapping ? "" : place + " does not fit: ") +
                    error.what());
  }
}

}  // namespace

CompileChoices choices_for(const Graph& graph, const Config& config) {
  Config fitted = config_for(graph, config);
  if (config.mapping == nullptr) {
    return {std::move(fitted), std::nullopt};
  }
  Mapping mapping = mapping_for(graph, fitted);
  return {config_for(graph, mapped_config(fitted, mapping)), std::move(mapping)};
}

CompiledModel compile_model(const Graph& graph, const Config& config) {
  const CompileChoices choices = choices_for(graph, config);
  return blaming_tiles(choices, [&] {
    return compile_model(graph, choices.config.tile, choices.config.schedule,
                         choices.mapping ? &*choices.mapping : nullptr);
  });
}

CompiledSchedule compile_schedule(const Graph& graph, const CompileChoices& choices) {
  const Config& config = choices.config;
  return blaming_tiles(choices, [&] {
    return choices.mapping ? compile_mapped(graph, config.tile, config.schedule, *choices.mapping)
                           : compile_to_fit(graph, config.tile, config.schedule);
  });
}

Config reported_config(const Graph* graph, const Config& config) {
  return graph == nullptr || config.mapping == nullptr
             ? config
             : mapped_config(config, mapping_for(*graph, config_for(*graph, config)));
}

}  // namespace tilewave
