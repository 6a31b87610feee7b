// Products of 8-bit integers in AVX2: factors are widened to 16 bits, less their zero points, and
// packed for vpmaddwd, which multiplies two pairs a lane and adds them. Compiled for AVX2, so what
// kernel_avx2.cpp says holds here.
#include "models/compute/typed_kernels.h"

#if defined(__AVX2__) && defined(__FMA__)

#include <immintrin.h>
#include <string.h>  // memcpy of C: nothing inline

namespace tilewave::kernels::avx2 {
namespace {

constexpr std::size_t kLanes = 8;   // sums in a 256-bit register
constexpr std::size_t kWords = 16;  // 16-bit factors in one

/// From one row of packed a to the next: a constant, so that one pointer leads to all rows of a
/// block, and more than a row, so that rows of large tiles do not meet in the cache.
constexpr std::size_t kRowWords = kMaxTileEdge + kWords;

/// So many rows of c are computed at a time: the nearer caches hold their a, and packing b again
/// for the next costs little.
constexpr std::uint32_t kMostRows = 64;

/// Factors in 16 bits, in pairs along k.
struct Packed {
  /// In rows, which are filled up with zeros to a multiple of two pairs.
  alignas(64) std::int16_t a[kMostRows * kRowWords];
  /// A panel: of each pair of rows the columns, two values at a time.
  alignas(64) std::int16_t b[kMaxTileEdge * kWords];
};

/// To be asked for once a product: in a shared library the address is a function call.
thread_local Packed packed_factors;

__m128i load_half(const void* from) { return _mm_loadu_si128(static_cast<const __m128i*>(from)); }
__m256i load(const void* from) { return _mm256_loadu_si256(static_cast<const __m256i*>(from)); }
void store(void* to, __m256i value) { _mm256_storeu_si256(static_cast<__m256i*>(to), value); }

/// The first `count` bytes, if fewer than 16, and what comes behind them is not read.
__m128i load_some(const std::uint8_t* from, std::size_t count) {
  if (count >= kWords) {
    return load_half(from);
  }
  std::uint8_t bytes[kWords] = {};
  memcpy(bytes, from, count);
  return load_half(bytes);
}

template <bool Signed>
inline __m256i widen_less(__m128i bytes, __m256i zero) {
  return _mm256_sub_epi16(Signed ? _mm256_cvtepi8_epi16(bytes) : _mm256_cvtepu8_epi16(bytes), zero);
}

__m256i first_lanes(std::size_t count) {
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)), lane);
}

__m256i first_words(std::size_t count) {
  const __m256i word = _mm256_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  return _mm256_cmpgt_epi16(_mm256_set1_epi16(static_cast<std::int16_t>(count)), word);
}

/// Registers · 16 columns of a, whose rows are `depth` apart, up to the row that `end` lies in.
template <bool Signed, int Registers>
void pack_columns(std::int16_t* to, const std::int16_t* end, const std::uint8_t* from,
                  std::size_t depth, __m256i zero) {
  for (; to < end; to += kRowWords, from += depth) {
#pragma GCC unroll 2
    for (std::size_t i = 0; i < Registers * kWords; i += kWords) {
      store(to + i, widen_less<Signed>(load_half(from + i), zero));
    }
  }
}

template <bool Signed>
void pack_a(std::int16_t* to, const IntegerFactors& factors, const TileShape& tile) {
  const auto* a = static_cast<const std::uint8_t*>(factors.a);
  const __m256i zero = _mm256_set1_epi16(static_cast<std::int16_t>(factors.a_zero));
  const std::size_t depth = tile.k;
  const std::int16_t* const end = to + tile.m * kRowWords;
  std::size_t step = 0;
  for (; step + 2 * kWords <= depth; step += 2 * kWords) {
    pack_columns<Signed, 2>(to + step, end, a + step, depth, zero);
  }
  if (step + kWords <= depth) {
    pack_columns<Signed, 1>(to + step, end, a + step, depth, zero);
    step += kWords;
  }
  if (step < depth) {
    const __m256i mask = first_words(depth - step);
    std::size_t left = tile.m * depth - step;
    for (a += step, to += step; to < end; a += depth, left -= depth, to += kRowWords) {
      store(to, _mm256_and_si256(widen_less<Signed>(load_some(a, left), zero), mask));
    }
  }
}

/// The zero points of the columns from `first` on, each twice, of the lanes of `mask`.
__m256i zero_pairs(const IntegerFactors& factors, std::size_t first, __m256i mask) {
  __m256i zero = _mm256_set1_epi32(factors.b_zero);
  if (factors.b_zeros != nullptr) {
    zero = _mm256_maskload_epi32(factors.b_zeros + first, mask);
  }
  return _mm256_or_si256(_mm256_slli_epi32(zero, 16),
                         _mm256_and_si256(zero, _mm256_set1_epi32(0xFFFF)));
}

