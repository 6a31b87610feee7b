// The table: what follows an option is known by how its help calls its value.
#include "sim/commands/completion.h"

#include <algorithm>

#include <boost/program_options/cmdline.hpp>

#include "compiler/graph/builtins.h"
#include "models/dram/shipped.h"
#include "sim/commands/commands.h"
#include "sim/commands/help_text.h"
#include "sim/config/keys.h"
#include "sim/config/shipped_machines.h"

namespace po = boost::program_options;

namespace tilewave {
namespace {

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::vector<std::string> names_of(const std::vector<EmbeddedText>& texts) {
  std::vector<std::string> names;
  for (const EmbeddedText& text : texts) {
    names.emplace_back(text.name);
  }
  return names;
}

/// "MODEL", "FILE...", "[COMMAND]", "bash|zsh"
WordCompletion operand_completion(const std::string& operand) {
  WordCompletion completion;
  if (has(operand, "COMMAND")) {
    completion.words = command_names();
    return completion;
  }
  if (has(operand, "MODEL")) {
    for (const std::string& name : builtin_names()) {
      completion.words.push_back(name + ":");
    }
  }
  completion.files = has(operand, "MODEL") || has(operand, "FILE") || has(operand, ".json");
  if (!completion.files) {  // the words themselves
    for (std::size_t begin = 0; begin < operand.size();) {
      const std::size_t end = std::min(operand.find('|', begin), operand.size());
      completion.words.push_back(operand.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  return completion;
}

WordCompletion value_completion(const po::option_description& option) {
  WordCompletion completion;
  if (const auto* words = dynamic_cast<const WordValue*>(option.semantic().get())) {
    completion.words = words->words;
    return completion;
  }
  const std::string placeholder = option.format_parameter();
  completion.files = has(placeholder, "FILE");
  completion.directories = has(placeholder, "DIR");
  if (placeholder == kMachinePlaceholder) {
    completion.words = names_of(shipped_machines());
  }
  return completion;
}

std::string one_line_help(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return text;
}

std::vector<OptionCompletion> option_completions(const CommandEntry& command) {
  std::vector<OptionCompletion> completions;
  const po::options_description options = command_options(command);
  for (const auto& option : options.options()) {
    const std::string canonical =
        option->canonical_display_name(po::command_line_style::allow_dash_for_short);
    const bool takes_value = option->semantic()->max_tokens() > 0;
    completions.push_back({"--" + option->long_name(),
                           canonical.size() == 2 ? canonical : std::string(),
                           one_line_help(option->description()), takes_value,
                           takes_value ? value_completion(*option) : WordCompletion{}});
  }
  return completions;
}

OptionCompletion key_completion(const ConfigKey& key) {
  OptionCompletion completion{"--" + key.name, "", key.help, true, {}};
  for (const KeyChoice& choice : key.choices) {
    completion.value.words.push_back(choice.text);
  }
  if (key.kind == KeyKind::kOnOff) {
    completion.value.words = {"on", "off"};
  }
  if (key.name == "dram.preset") {
    completion.value.words = names_of(shipped_dram_presets());
    completion.value.files = true;
  }
  return completion;
}

}  // namespace

CompletionTable completion_table() {
  CompletionTable table;
  for (const CommandEntry& command : commands()) {
    table.commands.push_back({std::string(command.name), std::string(command.summary),
                              operand_completion(std::string(command.operand)),
                              option_completions(command), command.takes_config});
  }
  std::ranges::transform(config_keys(), std::back_inserter(table.keys), key_completion);
  return table;
}

}  // namespace tilewave
