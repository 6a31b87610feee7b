// Our own mappings, as --dump mapping writes them, out of YAML. Whether they suit a model is
// compiler/schedule/mapping.h's part.
#pragma once

#include "compiler/schedule/mapping.h"
#include "sim/base/yaml.h"

namespace tilewave {

/// Whether the document says that it is one.
bool is_native_mapping(const YamlDocument& document);

/// Throws InputError: unknown keys, values that are not allowed, names twice.
Mapping read_native_mapping(const YamlDocument& document);

}  // namespace tilewave
