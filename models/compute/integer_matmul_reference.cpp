// Products of 8-bit integers in plain C++: what the faster ones are compared with.
#include <algorithm>
#include <type_traits>

#include "models/compute/typed_kernels.h"

namespace tilewave::kernels::reference {
namespace {

/// c += (a − zero)·(b − zero), without signs, so that it wraps.
template <typename A, typename B>
void accumulate(std::int32_t* c, const IntegerFactors& factors, const TileShape& tile) {
  const std::size_t rows = tile.m;
  const std::size_t cols = tile.n;
  const std::size_t depth = tile.k;
  const A* a = static_cast<const A*>(factors.a);
  for (std::size_t row = 0; row < rows; ++row) {
    std::int32_t* c_row = c + row * cols;
    for (std::size_t step = 0; step < depth; ++step) {
      const std::int32_t factor = a[row * depth + step] - factors.a_zero;
      const B* b_row = static_cast<const B*>(factors.b) + step * cols;
      for (std::size_t col = 0; col < cols; ++col) {
        const std::int32_t zero =
            factors.b_zeros != nullptr ? factors.b_zeros[col] : factors.b_zero;
        const std::int32_t product = factor * (b_row[col] - zero);
        c_row[col] = static_cast<std::int32_t>(static_cast<std::uint32_t>(c_row[col]) +
                                               static_cast<std::uint32_t>(product));
      }
    }
  }
}

void accumulate_any(std::int32_t* c, const IntegerFactors& factors, const TileShape& tile) {
  const bool a_signed = is_signed_factor(factors.a_type);
  const bool b_signed = is_signed_factor(factors.b_type);
  if (a_signed) {
    (b_signed ? accumulate<std::int8_t, std::int8_t>
              : accumulate<std::int8_t, std::uint8_t>)(c, factors, tile);
  } else {
    (b_signed ? accumulate<std::uint8_t, std::int8_t>
              : accumulate<std::uint8_t, std::uint8_t>)(c, factors, tile);
  }
}

}  // namespace

void matmul_integer(std::int32_t* c, const IntegerFactors& factors, const TileShape& tile,
                    bool clear) {
  if (clear) {
    std::fill_n(c, tile.result().elements(), 0);
  }
  accumulate_any(c, factors, tile);
}

void matmul_integer_bias(std::int32_t* c, const IntegerFactors& factors, const std::int32_t* bias,
                         const TileShape& tile) {
  for (std::size_t row = 0; row < tile.m; ++row) {
    std::copy_n(bias, tile.n, c + row * tile.n);
  }
  accumulate_any(c, factors, tile);
}

}  // namespace tilewave::kernels::reference
