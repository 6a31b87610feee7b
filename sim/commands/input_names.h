// The files that a command reads, collected for its outputs to keep away from.
#pragma once

#include <string>
#include <vector>

#include "sim/base/output_file.h"
#include "sim/commands/arguments.h"
#include "sim/model/onnx_files.h"

namespace tilewave {

/// Files of -c, and those that any of `sources` names as dram.preset.
std::vector<InputName> config_inputs(const Arguments& arguments,
                                     const std::vector<SettingSource>& sources);

/// `preset` if it is the name of a file.
void add_preset_input(const std::string& preset, std::vector<InputName>& inputs);

/// MODEL, unless it is a built-in, and the files of --inputs.
void add_model_inputs(const std::string& model, const OnnxArguments& onnx,
                      std::vector<InputName>& inputs);

/// The files that hold data of an ONNX model, which are known when it has been read; none if null.
std::vector<InputName> data_inputs(const OnnxModel* model);

/// Throws InputError if standard input is to be read more than once.
void require_one_reader(const std::vector<InputName>& inputs);

}  // namespace tilewave
