// Bursts and streams of all sizes on SRAMs of all shapes, against the plain rules.
#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "models/sram/sram_timing.h"
#include "tests/support/slot_by_slot.h"

namespace tilewave {
namespace {

/// One SRAM and the traffic on it: mostly of one size, as DMA engines make it, or of all sizes.
class Traffic {
 public:
  explicit Traffic(unsigned seed)
      : random_(seed), config_(draw_config()), timing_(config_), plain_(config_) {}

  void run(int bursts) {
    for (int i = 0; i < bursts; ++i) {
      now_ += below(pause_);
      if (below(3) == 0 && timing_.stream_end() <= now_) {
        begin_stream();
      }
      const SramRange range = draw_range(burst_bytes_);
      const Cycle at = now_ + below(ahead_);
      ASSERT_EQ(timing_.burst(now_, at, range), plain_.burst(at, range)) << place(i);
      ASSERT_EQ(timing_.counters().bank_conflicts, plain_.counters().bank_conflicts) << place(i);
      if (below(4) == 0) {
        ASSERT_EQ(timing_.stream_end(), plain_.stream_end()) << place(i);
      }
    }
    EXPECT_EQ(timing_.counters().bytes, plain_.counters().bytes);
  }

 private:
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  template <std::size_t N>
  std::uint32_t one_of(const std::array<std::uint32_t, N>& values) {
    return values[below(N)];
  }

  SramConfig draw_config() {
    SramConfig config;
    config.banks = one_of(std::array{1U, 2U, 3U, 8U, 32U, 63U, 64U, 65U, 130U});
    config.ports = one_of(std::array{1U, 1U, 2U, 3U});
    config.port_bytes = one_of(std::array{4U, 8U, 32U});
    config.interleave_bytes = one_of(std::array{4U, 16U, 32U, 64U, 256U});
    return config;
  }

  SramRange draw_range(std::uint64_t longest) {
    const std::uint64_t bytes = all_sizes_ ? 1 + below(longest) : longest;
    return {below(kSramBytes / alignment_) * alignment_, bytes};
  }

  void begin_stream() {
    std::vector<SramRange> ranges(below(4));
    std::ranges::generate(ranges, [this] { return draw_range(stream_bytes_); });
    timing_.begin_stream(now_, ranges);
    plain_.begin_stream(now_, ranges);
    ASSERT_EQ(timing_.stream_end(), plain_.stream_end()) << place(-1);
  }

  std::string place(int burst) const {
    return "burst " + std::to_string(burst) + " of " + std::to_string(burst_bytes_) +
           " bytes at cycle " + std::to_string(now_) + ", " + std::to_string(config_.banks) +
           " banks of " + std::to_string(config_.interleave_bytes) + " bytes, " +
           std::to_string(config_.ports) + " ports of " + std::to_string(config_.port_bytes);
  }

  static constexpr std::uint64_t kSramBytes = 1 << 16;

  std::mt19937 random_;
  SramConfig config_;
  SramTiming timing_;
  test::SlotBySlot plain_;
  bool all_sizes_ = below(2) == 0;
  std::uint64_t alignment_ = one_of(std::array{1U, 16U, 64U});
  // In half chunks: less than one, some banks', all banks' or several times that.
  std::uint64_t half_chunk_ = config_.interleave_bytes / 2;
  std::uint64_t burst_bytes_ =
      half_chunk_ * one_of(std::array{1U, 2U, 3U, 8U, 2 * config_.banks, 5 * config_.banks});
  std::uint64_t stream_bytes_ = half_chunk_ * one_of(std::array{3U, 9U, 8 * config_.banks});
  std::uint64_t pause_ = one_of(std::array{1U, 2U, 4U, 30U});
  std::uint64_t ahead_ = one_of(std::array{1U, 4U, 40U, 200U});
  Cycle now_ = 0;
};

TEST(SramTiming, RandomTrafficTakesTheTimeOfThePlainRules) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    Traffic traffic(seed);
    ASSERT_NO_FATAL_FAILURE(traffic.run(80)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace tilewave
