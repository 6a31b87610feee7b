// Compiled for AVX2 and FMA, so the rule of models/compute/kernel_avx2.cpp holds: nothing inline
// from others.
#include "bench/fma_peak.h"

#if defined(__AVX2__) && defined(__FMA__)

#include <immintrin.h>

namespace tilewave {

std::uint64_t run_fma_peak(std::uint64_t iterations) {
  constexpr int kChains = 12;  // at least latency 4 × 2 per cycle, and within 16 registers
  constexpr int kRepeats = 4;  // so that the loop's own instructions do not count
  const __m256 factor = _mm256_set1_ps(0.5F);
  const __m256 term = _mm256_set1_ps(1.0F);
  __m256 sum[kChains];
#pragma GCC unroll 12
  for (int chain = 0; chain < kChains; ++chain) {
    sum[chain] = _mm256_set1_ps(static_cast<float>(chain));
  }
  for (std::uint64_t i = 0; i < iterations; ++i) {
#pragma GCC unroll 4
    for (int repeat = 0; repeat < kRepeats; ++repeat) {
#pragma GCC unroll 12
      for (int chain = 0; chain < kChains; ++chain) {
        sum[chain] = _mm256_fmadd_ps(sum[chain], factor, term);
      }
    }
  }
#pragma GCC unroll 12
  for (int chain = 0; chain < kChains; ++chain) {
    __asm__ volatile("" : : "x"(sum[chain]));  // the result counts as used
  }
  return iterations * kRepeats * kChains * 16;
}

}  // namespace tilewave

#else

namespace tilewave {

std::uint64_t run_fma_peak(std::uint64_t) { return 0; }

}  // namespace tilewave

#endif
