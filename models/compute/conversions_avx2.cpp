// Conversions of elements in AVX2 and F16C. Compiled for those, so what kernel_avx2.cpp says holds
// here.
#include "models/compute/typed_kernels.h"

#if defined(__AVX2__) && defined(__F16C__)

#include <immintrin.h>
#include <string.h>  // memcpy of C: nothing inline

namespace tilewave::kernels::avx2 {
namespace {

constexpr std::size_t kLanes = 8;   // fp32 values in a 256-bit register
constexpr std::size_t kBlock = 16;  // elements that are converted at a time

__m128i load_half(const void* from) { return _mm_loadu_si128(static_cast<const __m128i*>(from)); }
__m256i load_whole(const void* from) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(from));
}
void store_half(void* to, __m128i value) { _mm_storeu_si128(static_cast<__m128i*>(to), value); }
void store_whole(void* to, __m256i value) { _mm256_storeu_si256(static_cast<__m256i*>(to), value); }

/// All ones in the lanes that are NaN.
__m256i is_nan(__m256 values) {
  return _mm256_castps_si256(_mm256_cmp_ps(values, values, _CMP_UNORD_Q));
}

__m256 from_bf16(__m128i values) {
  const __m256i bits = _mm256_slli_epi32(_mm256_cvtepu16_epi32(values), 16);
  const __m256i quiet =
      _mm256_and_si256(is_nan(_mm256_castsi256_ps(bits)), _mm256_set1_epi32(0x00400000));
  return _mm256_castsi256_ps(_mm256_or_si256(bits, quiet));
}

/// In the lower halves of the lanes.
__m256i to_bf16(__m256 values) {
  const __m256i bits = _mm256_castps_si256(values);
  const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
  const __m256i rounded = _mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7FFF)));
  const __m256i quiet = _mm256_or_si256(bits, _mm256_set1_epi32(0x00400000));
  return _mm256_srli_epi32(_mm256_blendv_epi8(rounded, quiet, is_nan(values)), 16);
}

/// Saturated, NaN zero. The conversion gives -2^31 for all that does not fit.
__m256i to_i32(__m256 values) {
  const __m256i converted = _mm256_cvtps_epi32(values);
  const __m256i too_large =
      _mm256_castps_si256(_mm256_cmp_ps(values, _mm256_set1_ps(2147483648.0F), _CMP_GE_OQ));
  return _mm256_andnot_si256(is_nan(values), _mm256_xor_si256(converted, too_large));
}

