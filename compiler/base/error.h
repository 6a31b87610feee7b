// The two ways things go wrong: the user gave us something we cannot use, or we have a bug.
// Each program catches both once, in main(), and turns them into one line and an exit code.
#pragma once

#include <stdexcept>
#include <string>

namespace tilewave {

/// What a user can get wrong: command line, config, model, program. The message is one line that
/// names the place, the value given and what is allowed. Exit code 2.
class InputError : public std::runtime_error {
 public:
  explicit InputError(const std::string& message) : std::runtime_error(message) {}
};

/// A broken invariant of tilewave itself. Exit code 3.
class InternalError : public std::logic_error {
 public:
  explicit InternalError(const std::string& message) : std::logic_error(message) {}
};

}  // namespace tilewave
