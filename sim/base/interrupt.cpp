// The signal handlers: they set a flag and nothing else.
#include "sim/base/interrupt.h"

#include <csignal>

namespace tilewave {
namespace {

/// A signal handler has nowhere else to write to.
volatile std::sig_atomic_t interrupted = 0;

extern "C" void on_interrupt(int) { interrupted = 1; }

void install(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;  // without SA_RESTART: whoever waits is woken
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

Interrupt::Interrupt() {
  interrupted = 0;
  install(on_interrupt);
}

Interrupt::~Interrupt() { install(SIG_DFL); }

bool Interrupt::requested() const { return interrupted != 0; }

}  // namespace tilewave