/// 16 values in their order from packs, which work on the 128-bit halves of two registers.
__m256i in_order(__m256i packed) { return _mm256_permute4x64_epi64(packed, 0b11'01'10'00); }

/// Each a conversion of one block between fp32 and elements of kBytes bytes.
struct F32 {
  static constexpr std::size_t kBytes = 4;
  static void widen(float* dst, const char* src) {
    store_whole(dst, load_whole(src));
    store_whole(dst + kLanes, load_whole(src + kLanes * kBytes));
  }
  static void narrow(char* dst, const float* src) {
    store_whole(dst, load_whole(src));
    store_whole(dst + kLanes * kBytes, load_whole(src + kLanes));
  }
};

struct Bf16 {
  static constexpr std::size_t kBytes = 2;
  static void widen(float* dst, const char* src) {
    _mm256_storeu_ps(dst, from_bf16(load_half(src)));
    _mm256_storeu_ps(dst + kLanes, from_bf16(load_half(src + kLanes * kBytes)));
  }
  static void narrow(char* dst, const float* src) {
    const __m256i low = to_bf16(_mm256_loadu_ps(src));
    const __m256i high = to_bf16(_mm256_loadu_ps(src + kLanes));
    store_whole(dst, in_order(_mm256_packus_epi32(low, high)));
  }
};

struct F16 {
  static constexpr std::size_t kBytes = 2;
  static constexpr int kNearest = _MM_FROUND_TO_NEAREST_INT;
  static void widen(float* dst, const char* src) {
    _mm256_storeu_ps(dst, _mm256_cvtph_ps(load_half(src)));
    _mm256_storeu_ps(dst + kLanes, _mm256_cvtph_ps(load_half(src + kLanes * kBytes)));
  }
  static void narrow(char* dst, const float* src) {
    store_half(dst, _mm256_cvtps_ph(_mm256_loadu_ps(src), kNearest));
    store_half(dst + kLanes * kBytes, _mm256_cvtps_ph(_mm256_loadu_ps(src + kLanes), kNearest));
  }
};

struct I32 {
  static constexpr std::size_t kBytes = 4;
  static void widen(float* dst, const char* src) {
    _mm256_storeu_ps(dst, _mm256_cvtepi32_ps(load_whole(src)));
    _mm256_storeu_ps(dst + kLanes, _mm256_cvtepi32_ps(load_whole(src + kLanes * kBytes)));
  }
  static void narrow(char* dst, const float* src) {
    store_whole(dst, to_i32(_mm256_loadu_ps(src)));
    store_whole(dst + kLanes * kBytes, to_i32(_mm256_loadu_ps(src + kLanes)));
  }
};

template <bool Signed>
struct Byte {
  static constexpr std::size_t kBytes = 1;
  static void widen(float* dst, const char* src) {
    const __m128i bytes = load_half(src);
    const __m128i rest = _mm_unpackhi_epi64(bytes, bytes);
    const __m256i low = Signed ? _mm256_cvtepi8_epi32(bytes) : _mm256_cvtepu8_epi32(bytes);
    const __m256i high = Signed ? _mm256_cvtepi8_epi32(rest) : _mm256_cvtepu8_epi32(rest);
    _mm256_storeu_ps(dst, _mm256_cvtepi32_ps(low));
    _mm256_storeu_ps(dst + kLanes, _mm256_cvtepi32_ps(high));
  }
  static void narrow(char* dst, const float* src) {
    const __m256i low = to_i32(_mm256_loadu_ps(src));
    const __m256i high = to_i32(_mm256_loadu_ps(src + kLanes));
    const __m256i words = in_order(_mm256_packs_epi32(low, high));
    const __m128i first = _mm256_castsi256_si128(words);
    const __m128i second = _mm256_extracti128_si256(words, 1);
    store_half(dst, Signed ? _mm_packs_epi16(first, second) : _mm_packus_epi16(first, second));
  }
};

template <typename Type>
void widen_all(float* dst, const void* src, std::size_t count) {
  const char* from = static_cast<const char*>(src);
  std::size_t i = 0;
  for (; i + kBlock <= count; i += kBlock) {
    Type::widen(dst + i, from + i * Type::kBytes);
  }
  if (i < count) {  // by the same instructions
    char elements[kBlock * Type::kBytes] = {};
    float values[kBlock];
    memcpy(elements, from + i * Type::kBytes, (count - i) * Type::kBytes);
    Type::widen(values, elements);
    memcpy(dst + i, values, (count - i) * sizeof(float));
  }
}

template <typename Type>
void narrow_all(void* dst, const float* src, std::size_t count) {
  char* to = static_cast<char*>(dst);
  std::size_t i = 0;
  for (; i + kBlock <= count; i += kBlock) {
    Type::narrow(to + i * Type::kBytes, src + i);
  }
  if (i < count) {
    float values[kBlock] = {};
    char elements[kBlock * Type::kBytes];
    memcpy(values, src + i, (count - i) * sizeof(float));
    Type::narrow(elements, values);
    memcpy(to + i * Type::kBytes, elements, (count - i) * Type::kBytes);
  }
}

}  // namespace

void widen(float* dst, const void* src, ElementType type, std::size_t count) {
  switch (type) {
    case ElementType::kF32: return widen_all<F32>(dst, src, count);
    case ElementType::kBf16: return widen_all<Bf16>(dst, src, count);
    case ElementType::kF16: return widen_all<F16>(dst, src, count);
    case ElementType::kI8: return widen_all<Byte<true>>(dst, src, count);
    case ElementType::kU8: return widen_all<Byte<false>>(dst, src, count);
    case ElementType::kI32: return widen_all<I32>(dst, src, count);
  }
}

void narrow(void* dst, const float* src, ElementType type, std::size_t count) {
  switch (type) {
    case ElementType::kF32: return narrow_all<F32>(dst, src, count);
    case ElementType::kBf16: return narrow_all<Bf16>(dst, src, count);
    case ElementType::kF16: return narrow_all<F16>(dst, src, count);
    case ElementType::kI8: return narrow_all<Byte<true>>(dst, src, count);
    case ElementType::kU8: return narrow_all<Byte<false>>(dst, src, count);
    case ElementType::kI32: return narrow_all<I32>(dst, src, count);
  }
}

}  // namespace tilewave::kernels::avx2

#endif
