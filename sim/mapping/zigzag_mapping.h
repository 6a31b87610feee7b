// ZigZag's mappings of matrix products: a list of layers, each with what the array unrolls and the order of
// the loops around it. Which of them we understand is docs/mappings.md.
#pragma once

#include "compiler/schedule/mapping.h"
#include "sim/base/yaml.h"
#include "sim/config/config.h"

namespace tilewave {

/// Whether the document looks like one.
bool is_zigzag_mapping(const YamlDocument& document);

/// As a mapping of ours, with the tiles of the config, of the products that it names or has a default for.
/// Throws InputError that says what we cannot do.
Mapping import_zigzag(const YamlDocument& document, const Graph& graph, const Config& config);

}  // namespace tilewave
