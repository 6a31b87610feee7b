// Elements of any type from and to f32, in plain C++: for what is no computation of the machine, and
// what its kernels are compared with. models/compute/kernel.h says what they do with NaN and what is too
// large.
#pragma once

#include <cstddef>

#include "compiler/program/element_type.h"

namespace tilewave {

/// dst = src, whose elements are of `type`.
void widen_elements(float* dst, const void* src, ElementType type, std::size_t count);

/// dst, whose elements are of `type`, = src, rounded to the nearest, ties to even.
void narrow_elements(void* dst, const float* src, ElementType type, std::size_t count);

}  // namespace tilewave
