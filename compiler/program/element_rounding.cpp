// Floats by their precision and least exponent, integers by their ends.
#include "compiler/program/element_rounding.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tilewave {
namespace {

/// `digits` bits of significand, normal from 2^least on, finite up to `most`.
double rounded_float(double number, int digits, int least, double most) {
  if (!std::isfinite(number) || number == 0) {
    return number;
  }
  const int exponent = std::max(std::ilogb(number), least);
  const double unit = std::ldexp(1.0, exponent - digits + 1);
  const double rounded = std::nearbyint(number / unit) * unit;
  return std::abs(rounded) <= most ? rounded
                                   : std::copysign(std::numeric_limits<double>::infinity(), number);
}

double rounded_integer(double number, double least, double most) {
  return std::isnan(number) ? 0 : std::clamp(std::nearbyint(number), least, most);
}

}  // namespace

double rounded_to(ElementType type, double number) {
  switch (type) {
    case ElementType::kF32: return static_cast<double>(static_cast<float>(number));
    case ElementType::kBf16: return rounded_float(number, 8, -126, 0x1.fep127);
    case ElementType::kF16: return rounded_float(number, 11, -14, 65504);
    case ElementType::kI8: return rounded_integer(number, -128, 127);
    case ElementType::kU8: return rounded_integer(number, 0, 255);
    case ElementType::kI32: return rounded_integer(number, -0x1p31, 0x1p31 - 1);
  }
  return number;
}

double evaluate_as(ElementType type, const Expression& expression,
                   std::span<const double> operands) {
  const auto in_f32 = [](double number) { return rounded_to(ElementType::kF32, number); };
  return rounded_to(type, evaluate(expression, operands, in_f32));
}

double element_spacing(ElementType type) {
  return type == ElementType::kBf16 ? 0x1p-7 : type == ElementType::kF16 ? 0x1p-10 : 0x1p-23;
}

double wrapped_to_i32(double number) {
  const double wrapped = std::fmod(number, 0x1p32);
  return wrapped >= 0x1p31 ? wrapped - 0x1p32 : wrapped < -0x1p31 ? wrapped + 0x1p32 : wrapped;
}

}  // namespace tilewave
