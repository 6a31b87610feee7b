// What becomes of a number that an element of some type is to hold: the meaning, by the definition of
// the formats, beside which the kernels' conversions are checked.
#pragma once

#include <span>

#include "compiler/program/element_type.h"
#include "compiler/program/expression.h"

namespace tilewave {

/// The nearest number that the type has, ties to even: of f32, bf16 and f16 with their subnormals, an
/// infinity for what is too large; of integers the nearest one that there is, and 0 for a NaN.
double rounded_to(ElementType type, double number);

/// The value of `expression` as an element of `type`. It is computed as it is defined, in f32 step by
/// step: what a basic operation makes of exact operands is then what every kernel makes of them, so that
/// no integer may be off, and nothing falls to the other side of a step of `round`.
double evaluate_as(ElementType type, const Expression& expression,
                   std::span<const double> operands);

/// The distance from 1 to the next number of a float type.
double element_spacing(ElementType type);

/// `number`, a whole one, modulo 2^32, as an i32: what integer sums that grow too large become.
double wrapped_to_i32(double number);

}  // namespace tilewave
