// The line itself, with the time that is left.
#include "sim/base/progress.h"

#include <array>
#include <cmath>
#include <cstdio>

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
    std::fputs("\r\033[K", stderr);
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
  std::fprintf(stderr, "\r%s\033[K", line.c_str());
  std::fflush(stderr);
}

}  // namespace tilewave
