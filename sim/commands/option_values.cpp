// Values to numbers, choices and settings; configs resolved in the order of their sources.
#include "sim/commands/option_values.h"

#include <algorithm>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/graph/builtins.h"
#include "compiler/program/tensor.h"
#include "sim/base/files.h"
#include "sim/base/units.h"
#include "sim/config/keys.h"
#include "sim/config/reader.h"
#include "sim/mapping/mapping_file.h"

namespace tilewave {

void fail_command_line(const std::string& why) { throw InputError("command line: " + why); }

std::string only_positional(const Arguments& arguments, const std::string& command,
                            const std::string& what) {
  if (arguments.positionals.empty()) {
    fail_command_line(command + " needs a " + what + "; see 'tilewave " + command + " --help'");
  }
  if (arguments.positionals.size() > 1) {
    fail_command_line(command + " takes one " + what + ", but got " +
                      in_quotes(arguments.positionals[0]) + " and " +
                      in_quotes(arguments.positionals[1]));
  }
  if (arguments.positionals[0].empty()) {
    fail_command_line("the " + what + " of " + command + " is empty");
  }
  return arguments.positionals[0];
}

std::vector<SettingSource> setting_sources(const Arguments& arguments) {
  std::vector<SettingSource> sources;
  const auto files = arguments.options.find("config");
  if (files != arguments.options.end()) {
    for (const std::string& file : files->second) {
      sources.push_back(read_config(file));
    }
  }
  sources.push_back(arguments.file_settings);
  sources.push_back(arguments.settings);
  return sources;
}

Config resolve_arguments(const Arguments& arguments, std::vector<InputName>& inputs,
                         const SettingSource& base) {
  std::vector<SettingSource> sources = setting_sources(arguments);
  const std::vector<InputName> read = config_inputs(arguments, sources);
  inputs.insert(inputs.end(), read.begin(), read.end());
  sources.insert(sources.begin(), base);
  return resolve_config(sources);
}

std::uint64_t parse_seed(const std::string& option, const std::string& text) {
  try {
    return parse_count(text);
  } catch (const InputError& error) {
    fail_command_line("--" + option + "=" + error.what() + "; allowed: 0..18446744073709551615");
  }
}

std::uint32_t parse_positive(const std::string& option, const std::string& text,
                             std::uint64_t most) {
  const std::string allowed = "; allowed: 1.." + std::to_string(most);
  std::uint64_t count = 0;
  try {
    count = parse_count(text);
  } catch (const InputError& error) {
    fail_command_line("--" + option + "=" + error.what() + allowed);
  }
  if (count == 0 || count > most) {
    fail_command_line("--" + option + "=" + printable(text) + " is out of range" + allowed);
  }
  return static_cast<std::uint32_t>(count);
}

std::optional<std::string> parse_page_file(const Arguments& arguments) {
  auto file = arguments.value("report");
  if (file == "-") {
    fail_command_line("--report=- is not a file name; a page cannot go to standard output");
  }
  if (file && !file->ends_with(".html")) {
    fail_command_line("--report " + printable(*file) + ": a page's name has to end in .html");
  }
  return file;
}

namespace {

/// "NAME=N"; a name may have a '=' in it.
OnnxSize parse_size(const std::string& text) {
  const std::size_t equals = text.rfind('=');
  if (equals == std::string::npos || equals == 0) {
    fail_command_line("--size=" + printable(text) +
                      " is not NAME=N; allowed: the name of a dimension and 1.." +
                      std::to_string(kMaxDimension) + ", such as --size seq=128");
  }
  const std::string name = text.substr(0, equals);
  return {name, parse_positive("size=" + printable(name), text.substr(equals + 1), kMaxDimension)};
}

}  // namespace

OnnxArguments parse_onnx(const Arguments& arguments, bool with_values) {
  OnnxArguments onnx;
  onnx.weights = choice(arguments, "weights", kWeights).value_or(onnx.weights);
  if (onnx.weights == OnnxWeights::kRead && !with_values) {
    onnx.weights = OnnxWeights::kAsNeeded;
  }
  if (const auto inputs = arguments.options.find("inputs"); inputs != arguments.options.end()) {
    onnx.inputs = inputs->second;
  }
  if (const auto batch = arguments.value("batch")) {
    onnx.batch = parse_positive("batch", *batch, kMaxDimension);
  }
  if (const auto sizes = arguments.options.find("size"); sizes != arguments.options.end()) {
    for (const std::string& text : sizes->second) {
      OnnxSize size = parse_size(text);
      const auto other = std::ranges::find(onnx.sizes, size.name, &OnnxSize::name);
      if (other != onnx.sizes.end()) {
        fail_command_line("--size gives " + in_quotes(size.name) + " twice: " +
                          std::to_string(other->extent) + " and " + std::to_string(size.extent));
      }
      onnx.sizes.push_back(std::move(size));
    }
  }
  return onnx;
}

std::optional<ElementType> parse_type(const Arguments& arguments) {
  return choice(arguments, "type", kTypes);
}

std::string typed_model(const std::string& model, std::optional<ElementType> type) {
  if (!type) {
    return model;
  }
  const std::string option = "--type=" + std::string(to_string(*type)) + " has no effect ";
  if (model.empty()) {
    fail_command_line(option + "without a MODEL");
  }
  if (!is_builtin(model)) {
    fail_command_line(option + "on " + one_line(model) +
                      ", whose types are its own; allowed with " + builtin_forms());
  }
  if (names_type(model)) {
    const std::string bare = model.substr(0, model.find(':', model.find(':') + 1));
    fail_command_line(option + "on " + one_line(model) +
                      ", which names its type itself; allowed: " + one_line(bare) +
                      " with --type, or a type behind the name alone");
  }
  return with_type(model, *type);
}

void read_mapping(const Arguments& arguments, Config& config, std::vector<InputName>& inputs) {
  if (const auto file = arguments.value("mapping")) {
    inputs.push_back({"--mapping", *file});
    require_one_reader(inputs);
    config.mapping = load_mapping(*file);
  }
}

std::string schedule_setting(const Arguments& arguments) {
  for (const Setting& setting : arguments.settings.settings) {
    if (is_schedule_key(setting.key)) {
      return setting.key + "=" + printable(setting.value);
    }
  }
  return {};
}

void check_schedule_setting(const std::optional<std::string>& program_file,
                            const std::string& setting) {
  if (program_file && !setting.empty()) {
    fail_command_line(setting + " has no effect with --program, which is scheduled already");
  }
}

}  // namespace tilewave
