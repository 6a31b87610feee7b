// The elementwise functions and folds on eight floats at a time, with glibc's vector mathematics. Compiled
// for AVX2 and FMA, so what kernel_avx2.cpp says holds here: all that is instantiated has the lane
// type below in its name, which no other file can name.
#include "models/compute/strip_functions.h"
#include "models/compute/vector_mathematics.h"

#if defined(__AVX2__) && defined(__FMA__)

#include <immintrin.h>
#include <math.h>  // fmodf of C: nothing inline

namespace tilewave::kernels {
namespace {

constexpr std::size_t kLanes = 8;

struct Mask {
  __m256 bits;
};

struct Lanes {
  Lanes(__m256 lanes) : values(lanes) {}  // NOLINT(google-explicit-constructor)
  explicit Lanes(double all) : values(_mm256_set1_ps(static_cast<float>(all))) {}

  __m256 values;
};

inline Lanes operator+(Lanes a, Lanes b) { return _mm256_add_ps(a.values, b.values); }
inline Lanes operator-(Lanes a, Lanes b) { return _mm256_sub_ps(a.values, b.values); }
inline Lanes operator*(Lanes a, Lanes b) { return _mm256_mul_ps(a.values, b.values); }
inline Lanes operator/(Lanes a, Lanes b) { return _mm256_div_ps(a.values, b.values); }
inline Lanes operator-(Lanes a) { return _mm256_xor_ps(a.values, _mm256_set1_ps(-0.0F)); }
inline Mask operator<(Lanes a, Lanes b) { return {_mm256_cmp_ps(a.values, b.values, _CMP_LT_OQ)}; }
inline Mask operator>(Lanes a, Lanes b) { return b < a; }
inline Mask is_nan(Lanes a) { return {_mm256_cmp_ps(a.values, a.values, _CMP_UNORD_Q)}; }
inline Lanes select(Mask condition, Lanes yes, Lanes no) {
  return _mm256_blendv_ps(no.values, yes.values, condition.bits);
}
inline Lanes abs(Lanes a) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0F), a.values); }
inline Lanes sqrt(Lanes a) { return _mm256_sqrt_ps(a.values); }
inline Lanes floor(Lanes a) { return _mm256_floor_ps(a.values); }
inline Lanes ceil(Lanes a) { return _mm256_ceil_ps(a.values); }
inline Lanes nearbyint(Lanes a) {
  return _mm256_round_ps(a.values, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

inline Lanes call(VectorFunction function, Lanes a) {
  return reinterpret_cast<__m256 (*)(__m256)>(vector_functions[function])(a.values);
}
inline Lanes call(VectorFunction function, Lanes a, Lanes b) {
  return reinterpret_cast<__m256 (*)(__m256, __m256)>(vector_functions[function])(a.values,
                                                                                  b.values);
}

/// Where the exponential has left the floats on either side: libmvec would ask the C library there,
/// lane by lane, and masked scores of a softmax are -inf by the thousand.
struct Beyond {
  explicit Beyond(Lanes a) : below(a < Lanes(-104.0)), above(a > Lanes(89.0)) {}

  Lanes inside(Lanes a) const { return select(below, Lanes(0), select(above, Lanes(0), a)); }
  Lanes outside(Lanes value, double lowest) const {
    return select(below, Lanes(lowest), select(above, Lanes(HUGE_VAL), value));
  }

  Mask below;
  Mask above;
};

inline Lanes exp(Lanes a) {
  const Beyond beyond(a);
  return beyond.outside(call(kVectorExp, beyond.inside(a)), 0);
}
inline Lanes expm1(Lanes a) {
  const Beyond beyond(a);
  return beyond.outside(call(kVectorExpm1, beyond.inside(a)), -1);
}
inline Lanes log(Lanes a) { return call(kVectorLog, a); }
inline Lanes log1p(Lanes a) { return call(kVectorLog1p, a); }
inline Lanes sin(Lanes a) { return call(kVectorSin, a); }
inline Lanes cos(Lanes a) { return call(kVectorCos, a); }
inline Lanes tanh(Lanes a) { return call(kVectorTanh, a); }
inline Lanes erf(Lanes a) { return call(kVectorErf, a); }
inline Lanes pow(Lanes a, Lanes b) { return call(kVectorPow, a, b); }

/// The C library's, of each lane.
inline Lanes any_fmod(Lanes a, Lanes b) {
  float dividends[kLanes];
  float divisors[kLanes];
  _mm256_storeu_ps(dividends, a.values);
  _mm256_storeu_ps(divisors, b.values);
  for (std::size_t i = 0; i < kLanes; ++i) {
    dividends[i] = ::fmodf(dividends[i], divisors[i]);
  }
  return _mm256_loadu_ps(dividends);
}

/// Exact: below 2^23 the quotient, rounded, is the true one or one more.
inline Lanes fmod(Lanes a, Lanes b) {
  const Lanes divisor = abs(b);
  const Lanes quotient = abs(a) / divisor;
  const Lanes largest(3.4028234663852886e38);
  const Mask near = quotient < Lanes(8388608.0);
  const Mask infinite = divisor > largest;
  if (_mm256_movemask_ps(_mm256_andnot_ps(infinite.bits, near.bits)) != 0xFF) {
    return any_fmod(a, b);
  }
  const Lanes rest(_mm256_fnmadd_ps(floor(quotient).values, divisor.values, abs(a).values));
  const Lanes positive = select(rest < Lanes(0), rest + divisor, rest);
  return _mm256_or_ps(positive.values, _mm256_and_ps(a.values, _mm256_set1_ps(-0.0F)));
}

/// Whole numbers of 64 bits: the lanes at even places, and those at odd ones.
struct WholeLanes {
  __m256i even;
  __m256i odd;
};

/// A number to divide by, alike in all lanes; `shift` is its logarithm if that is whole, else −1.
struct Divisor {
  explicit Divisor(float value) : number(static_cast<std::int64_t>(value)) {
    if (number > 0 && (number & (number - 1)) == 0) {
      shift = __builtin_ctzll(static_cast<unsigned long long>(number));
    }
  }

  std::int64_t number;
  int shift = -1;
};

/// Those of 32 bits.
inline WholeLanes whole_lanes(Lanes bits) {
  const __m256i lanes = _mm256_castps_si256(bits.values);
  return {lanes, _mm256_srli_epi64(lanes, 32)};  // what stands above 32 bits, product() ignores
}
inline __m256i sign_extended(__m256i lanes) {
  const __m256i high = _mm256_srai_epi32(_mm256_shuffle_epi32(lanes, 0xA0), 31);
  return _mm256_blend_epi32(lanes, high, 0xAA);
}
inline WholeLanes product(WholeLanes a, WholeLanes b) {
  return {_mm256_mul_epi32(a.even, b.even), _mm256_mul_epi32(a.odd, b.odd)};
}
/// b of 32 bits, a of 64.
inline WholeLanes operator+(WholeLanes a, WholeLanes b) {
  return {_mm256_add_epi64(a.even, sign_extended(b.even)),
          _mm256_add_epi64(a.odd, sign_extended(b.odd))};
}
inline std::int64_t half(Divisor divisor) { return divisor.number / 2; }
inline WholeLanes operator+(WholeLanes a, std::int64_t b) {
  const __m256i all = _mm256_set1_epi64x(b);
  return {_mm256_add_epi64(a.even, all), _mm256_add_epi64(a.odd, all)};
}

/// ⌊a / 2^shift⌋
inline __m256i shifted(__m256i a, int shift) {
  const __m256i sign = _mm256_cmpgt_epi64(_mm256_setzero_si256(), a);
  const __m256i positive = _mm256_xor_si256(a, sign);
  return _mm256_xor_si256(_mm256_srl_epi64(positive, _mm_cvtsi32_si128(shift)), sign);
}
inline __m256i divided(__m256i a, std::int64_t divisor) {
  alignas(32) long long lanes[4];
  _mm256_store_si256(reinterpret_cast<__m256i*>(lanes), a);
  for (long long& lane : lanes) {
    lane = lane / divisor - (lane % divisor < 0 ? 1 : 0);
  }
  return _mm256_load_si256(reinterpret_cast<const __m256i*>(lanes));
}
inline __m256i clipped(__m256i a) {
  const __m256i most = _mm256_set1_epi64x(elementwise::kMostWhole);
  const __m256i least = _mm256_set1_epi64x(-elementwise::kMostWhole);
  const __m256i below = _mm256_blendv_epi8(a, most, _mm256_cmpgt_epi64(a, most));
  return _mm256_blendv_epi8(below, least, _mm256_cmpgt_epi64(least, below));
}
inline Lanes floor_quotient(WholeLanes a, Divisor divisor) {
  const auto quotient = [divisor](__m256i lanes) {
    return clipped(divisor.shift >= 0 ? shifted(lanes, divisor.shift)
                                      : divided(lanes, divisor.number));
  };
  const __m256i odd = _mm256_slli_epi64(quotient(a.odd), 32);
  return _mm256_cvtepi32_ps(_mm256_blend_epi32(quotient(a.even), odd, 0xAA));
}

inline __m256i first_lanes(std::size_t count) {
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)), lane);
}

