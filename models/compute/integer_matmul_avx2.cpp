// Products of 8-bit integers in AVX2: factors are widened to 16 bits, less their zero points, and
// packed for vpmaddwd, which adds two products a lane. Compiled for AVX2, so what kernel_avx2.cpp
// says holds here.
#include "models/compute/typed_kernels.h"

#if defined(__AVX2__) && defined(__FMA__)

#include <immintrin.h>
#include <string.h>  // memcpy of C: nothing inline

namespace tilewave::kernels::avx2 {
namespace {

constexpr std::size_t kLanes = 8;                     // sums in a 256-bit register
constexpr std::size_t kWords = 16;                    // 16-bit factors in one
constexpr std::size_t kMostPairs = kMaxTileEdge / 2;  // of factors along k

/// From one row of packed_a to the next: a constant, so that one pointer leads to all rows of a
/// block; and no power of two, so that they do not meet in the cache. Whole registers fit.
constexpr std::size_t kRowWords = kMaxTileEdge + kWords;

/// Factors in 16 bits, ready for vpmaddwd.
struct Packed {
  /// a in rows of pairs along k, where an odd k is filled up with a zero.
  alignas(64) std::int16_t a[kMaxTileEdge * kRowWords];
  /// A panel of b: of each pair of rows the columns, two values at a time.
  alignas(64) std::int16_t b[kMostPairs * 2 * kWords];
};

/// Asked for once a product: in a shared library, the address is a function call.
thread_local Packed packed_factors;

__m128i load_half(const void* from) { return _mm_loadu_si128(static_cast<const __m128i*>(from)); }
__m256i load(const void* from) { return _mm256_loadu_si256(static_cast<const __m256i*>(from)); }
void store(void* to, __m256i value) { _mm256_storeu_si256(static_cast<__m256i*>(to), value); }

template <bool Signed>
inline __m256i widen_words(__m128i bytes) {
  return Signed ? _mm256_cvtepi8_epi16(bytes) : _mm256_cvtepu8_epi16(bytes);
}

/// The first of 16 bytes, of which `count` may be read and the others are zero.
__m128i load_some(const std::uint8_t* from, std::size_t count) {
  std::uint8_t bytes[kWords] = {};
  memcpy(bytes, from, count < kWords ? count : kWords);
  return load_half(bytes);
}

template <bool Signed>
void pack_a(std::int16_t* to, const IntegerFactors& factors, const TileShape& tile) {
  const auto* a = static_cast<const std::uint8_t*>(factors.a);
  const __m256i zero = _mm256_set1_epi16(static_cast<std::int16_t>(factors.a_zero));
  const std::size_t depth = tile.k;
  const std::size_t whole = depth / kWords * kWords;
  const std::uint8_t* const end = a + tile.m * depth;
  for (; a != end; a += depth, to += kRowWords) {
    for (std::size_t i = 0; i < whole; i += kWords) {
      store(to + i, _mm256_sub_epi16(widen_words<Signed>(load_half(a + i)), zero));
    }
    if (whole != depth) {
      const __m128i rest = load_some(a + whole, depth - whole);
      store(to + whole, _mm256_sub_epi16(widen_words<Signed>(rest), zero));
      to[depth] = 0;
    }
  }
}

/// The zero points of the columns from `first` on, twice each, of as many lanes as there are.
__m256i zero_pairs(const IntegerFactors& factors, std::size_t first, __m256i mask) {
  __m256i zero = _mm256_set1_epi32(factors.b_zero);
  if (factors.b_zeros != nullptr) {
    zero = _mm256_maskload_epi32(factors.b_zeros + first, mask);
  }
  return _mm256_or_si256(_mm256_slli_epi32(zero, 16),
                         _mm256_and_si256(zero, _mm256_set1_epi32(0xFFFF)));
}

/// Of both rows of a pair, 8 columns in every register.
template <bool Signed, int Vectors>
inline void pack_pair(std::int16_t* to, __m128i first, __m128i second, const __m256i* zero) {
  const __m128i low = _mm_unpacklo_epi8(first, second);
  store(to, _mm256_sub_epi16(widen_words<Signed>(low), zero[0]));
  if constexpr (Vectors == 2) {
    const __m128i high = _mm_unpackhi_epi8(first, second);
    store(to + kWords, _mm256_sub_epi16(widen_words<Signed>(high), zero[1]));
  }
}

/// `b` is the panel's first column, with `left` bytes of b from there on. Columns behind the panel
/// become anything: nobody stores what they lead to. So does the row that an odd k lacks, for its
/// factors are zero.
template <bool Signed, int Vectors>
void pack_b(std::int16_t* to, const std::uint8_t* b, std::size_t left, const TileShape& tile,
            const __m256i* zero) {
  const std::size_t cols = tile.n;
  std::size_t row = 0;
  for (; row + 2 <= tile.k && (row + 1) * cols + kWords <= left; row += 2, to += Vectors * kWords) {
    const std::uint8_t* first = b + row * cols;
    pack_pair<Signed, Vectors>(to, load_half(first), load_half(first + cols), zero);
  }
  for (; row < tile.k; row += 2, to += Vectors * kWords) {
    const std::size_t first = row * cols;
    const std::size_t second = row + 1 < tile.k ? first + cols : first;
    pack_pair<Signed, Vectors>(to, load_some(b + first, left - first),
                               load_some(b + second, left - second), zero);
  }
}

struct Panel {
  const std::int16_t* b;
  std::size_t cols;   // n: from one row of c to the next, in elements
  std::size_t pairs;  // along k
  bool clear;
  __m256i mask;  // lanes of the last vector of a masked panel that exist
};

template <bool Masked>
inline __m256i load_sums(const std::int32_t* from, __m256i mask) {
  return Masked ? _mm256_maskload_epi32(from, mask) : load(from);
}

template <bool Masked>
inline void store_sums(std::int32_t* to, __m256i value, __m256i mask) {
  if constexpr (Masked) {
    _mm256_maskstore_epi32(to, mask, value);
  } else {
    store(to, value);
  }
}

/// A block of Rows × (Vectors · 8) of c, held in registers over all of k; moves c and a past it.
template <int Rows, int Vectors, bool Masked>
[[gnu::always_inline]] inline void multiply_block(std::int32_t*& c, const std::int16_t*& a,
                                                  const Panel& panel) {
  const std::size_t cols = panel.cols;
  __m256i sum[Rows][Vectors];
#pragma GCC unroll 8
  for (std::size_t row = 0; row < Rows; ++row) {
#pragma GCC unroll 2
    for (std::size_t vector = 0; vector < Vectors; ++vector) {
      sum[row][vector] = _mm256_setzero_si256();
    }
  }
  const std::int16_t* b = panel.b;
  const std::int16_t* a_pair = a;
  const std::int16_t* const end = a + panel.pairs * 2;
#pragma GCC unroll 1
  for (; a_pair != end; a_pair += 2, b += Vectors * kWords) {
    __m256i b_pair[Vectors];
#pragma GCC unroll 2
    for (std::size_t vector = 0; vector < Vectors; ++vector) {
      b_pair[vector] = load(b + vector * kWords);
    }
#pragma GCC unroll 8
    for (std::size_t row = 0; row < Rows; ++row) {
      const __m256i factor = _mm256_castps_si256(
          _mm256_broadcast_ss(reinterpret_cast<const float*>(a_pair + row * kRowWords)));
#pragma GCC unroll 2
      for (std::size_t vector = 0; vector < Vectors; ++vector) {
        sum[row][vector] =
            _mm256_add_epi32(sum[row][vector], _mm256_madd_epi16(factor, b_pair[vector]));
        __asm__("" : "+x"(sum[row][vector]));
      }
    }
  }
#pragma GCC unroll 8
  for (std::size_t row = 0; row < Rows; ++row) {
#pragma GCC unroll 2
    for (std::size_t vector = 0; vector < Vectors; ++vector) {
      std::int32_t* to = c + row * cols + vector * kLanes;
      __m256i total = sum[row][vector];
      if (vector + 1 == Vectors) {
        if (!panel.clear) {
          total = _mm256_add_epi32(total, load_sums<Masked>(to, panel.mask));
        }
        store_sums<Masked>(to, total, panel.mask);
      } else {
        if (!panel.clear) {
          total = _mm256_add_epi32(total, load(to));
        }
        store(to, total);
      }
    }
  }
  c += Rows * cols;
  a += Rows * kRowWords;
}

constexpr int max_block_rows(int vectors) { return vectors == 1 ? 8 : 6; }

/// multiply_block for a number of rows known only now, from 1 to Rows.
template <int Vectors, bool Masked, int Rows = max_block_rows(Vectors)>
[[gnu::always_inline]] inline void multiply_rows(std::size_t rows, std::int32_t*& c,
                                                 const std::int16_t*& a, const Panel& panel) {
  if constexpr (Rows > 1) {
    if (rows < Rows) {
      return multiply_rows<Vectors, Masked, Rows - 1>(rows, c, a, panel);
    }
  }
  multiply_block<Rows, Vectors, Masked>(c, a, panel);
}

/// All rows of the panel in packed_b, in blocks as equal as can be.
template <int Vectors, bool Masked>
[[gnu::noinline]] void multiply_panel(std::int32_t* c, const Packed& packed, const TileShape& tile,
                                      bool clear, __m256i mask) {
  const Panel panel{packed.b, tile.n, (tile.k + 1) / 2, clear, mask};
  const std::int16_t* a = packed.a;
  const std::uint32_t max_rows = max_block_rows(Vectors);
  std::size_t blocks = (tile.m - 1) / max_rows + 1;
  const std::uint32_t rows = tile.m / static_cast<std::uint32_t>(blocks);
  const std::size_t lower = blocks - tile.m % static_cast<std::uint32_t>(blocks);
  for (; blocks > 0; --blocks) {
    multiply_rows<Vectors, Masked>(blocks > lower ? rows + 1 : rows, c, a, panel);
  }
}

__m256i first_lanes(std::size_t count) {
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)), lane);
}

