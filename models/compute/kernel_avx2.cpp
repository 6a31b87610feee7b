// The fp32 kernels in AVX2 and FMA. Like the other files named *_avx2.cpp, and no others of the
// library, this one is compiled for those, so it must not use inline functions or templates of other
// files, not even the standard library's: the linker might keep the copy made here and run it on a
// CPU without AVX2.
#include "models/compute/kernel.h"
#include "models/compute/strip_functions.h"
#include "models/compute/typed_kernels.h"
#include "models/compute/vector_mathematics.h"

#if defined(__AVX2__) && defined(__FMA__)

#include <immintrin.h>

namespace tilewave {
namespace {

constexpr std::size_t kLanes = 8;  // fp32 values in a 256-bit register

__m256i first_lanes(std::size_t count) {
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)), lane);
}

template <bool Masked>
inline __m256 load(const float* from, __m256i mask) {
  return Masked ? _mm256_maskload_ps(from, mask) : _mm256_loadu_ps(from);
}

template <bool Masked>
inline void store(float* to, __m256 value, __m256i mask) {
  if constexpr (Masked) {
    _mm256_maskstore_ps(to, mask, value);
  } else {
    _mm256_storeu_ps(to, value);
  }
}

/// What all blocks of a panel have in common.
struct Panel {
  const float* b;
  float* packed;       // where a block that packs leaves b
  std::size_t stride;  // from one row of b to the next, in elements
  std::size_t cols;    // n: from one row of c to the next, in elements
  std::size_t depth;   // k: from one row of a to the next, and the steps
  bool clear;
  __m256i mask;  // lanes of a masked panel that exist
};

/// The copy of a panel: as many rows as a tile may have, of the widest.
alignas(64) thread_local float packed_panel[kMaxTileEdge * 3 * kLanes];

/// A block of Rows × (Vectors · 8) of c, held in registers over all of k; moves c and a past it.
/// Its Rows · Vectors chains of FMAs should be at least 8 (latency 4 × 2 per cycle) to keep both
/// units busy, and at most 12 to leave registers for the operands.
///
/// Inlined, so that the next block's addresses are constants of a predicted branch: waiting for
/// them costs 20 cycles a block. Not unrolled over k: the loop's own 4 instructions find free
/// ports, while GCC 12 shuffles or spills sums in longer bodies. If Pack, it copies the
/// panel's columns of b on its way; no FMA waits for a store.
template <int Rows, int Vectors, bool Masked, bool Pack = false>
[[gnu::always_inline]] inline void multiply_block(float*& c, const float*& a, const Panel& panel) {
  const std::size_t cols = panel.cols;
  const std::size_t depth = panel.depth;
  const std::size_t stride = panel.stride;
  __m256 sum[Rows][Vectors];
#pragma GCC unroll 8
  for (std::size_t row = 0; row < Rows; ++row) {
#pragma GCC unroll 3
    for (std::size_t vector = 0; vector < Vectors; ++vector) {
      sum[row][vector] = panel.clear ? _mm256_setzero_ps()
                                     : load<Masked>(c + row * cols + vector * kLanes, panel.mask);
    }
  }
  const float* b = panel.b;
  float* packed = panel.packed;
#pragma GCC unroll 1
  for (std::size_t step = 0; step < depth; ++step, b += stride) {
    __m256 b_row[Vectors];
#pragma GCC unroll 3
    for (std::size_t vector = 0; vector < Vectors; ++vector) {
      b_row[vector] = load<Masked>(b + vector * kLanes, panel.mask);
      if constexpr (Pack) {
        _mm256_store_ps(packed + vector * kLanes, b_row[vector]);
      }
    }
    if constexpr (Pack) {
      packed += Vectors * kLanes;
    }
#pragma GCC unroll 8
    for (std::size_t row = 0; row < Rows; ++row) {
      const __m256 factor = _mm256_broadcast_ss(a + row * depth + step);
#pragma GCC unroll 3
      for (std::size_t vector = 0; vector < Vectors; ++vector) {
        sum[row][vector] = _mm256_fmadd_ps(factor, b_row[vector], sum[row][vector]);
      }
    }
  }
#pragma GCC unroll 8
  for (std::size_t row = 0; row < Rows; ++row) {
#pragma GCC unroll 3
    for (std::size_t vector = 0; vector < Vectors; ++vector) {
      store<Masked>(c + row * cols + vector * kLanes, sum[row][vector], panel.mask);
    }
  }
  c += Rows * cols;
  a += Rows * depth;
}

/// The most rows that a block of so many vectors has registers for.
constexpr int max_block_rows(int vectors) { return vectors == 1 ? 8 : vectors == 2 ? 6 : 4; }

/// multiply_block for a number of rows known only now, from 1 to Rows.
template <int Vectors, bool Masked, int Rows = max_block_rows(Vectors)>
[[gnu::always_inline]] inline void multiply_rows(std::size_t rows, float*& c, const float*& a,
                                                 const Panel& panel) {
  if constexpr (Rows > 1) {
    if (rows < Rows) {
      return multiply_rows<Vectors, Masked, Rows - 1>(rows, c, a, panel);
    }
  }
  multiply_block<Rows, Vectors, Masked>(c, a, panel);
}