/// As the function takes them.
template <typename F>
auto argument(Lanes lanes) {
  if constexpr (F::kOfIntegers) {
    return whole_lanes(lanes);
  } else {
    return lanes;
  }
}
template <typename F>
auto parameter(const float* value) {
  if constexpr (F::kOfIntegers) {
    return Divisor(*value);
  } else {
    return Lanes(_mm256_broadcast_ss(value));
  }
}

template <typename F, std::size_t... Argument, std::size_t... Parameter>
void apply(float* dst, const StripArguments& arguments, [[maybe_unused]] const float* parameters,
           std::size_t count, std::index_sequence<Argument...> /*arguments*/,
           std::index_sequence<Parameter...> /*parameters*/) {
  [[maybe_unused]] const auto values = std::tuple(parameter<F>(parameters + Parameter)...);
  const auto result = [&](auto... lanes) {
    return F::apply(argument<F>(lanes)..., std::get<Parameter>(values)...).values;
  };
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    _mm256_storeu_ps(dst + i, result(Lanes(_mm256_loadu_ps(arguments[Argument] + i))...));
  }
  if (i < count) {  // by the same instructions, so that a value does not depend on its place
    const __m256i mask = first_lanes(count - i);
    _mm256_maskstore_ps(dst + i, mask,
                        result(Lanes(_mm256_maskload_ps(arguments[Argument] + i, mask))...));
  }
}

