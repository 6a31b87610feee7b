// What may be a store, and whether the file is still the one that was opened.
#include "sim/sweep/store_file.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

#include "compiler/base/error.h"
#include "sim/base/files.h"
#include "sim/base/output_file.h"

namespace fs = std::filesystem;

namespace tilewave {
namespace {

using namespace std::string_view_literals;

/// What SQLite puts beside a database, and how such files begin: a log by its first three bytes,
/// an index of the log by its version in either byte order, a journal by its magic number.
struct Companion {
  std::string_view suffix;
  std::array<std::string_view, 2> beginnings;
};

constexpr std::array kCompanions = {
    Companion{"-wal", {"\x37\x7F\x06\x82"sv, "\x37\x7F\x06\x83"sv}},
    Companion{"-shm", {"\x18\xE2\x2D\x00"sv, "\x00\x2D\xE2\x18"sv}},
    Companion{"-journal", {"\xD9\xD5\x05\xF9"sv, "\xD9\xD5\x05\xF9"sv}}};

std::string beside(const fs::path& store, const Companion& companion) {
  return store.string() + std::string(companion.suffix);
}

/// The first bytes of a file, as far as it has them.
std::string beginning_of(const std::string& path, std::size_t size) {
  std::string first(size, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(first.data(), static_cast<std::streamsize>(size));
  first.resize(static_cast<std::size_t>(file.gcount()));
  return first;
}

/// Whether SQLite could have left it there; of an empty file, or one that was never finished, too.
bool is_sqlites(const std::string& path, const Companion& companion) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) {
    return false;
  }
  const std::string begin = beginning_of(path, companion.beginnings.front().size());
  return begin.empty() || begin == "\0\0\0\0"sv ||
         std::ranges::find(companion.beginnings, begin) != companion.beginnings.end();
}

void check_name(const std::string& name, const std::string& path) {
  if (path.empty()) {
    throw InputError(name + "names no file");
  }
  if (path == "-") {
    throw InputError(name + ": a store is a file, and cannot be standard output");
  }
  std::string scheme = path.substr(0, 5);
  std::ranges::transform(scheme, scheme.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (path.front() == ':' || scheme == "file:") {
    throw InputError(name +
                     ": is no file to SQLite, and its results would be gone; a file of "
                     "that name is ./" +
                     one_line(path));
  }
  if (path.find('\0') != std::string::npos) {
    throw InputError(name + ": a file name has no NUL bytes");
  }
}

}  // namespace

void check_store_file(const std::string& name, const std::string& path) {
  check_name(name, path);
  const fs::path file = behind_links(path);  // SQLite follows them, too
  std::error_code error;
  const fs::file_type type = fs::status(file, error).type();
  if (type == fs::file_type::directory || path.ends_with('/')) {
    throw InputError(name + ": is a directory, not a file");
  }
  const bool exists = type != fs::file_type::not_found;
  if (exists && type != fs::file_type::regular) {
    throw InputError(name + ": is not a regular file, which a store has to be");
  }
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  if (!fs::is_directory(folder, error)) {
    throw InputError(name + ": cannot be written: there is no directory " +
                     one_line(folder.string()));
  }
  // The write-ahead log lies beside the store.
  if (::access(folder.c_str(), W_OK) != 0 || (exists && ::access(file.c_str(), W_OK) != 0)) {
    throw InputError(name + ": cannot be written: " + std::generic_category().message(errno));
  }
  const bool empty = !exists || fs::file_size(file, error) == 0;
  // SQLite takes a file of a single byte for an empty one, too.
  constexpr std::string_view kBeginning = "SQLite format 3\0"sv;
  if (!empty && beginning_of(file.string(), kBeginning.size()) != kBeginning) {
    throw InputError(name +
                     ": is not a store of results; it would be overwritten, so name another file");
  }
  for (const Companion& companion : kCompanions) {
    const std::string other = beside(file, companion);
    if (!fs::exists(fs::symlink_status(other, error))) {
      continue;
    }
    if (!is_sqlites(other, companion)) {
      throw InputError(name + ": " + one_line(other) +
                       " has the name of a file that SQLite keeps beside it, and would be "
                       "overwritten; name another store");
    }
    // A journal may be there of one that was killed while it was made, and will be rolled back.
    if (empty && companion.suffix == "-wal" && fs::file_size(other, error) > 0) {
      throw InputError(name + ": there is no such store any more, but " + one_line(other) +
                       " is left of one; remove it, or name another store");
    }
  }
}

void require_not_beside(const std::string& store, const std::vector<const OutputFile*>& outputs) {
  const fs::path file = behind_links(store);
  for (const OutputFile* output : outputs) {
    for (const Companion& companion : kCompanions) {
      const std::string other = beside(file, companion);
      std::error_code error;
      if (output->target() == other || fs::equivalent(output->target(), other, error)) {
        throw InputError(one_line(output->target()) +
                         ": is a file that SQLite keeps beside the store " + one_line(store) +
                         "; name another output");
      }
    }
  }
}

StoreWatch::StoreWatch(const std::string& path)
    : path_(behind_links(path).string()),
      log_(beside(path_, kCompanions.front())),
      store_identity_(identity(path_)) {}

std::optional<StoreWatch::Identity> StoreWatch::identity(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    return std::nullopt;
  }
  return Identity{status.st_dev, status.st_ino};
}

void StoreWatch::written() {
  if (!log_identity_) {
    log_identity_ = identity(log_);
  }
}

std::optional<std::string> StoreWatch::lost() const {
  if (!store_identity_ || identity(path_) != store_identity_) {
    return path_;
  }
  if (log_identity_ && identity(log_) != log_identity_) {
    return log_;
  }
  return std::nullopt;
}

}  // namespace tilewave
