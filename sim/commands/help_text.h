// What the help of several commands says, and how options are described. What one command alone
// says lies beside its options.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/value_semantic.hpp>

namespace tilewave {

extern const char* const kExitCodesHelp;
extern const char* const kConfigHelp;  ///< what comes before the config keys
/// What a MODEL may be, the built-in ones with all that they allow.
std::string models_help();

/// With the title and the columns of every command's options.
boost::program_options::options_description titled_options();

/// An option's value, called `placeholder` in the help.
inline auto text_value(const char* placeholder) {
  return boost::program_options::value<std::string>()->value_name(placeholder);
}

/// A value that is one of these words.
struct WordValue : boost::program_options::typed_value<std::string> {
  WordValue(const char* placeholder, std::vector<std::string> allowed)
      : typed_value(nullptr), words(std::move(allowed)) {
    value_name(placeholder);
  }
  std::vector<std::string> words;
};

/// The same of a table of enumerators by name, as `choice()` reads it.
template <typename Choices>
auto word_value(const char* placeholder, const Choices& choices) {
  std::vector<std::string> words;
  for (const auto& choice : choices) {
    words.emplace_back(choice.name);
  }
  return std::make_unique<WordValue>(placeholder, std::move(words)).release();  // Boost owns it
}

/// What the help calls the value of -c.
inline constexpr const char* kMachinePlaceholder = "FILE|NAME";

/// -c
void add_config_option(boost::program_options::options_description& options);
/// --type
void add_type_option(boost::program_options::options_description& options);
/// --mapping
void add_mapping_option(boost::program_options::options_description& options);
/// --batch, --size, --inputs and --weights
void add_onnx_options(boost::program_options::options_description& options);

/// As --help shows them, without blanks at the ends of lines.
std::string help_of(const boost::program_options::options_description& options);

/// The help of a command that takes a MODEL and all config keys: `text`, the forms of a MODEL, the
/// `options` and the keys.
std::string model_command_help(const std::string& text, const std::string& options);

}  // namespace tilewave
