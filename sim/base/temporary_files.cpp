// A table of fixed size: a signal handler can neither allocate nor wait for a lock.
#include "sim/base/temporary_files.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace tilewave {
namespace {

struct Slot {
  std::atomic<pid_t> owner{0};  ///< 0: free; -1: taken, not filled in yet
  std::array<char, PATH_MAX> path{};
};

std::array<Slot, 16> slots;

int take_slot() {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    pid_t free = 0;
    if (slots[i].owner.compare_exchange_strong(free, -1)) {
      return static_cast<int>(i);
    }
  }
  return -1;
}

}  // namespace

SignalsHeld::SignalsHeld() {
  sigset_t all;
  sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &before_);
}

SignalsHeld::~SignalsHeld() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

int TemporaryFile::create(const std::string& path) {
  constexpr mode_t kMode = 0666;  // less the umask
  const SignalsHeld held;         // or a file might be there that nobody knows of
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kMode);
  if (descriptor < 0 || path.size() >= PATH_MAX) {
    return descriptor;
  }
  forget();
  slot_ = take_slot();
  if (slot_ >= 0) {
    Slot& slot = slots[static_cast<std::size_t>(slot_)];
    std::memcpy(slot.path.data(), path.c_str(), path.size() + 1);
    slot.owner = ::getpid();
  }
  return descriptor;
}

void TemporaryFile::forget() {
  if (slot_ >= 0) {
    slots[static_cast<std::size_t>(slot_)].owner = 0;
    slot_ = -1;
  }
}

void remove_temporary_files() {
  const pid_t self = ::getpid();
  for (Slot& slot : slots) {
    if (slot.owner == self) {
      ::unlink(slot.path.data());
    }
  }
}

}  // namespace tilewave
