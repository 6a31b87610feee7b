// How far a long job has come, on one line of a terminal that it keeps rewriting. Says nothing
// where there is no terminal, nor in the first two seconds.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

namespace tilewave {

class Progress {
 public:
  /// `what` is in the plural: "points". Of `total`, `before` are done already, at no cost.
  Progress(std::string what, std::uint64_t total, std::uint64_t before);
  /// Clears the line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `note` is about those that did not go well; may be empty.
  void update(std::uint64_t done, const std::string& note);

 private:
  using Clock = std::chrono::steady_clock;

  std::string what_;
  std::uint64_t total_;
  std::uint64_t before_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point next_;
  bool terminal_;
  bool shown_ = false;
};

/// The same of a job in phases, told by a thread of its own: who works only counts, and long steps are no
/// hindrance. Where there is no terminal there is no thread.
class PhaseProgress {
 public:
  using Counter = std::atomic<std::uint64_t>;

  PhaseProgress();
  /// Clears the line.
  ~PhaseProgress();
  PhaseProgress(const PhaseProgress&) = delete;
  PhaseProgress& operator=(const PhaseProgress&) = delete;

  /// A phase of which nobody knows how long it takes: "compiling".
  void begin(const std::string& what);
  /// One with `total` steps, `what` in the plural, and what goes on once they are done. Returns where those
  /// done are counted, by one thread; null if nobody looks.
  Counter* begin(const std::string& what, std::uint64_t total, const std::string& then);

 private:
  using Clock = std::chrono::steady_clock;

  void tell();
  std::string line() const;

  std::mutex mutex_;  // of the phase and of `stop_`
  std::condition_variable stopped_;
  std::string what_;
  std::string then_;
  std::uint64_t total_ = 0;
  Clock::time_point start_ = Clock::now();  // of the phase
  bool stop_ = false;
  Counter done_ = 0;
  std::thread thread_;
};

/// "1,200 of 10,000 points (12.0 %), 85.2/s, 1 min 43 s left, 3 invalid". `seconds` since the
/// start.
std::string progress_line(const std::string& what, std::uint64_t done, std::uint64_t total,
                          std::uint64_t before, double seconds, const std::string& note);

}  // namespace tilewave
