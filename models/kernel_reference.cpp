// The kernels in plain C++: what the faster ones are compared with, and the choice of CPUs without
// AVX2. The compiler vectorises the innermost loops for the baseline instruction set.
#include <algorithm>

#include "models/kernel.h"

namespace tilewave {
namespace {

void matmul(float* __restrict__ c, const float* __restrict__ a, const float* __restrict__ b,
            const TileShape& tile, bool clear) {
  const std::size_t rows = tile.m;
  const std::size_t cols = tile.n;
  const std::size_t depth = tile.k;
  if (clear) {
    std::fill_n(c, rows * cols, 0.0F);
  }
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

void add(float* dst, const float* a, const float* b, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    dst[i] = a[i] + b[i];
  }
}

void relu(float* dst, const float* a, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    dst[i] = a[i] < 0.0F ? 0.0F : a[i];
  }
}

constexpr Kernel kReferenceKernel{"reference", matmul, add, relu};

}  // namespace

const Kernel& reference_kernel() { return kReferenceKernel; }

}  // namespace tilewave
