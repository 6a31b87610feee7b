// Commands as a command line makes them.
#pragma once

#include <string>
#include <vector>

#include "sim/commands/command_line.h"

namespace tilewave::test {

/// Throws std::bad_cast if the words are another command.
template <typename Wanted>
Wanted parsed(const std::vector<std::string>& words) {
  return dynamic_cast<const Wanted&>(*parse_command_line(words));
}

}  // namespace tilewave::test
