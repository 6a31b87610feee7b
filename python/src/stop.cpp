// One lock for the library, a count of who wants it, and a flag that nobody may any more.
#include "python/src/stop.h"

#include <atomic>
#include <chrono>
#include <mutex>
#include <new>
#include <thread>

namespace tilewave::python {
namespace {

namespace py = pybind11;

constexpr std::chrono::milliseconds kPatience{20};
constexpr std::chrono::milliseconds kNap{1};
/// Who has not polled for so long does not simulate, but compiles, verifies or writes: fork() is free to copy that.
constexpr int kNapsBeforeFork = 200;

/// Never destroyed: threads may outlive everything.
struct State {
  std::timed_mutex turn;
  std::atomic<bool> stopped{false};
  std::atomic<bool> paused{false};
  std::atomic<bool> resting{false};  ///< the one whose turn it is polls: nothing of it is half done
  std::atomic<int> users{0};
  std::atomic<unsigned long> holder{0};  ///< the thread whose turn it is; 0: nobody's
  std::atomic<unsigned long> main{0};
};

State& state() {
  static State* const kState = new State;  // NOLINT: see State
  return *kState;
}

struct Rest {
  Rest() { state().resting = true; }
  ~Rest() { state().resting = false; }
  Rest(const Rest&) = delete;
  Rest& operator=(const Rest&) = delete;
};

/// Signals are for the main thread; no other thread has to have the interpreter for them.
bool on_main_thread() { return PyThread_get_thread_ident() == state().main; }

}  // namespace

Turn::Turn() {
  if (state().holder == PyThread_get_thread_ident()) {
    throw std::runtime_error("a run is under way on this thread; it has to end first");
  }
  ++state().users;
  try {
    const py::gil_scoped_release released;
    while (!state().turn.try_lock_for(kPatience)) {
      poll();
    }
    if (state().stopped) {
      state().turn.unlock();
      throw Stopped();
    }
    state().holder = PyThread_get_thread_ident();
  } catch (...) {
    --state().users;
    throw;
  }
}

Turn::~Turn() {
  state().holder = 0;
  state().turn.unlock();
  --state().users;
}

void Turn::poll() {
  if (state().stopped) {
    throw Stopped();
  }
  const Rest rest;
  while (state().paused) {
    std::this_thread::sleep_for(kNap);
  }
  if (on_main_thread()) {
    const py::gil_scoped_acquire acquired;
    if (PyErr_CheckSignals() != 0) {
      throw py::error_already_set();
    }
  }
}

void set_main_thread(unsigned long identity) { state().main = identity; }

void stop_all() {
  state().stopped = true;
  const py::gil_scoped_release released;
  while (state().users > 0) {
    std::this_thread::sleep_for(kNap);
  }
}

void pause_before_fork() {
  state().paused = true;
  const py::gil_scoped_release released;
  for (int i = 0; i < kNapsBeforeFork && state().users > 0 && !state().resting; ++i) {
    std::this_thread::sleep_for(kNap);
  }
}

void resume_in_parent() { state().paused = false; }

void reset_in_child() {
  state().turn.~timed_mutex();
  new (&state().turn) std::timed_mutex;
  state().users = 0;
  state().holder = 0;
  state().main = PyThread_get_thread_ident();
  state().resting = false;
  state().paused = false;
}

}  // namespace tilewave::python
