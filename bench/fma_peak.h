// The most fp32 operations one core can do with AVX2: FMAs on registers only, no memory. The ruler
// that the matmul kernel is measured with.
#pragma once

#include <cstdint>

namespace tilewave {

/// Runs `iterations` rounds of independent FMAs and returns how many floating-point operations that
/// was (an FMA on 8 lanes is 16). May be run only if cpu_has_avx2_fma(); 0 in a build without AVX2.
std::uint64_t run_fma_peak(std::uint64_t iterations);

}  // namespace tilewave