/// The first `count` lanes, those behind them as they are in `rest`.
inline Lanes load_first(const float* from, std::size_t count, Lanes rest) {
  const __m256i mask = first_lanes(count);
  return _mm256_blendv_ps(rest.values, _mm256_maskload_ps(from, mask), _mm256_castsi256_ps(mask));
}

/// In all lanes: ((0∘4)∘(2∘6))∘((1∘5)∘(3∘7)).
template <typename F>
inline Lanes fold_lanes(Lanes a) {
  a = F::combine(a, Lanes(_mm256_permute2f128_ps(a.values, a.values, 1)));
  a = F::combine(a, Lanes(_mm256_permute_ps(a.values, 0x4E)));
  return F::combine(a, Lanes(_mm256_permute_ps(a.values, 0xB1)));
}

/// Lane i takes columns i, i + 8, i + 16 ... in this order, then the lanes are folded, then what was at
/// dst comes before the whole.
template <typename F>
void fold_columns(float* dst, const float* values, const TileExtent& tile, bool clear) {
  const Lanes identity(F::kIdentity);
  const std::size_t cols = tile.cols;
  for (std::size_t row = 0; row < tile.rows; ++row, values += cols) {
    Lanes folded = identity;
    std::size_t col = 0;
    for (; col + kLanes <= cols; col += kLanes) {
      folded = F::combine(folded, Lanes(_mm256_loadu_ps(values + col)));
    }
    if (col < cols) {
      folded = F::combine(folded, load_first(values + col, cols - col, identity));
    }
    folded = fold_lanes<F>(folded);
    if (!clear) {
      folded = F::combine(Lanes(_mm256_broadcast_ss(dst + row)), folded);
    }
    _mm_store_ss(dst + row, _mm256_castps256_ps128(folded.values));
  }
}

template <typename F>
void fold_rows(float* dst, const float* values, const TileExtent& tile) {
  const std::size_t cols = tile.cols;
  for (std::size_t col = 0; col < cols; col += kLanes) {
    const std::size_t count = cols - col < kLanes ? cols - col : kLanes;
    const __m256i mask = first_lanes(count);
    Lanes folded(_mm256_maskload_ps(dst + col, mask));
    for (std::size_t row = 0; row < tile.rows; ++row) {
      folded = F::combine(folded, Lanes(_mm256_maskload_ps(values + row * cols + col, mask)));
    }
    _mm256_maskstore_ps(dst + col, mask, folded.values);
  }
}

template <typename... F>
constexpr FoldTable fold_table(elementwise::FoldList<F...> /*list*/) {
  return {StripFold{fold_columns<F>, fold_rows<F>}...};
}

template <typename F>
void strip(float* dst, const StripArguments& arguments, const float* parameters,
           std::size_t count) {
  apply<F>(dst, arguments, parameters, count, std::make_index_sequence<F::kArity>(),
           std::make_index_sequence<std::tuple_size_v<decltype(F::kParameters)>>());
}

template <typename... F>
constexpr StripTable table(elementwise::FunctionList<F...> /*list*/) {
  return {strip<F>...};
}

}  // namespace

constinit const StripTable kAvx2Functions = table(elementwise::Functions{});
constinit const FoldTable kAvx2Folds = fold_table(elementwise::Folds{});

}  // namespace tilewave::kernels

#endif