/// Two rows of Vectors · 8 columns, less their zero points: in registers, and packed.
template <bool Signed, int Vectors>
[[gnu::always_inline]] inline void pack_pair(std::int16_t* to, __m128i first, __m128i second,
                                             const __m256i* zero, __m256i* pair) {
  pair[0] = widen_less<Signed>(_mm_unpacklo_epi8(first, second), zero[0]);
  store(to, pair[0]);
  if constexpr (Vectors == 2) {
    pair[1] = widen_less<Signed>(_mm_unpackhi_epi8(first, second), zero[1]);
    store(to + kWords, pair[1]);
  }
}

/// A panel from its first column `b` on, which `left` bytes follow. Columns behind the panel become
/// anything: nobody stores what they lead to. So does a row that is missing, for its factors are
/// zero.
template <bool Signed, int Vectors>
void pack_b(std::int16_t* to, const std::uint8_t* b, std::size_t left, std::size_t cols,
            const __m256i* zero) {
  __m256i pair[Vectors];
  std::size_t first = 0;
  for (; first + cols + kWords <= left; first += 2 * cols, to += Vectors * kWords) {
    const std::uint8_t* rows = b + first;
    pack_pair<Signed, Vectors>(to, load_half(rows), load_half(rows + cols), zero, pair);
  }
  for (; first < left; first += 2 * cols, to += Vectors * kWords) {
    const std::size_t second = first + cols < left ? first + cols : first;
    pack_pair<Signed, Vectors>(to, load_some(b + first, left - first),
                               load_some(b + second, left - second), zero, pair);
  }
}

/// What all blocks of a panel have in common.
struct Panel {
  const std::uint8_t* b;   // its first column
  std::int16_t* packed_b;  // the panel, or room for it
  std::size_t cols;        // n: from one row of b or c to the next, in elements
  std::size_t depth;       // of packed a: k, filled up
  bool clear;
  __m256i mask;     // lanes of the last vector that exist, if not all do
  __m256i zero[2];  // of pairs of its columns
};

/// What a block finds of b: the packed panel, or only b, which it packs on its way.
enum class Right { kPacked, kSigned, kUnsigned };

/// One pair of steps of a block: sums = products, if they are the First, or sums += products. Moves
/// b past it. Additions are written as instructions: left alone, GCC 12 puts them off until it
/// spills products.
template <int Rows, int Vectors, Right B, bool First>
[[gnu::always_inline]] inline void multiply_pair(__m256i (&sum)[Rows][Vectors],
                                                 const std::int16_t* a, std::int16_t* packed,
                                                 const std::uint8_t*& b, const Panel& panel) {
  __m256i b_pair[Vectors];
  if constexpr (B == Right::kPacked) {
#pragma GCC unroll 2
    for (std::size_t vector = 0; vector < Vectors; ++vector) {
      b_pair[vector] = load(packed + vector * kWords);
    }
  } else {
    pack_pair<B == Right::kSigned, Vectors>(packed, load_half(b), load_half(b + panel.cols),
                                            panel.zero, b_pair);
    b += 2 * panel.cols;
  }
#pragma GCC unroll 8
  for (std::size_t row = 0; row < Rows; ++row) {
    const void* a_pair = a + row * kRowWords;
    const __m256i factor =
        _mm256_castps_si256(_mm256_broadcast_ss(static_cast<const float*>(a_pair)));
#pragma GCC unroll 2
    for (std::size_t vector = 0; vector < Vectors; ++vector) {
      const __m256i products = _mm256_madd_epi16(factor, b_pair[vector]);
      if constexpr (First) {
        sum[row][vector] = products;
      } else {
        __asm__("vpaddd %1, %0, %0" : "+x"(sum[row][vector]) : "x"(products));
      }
    }
  }
}

/// A block of Rows × (Vectors · 8) of c, held in registers over all of k; moves c and a past it.
/// Inlined, and with no more rows than there are registers for, as in kernel_avx2.cpp.
template <int Rows, int Vectors, bool Masked, Right B = Right::kPacked>
[[gnu::always_inline]] inline void multiply_block(std::int32_t*& c, const std::int16_t*& a,
                                                  const Panel& panel) {
  constexpr std::size_t kPairWords = Vectors * kWords;
  const std::uint8_t* b = panel.b;
  std::int16_t* packed = panel.packed_b;
  const std::int16_t* pairs = a;
  const std::int16_t* const end = a + panel.depth;
  __m256i sum[Rows][Vectors];
  multiply_pair<Rows, Vectors, B, true>(sum, pairs, packed, b, panel);
  if (!panel.clear) {
    const std::int32_t* from = c;
#pragma GCC unroll 8
    for (std::size_t row = 0; row < Rows; ++row, from += panel.cols) {
#pragma GCC unroll 2
      for (std::size_t vector = 0; vector < Vectors; ++vector) {
        const std::int32_t* lanes = from + vector * kLanes;
        const bool masked = Masked && vector + 1 == Vectors;
        const __m256i before = masked ? _mm256_maskload_epi32(lanes, panel.mask) : load(lanes);
        sum[row][vector] = _mm256_add_epi32(sum[row][vector], before);
      }
      __asm__("" : "+r"(from));  // one addition a row, not a product kept on the stack for each
    }
  }
  multiply_pair<Rows, Vectors, B, false>(sum, pairs + 2, packed + kPairWords, b, panel);
#pragma GCC unroll 1
  for (pairs += 4; pairs != end; pairs += 4) {
    packed += 2 * kPairWords;
    multiply_pair<Rows, Vectors, B, false>(sum, pairs, packed, b, panel);
    multiply_pair<Rows, Vectors, B, false>(sum, pairs + 2, packed + kPairWords, b, panel);
  }
#pragma GCC unroll 8
  for (std::size_t row = 0; row < Rows; ++row, c += panel.cols) {
#pragma GCC unroll 2
    for (std::size_t vector = 0; vector < Vectors; ++vector) {
      std::int32_t* lanes = c + vector * kLanes;
      if (Masked && vector + 1 == Vectors) {
        _mm256_maskstore_epi32(lanes, panel.mask, sum[row][vector]);
      } else {
        store(lanes, sum[row][vector]);
      }
    }
    __asm__("" : "+r"(c));
  }
  a += Rows * kRowWords;
}

