// What a process has taken of its host.
#pragma once

#include <cstdint>

#include <sys/resource.h>

namespace tilewave {

/// The most memory that was resident at once.
inline std::uint64_t peak_rss_bytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  constexpr std::uint64_t kKibibyte = 1024;
  return static_cast<std::uint64_t>(usage.ru_maxrss) * kKibibyte;
}

}  // namespace tilewave
