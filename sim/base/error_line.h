// The one line on standard error that says what went wrong.
#pragma once

#include <string_view>

namespace tilewave {

/// "tilewave: MESSAGE"
void print_error(std::string_view message);

}  // namespace tilewave
