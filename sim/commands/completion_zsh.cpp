// The table as a function of zsh, in the words of its _arguments.
#include <string>

#include "sim/commands/completion.h"

namespace tilewave {
namespace {

/// Inside the single quotes of a specification; `special` needs a backslash.
std::string escaped(const std::string& text, std::string_view special) {
  std::string result;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) {
      result += '\\';
    }
    result += c == '\'' ? "'\\''" : std::string(1, c);
  }
  return result;
}

/// What follows ':MESSAGE:' in a specification.
std::string action(const WordCompletion& completion) {
  std::string words;
  for (const std::string& word : completion.words) {
    words += (words.empty() ? "" : " ") + escaped(word, ":\\");
  }
  const bool files = completion.files || completion.directories;
  if (!words.empty() && files) {
    return " _tilewave_words_or_files " + words;  // the blank: no options before the words
  }
  return !words.empty()           ? "(" + words + ")"
         : completion.files       ? "_files"
         : completion.directories ? "_files -/"
                                  : " ";
}

std::string specification(const OptionCompletion& option) {
  const std::string help = "[" + escaped(option.help, "[]\\:") + "]";
  const std::string value = option.takes_value ? ":value:" + action(option.value) : "";
  // A star: some options may be repeated, and zsh need not know which.
  const std::string equals = option.takes_value ? "=" : "";
  std::string text = "'*" + option.name + equals + help + value + "'";
  if (!option.letter.empty()) {
    text += " '*" + option.letter + (option.takes_value ? "+" : "") + help + value + "'";
  }
  return text;
}

constexpr const char* kHead =
    "#compdef tilewave\n# Completion of tilewave for zsh, written by 'tilewave completion "
    "zsh'.\n\n";

constexpr const char* kHelpers = R"script(
# Words, of which those that end in ':' go on, and files.
_tilewave_words_or_files() {
  local -a ends goes_on
  goes_on=(${(M)@:#*:})
  ends=(${@:#*:})
  _alternative 'words:word:compadd -a ends' 'more:model:compadd -S "" -a goes_on' 'files:file:_files'
}

_tilewave() {
  local -a commands keys
)script";

}  // namespace

std::string zsh_completion(const CompletionTable& table) {
  std::string commands = "  commands=(\n";
  std::string branches;
  for (const CommandCompletion& command : table.commands) {
    commands += "    '" + command.name + ":" + escaped(command.summary, "") + "'\n";
    branches += "    " + command.name + ")\n      _arguments -S";
    for (const OptionCompletion& option : command.options) {
      branches += " \\\n        " + specification(option);
    }
    branches += command.takes_config ? " \\\n        $keys" : "";
    branches += " \\\n        '*:operand:" + action(command.operand) + "';;\n";
  }
  std::string keys = "  keys=(\n";
  for (const OptionCompletion& key : table.keys) {
    keys += "    " + specification(key) + "\n";
  }
  return kHead + (kHelpers + commands) + "  )\n" + keys + "  )\n" +
         "  if ((CURRENT == 2)); then\n"
         "    _describe -t commands 'command' commands\n"
         "    compadd -- --help --version\n"
         "    return\n"
         "  fi\n"
         "  shift words\n"
         "  ((CURRENT--))\n"
         "  case $words[1] in\n" +
         branches +
         "  esac\n"
         "}\n\n"
         "if [[ $funcstack[1] == _tilewave ]]; then  # loaded by compinit\n"
         "  _tilewave \"$@\"\n"
         "else\n"
         "  compdef _tilewave tilewave\n"
         "fi\n";
}

}  // namespace tilewave
