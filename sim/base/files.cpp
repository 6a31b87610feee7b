// One line for whatever may be wrong with a file, its size included.
#include "sim/base/files.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "compiler/base/error.h"
#include "sim/base/units.h"

namespace tilewave {
namespace {

/// "1 MiB"
std::string size_text(std::size_t bytes) {
  std::string text = print_bytes(bytes);
  const std::size_t unit = text.find_first_not_of("0123456789.");
  return unit == std::string::npos ? text + " bytes" : text.insert(unit, " ");
}

}  // namespace

std::string one_line(std::string path) {
  std::ranges::replace_if(
      path, [](char c) { return static_cast<unsigned char>(c) < 0x20U || c == 0x7F; }, '?');
  return path;
}

std::string read_file(const std::string& path, const std::string& kind, std::size_t max_bytes) {
  constexpr std::size_t kBlockBytes = std::size_t{1} << 20U;
  const std::string name = one_line(path);
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) {
    throw InputError(name + ": no such " + kind);
  }
  if (status.type() == std::filesystem::file_type::directory) {
    const bool vowel = std::string("aeiou").find(kind.front()) != std::string::npos;
    throw InputError(name + ": is a directory, not " + (vowel ? "an " : "a ") + kind);
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text;
  while (file && text.size() <= max_bytes) {
    const std::size_t size = text.size();
    text.resize(size + std::min(kBlockBytes, max_bytes + 1 - size));
    file.read(&text[size], static_cast<std::streamsize>(text.size() - size));
    text.resize(size + static_cast<std::size_t>(file.gcount()));
  }
  if (!file.is_open() || file.bad()) {
    throw InputError(name + ": cannot be read: " + std::generic_category().message(errno));
  }
  if (text.size() > max_bytes) {
    throw InputError(name + ": is larger than " + size_text(max_bytes) + ", too large for a " +
                     kind);
  }
  return text;
}

}  // namespace tilewave
