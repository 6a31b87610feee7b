// Configs, and the register of keys that Machine is made of.
#include <pybind11/stl.h>

#include "python/src/bindings.h"
#include "sim/config/keys.h"
#include "sim/config/reader.h"
#include "sim/config/shipped_machines.h"

namespace tilewave::python {
namespace {

/// A shipped machine or a file by name: (place, [(key, text, line)], name).
py::tuple read(const std::string& name) {
  const SettingSource source = read_config(name);
  py::list settings;
  for (const Setting& setting : source.settings) {
    settings.append(py::make_tuple(setting.key, setting.value, setting.line));
  }
  return py::make_tuple(source.name, settings, name);
}

/// (place, [(key, text, line)])
SettingSource source_of(const py::handle& entry) {
  const auto pair = entry.cast<py::tuple>();
  SettingSource source{pair[0].cast<std::string>(), {}};
  for (const py::handle given : pair[1]) {
    const auto setting = given.cast<py::tuple>();
    source.settings.push_back({setting[0].cast<std::string>(), setting[1].cast<std::string>(),
                               setting[2].cast<decltype(Setting::line)>()});
  }
  return source;
}

Config resolve(const py::list& entries) {
  std::vector<SettingSource> sources;
  for (const py::handle entry : entries) {
    sources.push_back(source_of(entry));
  }
  return resolve_config(sources);
}

const ConfigKey& key_of(const std::string& name) {
  const ConfigKey* key = find_config_key(name);
  if (key == nullptr) {
    throw InputError(unknown_key_message(name));
  }
  return *key;
}

py::list all_keys() {
  py::list keys;
  for (const ConfigKey& key : config_keys()) {
    std::string help = key.help + " (" + allowed_values(key) + ")";
    if (!key.condition.text.empty()) {
      help += ", only with " + key.condition.text;
    }
    keys.append(py::make_tuple(key.name, help));
  }
  return keys;
}

std::vector<std::string> machine_names() {
  std::vector<std::string> names;
  for (const EmbeddedText& machine : shipped_machines()) {
    names.emplace_back(machine.name);
  }
  return names;
}

}  // namespace

void add_machine(py::module_& module) {
  py::class_<Config>(module, "Config")
      .def(py::init(&resolve))
      .def("text", &print_config)
      .def("mapped",
           [](Config config, const std::string& mapping, bool is_text) {
             config.mapping = is_text ? parse_mapping(mapping, "mapping") : load_mapping(mapping);
             return config;
           })
      .def("get", [](const Config& config, const std::string& name) {
        const ConfigKey& key = key_of(name);
        return key.has_effect(config) ? py::object(py::str(key_text(key, config))) : py::none();
      });
  module.def("read_config", &read);
  module.def("is_schedule_key", &is_schedule_key);
  module.def("config_keys", &all_keys);
  module.def("machine_names", &machine_names);
}

}  // namespace tilewave::python
