// One line for whatever may be wrong with a file, its size included.
#include "sim/base/files.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "compiler/base/error.h"
#include "sim/base/units.h"
#include "sim/base/utf8.h"

namespace fs = std::filesystem;

namespace tilewave {
namespace {

/// "1 MiB"
std::string size_text(std::size_t bytes) {
  std::string text = print_bytes(bytes);
  const std::size_t unit = text.find_first_not_of("0123456789.");
  return unit == std::string::npos ? text + " bytes" : text.insert(unit, " ");
}

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// UTF-8 without control characters; of more than `most` bytes the ends, cut between characters.
std::string line_of(std::string_view text, std::size_t most) {
  std::string line = to_utf8(text.substr(0, most));
  if (text.size() > most) {
    std::size_t head = most * 2 / 3;
    std::size_t tail = text.size() - most / 3;
    while (head > 0 && continues_character(text[head])) {
      --head;
    }
    while (tail < text.size() && continues_character(text[tail])) {
      ++tail;
    }
    line = to_utf8(text.substr(0, head)) + "..." + to_utf8(text.substr(tail));
  }
  std::ranges::replace_if(
      line, [](char c) { return static_cast<unsigned char>(c) < 0x20U || c == 0x7F; }, '?');
  return line;
}

}  // namespace

std::string one_line(std::string_view name) {
  constexpr std::size_t kMostBytes = 400;
  return line_of(name, kMostBytes);
}

std::string message_line(std::string_view message) {
  constexpr std::size_t kMostBytes = 4000;
  return line_of(message, kMostBytes);
}

std::string input_name(const std::string& path) {
  return path == "-" ? "standard input" : one_line(path);
}

FileReader::FileReader(const std::string& named, const std::string& kind)
    : name_(input_name(named)) {
  const std::string path = named == "-" ? "/dev/stdin" : named;
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    throw InputError(name_ + ": no such " + kind);
  }
  if (status.type() == fs::file_type::directory) {
    const bool vowel = std::string("aeiou").find(kind.front()) != std::string::npos;
    throw InputError(name_ + ": is a directory, not " + (vowel ? "an " : "a ") + kind);
  }
  errno = 0;
  file_.open(path, std::ios::binary);
  if (!file_.is_open()) {
    throw InputError(name_ + ": cannot be read: " + std::generic_category().message(errno));
  }
}

std::size_t FileReader::read(char* bytes, std::size_t count) {
  errno = 0;
  file_.read(bytes, static_cast<std::streamsize>(count));
  if (file_.bad()) {
    throw InputError(name_ + ": cannot be read: " + std::generic_category().message(errno));
  }
  return static_cast<std::size_t>(file_.gcount());
}

std::string read_file(const std::string& path, const std::string& kind, std::size_t max_bytes) {
  constexpr std::size_t kBlockBytes = std::size_t{1} << 20U;
  FileReader file(path, kind);
  std::string text;
  for (bool more = true; more && text.size() <= max_bytes;) {
    const std::size_t size = text.size();
    const std::size_t block = std::min(kBlockBytes, max_bytes + 1 - size);
    text.resize(size + block);
    const std::size_t found = file.read(&text[size], block);
    text.resize(size + found);
    more = found == block;
  }
  if (text.size() > max_bytes) {
    throw InputError(input_name(path) + ": is larger than " + size_text(max_bytes) +
                     ", too large for a " + kind);
  }
  return text;
}

fs::path behind_links(const std::string& path) {
  constexpr int kMaxLinks = 40;  // as Linux has it
  std::error_code error;
  fs::path file = fs::absolute(path, error);
  for (int i = 0; i < kMaxLinks && fs::is_symlink(file, error); ++i) {
    file = file.parent_path() / fs::read_symlink(file, error);
  }
  const fs::path whole = fs::weakly_canonical(file, error);
  return error ? fs::path(path) : whole;
}

}  // namespace tilewave
