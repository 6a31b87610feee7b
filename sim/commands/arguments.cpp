// Boost splits the words; this file turns its findings and its exceptions into ours.
#include "sim/commands/arguments.h"

#include <algorithm>
#include <array>

#include <boost/program_options/cmdline.hpp>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/parsers.hpp>

#include "compiler/base/error.h"
#include "compiler/base/nearest.h"
#include "compiler/base/text.h"
#include "sim/commands/config_options.h"
#include "sim/config/keys.h"

namespace po = boost::program_options;

namespace tilewave {
namespace {

constexpr const char* kPlace = "command line";

/// Options that may be given again.
constexpr std::array kRepeated = {"config", "inputs", "over", "size", "slurm", "weight", "where"};

/// The option that takes several files, and what follows the first one.
constexpr const char* kFileList = "inputs";
constexpr std::array kFileListSuffixes = {".pb", ".npy", ".npz"};

[[noreturn]] void fail(const std::string& why) {
  throw InputError(std::string(kPlace) + ": " + why);
}

/// "--json" for an option, "sram.size" for a config key.
std::string display_name(const std::string& option) {
  return find_config_key(option) != nullptr ? option : "--" + option;
}

[[noreturn]] void fail_unknown(const po::option& option, const po::options_description& known,
                               bool with_config) {
  const std::string& given = option.original_tokens.at(0);
  const std::string name = given.substr(0, given.find('='));
  std::vector<std::string> candidates;
  for (const auto& description : known.options()) {
    candidates.push_back("--" + description->long_name());
  }
  const std::size_t dashes = std::min(name.find_first_not_of('-'), name.size());
  if (with_config && name.find('.') != std::string::npos) {
    fail(unknown_key_message(name.substr(dashes)) + (dashes == 1 ? "; keys take two dashes" : ""));
  }
  fail("unknown option " + in_quotes(name) + did_you_mean(name, candidates));
}

/// Boost takes whatever follows as the value, another option too. A number may be negative.
bool swallowed_an_option(const po::option& option) {
  if (option.original_tokens.size() < 2 || option.value.empty()) {
    return false;
  }
  const std::string& value = option.value[0];
  return value.size() > 1 && value[0] == '-' && (value[1] < '0' || value[1] > '9');
}

void take_option(const po::option& option, Arguments& result) {
  const std::string& name = option.string_key;
  const std::string value = option.value.empty() ? "" : option.value[0];
  if (swallowed_an_option(option)) {
    fail(display_name(name) + " needs a value before " + in_quotes(value));
  }
  if (find_config_key(name) != nullptr) {
    result.settings.settings.push_back({name, value, 0});
    return;
  }
  std::vector<std::string>& values = result.options[name];
  if (!option.value.empty() && value.empty()) {
    fail("--" + name + " needs a value");
  }
  if (!values.empty() && std::ranges::find(kRepeated, name) == kRepeated.end()) {
    fail("--" + name + " is given twice" +
         (option.value.empty() ? "" : ": " + in_quotes(values[0]) + " and " + in_quotes(value)));
  }
  values.push_back(value);
}

/// What is missing or too much, without Boost's own wording.
[[noreturn]] void fail_syntax(const po::invalid_syntax& error) {
  const std::string given = error.get_option_name();
  const std::string name = given.substr(std::min(given.find_first_not_of('-'), given.size()));
  const ConfigKey* key = find_config_key(name);
  switch (error.kind()) {
    case po::invalid_syntax::missing_parameter:
    case po::invalid_syntax::empty_adjacent_parameter:
      if (key != nullptr) {
        fail(name + " needs a value; allowed: " + allowed_values(*key));
      }
      fail(given + " needs a value");
    case po::invalid_syntax::extra_parameter: fail(given + " takes no value");
    default: fail("cannot make sense of " + in_quotes(given));
  }
}

std::vector<po::option> parse(std::span<const std::string> arguments,
                              const po::options_description& known) {
  const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
  try {
    return po::command_line_parser({arguments.begin(), arguments.end()})
        .options(known)
        .style(style)
        .allow_unregistered()
        .run()
        .options;
  } catch (const po::invalid_syntax& error) {
    fail_syntax(error);
  } catch (const po::error& error) {
    fail(printable(error.what()));
  }
}

/// "-sram.size=1MiB", which Boost takes for letters with values.
void check_dashes(std::span<const std::string> arguments, const po::options_description& known) {
  for (const std::string& word : arguments) {
    if (word == "--") {
      return;
    }
    if (word.size() < 3 || word[0] != '-' || word[1] == '-') {
      continue;
    }
    const std::string name = word.substr(1, word.find('=') - 1);
    if (name.size() > 1 && known.find_nothrow(name, false) != nullptr) {
      fail("unknown option " + in_quotes("-" + name) + "; write --" + name);
    }
  }
}

}  // namespace

std::optional<std::string> Arguments::value(const std::string& option) const {
  const auto found = options.find(option);
  return found == options.end() ? std::nullopt : std::optional(found->second.at(0));
}

Arguments split_arguments(std::span<const std::string> arguments,
                          const po::options_description& own, bool with_config) {
  po::options_description known;
  known.add(own);
  if (with_config) {
    known.add(config_options());
  }
  Arguments result;
  result.settings.name = kPlace;
  check_dashes(arguments, known);
  bool in_file_list = false;
  for (const po::option& option : parse(arguments, known)) {
    // Boost takes the value of the nameless "--=value" for a positional.
    const bool nameless = option.string_key.empty() && option.value != option.original_tokens;
    if (option.unregistered || nameless) {
      fail_unknown(option, known, with_config);
    }
    if (!option.string_key.empty()) {
      take_option(option, result);
      in_file_list = option.string_key == kFileList;
      continue;
    }
    for (const std::string& word : option.value) {
      in_file_list =
          in_file_list && std::ranges::any_of(kFileListSuffixes, [&word](const char* suffix) {
            return word.ends_with(suffix);
          });
      (in_file_list ? result.options[kFileList] : result.positionals).push_back(word);
    }
  }
  return result;
}

}  // namespace tilewave
