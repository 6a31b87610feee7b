// The signal handlers: they set a flag and nothing else.
#include "sim/base/interrupt.h"

#include <array>
#include <csignal>

#include <unistd.h>

#include "sim/base/temporary_files.h"

namespace tilewave {
namespace {

constexpr int kSignalled = 128;
constexpr std::array kQuestions = {SIGINT, SIGTERM, SIGHUP};
constexpr std::array kEnds = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGXCPU};

/// A signal handler has nowhere else to write to.
volatile std::sig_atomic_t interrupted = 0;
std::array<struct sigaction, kQuestions.size()> before;

extern "C" void on_interrupt(int number) { interrupted = number; }

extern "C" void on_end(int number) {
  remove_temporary_files();
  ::_exit(kSignalled + number);
}

struct sigaction action_of(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;  // without SA_RESTART: whoever waits is woken
  sigemptyset(&action.sa_mask);
  return action;
}

bool is_ignored(int number) {
  struct sigaction action {};
  return ::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

void end_on_signals() {
  const struct sigaction end = action_of(on_end);
  for (const int number : kEnds) {
    if (number != SIGHUP || !is_ignored(number)) {
      ::sigaction(number, &end, nullptr);
    }
  }
  const struct sigaction ignore = action_of(SIG_IGN);
  ::sigaction(SIGPIPE, &ignore, nullptr);
  ::sigaction(SIGXFSZ, &ignore, nullptr);
}

Interrupt::Interrupt() {
  interrupted = 0;
  const struct sigaction ask = action_of(on_interrupt);
  for (std::size_t i = 0; i < kQuestions.size(); ++i) {
    const bool ignored = kQuestions[i] == SIGHUP && is_ignored(SIGHUP);
    ::sigaction(kQuestions[i], ignored ? nullptr : &ask, &before[i]);
  }
}

Interrupt::~Interrupt() {
  for (std::size_t i = 0; i < kQuestions.size(); ++i) {
    ::sigaction(kQuestions[i], &before[i], nullptr);
  }
}

bool Interrupt::requested() const { return interrupted != 0; }

ExitCode Interrupt::exit_code() const { return static_cast<ExitCode>(kSignalled + interrupted); }

}  // namespace tilewave
