// A program on a pseudo terminal: what it writes to somebody who looks, and what it makes of keys.
#pragma once

#include <array>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tilewave::test {

class Terminal {
 public:
  /// `command` as in a shell, with all its streams on the terminal.
  explicit Terminal(const std::string& command) {
    winsize size{};
    size.ws_row = 50;
    size.ws_col = 120;
    process_ = ::forkpty(&descriptor_, nullptr, nullptr, &size);
    if (process_ == 0) {
      ::execl("/bin/bash", "bash", "-c", command.c_str(), static_cast<char*>(nullptr));
      ::_exit(127);
    }
  }
  ~Terminal() {
    if (process_ > 0) {
      ::kill(process_, SIGKILL);
      ::waitpid(process_, nullptr, 0);
    }
    ::close(descriptor_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  void type(const std::string& keys) const {
    if (::write(descriptor_, keys.data(), keys.size()) < 0) {
      // The test sees that nothing comes of it.
    }
  }

  /// Reads until `text` has come since the last call; false if it does not come for long.
  bool wait_for(const std::string& text) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    std::size_t found = output_.find(text, read_);
    while (found == std::string::npos && std::chrono::steady_clock::now() < end && more()) {
      found = output_.find(text, read_);
    }
    if (found == std::string::npos) {
      return false;
    }
    read_ = found + text.size();
    return true;
  }

  /// All of the output, once the program has ended, whose exit code this is.
  int finish() {
    while (more()) {
    }
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  const std::string& output() const { return output_; }

 private:
  /// False at the end.
  bool more() {
    pollfd poll_for{descriptor_, POLLIN, 0};
    if (::poll(&poll_for, 1, 1000) <= 0) {
      return ::kill(process_, 0) == 0;
    }
    std::array<char, 4096> buffer{};
    const ssize_t count = ::read(descriptor_, buffer.data(), buffer.size());
    if (count <= 0) {
      return false;
    }
    output_.append(buffer.data(), static_cast<std::size_t>(count));
    return true;
  }

  int descriptor_ = -1;
  pid_t process_ = 0;
  std::string output_;
  std::size_t read_ = 0;
};

}  // namespace tilewave::test
