// The parts of the kernels for elements other than fp32, by their files, as kernel.h hands them out
// and says what they do. This header may be included by files that are compiled for AVX2.
#pragma once

#include "models/compute/kernel.h"

namespace tilewave::kernels {

/// Throws InternalError for a type that is no factor of an integer product.
bool is_signed_factor(ElementType type);

namespace reference {

void matmul_integer(std::int32_t* c, const IntegerFactors& factors, const TileShape& tile,
                    bool clear);
void matmul_integer_bias(std::int32_t* c, const IntegerFactors& factors, const std::int32_t* bias,
                         const TileShape& tile);
void transpose(void* dst, const void* src, const TileExtent& tile);

}  // namespace reference

/// Where the build is for x86-64.
namespace avx2 {

void matmul_integer(std::int32_t* c, const IntegerFactors& factors, const TileShape& tile,
                    bool clear);
void matmul_integer_bias(std::int32_t* c, const IntegerFactors& factors, const std::int32_t* bias,
                         const TileShape& tile);
void widen(float* dst, const void* src, ElementType type, std::size_t count);
void narrow(void* dst, const float* src, ElementType type, std::size_t count);
void transpose(void* dst, const void* src, const TileExtent& tile);

}  // namespace avx2

}  // namespace tilewave::kernels
