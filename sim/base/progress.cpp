// The line itself, with the time that is left.
#include "sim/base/progress.h"

#include <array>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <system_error>

#include <unistd.h>

#include "sim/base/text_table.h"

namespace tilewave {
namespace {

constexpr std::chrono::milliseconds kQuiet{2000};
constexpr std::chrono::milliseconds kInterval{200};

std::string time_left(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::ceil(seconds));
  constexpr std::uint64_t kMinute = 60;
  constexpr std::uint64_t kHour = 3600;
  if (whole < kMinute) {
    return std::to_string(whole) + " s";
  }
  if (whole < kHour) {
    return std::to_string(whole / kMinute) + " min " + std::to_string(whole % kMinute) + " s";
  }
  return std::to_string(whole / kHour) + " h " + std::to_string(whole % kHour / kMinute) + " min";
}

void show(const std::string& line) {
  std::fprintf(stderr, "\r%s\033[K", line.c_str());
  std::fflush(stderr);
}

void clear_line() { std::fputs("\r\033[K", stderr); }

/// While one exists, threads that are started take no signals: those are the main thread's.
class WithoutSignals {
 public:
  WithoutSignals() {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~WithoutSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  WithoutSignals(const WithoutSignals&) = delete;
  WithoutSignals& operator=(const WithoutSignals&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

std::string progress_line(const std::string& what, std::uint64_t done, std::uint64_t total,
                          std::uint64_t before, double seconds, const std::string& note) {
  const double share = total == 0 ? 1 : static_cast<double>(done) / static_cast<double>(total);
  std::string line = with_separators(done) + " of " + with_separators(total) + " " + what + " (" +
                     percent(share) + ")";
  if (done > before && seconds > 0) {
    const double rate = static_cast<double>(done - before) / seconds;
    line += ", " + fixed(rate, 1) + "/s, " + time_left(static_cast<double>(total - done) / rate) +
            " left";
  }
  return line + (note.empty() ? "" : ", " + note);
}

Progress::Progress(std::string what, std::uint64_t total, std::uint64_t before)
    : what_(std::move(what)),
      total_(total),
      before_(before),
      next_(start_ + kQuiet),
      terminal_(::isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() {
  if (shown_) {
    clear_line();
  }
}

void Progress::update(std::uint64_t done, const std::string& note) {
  const Clock::time_point now = Clock::now();
  if (!terminal_ || now < next_) {
    return;
  }
  next_ = now + kInterval;
  shown_ = true;
  const std::chrono::duration<double> elapsed = now - start_;
  const std::string line = progress_line(what_, done, total_, before_, elapsed.count(), note);
  show(line);
}

PhaseProgress::PhaseProgress() {
  if (::isatty(STDERR_FILENO) == 0) {
    return;
  }
  try {
    const WithoutSignals without_signals;
    thread_ = std::thread([this] { tell(); });
  } catch (const std::system_error&) {
    // No thread to be had: nobody looks.
  }
}

PhaseProgress::~PhaseProgress() {
  if (thread_.joinable()) {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    stopped_.notify_one();
    thread_.join();
  }
}

void PhaseProgress::begin(const std::string& what) { begin(what, 0, what); }

PhaseProgress::Counter* PhaseProgress::begin(const std::string& what, std::uint64_t total,
                                             const std::string& then) {
  if (!thread_.joinable()) {
    return nullptr;
  }
  const std::lock_guard lock(mutex_);
  what_ = what;
  then_ = then;
  total_ = total;
  start_ = Clock::now();
  done_.store(0, std::memory_order_relaxed);
  return &done_;
}

std::string PhaseProgress::line() const {
  const std::uint64_t done = done_.load(std::memory_order_relaxed);
  if (done >= total_) {
    return then_;
  }
  const std::chrono::duration<double> elapsed = Clock::now() - start_;
  return progress_line(what_, done, total_, 0, elapsed.count(), "");
}

void PhaseProgress::tell() {
  std::unique_lock lock(mutex_);
  bool shown = false;
  for (std::chrono::milliseconds pause = kQuiet;
       !stopped_.wait_for(lock, pause, [this] { return stop_; }); pause = kInterval) {
    show(line());
    shown = true;
  }
  if (shown) {
    clear_line();
  }
}

}  // namespace tilewave
