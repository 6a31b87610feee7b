// The two ways things go wrong: the user gave us something we cannot use, or we have a bug.
// Each program catches both once, in main(), and turns them into one line and an exit code.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace tilewave {

/// What a user can get wrong: command line, config, model, program. The message is one line that
/// names the place, the value given and what is allowed. Exit code 2.
class InputError : public std::runtime_error {
 public:
  explicit InputError(const std::string& message) : std::runtime_error(message) {}
};

/// The SRAM has no room for a tile that a step needs: it is too small, or too fragmented.
class OutOfSram : public InputError {
 public:
  /// `result` is the tensor that the operator in question computes, if there is one.
  explicit OutOfSram(const std::string& message, std::string result = {})
      : InputError(message), result_(std::move(result)) {}

  const std::string& result() const { return result_; }

 private:
  std::string result_;
};

/// A broken invariant of tilewave itself. Exit code 3.
class InternalError : public std::logic_error {
 public:
  explicit InternalError(const std::string& message) : std::logic_error(message) {}
};

}  // namespace tilewave
