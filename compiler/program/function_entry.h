// What the entries of the register of elementwise functions are written with: function_list.h.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "compiler/program/functions.h"

namespace tilewave::elementwise {

using std::abs, std::ceil, std::cos, std::erf, std::exp, std::expm1, std::floor, std::fmod;
using std::log, std::log1p, std::nearbyint, std::pow, std::sin, std::sqrt, std::tanh;

inline double select(bool condition, double yes, double no) { return condition ? yes : no; }
inline float select(bool condition, float yes, float no) { return condition ? yes : no; }
inline bool is_nan(double x) { return std::isnan(x); }
inline bool is_nan(float x) { return std::isnan(x); }

/// NaN if either is, as in NumPy.
template <typename V>
V maximum(V a, V b) {
  return select(a > b, a, select(is_nan(a), a, b));
}

template <typename V>
V minimum(V a, V b) {
  return select(a < b, a, select(is_nan(a), a, b));
}

/// log(1 + exp(x)) without overflow.
template <typename V>
V softplus(V x) {
  return select(x > V(0), x, V(0)) + log1p(exp(-abs(x)));
}

template <std::size_t Count>
using Parameters = std::array<FunctionParameter, Count>;

/// What an entry says beside `kWord` and `apply`. One with parameters replaces kParameters; their
/// values follow the arguments of `apply`. One that repeats itself replaces kRepeats, one of whole
/// numbers kOfIntegers.
template <std::size_t Arity, CostClass Cost>
struct Function {
  static constexpr std::size_t kArity = Arity;
  static constexpr CostClass kCost = Cost;
  static constexpr Parameters<0> kParameters{};
  static constexpr bool kRepeats = false;
  static constexpr bool kOfIntegers = false;
};

/// The whole numbers that f32 holds, every one of them: what a function of integers gives is clipped to
/// them, so that it is exact.
inline constexpr std::int64_t kMostWhole = std::int64_t{1} << 24U;

/// ⌊a / b⌋ for b > 0, clipped to ±kMostWhole.
inline std::int64_t floor_quotient(std::int64_t a, std::int64_t b) {
  return std::clamp(a / b - (a % b < 0 ? 1 : 0), -kMostWhole, kMostWhole);
}
/// a · b, of two numbers of 32 bits.
inline std::int64_t product(std::int64_t a, std::int64_t b) { return a * b; }
/// ⌊a / 2⌋ for a > 0
inline std::int64_t half(std::int64_t a) { return a / 2; }

}  // namespace tilewave::elementwise
