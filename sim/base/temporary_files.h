// Files that must not outlive the process, known to whoever ends it in a hurry.
#pragma once

#include <csignal>
#include <string>

namespace tilewave {

/// While one exists, remove_temporary_files() removes the file; forget() is for when it has got
/// another name. Of more than there is room for at once, the later ones are not known.
class TemporaryFile {
 public:
  TemporaryFile() = default;
  ~TemporaryFile() { forget(); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  /// Creates the file as open(2) does with O_EXCL, and opens it for writing: a descriptor, or -1
  /// with errno.
  int create(const std::string& path);
  void forget();

 private:
  int slot_ = -1;
};

/// Those of this process, not of the one that it was forked from. May be called in a signal
/// handler.
void remove_temporary_files();

/// Keeps signals away for a few lines.
class SignalsHeld {
 public:
  SignalsHeld();
  ~SignalsHeld();
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace tilewave
