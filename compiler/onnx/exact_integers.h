// Expressions of integers. The graph computes in fp32, which is exact for whole numbers up to 2^24:
// where all that is computed stays within, results are those of integer arithmetic.
#pragma once

#include <span>

#include "compiler/program/element_type.h"
#include "compiler/program/expression.h"

namespace tilewave {

struct Interval {
  double least = 0;
  double most = 0;
};

/// All that an integer of this type may be.
Interval range_of_type(ElementType type);

struct ExactExpression {
  Expression expression;
  Interval range;  ///< of the result
};

/// `expression` of integers in the intervals, as ONNX computes it for integers of type `result`: a
/// quotient is truncated, and what the type does not hold wraps around. Throws InputError, saying what
/// is not exact in fp32.
ExactExpression exact_integers(const Expression& expression, std::span<const Interval> operands,
                               ElementType result);

/// Steps behind those of `expression` that truncate its result towards zero.
Expression truncated(Expression expression);

}  // namespace tilewave
