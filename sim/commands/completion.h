// What may be typed after `tilewave`: a table out of the registers of commands, config keys, machines
// and built-in models, and the scripts that hand it to shells.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tilewave {

/// What a word may be; nothing at all if it is any text.
struct WordCompletion {
  std::vector<std::string> words;
  bool files = false;
  bool directories = false;

  bool empty() const { return words.empty() && !files && !directories; }
  bool operator==(const WordCompletion&) const = default;
};

struct OptionCompletion {
  std::string name;    ///< "--json", or a config key, "--sram.size"
  std::string letter;  ///< "-c", or empty
  std::string help;    ///< one line
  bool takes_value = true;
  WordCompletion value;
};

struct CommandCompletion {
  std::string name;
  std::string summary;
  WordCompletion operand;
  std::vector<OptionCompletion> options;
  bool takes_config = false;  ///< the keys of the table, too
};

struct CompletionTable {
  std::vector<CommandCompletion> commands;
  std::vector<OptionCompletion> keys;
};

CompletionTable completion_table();

std::string bash_completion(const CompletionTable& table);
std::string zsh_completion(const CompletionTable& table);

}  // namespace tilewave
