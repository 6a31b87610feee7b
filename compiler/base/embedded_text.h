// A data file that the build puts into the program: see cmake/embed_text.cmake.
#pragma once

#include <string_view>

namespace tilewave {

struct EmbeddedText {
  std::string_view name;  ///< of the file, without folder and ending
  std::string_view text;
};

}  // namespace tilewave
