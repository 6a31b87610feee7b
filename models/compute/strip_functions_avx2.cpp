// The elementwise functions on eight floats at a time, with glibc's vector mathematics. Compiled
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

template <typename F>
inline Lanes apply(Lanes a, Lanes b, Lanes first, Lanes second) {
  constexpr std::size_t kParameters = std::tuple_size_v<decltype(F::kParameters)>;
  static_assert(F::kArity <= 2 && kParameters <= 2);
  if constexpr (F::kArity == 1) {
    if constexpr (kParameters == 0) {
      return F::apply(a);
    } else if constexpr (kParameters == 1) {
      return F::apply(a, first);
    } else {
      return F::apply(a, first, second);
    }
  } else {
    if constexpr (kParameters == 0) {
      return F::apply(a, b);
    } else if constexpr (kParameters == 1) {
      return F::apply(a, b, first);
    } else {
      return F::apply(a, b, first, second);
    }
  }
}

template <typename F>
void strip(float* dst, const float* a, const float* b, const float* parameters, std::size_t count) {
  constexpr bool kSecond = F::kArity == 2;
  constexpr std::size_t kParameters = std::tuple_size_v<decltype(F::kParameters)>;
  const Lanes first(kParameters > 0 ? _mm256_broadcast_ss(parameters) : _mm256_setzero_ps());
  const Lanes second(kParameters > 1 ? _mm256_broadcast_ss(parameters + 1) : _mm256_setzero_ps());
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    const Lanes x(_mm256_loadu_ps(a + i));
    const Lanes y(kSecond ? _mm256_loadu_ps(b + i) : _mm256_setzero_ps());
    _mm256_storeu_ps(dst + i, apply<F>(x, y, first, second).values);
  }
  if (i < count) {  // by the same instructions, so that a value does not depend on its place
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    const __m256i mask = _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count - i)), lane);
    const Lanes x(_mm256_maskload_ps(a + i, mask));
    const Lanes y(kSecond ? _mm256_maskload_ps(b + i, mask) : _mm256_setzero_ps());
    _mm256_maskstore_ps(dst + i, mask, apply<F>(x, y, first, second).values);
  }
}

template <typename... F>
constexpr StripTable table(elementwise::FunctionList<F...> /*list*/) {
  return {strip<F>...};
}

}  // namespace

constinit const StripTable kAvx2Functions = table(elementwise::Functions{});

}  // namespace tilewave::kernels

#endif
