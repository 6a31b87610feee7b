// Command line and sweep file merged, option by option, into one request.
#include "sim/commands/sweep_arguments.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <thread>

#include "compiler/base/error.h"
#include "compiler/graph/builtins.h"
#include "sim/base/files.h"
#include "sim/commands/option_values.h"
#include "sim/commands/sweep_file.h"
#include "sim/commands/sweep_options.h"

namespace tilewave {
namespace {

constexpr std::size_t kMaxPointsFileBytes = std::size_t{1} << 28U;
constexpr unsigned kMaxJobs = 4096;

[[noreturn]] void fail(const std::string& why) { fail_command_line(why); }

/// "90", "90s", "1.5min", "2h" as milliseconds.
std::chrono::milliseconds parse_timeout(const std::string& text) {
  constexpr double kLongest = 365.0 * 24 * 3600;
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string unit(end, text.data() + text.size());
  const double seconds = unit.empty() || unit == "s" ? 1
                         : unit == "min"             ? 60
                         : unit == "h"               ? 3600
                                                     : 0;
  number *= seconds;
  if (error != std::errc() || seconds == 0 || !(number >= 0.001) || number > kLongest) {
    fail("--timeout=" + printable(text) +
         " is not a time; allowed: seconds from 0.001 on, such as 0.5, 90s, 5min or 2h");
  }
  return std::chrono::milliseconds(std::llround(number * 1000));
}

std::vector<std::string> values_of(const Arguments& arguments, const std::string& option) {
  const auto found = arguments.options.find(option);
  return found == arguments.options.end() ? std::vector<std::string>{} : found->second;
}

/// --type is for the built-in models; files have types of their own.
ModelNaming model_naming(const Arguments& arguments) {
  const std::optional<ElementType> type = parse_type(arguments);
  return [type](const std::string& model) {
    return is_builtin(model) ? typed_model(model, type) : model;
  };
}

std::vector<std::string> models_of(const Arguments& arguments, const ModelNaming& named) {
  std::vector<std::string> models;
  for (const std::string& word : arguments.positionals) {
    if (word.empty()) {
      fail("a MODEL of sweep is empty");
    }
    std::string model = named(word);
    if (std::ranges::find(models, model) != models.end()) {
      fail("the MODEL " + in_quotes(model) + " is given twice");
    }
    models.push_back(std::move(model));
  }
  return models;
}

/// --type has to have somebody to tell.
void check_type(const Arguments& arguments, const SweepSpace& space) {
  if (arguments.has("type") && std::ranges::none_of(space.models, is_builtin)) {
    fail("--type=" + *arguments.value("type") + " has no effect: no MODEL is built in, as " +
         builtin_forms() + " are");
  }
}

SweepSpace sampled(const Arguments& arguments, const std::vector<std::string>& models,
                   const std::vector<Axis>& axes, const std::string& count) {
  SampleOptions options;
  options.count = parse_positive("sample", count, kMaxPoints);
  options.sampler = choice(arguments, "sampler", kSamplers).value_or(options.sampler);
  if (const auto seed = arguments.value("sample-seed")) {
    options.seed = parse_seed("sample-seed", *seed);
  }
  return sample_space(models, axes, options);
}

SweepSpace space_of(const Arguments& arguments) {
  const ModelNaming named = model_naming(arguments);
  const std::vector<std::string> models = models_of(arguments, named);
  const std::vector<std::string> over = values_of(arguments, "over");
  const auto points = arguments.value("points");
  const auto sample = arguments.value("sample");
  for (const char* option : {"sampler", "sample-seed"}) {
    if (!sample && arguments.has(option)) {
      fail(std::string("--") + option + " has no effect without --sample");
    }
  }
  if (points && (sample || !over.empty())) {
    fail(std::string("--points has the points already; it does not go with ") +
         (sample ? "--sample" : "--over"));
  }
  if (points) {
    return points_space(models, input_name(*points),
                        read_file(*points, "points file", kMaxPointsFileBytes), named);
  }
  if (models.empty()) {
    fail("sweep needs a MODEL; see 'tilewave sweep --help'");
  }
  if (over.empty()) {
    fail("sweep needs --over KEY=VALUES or --points FILE; see 'tilewave sweep --help'");
  }
  const ModelKeys model_keys(models);  // until the space has its own
  std::vector<Axis> axes;
  for (const std::string& text : over) {
    axes.push_back(parse_axis("command line: --over", text, model_keys));
  }
  return sample ? sampled(arguments, models, axes, *sample) : grid_space(models, axes);
}

/// What `tilewave run` needs to be told besides MODEL and the point's settings.
std::string run_options(const Arguments& arguments) {
  std::string text;
  const auto add = [&text](const std::string& word) {
    text += (text.empty() ? "" : " ") + shell_word(word);
  };
  for (const std::string& file : values_of(arguments, "config")) {
    add("-c");
    add(file);
  }
  for (const SettingSource* source : {&arguments.file_settings, &arguments.settings}) {
    for (const Setting& setting : source->settings) {
      add("--" + setting.key + "=" + setting.value);
    }
  }
  if (arguments.has("timing-only")) {
    add("--timing-only");
  }
  for (const char* option : {"batch", "size", "weights", "seed", "verify"}) {
    for (const std::string& value : values_of(arguments, option)) {
      add("--" + std::string(option) + "=" + value);
    }
  }
  return text;
}

/// What is set for every point and by the points is set in vain.
void check_settings(const Arguments& arguments, const SweepSpace& space) {
  for (const SettingSource* source : {&arguments.file_settings, &arguments.settings}) {
    for (const Setting& setting : source->settings) {
      const bool swept = std::ranges::any_of(
          space.keys, [&setting](const ConfigKey* key) { return key->name == setting.key; });
      if (swept) {
        fail(setting.key + "=" + printable(setting.value) + " has no effect: " + setting.key +
             " is swept");
      }
    }
  }
}

/// Throws what is wrong with the sources if no point mends it.
Config base_config(const SweepDefinition& sweep) {
  try {
    return resolve_config(sweep.sources);
  } catch (const InputError&) {
    for (const SweepPoint& point : sweep.space.points) {
      try {
        return sweep.config_of(point);
      } catch (const InputError&) {
        continue;
      }
    }
    throw;
  }
}

SweepDefinition definition_of(const Arguments& arguments) {
  SweepDefinition sweep;
  sweep.space = space_of(arguments);
  check_type(arguments, sweep.space);
  sweep.onnx = parse_onnx(arguments, !arguments.has("timing-only"));
  sweep.sources = setting_sources(arguments);
  sweep.base = base_config(sweep);
  sweep.timing_only = arguments.has("timing-only");
  sweep.verify = choice(arguments, "verify", kVerify);
  if (sweep.timing_only && sweep.verify && *sweep.verify != VerifyChoice::kOff) {
    fail("--verify=" + *arguments.value("verify") +
         " has no effect with --timing-only, which computes nothing");
  }
  if (const auto seed = arguments.value("seed")) {
    sweep.seed = parse_seed("seed", *seed);
  }
  sweep.run_options = run_options(arguments);
  sweep.question = parse_question(arguments);
  check_question(sweep.question, sweep.space);
  return sweep;
}

/// Every file that is read, the points' too.
std::vector<InputName> inputs_of(const Arguments& arguments, const SweepDefinition& sweep) {
  std::vector<InputName> inputs = config_inputs(arguments, sweep.sources);
  for (const char* option : {"file", "points"}) {
    if (const auto file = arguments.value(option)) {
      inputs.push_back({std::string("--") + option, *file});
    }
  }
  for (const std::string& model : sweep.space.models) {
    if (model == "-") {
      fail("a sweep reads its models more than once; standard input cannot be one");
    }
    add_model_inputs(model, {}, inputs);
  }
  add_model_inputs("", sweep.onnx, inputs);
  const auto preset = std::ranges::find(sweep.space.keys, "dram.preset", &ConfigKey::name);
  if (preset != sweep.space.keys.end()) {
    const auto column = static_cast<std::size_t>(preset - sweep.space.keys.begin());
    std::set<std::string> names;
    for (const SweepPoint& point : sweep.space.points) {
      names.insert(point.values[column]);
    }
    for (const std::string& name : names) {
      add_preset_input(name, inputs);
    }
  }
  return inputs;
}

}  // namespace

Arguments complete_sweep_arguments(const Arguments& given) {
  const auto file = given.value("file");
  return file ? with_sweep_file(*file, given, sweep_options()) : given;
}

Question parse_question(const Arguments& arguments) {
  const std::optional<ElementType> type = parse_type(arguments);
  Question question{values_of(arguments, "where"), arguments.value("goal"), {}};
  for (const std::string& weight : values_of(arguments, "weight")) {
    const std::size_t equals = std::min(weight.rfind('='), weight.size());
    const std::string model = weight.substr(0, equals);
    const bool typed = type && is_builtin(model) && !names_type(model);
    question.weights.push_back((typed ? with_type(model, *type) : model) + weight.substr(equals));
  }
  return question;
}

SweepOutputFiles parse_sweep_outputs(const Arguments& arguments) {
  SweepOutputFiles outputs{arguments.value("json"), arguments.value("csv"),
                           parse_page_file(arguments)};
  if (outputs.json == "-" && outputs.csv == "-") {
    fail("--json=- and --csv=- cannot both go to standard output");
  }
  return outputs;
}

SweepCommand parse_sweep(const Arguments& arguments) {
  SweepCommand command;
  command.definition = definition_of(arguments);
  check_settings(arguments, command.definition.space);
  command.store_file = arguments.value("store").value_or(command.store_file);
  command.jobs = std::max(1U, std::thread::hardware_concurrency());
  if (const auto jobs = arguments.value("jobs")) {
    command.jobs = parse_positive("jobs", *jobs, kMaxJobs);
  }
  if (const auto timeout = arguments.value("timeout")) {
    command.timeout = parse_timeout(*timeout);
  }
  command.outputs = parse_sweep_outputs(arguments);
  command.inputs = inputs_of(arguments, command.definition);
  require_one_reader(command.inputs);
  return command;
}

}  // namespace tilewave
