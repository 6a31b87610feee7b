// What a test expects to be refused, and with which words.
#pragma once

#include <string>
#include <utility>

#include "compiler/base/error.h"

namespace tilewave::test {

/// The message of the InputError that `action` throws; empty if it throws nothing.
template <typename Action>
std::string error_of(Action&& action) {
  try {
    std::forward<Action>(action)();
    return {};
  } catch (const InputError& error) {
    return error.what();
  }
}

}  // namespace tilewave::test
