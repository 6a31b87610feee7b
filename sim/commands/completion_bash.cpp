// The table as a script of bash: functions that print words, and one that looks at the line. It needs
// nothing but bash, and fits bash-completion, which finds it by its name.
#include <string>

#include "sim/commands/completion.h"

namespace tilewave {
namespace {

/// In single quotes, as any shell takes it.
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    result += c == '\'' ? "'\\''" : std::string(1, c);
  }
  return result + "'";
}

std::string joined_by(const std::vector<std::string>& words, char between) {
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : std::string(1, between)) + word;
  }
  return text;
}

/// Sets what completes a word: words, -f for files, -d for directories.
std::string assignments(const WordCompletion& completion) {
  return "words=" + quoted(joined_by(completion.words, ' ')) + " kind=" +
         (completion.files         ? "-f"
          : completion.directories ? "-d"
                                   : "''");
}

/// A branch of a `case` over "COMMAND OPTION".
std::string branch(const std::string& command, const OptionCompletion& option) {
  std::string pattern = quoted(command + " " + option.name);
  if (!option.letter.empty()) {
    pattern += "|" + quoted(command + " " + option.letter);
  }
  return "    " + pattern + ") " + assignments(option.value) + ";;\n";
}

std::string names(const std::vector<OptionCompletion>& options, const char* end) {
  std::string text;
  for (const OptionCompletion& option : options) {
    text += (text.empty() ? "" : " ") + option.name + end;
  }
  return text;
}

constexpr const char* kHead =
    "# Completion of tilewave for bash, written by 'tilewave completion bash'.\n\n";

constexpr const char* kMain = R"script(
# The words up to the cursor, as blanks divide them: COMP_WORDS is also divided at '=' and ':'.
_tilewave() {
  local line=${COMP_LINE:0:COMP_POINT} cur='' option='' command words='' kind=''
  local -a given
  read -ra given <<< "$line"
  if [[ $line != *[[:space:]] ]]; then
    cur=${given[-1]}
    unset 'given[-1]'
  fi
  command=${given[1]-}
  COMPREPLY=()

  if ((${#given[@]} < 2)); then
    words="$_tilewave_commands --help --version"
  elif [[ $cur == --*=* ]]; then
    option=${cur%%=*}
    cur=${cur#*=}
    _tilewave_value
  elif option=${given[-1]} && [[ $option == -* && $option != *=* ]] && _tilewave_value; then
    :
  elif [[ $cur == -* ]]; then
    words=$(_tilewave_options)
    [[ $_tilewave_with_keys == *" $command "* ]] && words+=" $_tilewave_keys"
  else
    _tilewave_operand
  fi

  [[ -n $words ]] && mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
  if [[ -n $kind ]]; then
    local -a files
    mapfile -t files < <(compgen "$kind" -- "$cur")
    COMPREPLY+=("${files[@]}")
    # Blanks in names are quoted then; but so would be the ':' of a model.
    ((${#files[@]} > 0)) && compopt -o filenames 2> /dev/null
  fi
  # More follows a key and its '=', or a built-in model and its ':'.
  [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *[=:] ]] && compopt -o nospace 2> /dev/null
  [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == "$cur" && $cur == *: ]] && COMPREPLY=()
  # Only what is behind the last ':' is replaced.
  if [[ $cur == *:* && $COMP_WORDBREAKS == *:* ]]; then
    COMPREPLY=("${COMPREPLY[@]#"${cur%"${cur##*:}"}"}")
  fi
}
complete -F _tilewave tilewave
)script";

}  // namespace

std::string bash_completion(const CompletionTable& table) {
  std::vector<std::string> commands;
  std::string with_keys = " ";
  std::string options;
  std::string operands;
  std::string values;
  for (const CommandCompletion& command : table.commands) {
    commands.push_back(command.name);
    with_keys += command.takes_config ? command.name + " " : "";
    options += "    " + command.name + ") echo " + quoted(names(command.options, "")) + ";;\n";
    operands += "    " + command.name + ") " + assignments(command.operand) + ";;\n";
    for (const OptionCompletion& option : command.options) {
      if (option.takes_value) {
        values += branch(command.name, option);
      }
    }
  }
  std::string keys;
  for (const OptionCompletion& key : table.keys) {
    keys += "    " + key.name + ") " + assignments(key.value) + ";;\n";
  }
  return kHead + ("_tilewave_commands=" + quoted(joined_by(commands, ' '))) +
         "\n_tilewave_with_keys=" + quoted(with_keys) +
         "\n_tilewave_keys=" + quoted(names(table.keys, "=")) +
         "\n\n_tilewave_options() {\n  case $command in\n" + options + "  esac\n}\n\n" +
         "_tilewave_operand() {\n  case $command in\n" + operands + "  esac\n}\n\n" +
         "# Whether the option takes a value, and which.\n_tilewave_value() {\n"
         "  case \"$command $option\" in\n" +
         values + "    *) _tilewave_key_value;;\n  esac\n}\n\n_tilewave_key_value() {\n" +
         "  case $option in\n" + keys + "    *) return 1;;\n  esac\n}\n" + kMain;
}

}  // namespace tilewave
