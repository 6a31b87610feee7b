// Tiles transposed in blocks of 8x8 elements, which are exchanged in registers. Compiled for AVX2, so
// what kernel_avx2.cpp says holds here.
#include "models/compute/typed_kernels.h"

#if defined(__AVX2__) && defined(__FMA__)

#include <immintrin.h>
#include <string.h>  // memcpy of C: nothing inline

namespace tilewave::kernels::avx2 {
namespace {

constexpr std::size_t kEdge = 8;  // of a block

using Bytes = unsigned char;

__m128i load(const Bytes* from) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)); }
__m128i load_low(const Bytes* from) {
  return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from));
}
void store(Bytes* to, __m128i value) { _mm_storeu_si128(reinterpret_cast<__m128i*>(to), value); }
void store_low(Bytes* to, __m128i value) {
  _mm_storel_epi64(reinterpret_cast<__m128i*>(to), value);
}

/// Four columns of the block, of which rows 0 to 3 lie in the lower lanes and 4 to 7 in the upper.
void transpose_columns(Bytes* dst, std::size_t dst_pitch, const Bytes* src, std::size_t src_pitch) {
  __m256 rows[4];
#pragma GCC unroll 4
  for (std::size_t i = 0; i < 4; ++i) {
    const __m128i lower = load(src + i * src_pitch);
    const __m128i upper = load(src + (i + 4) * src_pitch);
    rows[i] = _mm256_castsi256_ps(_mm256_set_m128i(upper, lower));
  }
  const __m256 low_01 = _mm256_unpacklo_ps(rows[0], rows[1]);
  const __m256 low_23 = _mm256_unpacklo_ps(rows[2], rows[3]);
  const __m256 high_01 = _mm256_unpackhi_ps(rows[0], rows[1]);
  const __m256 high_23 = _mm256_unpackhi_ps(rows[2], rows[3]);
  const __m256 columns[4] = {
      _mm256_shuffle_ps(low_01, low_23, 0x44), _mm256_shuffle_ps(low_01, low_23, 0xEE),
      _mm256_shuffle_ps(high_01, high_23, 0x44), _mm256_shuffle_ps(high_01, high_23, 0xEE)};
#pragma GCC unroll 4
  for (std::size_t i = 0; i < 4; ++i) {
    _mm256_storeu_ps(reinterpret_cast<float*>(dst + i * dst_pitch), columns[i]);
  }
}

/// A block of elements of `Size` bytes; pitches, from one row to the next, in bytes.
template <std::size_t Size>
void transpose_block(Bytes* dst, std::size_t dst_pitch, const Bytes* src, std::size_t src_pitch);

template <>
void transpose_block<4>(Bytes* dst, std::size_t dst_pitch, const Bytes* src,
                        std::size_t src_pitch) {
  transpose_columns(dst, dst_pitch, src, src_pitch);
  transpose_columns(dst + 4 * dst_pitch, dst_pitch, src + 4 * 4, src_pitch);
}

template <>
void transpose_block<2>(Bytes* dst, std::size_t dst_pitch, const Bytes* src,
                        std::size_t src_pitch) {
  __m128i low[4];   // of two rows each, columns 0 to 3
  __m128i high[4];  // columns 4 to 7
#pragma GCC unroll 4
  for (std::size_t i = 0; i < 4; ++i) {
    const __m128i even = load(src + 2 * i * src_pitch);
    const __m128i odd = load(src + (2 * i + 1) * src_pitch);
    low[i] = _mm_unpacklo_epi16(even, odd);
    high[i] = _mm_unpackhi_epi16(even, odd);
  }
  const __m128i upper[4] = {// rows 0 to 3 of two columns each
                            _mm_unpacklo_epi32(low[0], low[1]), _mm_unpackhi_epi32(low[0], low[1]),
                            _mm_unpacklo_epi32(high[0], high[1]),
                            _mm_unpackhi_epi32(high[0], high[1])};
  const __m128i lower[4] = {// rows 4 to 7
                            _mm_unpacklo_epi32(low[2], low[3]), _mm_unpackhi_epi32(low[2], low[3]),
                            _mm_unpacklo_epi32(high[2], high[3]),
                            _mm_unpackhi_epi32(high[2], high[3])};
#pragma GCC unroll 4
  for (std::size_t i = 0; i < 4; ++i) {
    store(dst + 2 * i * dst_pitch, _mm_unpacklo_epi64(upper[i], lower[i]));
    store(dst + (2 * i + 1) * dst_pitch, _mm_unpackhi_epi64(upper[i], lower[i]));
  }
}

