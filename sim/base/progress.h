// How far a long job has come, on one line of a terminal that it keeps rewriting. Says nothing
// where there is no terminal, nor in the first two seconds.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

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

/// "1,200 of 10,000 points (12.0 %), 85.2/s, 1 min 43 s left, 3 invalid". `seconds` since the
/// start.
std::string progress_line(const std::string& what, std::uint64_t done, std::uint64_t total,
                          std::uint64_t before, double seconds, const std::string& note);

}  // namespace tilewave
