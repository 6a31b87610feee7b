// What every harness asks of a refusal, and how it reports a finding.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "compiler/base/error.h"

namespace tilewave::fuzz {

/// Ends the process, which the fuzzer reports with the input, unless `holds`.
inline void require(bool holds, const char* what) {
  if (!holds) {
    std::fprintf(stderr, "fuzz: %s\n", what);
    std::abort();
  }
}

/// A message to a user is one line, not empty, of printable characters.
inline void require_one_line(const InputError& error) {
  const std::string_view message = error.what();
  require(!message.empty(), "an error without a message");
  for (const char c : message) {
    require(static_cast<unsigned char>(c) >= ' ', "a message with a control character");
  }
}

}  // namespace tilewave::fuzz