/// The most rows that a block of so many vectors has registers for.
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

/// That many rows of c, of a panel that is packed, in blocks as equal as can be.
template <int Vectors, bool Masked>
[[gnu::always_inline]] inline void multiply_blocks(std::int32_t* c, const std::int16_t* a,
                                                   std::uint32_t all_rows, const Panel& panel) {
  const std::uint32_t max_rows = max_block_rows(Vectors);
  std::size_t blocks = (all_rows - 1) / max_rows + 1;
  const std::uint32_t rows = all_rows / static_cast<std::uint32_t>(blocks);
  const std::size_t lower = blocks - all_rows % static_cast<std::uint32_t>(blocks);
  for (; blocks > 0; --blocks) {
    multiply_rows<Vectors, Masked>(blocks > lower ? rows + 1 : rows, c, a, panel);
  }
}

/// The columns of c from `first` on, Vectors · 8 of them or, in a masked panel, fewer. The panel is
/// made here: copied from elsewhere, it would wait for all that is still to be stored.
template <bool Signed, int Vectors, bool Masked>
[[gnu::noinline]] void multiply_panel(std::int32_t* c, Packed& packed,
                                      const IntegerFactors& factors, std::size_t first,
                                      const TileShape& tile, bool clear) {
  constexpr std::uint32_t kPackingRows = 4;  // more, and there are no registers left for packing
  const std::size_t cols = tile.n;
  const std::size_t depth = tile.k;
  const auto* b = static_cast<const std::uint8_t*>(factors.b) + first;
  const __m256i all = first_lanes(kLanes);
  const __m256i mask = Masked ? first_lanes(cols - first - (Vectors - 1) * kLanes) : all;
  const __m256i low = zero_pairs(factors, first, Vectors == 1 ? mask : all);
  const __m256i high = Vectors == 1 ? low : zero_pairs(factors, first + kLanes, mask);
  const Panel panel{b, packed.b, cols, (depth + 3) / 4 * 4, clear, mask, {low, high}};
  const std::int16_t* a = packed.a;
  std::uint32_t rows = tile.m;
  c += first;
  if (!Masked && depth % 4 == 0 && rows > kPackingRows) {
    constexpr Right kRight = Signed ? Right::kSigned : Right::kUnsigned;
    multiply_block<kPackingRows, Vectors, Masked, kRight>(c, a, panel);
    rows -= kPackingRows;
  } else {
    pack_b<Signed, Vectors>(packed.b, b, depth * cols - first, cols, panel.zero);
  }
  multiply_blocks<Vectors, Masked>(c, a, rows, panel);
}

/// Panels of 16 columns, then one for the rest.
template <bool Signed>
void multiply(std::int32_t* c, Packed& packed, const IntegerFactors& factors, const TileShape& tile,
              bool clear) {
  std::size_t first = 0;
  for (; first + 2 * kLanes <= tile.n; first += 2 * kLanes) {
    multiply_panel<Signed, 2, false>(c, packed, factors, first, tile, clear);
  }
  const std::size_t left = tile.n - first;
  if (left > kLanes) {
    multiply_panel<Signed, 2, true>(c, packed, factors, first, tile, clear);
  } else if (left > 0) {
    multiply_panel<Signed, 1, true>(c, packed, factors, first, tile, clear);
  }
}

}  // namespace

void matmul_integer(std::int32_t* c, const IntegerFactors& factors, const TileShape& tile,
                    bool clear) {
  const bool a_signed = is_signed_factor(factors.a_type);
  const bool b_signed = is_signed_factor(factors.b_type);
  Packed& packed = packed_factors;
  IntegerFactors part = factors;
  for (std::uint32_t rows = tile.m; rows > 0;) {
    const std::uint32_t count = rows < kMostRows ? rows : kMostRows;
    const TileShape shape{count, tile.n, tile.k};
    (a_signed ? pack_a<true> : pack_a<false>)(packed.a, part, shape);
    (b_signed ? multiply<true> : multiply<false>)(c, packed, part, shape, clear);
    part.a = static_cast<const std::uint8_t*>(part.a) + std::size_t{count} * tile.k;
    c += std::size_t{count} * tile.n;
    rows -= count;
  }
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
