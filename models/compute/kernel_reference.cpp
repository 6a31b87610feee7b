// The kernels in plain C++: what the faster ones are compared with, and the choice of CPUs without
// AVX2. The compiler vectorises the innermost loops for the baseline instruction set.
#include <algorithm>

#include "compiler/program/element_conversions.h"
#include "models/compute/kernel.h"
#include "models/compute/strip_functions.h"
#include "models/compute/typed_kernels.h"

namespace tilewave {
namespace {

/// c += a·b
void accumulate(float* __restrict__ c, const float* __restrict__ a, const float* __restrict__ b,
                const TileShape& tile) {
  const std::size_t rows = tile.m;
  const std::size_t cols = tile.n;
  const std::size_t depth = tile.k;
  for (std::size_t row = 0; row < rows; ++row) {
    float* c_row = c + row * cols;
    for (std::size_t step = 0; step < depth; ++step) {
      const float factor = a[row * depth + step];
      const float* b_row = b + step * cols;
      for (std::size_t col = 0; col < cols; ++col) {
        c_row[col] += factor * b_row[col];
      }
    }
  }
}

void matmul(float* c, const float* a, const float* b, const TileShape& tile, bool clear) {
  if (clear) {
    std::fill_n(c, tile.result().elements(), 0.0F);
  }
  accumulate(c, a, b, tile);
}

void matmul_bias(float* c, const float* a, const float* b, const float* bias,
                 const TileShape& tile) {
  for (std::size_t row = 0; row < tile.m; ++row) {
    std::copy_n(bias, tile.n, c + row * tile.n);
  }
  accumulate(c, a, b, tile);
}

void add(float* dst, const float* a, const float* b, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    dst[i] = a[i] + b[i];
  }
}

void add_row(float* dst, const float* a, const float* row, const TileExtent& tile) {
  for (std::size_t i = 0; i < tile.rows; ++i) {
    add(dst + i * tile.cols, a + i * tile.cols, row, tile.cols);
  }
}

void relu(float* dst, const float* a, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    dst[i] = a[i] < 0.0F ? 0.0F : a[i];
  }
}

constexpr Kernel kReferenceKernel{"reference",
                                  matmul,
                                  matmul_bias,
                                  add,
                                  add_row,
                                  relu,
                                  kernels::reference::matmul_integer,
                                  kernels::reference::matmul_integer_bias,
                                  widen_elements,
                                  narrow_elements,
                                  kernels::reference::transpose,
                                  kernels::kReferenceFunctions,
                                  kernels::kReferenceFolds};

}  // namespace

const Kernel& reference_kernel() { return kReferenceKernel; }

}  // namespace tilewave