/// c and its panels of b from column `first` on, Vectors · 8 of them or, in a masked one, fewer.
template <bool Signed, int Vectors, bool Masked>
void multiply_columns(std::int32_t* c, Packed& packed, const IntegerFactors& factors,
                      std::size_t first, const TileShape& tile, bool clear) {
  const __m256i mask = first_lanes(Masked ? tile.n - first - (Vectors - 1) * kLanes : kLanes);
  __m256i zero[Vectors];
  for (std::size_t vector = 0; vector < Vectors; ++vector) {
    zero[vector] = zero_pairs(factors, first + vector * kLanes,
                              vector + 1 == Vectors ? mask : first_lanes(kLanes));
  }
  const auto* b = static_cast<const std::uint8_t*>(factors.b);
  pack_b<Signed, Vectors>(packed.b, b + first, std::size_t{tile.k} * tile.n - first, tile, zero);
  multiply_panel<Vectors, Masked>(c + first, packed, tile, clear, mask);
}

/// Panels of 16 columns, then one for the rest.
template <bool Signed>
void multiply(std::int32_t* c, Packed& packed, const IntegerFactors& factors, const TileShape& tile,
              bool clear) {
  std::size_t first = 0;
  for (; first + 2 * kLanes <= tile.n; first += 2 * kLanes) {
    multiply_columns<Signed, 2, false>(c, packed, factors, first, tile, clear);
  }
  const std::size_t left = tile.n - first;
  if (left > kLanes) {
    multiply_columns<Signed, 2, true>(c, packed, factors, first, tile, clear);
  } else if (left > 0) {
    multiply_columns<Signed, 1, true>(c, packed, factors, first, tile, clear);
  }
}

}  // namespace

void matmul_integer(std::int32_t* c, const IntegerFactors& factors, const TileShape& tile,
                    bool clear) {
  Packed& packed = packed_factors;
  const bool b_signed = is_signed_factor(factors.b_type);
  (is_signed_factor(factors.a_type) ? pack_a<true> : pack_a<false>)(packed.a, factors, tile);
  (b_signed ? multiply<true> : multiply<false>)(c, packed, factors, tile, clear);
}

void matmul_integer_bias(std::int32_t* c, const IntegerFactors& factors, const std::int32_t* bias,
                         const TileShape& tile) {
  for (std::size_t row = 0; row < tile.m; ++row) {
    memcpy(c + row * tile.n, bias, tile.n * sizeof *bias);
  }
  matmul_integer(c, factors, tile, false);
}

}  // namespace tilewave::kernels::avx2

#endif
