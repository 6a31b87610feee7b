// What the values of command-line options mean: choices, counts, seeds, and the config they add up
// to. Everything here throws InputError that begins with "command line: ".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/base/nearest.h"
#include "compiler/base/text.h"
#include "compiler/graph/builtins.h"
#include "compiler/program/element_type.h"
#include "sim/commands/arguments.h"
#include "sim/commands/input_names.h"
#include "sim/config/config.h"
#include "sim/model/onnx_files.h"
#include "sim/run/dram_trace_format.h"
#include "sim/run/value_choices.h"

namespace tilewave {

[[noreturn]] void fail_command_line(const std::string& why);

template <typename Enum>
struct Named {
  const char* name;
  Enum value;
};
template <typename Enum>
Named(const char*, Enum) -> Named<Enum>;

inline constexpr std::array kKernels = {Named{"auto", KernelChoice::kAuto},
                                        Named{"avx2", KernelChoice::kAvx2},
                                        Named{"reference", KernelChoice::kReference}};
inline constexpr std::array kVerify = {Named{"full", VerifyChoice::kFull},
                                       Named{"sampled", VerifyChoice::kSampled},
                                       Named{"off", VerifyChoice::kOff}};

/// Words of --weights.
inline constexpr std::array kWeights = {Named{"read", OnnxWeights::kRead},
                                        Named{"drawn", OnnxWeights::kDrawn}};

/// Words of --type.
inline constexpr auto kTypes = [] {
  std::array<Named<ElementType>, kProductTypes.size()> types{};
  for (std::size_t i = 0; i < types.size(); ++i) {
    types[i] = {to_string(kProductTypes[i]).data(), kProductTypes[i]};
  }
  return types;
}();

template <typename Enum>
constexpr Named<Enum> named(Enum value) {
  return {to_string(value), value};
}
inline constexpr std::array kDramTraceFormats = {
    named(DramTraceFormat::kTilewave), named(DramTraceFormat::kDramsys),
    named(DramTraceFormat::kRamulator2), named(DramTraceFormat::kRamulator2Vectors)};

/// The enumerator that the option names; none if it is not given.
template <typename Enum, std::size_t N>
std::optional<Enum> choice(const Arguments& arguments, const std::string& option,
                           const std::array<Named<Enum>, N>& choices) {
  const auto given = arguments.value(option);
  if (!given) {
    return std::nullopt;
  }
  std::vector<std::string> names;
  std::string allowed;
  for (const Named<Enum>& candidate : choices) {
    if (*given == candidate.name) {
      return candidate.value;
    }
    const bool last = names.size() + 1 == N;
    allowed += (names.empty() ? "" : last ? " or " : ", ") + std::string(candidate.name);
    names.emplace_back(candidate.name);
  }
  fail_command_line("--" + option + "=" + printable(*given) + " is not a choice" +
                    did_you_mean(*given, names) + "; allowed: " + allowed);
}

/// The only word that is no option: the `what` of `command`.
std::string only_positional(const Arguments& arguments, const std::string& command,
                            const std::string& what);

/// The files of --config, the settings of a file of arguments, those on the command line.
std::vector<SettingSource> setting_sources(const Arguments& arguments);

/// What `base` and then these sources make; `inputs` gets the files that are read for it.
Config resolve_arguments(const Arguments& arguments, std::vector<InputName>& inputs,
                         const SettingSource& base = {});

std::uint64_t parse_seed(const std::string& option, const std::string& text);

/// A whole number from 1 to `most`.
std::uint32_t parse_positive(const std::string& option, const std::string& text,
                             std::uint64_t most);

/// --report: a file whose name ends in .html.
std::optional<std::string> parse_page_file(const Arguments& arguments);

/// --batch, --size, --inputs and --weights. Without values no weights are read but those that decide
/// what the graph is.
OnnxArguments parse_onnx(const Arguments& arguments, bool with_values);

/// --type: what the factors of a built-in model's products are.
std::optional<ElementType> parse_type(const Arguments& arguments);

/// `model` as a built-in of `type`, if one is given. Throws if the model is none, or says its type
/// itself.
std::string typed_model(const std::string& model, std::optional<ElementType> type);

/// --mapping: into the config, and its file among the inputs.
void read_mapping(const Arguments& arguments, Config& config, std::vector<InputName>& inputs);

/// The first setting of tiles or scheduler on the command line, as given; empty if there is none.
std::string schedule_setting(const Arguments& arguments);

/// Throws if there are both.
void check_schedule_setting(const std::optional<std::string>& program_file,
                            const std::string& setting);

}  // namespace tilewave
