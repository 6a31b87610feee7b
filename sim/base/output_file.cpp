// Written beside its target under a hidden name, renamed at the end, removed if that never comes.
#include "sim/base/output_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/base/error.h"
#include "sim/base/files.h"

namespace fs = std::filesystem;

namespace tilewave {
namespace {

std::string reason(int code) { return std::generic_category().message(code); }

/// 0, or the error's code.
int write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno != EINTR) {
      return errno;
    }
    if (written > 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  return 0;
}

/// The file behind links; it need not exist. The links in /dev lead to open files, not to names.
fs::path resolve(const std::string& path) {
  if (path.starts_with("/dev/")) {
    return path;
  }
  return behind_links(path);
}

/// Which file it is, whatever it is called; none where that does not matter, as of /dev/null.
using Identity = std::optional<std::pair<dev_t, ino_t>>;

Identity identity_of(const struct stat& status) {
  return S_ISREG(status.st_mode) || S_ISFIFO(status.st_mode)
             ? Identity({status.st_dev, status.st_ino})
             : std::nullopt;
}

Identity identity_of(const std::string& path) {
  struct stat status {};
  const bool found =
      path == "-" ? ::fstat(STDIN_FILENO, &status) == 0 : ::stat(path.c_str(), &status) == 0;
  return found ? identity_of(status) : std::nullopt;
}

Identity identity(const OutputFile& file) {
  struct stat status {};
  const bool found = file.is_standard_output() ? ::fstat(STDOUT_FILENO, &status) == 0
                                               : ::stat(file.target().c_str(), &status) == 0;
  return found ? identity_of(status) : std::nullopt;
}

bool same(const Identity& a, const Identity& b) { return a && b && *a == *b; }

}  // namespace

OutputFile::OutputFile(const std::string& option, const std::string& path)
    : name_(option + " " + one_line(path)), target_(path) {
  if (is_standard_output()) {
    name_ = "standard output";
    return;
  }
  const fs::path resolved = resolve(path);
  target_ = resolved.string();
  std::error_code error;
  const fs::file_type type = fs::status(resolved, error).type();
  if (type == fs::file_type::directory || path.ends_with('/')) {
    fail("is a directory, not a file");
  }
  const fs::path folder = resolved.has_parent_path() ? resolved.parent_path() : fs::path(".");
  if (!fs::is_directory(folder, error)) {
    fail("cannot be written: there is no directory " + one_line(folder.string()));
  }
  if (type != fs::file_type::not_found && ::access(target_.c_str(), W_OK) != 0) {
    fail("cannot be written: " + reason(errno));
  }
  if (type != fs::file_type::not_found &&
      (type != fs::file_type::regular || target_.starts_with("/dev/"))) {
    temporary_ = target_;
    return;
  }
  create_temporary();
}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
  if (pending_) {
    ::unlink(temporary_.c_str());
  }
}

void OutputFile::fail(const std::string& why) const { throw InputError(name_ + ": " + why); }

void OutputFile::create_temporary() {
  const fs::path target(target_);
  const std::string stem = ".tilewave-" + std::to_string(::getpid()) + "-";
  constexpr int kAttempts = 100;
  int descriptor = -1;
  for (int i = 0; i < kAttempts && descriptor < 0; ++i) {
    fs::path name = target.parent_path() / (stem + std::to_string(i));
    name += target.extension();
    temporary_ = name.string();
    descriptor = known_.create(temporary_);
    if (descriptor < 0 && errno != EEXIST) {
      break;
    }
  }
  if (descriptor < 0) {
    fail("cannot be written: " + reason(errno));
  }
  pending_ = true;
  struct stat old {};
  if (::stat(target_.c_str(), &old) == 0) {
    // Best effort: a new file with the default rights would do, too.
    [[maybe_unused]] const int kept = ::fchmod(descriptor, old.st_mode);
  }
  ::close(descriptor);
}

void OutputFile::write(std::string_view content) {
  if (is_standard_output()) {
    write_standard_output(content);
    return;
  }
  append(content);
  close();
}

void OutputFile::append(std::string_view content) {
  open();
  if (const int code = write_all(descriptor_, content); code != 0) {
    fail("cannot be written: " + reason(code));
  }
}

/// Unless it is open.
void OutputFile::open() {
  if (descriptor_ < 0) {
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
  }
  if (descriptor_ < 0) {
    fail("cannot be written: " + reason(errno));
  }
}

void OutputFile::close() {
  open();  // even if nothing was written
  if (::close(std::exchange(descriptor_, -1)) != 0) {
    fail("cannot be written: " + reason(errno));
  }
}

void OutputFile::commit() {
  if (!pending_) {
    return;
  }
  const SignalsHeld held;  // or the name might be removed when it is nobody's any more
  if (std::rename(temporary_.c_str(), target_.c_str()) != 0) {
    fail("cannot be written: " + reason(errno));
  }
  known_.forget();
  pending_ = false;
}

void require_distinct(const std::vector<const OutputFile*>& outputs,
                      const std::vector<InputName>& inputs) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const std::string& target = outputs[i]->target();
    for (std::size_t j = i + 1; j < outputs.size(); ++j) {
      if (target == outputs[j]->target() || same(identity(*outputs[i]), identity(*outputs[j]))) {
        throw InputError(one_line(target) + ": is the file of two outputs");
      }
    }
    for (const InputName& input : inputs) {
      if (same(identity(*outputs[i]), identity_of(input.path))) {
        throw InputError(outputs[i]->name() + ": is the file of " + input.what + " " +
                         one_line(input.path) + ", which it would replace");
      }
    }
  }
}

void write_standard_output(std::string_view text) {
  if (const int code = write_all(STDOUT_FILENO, text); code != 0) {
    throw InputError("standard output: cannot be written: " + reason(code));
  }
}

}  // namespace tilewave
