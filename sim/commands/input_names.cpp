// Names only: none of the files is opened here.
#include "sim/commands/input_names.h"

#include "compiler/base/error.h"
#include "compiler/graph/builtins.h"
#include "sim/config/reader.h"

namespace tilewave {

void add_preset_input(const std::string& preset, std::vector<InputName>& inputs) {
  if (preset.find('/') != std::string::npos || preset.ends_with(".ini")) {
    inputs.push_back({"dram.preset", preset});
  }
}

std::vector<InputName> config_inputs(const Arguments& arguments,
                                     const std::vector<SettingSource>& sources) {
  std::vector<InputName> inputs;
  const auto files = arguments.options.find("config");
  if (files != arguments.options.end()) {
    for (const std::string& file : files->second) {
      if (!is_shipped_machine(file)) {
        inputs.push_back({"--config", file});
      }
    }
  }
  for (const SettingSource& source : sources) {
    for (const Setting& setting : source.settings) {
      if (setting.key == "dram.preset") {
        add_preset_input(setting.value, inputs);
      }
    }
  }
  return inputs;
}

void add_model_inputs(const std::string& model, const OnnxArguments& onnx,
                      std::vector<InputName>& inputs) {
  if (!model.empty() && !is_builtin(model)) {
    inputs.push_back({"MODEL", model});
  }
  for (const std::string& file : input_files(onnx)) {
    inputs.push_back({"--inputs", file});
  }
}

std::vector<InputName> data_inputs(const OnnxModel* model) {
  std::vector<InputName> inputs;
  if (model != nullptr) {
    for (const std::string& file : model->files) {
      inputs.push_back({"a data file of MODEL", file});
    }
  }
  return inputs;
}

void require_one_reader(const std::vector<InputName>& inputs) {
  const InputName* first = nullptr;
  for (const InputName& input : inputs) {
    if (input.path != "-") {
      continue;
    }
    if (first != nullptr) {
      throw InputError("command line: standard input cannot be read twice, for " + first->what +
                       " and for " + input.what);
    }
    first = &input;
  }
}

}  // namespace tilewave
