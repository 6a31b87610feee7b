// Timeloop's mappings of one matrix product: a list of directives per level of memory. Which of them we
// understand is docs/mappings.md.
#pragma once

#include "compiler/schedule/mapping.h"
#include "sim/base/yaml.h"
#include "sim/config/config.h"

namespace tilewave {

/// Whether the document looks like one.
bool is_timeloop_mapping(const YamlDocument& document);

/// As a mapping of ours, of the only product of the model. Throws InputError that says what we cannot do.
Mapping import_timeloop(const YamlDocument& document, const Graph& graph, const Config& config);

}  // namespace tilewave
