// Who may run now, and when a run has to end: a process has one SystemC, and an interpreter that goes
// takes its threads along.
#pragma once

#include <stdexcept>

#include <pybind11/pybind11.h>

namespace tilewave::python {

/// The interpreter ends, and a run with it.
class Stopped : public std::runtime_error {
 public:
  Stopped() : std::runtime_error("the interpreter is shutting down: the run was given up") {}
};

/// A turn to use the library, without the interpreter's lock. Threads take turns; waiting for one's own can
/// be interrupted. Is made and goes with the interpreter's lock held.
class Turn {
 public:
  /// Throws error_already_set for an interrupt, Stopped, and std::runtime_error if it is this thread's already:
  /// a signal's handler may not run what it interrupts.
  Turn();
  ~Turn();
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  /// To be called now and then, without the interpreter's lock. Throws as the constructor does.
  static void poll();
};

/// Who gets signals; to be told before the first turn.
void set_main_thread(unsigned long identity);

/// No further turns, and waits until those under way are over: for atexit.
void stop_all();

/// Around fork(), of which the child has only the thread that forked: a simulation under way on another thread
/// rests, so that the child has SystemC in order, if without a use for what that thread left.
void pause_before_fork();
void resume_in_parent();
void reset_in_child();

}  // namespace tilewave::python