template <>
void transpose_block<1>(Bytes* dst, std::size_t dst_pitch, const Bytes* src,
                        std::size_t src_pitch) {
  __m128i pairs[4];  // of two rows each, all columns
#pragma GCC unroll 4
  for (std::size_t i = 0; i < 4; ++i) {
    pairs[i] = _mm_unpacklo_epi8(load_low(src + 2 * i * src_pitch),
                                 load_low(src + (2 * i + 1) * src_pitch));
  }
  const __m128i upper[2] = {
      // rows 0 to 3 of four columns each
      _mm_unpacklo_epi16(pairs[0], pairs[1]), _mm_unpackhi_epi16(pairs[0], pairs[1])};
  const __m128i lower[2] = {
      // rows 4 to 7
      _mm_unpacklo_epi16(pairs[2], pairs[3]), _mm_unpackhi_epi16(pairs[2], pairs[3])};
  const __m128i columns[4] = {
      // two each
      _mm_unpacklo_epi32(upper[0], lower[0]), _mm_unpackhi_epi32(upper[0], lower[0]),
      _mm_unpacklo_epi32(upper[1], lower[1]), _mm_unpackhi_epi32(upper[1], lower[1])};
#pragma GCC unroll 4
  for (std::size_t i = 0; i < 4; ++i) {
    store_low(dst + 2 * i * dst_pitch, columns[i]);
    store_low(dst + (2 * i + 1) * dst_pitch, _mm_unpackhi_epi64(columns[i], columns[i]));
  }
}

/// The elements of a row from a column on, one by one.
template <std::size_t Size>
void transpose_row(Bytes* dst, const Bytes* src, const TileExtent& tile, std::size_t row,
                   std::size_t first_col) {
  const std::size_t rows = tile.rows;
  const std::size_t cols = tile.cols;
  for (std::size_t col = first_col; col < cols; ++col) {
    memcpy(dst + (col * rows + row) * Size, src + (row * cols + col) * Size, Size);
  }
}

/// Whole blocks; what is left at the right and below, element by element.
template <std::size_t Size>
void transpose_elements(void* dst, const void* src, const TileExtent& tile) {
  auto* to = static_cast<Bytes*>(dst);
  const auto* from = static_cast<const Bytes*>(src);
  const std::size_t dst_pitch = tile.rows * Size;
  const std::size_t src_pitch = tile.cols * Size;
  const std::size_t block_rows = tile.rows / kEdge * kEdge;
  const std::size_t block_cols = tile.cols / kEdge * kEdge;
  for (std::size_t row = 0; row < block_rows; row += kEdge) {
    for (std::size_t col = 0; col < block_cols; col += kEdge) {
      transpose_block<Size>(to + col * dst_pitch + row * Size, dst_pitch,
                            from + row * src_pitch + col * Size, src_pitch);
    }
  }
  for (std::size_t row = 0; row < tile.rows; ++row) {
    transpose_row<Size>(to, from, tile, row, row < block_rows ? block_cols : 0);
  }
}

}  // namespace

void transpose(void* dst, const void* src, const TileExtent& tile) {
  switch (tile.type) {
    case ElementType::kF32:
    case ElementType::kI32: return transpose_elements<4>(dst, src, tile);
    case ElementType::kBf16:
    case ElementType::kF16: return transpose_elements<2>(dst, src, tile);
    case ElementType::kI8:
    case ElementType::kU8: return transpose_elements<1>(dst, src, tile);
  }
}

}  // namespace tilewave::kernels::avx2

#endif
