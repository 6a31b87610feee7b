// The one line on standard error.
#include "sim/base/error_line.h"

#include <iostream>

#include "sim/base/files.h"

namespace tilewave {

void print_error(std::string_view message) {
  std::cerr << "tilewave: " << message_line(message) << std::endl;
}

}  // namespace tilewave
