// glibc's vector mathematics (libmvec) by address. Loaded when it is asked for, not linked: a megabyte of
// addresses that few commands need. This header may be included by files that are compiled for AVX2.
#pragma once

#include <cstddef>

namespace tilewave::kernels {

/// In the order of their names in vector_mathematics.cpp; at most 4 units in the last place, special
/// values as in C.
enum VectorFunction : std::size_t {  // an index
  kVectorExp,
  kVectorExpm1,
  kVectorLog,
  kVectorLog1p,
  kVectorSin,
  kVectorCos,
  kVectorTanh,
  kVectorErf,
  kVectorPow,
  kVectorFunctionCount
};

/// Of 8 floats in a 256-bit register each, as x86-64's vector function ABI has it. Null until
/// load_vector_mathematics() has returned.
extern void* vector_functions[kVectorFunctionCount];

/// Throws InputError where there is no such library, std::bad_alloc where there is no room for it.
void load_vector_mathematics();

}  // namespace tilewave::kernels
