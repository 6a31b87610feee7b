// Paths are compared after the system has followed their links, and one file is open at a time.
#include "sim/model/onnx_data_files.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "compiler/base/error.h"
#include "sim/base/files.h"

namespace fs = std::filesystem;

namespace tilewave {
namespace {

/// Messages go on behind a tensor's name.
[[noreturn]] void fail(const std::string& location, const std::string& why) {
  throw InputError("has its data in '" + one_line(location) + "', " + why);
}

}  // namespace

OnnxFolder::OnnxFolder(const std::string& model) : folder_(fs::path(model).parent_path()) {
  if (folder_.empty()) {
    folder_ = ".";
  }
}

fs::path OnnxFolder::path_of(const std::string& location) const {
  const std::string allowed = "allowed: files in the model's folder, by their names relative to it";
  if (location.empty() || location.find('\0') != std::string::npos) {
    fail(location, "which is no file name; " + allowed);
  }
  if (fs::path(location).is_absolute()) {
    fail(location, "an absolute path; " + allowed);
  }
  std::error_code error;
  const fs::path folder = fs::canonical(folder_, error);
  if (error) {
    fail(location, "and the model's folder cannot be read: " + error.message());
  }
  fs::path path = fs::weakly_canonical(folder / location, error);
  if (error) {
    fail(location, "which cannot be found: " + error.message());
  }
  const auto [inner, outer] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  if (inner != folder.end()) {
    fail(location, "which is outside the model's folder; " + allowed);
  }
  return path;
}

std::optional<std::uint64_t> OnnxFolder::size(const std::string& location) {
  const fs::path path = path_of(location);
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    return std::nullopt;
  }
  if (status.type() == fs::file_type::directory) {
    fail(location, "a directory");
  }
  // Not even opened: a pipe would keep us waiting, a device may do anything.
  if (status.type() != fs::file_type::regular) {
    fail(location, status.type() == fs::file_type::none ? "which cannot be read: " + error.message()
                                                        : "which is no regular file");
  }
  const std::uintmax_t bytes = fs::file_size(path, error);
  if (error) {
    fail(location, "which cannot be read: " + error.message());
  }
  files_.insert(path.string());
  return bytes;
}

void OnnxFolder::read(const std::string& location, std::uint64_t offset, std::span<char> bytes) {
  if (open_ != location || !file_.is_open()) {
    const fs::path path = path_of(location);
    file_.close();
    file_.clear();
    open_ = location;
    errno = 0;
    file_.open(path, std::ios::binary);
    if (!file_.is_open()) {
      fail(location, "which cannot be read: " + std::generic_category().message(errno));
    }
  }
  errno = 0;
  file_.clear();
  file_.seekg(static_cast<std::streamoff>(offset));
  file_.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (file_.bad()) {
    fail(location, "which cannot be read: " + std::generic_category().message(errno));
  }
  if (static_cast<std::size_t>(file_.gcount()) != bytes.size()) {
    fail(location, "which has become shorter while it was read");
  }
}

}  // namespace tilewave
