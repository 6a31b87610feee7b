// What a command is: how it is called and taught, and how its words become something to execute.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <boost/program_options/options_description.hpp>

#include "sim/base/exit_code.h"
#include "sim/commands/arguments.h"

namespace tilewave {

/// What the user asked for, with the config resolved and everything that can be wrong on the
/// command line ruled out. Each command's own is a plain struct that anybody may fill in.
class Command {
 public:
  virtual ~Command() = default;

  /// From its options to its output. Some need to be inside SystemC, that is, below sc_main(). May
  /// throw anything; main() words it.
  virtual ExitCode execute() const = 0;

 protected:
  Command() = default;
  Command(const Command&) = default;
  Command& operator=(const Command&) = default;
};

/// A line of the register, which commands.cpp is.
struct CommandEntry {
  std::string_view name;
  std::string_view operand;  ///< what follows the name: "MODEL"
  std::string_view summary;  ///< for the list of commands
  bool takes_config = true;  ///< whether config keys are options, too
  /// The command's own options, without --help.
  boost::program_options::options_description (*options)();
  /// All of --help; `options` is what the options look like there.
  std::string (*help)(const std::string& options);
  /// Reads config files, but runs nothing. Throws InputError with one line.
  std::unique_ptr<const Command> (*parse)(const Arguments& arguments);
};

}  // namespace tilewave