/// All rows of a panel Vectors · 8 columns wide, in blocks as equal as can be: 32 rows in blocks of
/// at most 6 are 6 + 6 + 5 + 5 + 5 + 5, where a last block of 2 would run at half speed.
template <int Vectors, bool Masked>
[[gnu::noinline]] void multiply_panel(float* c, const float* a, const float* b, std::size_t stride,
                                      const TileShape& tile, bool clear, __m256i mask) {
  const Panel panel{b, nullptr, stride, tile.n, tile.k, clear, mask};
  const std::uint32_t max_rows = max_block_rows(Vectors);
  std::size_t blocks = (tile.m - 1) / max_rows + 1;
  const std::uint32_t rows = tile.m / static_cast<std::uint32_t>(blocks);
  const std::size_t lower = blocks - tile.m % static_cast<std::uint32_t>(blocks);
  for (; blocks > 0; --blocks) {
    multiply_rows<Vectors, Masked>(blocks > lower ? rows + 1 : rows, c, a, panel);
  }
}

/// The same with the panel's columns of b in one piece for all but the first block, which copies
/// them there.
template <int Vectors, bool Masked>
[[gnu::noinline]] void pack_panel(float* c, const float* a, const float* b, const TileShape& tile,
                                  bool clear, __m256i mask) {
  constexpr int kRows = max_block_rows(Vectors);
  float* const packed = packed_panel;  // in a shared library, a function call
  const Panel panel{b, packed, tile.n, tile.n, tile.k, clear, mask};
  multiply_block<kRows, Vectors, Masked, true>(c, a, panel);
  const TileShape rest{tile.m - kRows, tile.n, tile.k};
  multiply_panel<Vectors, Masked>(c, a, packed, Vectors * kLanes, rest, clear, mask);
}

/// Packing pays where b's rows, far apart, leave the first cache before the next block needs them,
/// and where there are blocks enough to gain by it.
bool worth_packing(const TileShape& tile) {
  return tile.m >= 24 && tile.k * tile.n >= 4096 && tile.k <= kMaxTileEdge;
}

template <int Vectors, bool Masked>
[[gnu::always_inline]] inline void multiply_columns(float* c, const float* a, const float* b,
                                                    const TileShape& tile, bool clear,
                                                    __m256i mask) {
  if (worth_packing(tile)) {
    pack_panel<Vectors, Masked>(c, a, b, tile, clear, mask);
  } else {
    multiply_panel<Vectors, Masked>(c, a, b, tile.n, tile, clear, mask);
  }
}

/// Panels of 16 columns; one of 24 or 8 at the end where 16 does not divide the rest; a masked one
/// for the columns that do not fill a register.
void matmul(float* c, const float* a, const float* b, const TileShape& tile, bool clear) {
  const __m256i all = first_lanes(kLanes);
  std::size_t cols_left = tile.n;
  while (cols_left >= kLanes) {
    std::size_t width = 2 * kLanes;
    if (cols_left < 2 * kLanes) {
      width = kLanes;
      multiply_columns<1, false>(c, a, b, tile, clear, all);
    } else if (cols_left / kLanes == 3) {
      width = 3 * kLanes;
      multiply_columns<3, false>(c, a, b, tile, clear, all);
    } else {
      multiply_columns<2, false>(c, a, b, tile, clear, all);
    }
    c += width;
    b += width;
    cols_left -= width;
  }
  if (cols_left > 0) {
    multiply_columns<1, true>(c, a, b, tile, clear, first_lanes(cols_left));
  }
}

void copy(float* to, const float* from, std::size_t count) {
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    _mm256_storeu_ps(to + i, _mm256_loadu_ps(from + i));
  }
  for (; i < count; ++i) {
    to[i] = from[i];
  }
}

/// Filling c first costs less than another pointer in the innermost blocks would cost every step.
void matmul_bias(float* c, const float* a, const float* b, const float* bias,
                 const TileShape& tile) {
  for (std::size_t row = 0; row < tile.m; ++row) {
    copy(c + row * tile.n, bias, tile.n);
  }
  matmul(c, a, b, tile, false);
}

void add(float* dst, const float* a, const float* b, std::size_t count) {
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    _mm256_storeu_ps(dst + i, _mm256_add_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i)));
  }
  for (; i < count; ++i) {
    dst[i] = a[i] + b[i];
  }
}

void add_row(float* dst, const float* a, const float* row, const TileExtent& tile) {
  for (std::size_t i = 0; i < tile.rows; ++i) {
    const std::size_t first = i * tile.cols;
    add(dst + first, a + first, row, tile.cols);
  }
}

void relu(float* dst, const float* a, std::size_t count) {
  // vmaxps returns its second operand if either is NaN or both are zero: x must come second.
  const __m256 zero = _mm256_setzero_ps();
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    _mm256_storeu_ps(dst + i, _mm256_max_ps(zero, _mm256_loadu_ps(a + i)));
  }
  for (; i < count; ++i) {
    dst[i] = a[i] < 0.0F ? 0.0F : a[i];
  }
}

constexpr Kernel kAvx2Kernel{"avx2",
                             matmul,
                             matmul_bias,
                             add,
                             add_row,
                             relu,
                             kernels::avx2::matmul_integer,
                             kernels::avx2::matmul_integer_bias,
                             kernels::avx2::widen,
                             kernels::avx2::narrow,
                             kernels::avx2::transpose,
                             kernels::kAvx2Functions,
                             kernels::kAvx2Folds};

}  // namespace

const Kernel* avx2_kernel() {
  kernels::load_vector_mathematics();
  return &kAvx2Kernel;
}

}  // namespace tilewave

#else

namespace tilewave {

const Kernel* avx2_kernel() { return nullptr; }

}  // namespace tilewave

#endif
