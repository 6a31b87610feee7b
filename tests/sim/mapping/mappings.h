// What the tests of mappings start from: a model, a machine and the text of a mapping.
#pragma once

#include <string>

#include "compiler/graph/builtins.h"
#include "compiler/program/forms/program_text.h"
#include "sim/mapping/mapping_file.h"
#include "sim/run/session.h"
#include "tests/support/error_of.h"

namespace tilewave::test {

using Settings = std::vector<KeyValue>;

inline Config config_with(const std::string& mapping, const Settings& settings = {}) {
  Config config = make_config(settings);
  config.mapping = parse_mapping(mapping, "m.yaml");
  return config;
}

/// The mapping that a model is compiled with, written out.
inline std::string mapping_text(const Graph& graph, const Config& config) {
  return to_text(mapping_of(compile_schedule(graph, choices_for(graph, config))));
}

inline std::string program_text(const Graph& graph, const Config& config) {
  return to_text(compile_model(graph, config).program);
}

inline Mapping imported(const std::string& model, const std::string& mapping,
                        const Settings& settings = {}) {
  return *choices_for(build_builtin(model), config_with(mapping, settings)).mapping;
}

inline std::string refused(const std::string& model, const std::string& mapping,
                           const Settings& settings = {}) {
  return error_of([&] { compile_model(build_builtin(model), config_with(mapping, settings)); });
}

}  // namespace tilewave::test
