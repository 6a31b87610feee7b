// The entries of the register of elementwise functions, each written once for every lane type V: in
// double it is the meaning, in float the reference kernel, in eight floats the AVX2 kernel. To add
// a function, add an entry and its name to the list at the end. Only those three uses include this.
//
// Functions of whole numbers take lanes of another type, with product() and +, and parameters of a third,
// with half(); floor_quotient() of the two makes ordinary lanes of them.
//
// A lane type has + - * / and unary -, < and > that give what select() takes, V(double), and the
// functions named in function_entry.h; those of a type that is not double or float are found beside the type.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "compiler/program/function_entry.h"
#include "compiler/program/functions.h"
#include "compiler/program/logic_functions.h"

namespace tilewave::elementwise {

// Arithmetic of two operands.

struct Add : Function<2, CostClass::kSimple> {
  static constexpr std::string_view kWord = "add";
  template <typename V>
  static V apply(V a, V b) {
    return a + b;
  }
};

struct Sub : Function<2, CostClass::kSimple> {
  static constexpr std::string_view kWord = "sub";
  template <typename V>
  static V apply(V a, V b) {
    return a - b;
  }
};

struct Mul : Function<2, CostClass::kMultiply> {
  static constexpr std::string_view kWord = "mul";
  template <typename V>
  static V apply(V a, V b) {
    return a * b;
  }
};

struct Div : Function<2, CostClass::kDivide> {
  static constexpr std::string_view kWord = "div";
  template <typename V>
  static V apply(V a, V b) {
    return a / b;
  }
};

struct Max : Function<2, CostClass::kSimple> {
  static constexpr std::string_view kWord = "max";
  template <typename V>
  static V apply(V a, V b) {
    return maximum(a, b);
  }
};

struct Min : Function<2, CostClass::kSimple> {
  static constexpr std::string_view kWord = "min";
  template <typename V>
  static V apply(V a, V b) {
    return minimum(a, b);
  }
};

struct Pow : Function<2, CostClass::kComposite> {
  static constexpr std::string_view kWord = "pow";
  template <typename V>
  static V apply(V base, V exponent) {
    return pow(base, exponent);
  }
};

/// The remainder with the sign of the dividend, as in C.
struct Fmod : Function<2, CostClass::kDivide> {
  static constexpr std::string_view kWord = "fmod";
  static constexpr bool kRepeats = true;
  template <typename V>
  static V apply(V a, V b) {
    return fmod(a, b);
  }
};

/// The remainder with the sign of the divisor, as in Python.
struct Mod : Function<2, CostClass::kDivide> {
  static constexpr std::string_view kWord = "mod";
  static constexpr bool kRepeats = true;
  template <typename V>
  static V apply(V a, V b) {
    const V rest = fmod(a, b);
    const V if_negative = select(b > V(0), rest + b, rest);
    const V if_positive = select(b < V(0), rest + b, rest);
    return select(rest < V(0), if_negative, select(rest > V(0), if_positive, rest));
  }
};

/// The multiply-add-shift rule of integer networks, exact in 64 bits: ⌊(x·mul + add + ⌊div/2⌋) / div⌋.
struct Rescale : Function<3, CostClass::kMultiply> {
  static constexpr std::string_view kWord = "rescale";
  static constexpr Parameters<1> kParameters{{{"div", 1, true}}};
  static constexpr bool kOfIntegers = true;
  template <typename V, typename Divisor>
  static auto apply(V x, V mul, V add, Divisor div) {
    return floor_quotient(product(x, mul) + add + half(div), div);
  }
};

/// A leaky ReLU whose slope is an operand.
struct Prelu : Function<2, CostClass::kMultiply> {
  static constexpr std::string_view kWord = "prelu";
  template <typename V>
  static V apply(V x, V slope) {
    return select(x < V(0), slope * x, x);
  }
};

// Of one operand: arithmetic.

struct Neg : Function<1, CostClass::kSimple> {
  static constexpr std::string_view kWord = "neg";
  template <typename V>
  static V apply(V x) {
    return -x;
  }
};

struct Abs : Function<1, CostClass::kSimple> {
  static constexpr std::string_view kWord = "abs";
  template <typename V>
  static V apply(V x) {
    return abs(x);
  }
};

struct Sign : Function<1, CostClass::kSimple> {
  static constexpr std::string_view kWord = "sign";
  template <typename V>
  static V apply(V x) {
    return select(x > V(0), V(1), select(x < V(0), V(-1), x));
  }
};

struct Floor : Function<1, CostClass::kSimple> {
  static constexpr std::string_view kWord = "floor";
  template <typename V>
  static V apply(V x) {
    return floor(x);
  }
};

struct Ceil : Function<1, CostClass::kSimple> {
  static constexpr std::string_view kWord = "ceil";
  template <typename V>
  static V apply(V x) {
    return ceil(x);
  }
};

/// Halves go to the even neighbour.
struct Round : Function<1, CostClass::kSimple> {
  static constexpr std::string_view kWord = "round";
  template <typename V>
  static V apply(V x) {
    return nearbyint(x);
  }
};

/// The upper bound wins where the bounds cross.
struct Clip : Function<1, CostClass::kSimple> {
  static constexpr std::string_view kWord = "clip";
  static constexpr Parameters<2> kParameters{{{"min", -HUGE_VALF}, {"max", HUGE_VALF}}};
  template <typename V>
  static V apply(V x, V min, V max) {
    return minimum(maximum(x, min), max);
  }
};

struct Reciprocal : Function<1, CostClass::kDivide> {
  static constexpr std::string_view kWord = "reciprocal";
  template <typename V>
  static V apply(V x) {
    return V(1) / x;
  }
};

struct Sqrt : Function<1, CostClass::kDivide> {
  static constexpr std::string_view kWord = "sqrt";
  template <typename V>
  static V apply(V x) {
    return sqrt(x);
  }
};

struct Exp : Function<1, CostClass::kExponential> {
  static constexpr std::string_view kWord = "exp";
  template <typename V>
  static V apply(V x) {
    return exp(x);
  }
};

struct Log : Function<1, CostClass::kExponential> {
  static constexpr std::string_view kWord = "log";
  template <typename V>
  static V apply(V x) {
    return log(x);
  }
};

struct Sin : Function<1, CostClass::kExponential> {
  static constexpr std::string_view kWord = "sin";
  static constexpr bool kRepeats = true;
  template <typename V>
  static V apply(V x) {
    return sin(x);
  }
};

struct Cos : Function<1, CostClass::kExponential> {
  static constexpr std::string_view kWord = "cos";
  static constexpr bool kRepeats = true;
  template <typename V>
  static V apply(V x) {
    return cos(x);
  }
};

struct Tanh : Function<1, CostClass::kExponential> {
  static constexpr std::string_view kWord = "tanh";
  template <typename V>
  static V apply(V x) {
    return tanh(x);
  }
};

struct Erf : Function<1, CostClass::kExponential> {
  static constexpr std::string_view kWord = "erf";
  template <typename V>
  static V apply(V x) {
    return erf(x);
  }
};

// Of one operand: activations, as ONNX defines them.

/// Done on the way out, as that of a matmul. NaN and -0 stay what they are.
/// For what is only converted to another type, which the way out does.
struct Identity : Function<1, CostClass::kFree> {
  static constexpr std::string_view kWord = "identity";
  template <typename V>
  static V apply(V x) {
    return x;
  }
};

struct Relu : Function<1, CostClass::kFree> {
  static constexpr std::string_view kWord = "relu";
  template <typename V>
  static V apply(V x) {
    return select(x < V(0), V(0), x);
  }
};

struct LeakyRelu : Function<1, CostClass::kSimple> {
  static constexpr std::string_view kWord = "leakyrelu";
  static constexpr Parameters<1> kParameters{{{"alpha", 0.01F}}};
  template <typename V>
  static V apply(V x, V alpha) {
    return select(x < V(0), alpha * x, x);
  }
};

/// What is not above alpha is zero, NaN too.
struct ThresholdedRelu : Function<1, CostClass::kSimple> {
  static constexpr std::string_view kWord = "thresholdedrelu";
  static constexpr Parameters<1> kParameters{{{"alpha", 1.0F}}};
  template <typename V>
  static V apply(V x, V alpha) {
    return select(x > alpha, x, V(0));
  }
};

/// What is not beyond ±lambd is zero, NaN too.
struct Shrink : Function<1, CostClass::kSimple> {
  static constexpr std::string_view kWord = "shrink";
  static constexpr Parameters<2> kParameters{{{"lambd", 0.5F}, {"bias", 0.0F}}};
  template <typename V>
  static V apply(V x, V lambd, V bias) {
    return select(x < -lambd, x + bias, select(x > lambd, x - bias, V(0)));
  }
};

struct HardSigmoid : Function<1, CostClass::kMultiply> {
  static constexpr std::string_view kWord = "hardsigmoid";
  static constexpr Parameters<2> kParameters{{{"alpha", 0.2F}, {"beta", 0.5F}}};
  template <typename V>
  static V apply(V x, V alpha, V beta) {
    return maximum(minimum(alpha * x + beta, V(1)), V(0));
  }
};

struct HardSwish : Function<1, CostClass::kMultiply> {
  static constexpr std::string_view kWord = "hardswish";
  template <typename V>
  static V apply(V x) {
    return x * maximum(minimum(x * V(1.0 / 6) + V(0.5), V(1)), V(0));
  }
};

struct Softsign : Function<1, CostClass::kDivide> {
  static constexpr std::string_view kWord = "softsign";
  template <typename V>
  static V apply(V x) {
    return x / (V(1) + abs(x));
  }
};

struct Sigmoid : Function<1, CostClass::kExponential> {
  static constexpr std::string_view kWord = "sigmoid";
  template <typename V>
  static V apply(V x) {
    return V(1) / (V(1) + exp(-x));
  }
};

struct Softplus : Function<1, CostClass::kExponential> {
  static constexpr std::string_view kWord = "softplus";
  template <typename V>
  static V apply(V x) {
    return softplus(x);
  }
};

struct Elu : Function<1, CostClass::kExponential> {
  static constexpr std::string_view kWord = "elu";
  static constexpr Parameters<1> kParameters{{{"alpha", 1.0F}}};
  template <typename V>
  static V apply(V x, V alpha) {
    return select(x < V(0), alpha * expm1(x), x);
  }
};

struct Selu : Function<1, CostClass::kExponential> {
  static constexpr std::string_view kWord = "selu";
  static constexpr Parameters<2> kParameters{
      {{"alpha", 1.67326319217681884765625F}, {"gamma", 1.05070102214813232421875F}}};
  template <typename V>
  static V apply(V x, V alpha, V gamma) {
    return gamma * select(x < V(0), alpha * expm1(x), x);
  }
};

struct Celu : Function<1, CostClass::kExponential> {
  static constexpr std::string_view kWord = "celu";
  static constexpr Parameters<1> kParameters{{{"alpha", 1.0F}}};
  template <typename V>
  static V apply(V x, V alpha) {
    return select(x < V(0), alpha * expm1(x / alpha), x);
  }
};

struct Gelu : Function<1, CostClass::kComposite> {
  static constexpr std::string_view kWord = "gelu";
  template <typename V>
  static V apply(V x) {
    return V(0.5) * x * (V(1) + erf(x * V(0.70710678118654752)));  // √½
  }
};

/// The tanh approximation of GELU.
struct GeluTanh : Function<1, CostClass::kComposite> {
  static constexpr std::string_view kWord = "gelutanh";
  template <typename V>
  static V apply(V x) {
    const V inner = V(0.79788456080286536) * (x + V(0.044715) * x * x * x);  // √(2/π)
    return V(0.5) * x * (V(1) + tanh(inner));
  }
};

struct Mish : Function<1, CostClass::kComposite> {
  static constexpr std::string_view kWord = "mish";
  template <typename V>
  static V apply(V x) {
    return x * tanh(softplus(x));
  }
};

/// What the meaning of an entry is said in.
template <typename F>
using Number = std::conditional_t<F::kOfIntegers, std::int64_t, double>;

template <typename F, std::size_t... I>
constexpr bool applies_to_numbers(std::index_sequence<I...> /*values*/) {
  return requires {
    { F::apply(static_cast<Number<F>>(I)...) } -> std::same_as<Number<F>>;
  };
}

/// An entry that says all of it, and whose `apply` takes its arguments and parameters.
template <typename F>
concept Entry = requires {
  { F::kWord } -> std::same_as<const std::string_view&>;
  { F::kCost } -> std::same_as<const CostClass&>;
  { F::kArity } -> std::same_as<const std::size_t&>;
}
&&!F::kWord.empty() && F::kArity >= 1 && F::kArity <= kMaxArity &&
    std::tuple_size_v<decltype(F::kParameters)> <= kMaxParameters &&
    applies_to_numbers<F>(
        std::make_index_sequence<F::kArity + std::tuple_size_v<decltype(F::kParameters)>>());

template <Entry... F>
struct FunctionList {
  static constexpr std::size_t kCount = sizeof...(F);
};

/// In the order of their ids.
using Functions =
    FunctionList<Add, Sub, Mul, Div, Max, Min, Pow, Fmod, Mod, Prelu, Neg, Abs, Sign, Floor, Ceil,
                 Round, Clip, Reciprocal, Sqrt, Exp, Log, Sin, Cos, Tanh, Erf, Identity, Relu,
                 LeakyRelu, ThresholdedRelu, Shrink, HardSigmoid, HardSwish, Softsign, Sigmoid,
                 Softplus, Elu, Selu, Celu, Gelu, GeluTanh, Mish, Rescale, Less, LessOrEqual,
                 Greater, GreaterOrEqual, Equal, Not, And, Or, Xor, Where>;

}  // namespace tilewave::elementwise
