// Functional tile kernels: the arithmetic that the simulated compute core and store DMA perform, on
// row-major tiles in host memory: fp32, products of 8-bit integers, conversions and transposition. How long a step takes in the machine is not decided here.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "compiler/program/element_type.h"
#include "compiler/program/folds.h"
#include "compiler/program/functions.h"
#include "compiler/program/tensor.h"

namespace tilewave {

enum class KernelKind : std::uint8_t { kAuto, kAvx2, kReference };

/// As many as the function takes are read; of a function of integers they are the bits of std::int32_t.
using StripArguments = std::array<const float*, kMaxArity>;

/// dst[i] = f(arguments[0][i], arguments[1][i], ...), for one function of the register
/// (compiler/program/functions.h) with its parameters. dst may equal an argument, but overlaps none
/// partly.
using StripFunction = void (*)(float* dst, const StripArguments& arguments, const float* parameters,
                               std::size_t count);

/// One fold of the register (compiler/program/folds.h) over a tile of values, combined with what is
/// at dst. A NaN among them is the result, whichever it is; of equal ones, such as zeros of both signs,
/// a maximum or minimum is either. Values and dst do not overlap.
struct StripFold {
  /// dst[row] = dst[row] ∘ fold of the row's values: as many as there are columns, at least one. If
  /// `clear`, old values of dst are not read. The reference takes the columns in order, AVX2 as
  /// strip_functions_avx2.cpp says; the result depends on the values alone.
  void (*columns)(float* dst, const float* values, const TileExtent& tile, bool clear) = nullptr;

  /// dst[col] = dst[col] ∘ values[0][col] ∘ values[1][col] ..., in this order in all kernels.
  void (*rows)(float* dst, const float* values, const TileExtent& tile) = nullptr;
};

/// What is multiplied in integers: a(m×k) − a_zero and b(k×n) − its zero points, both of kI8 or kU8.
/// A zero point is a value of the type that it belongs to.
struct IntegerFactors {
  const void* a = nullptr;
  const void* b = nullptr;
  ElementType a_type = ElementType::kI8;
  ElementType b_type = ElementType::kI8;
  std::int32_t a_zero = 0;
  std::int32_t b_zero = 0;                ///< of all columns, unless
  const std::int32_t* b_zeros = nullptr;  ///< there are n, one for each
};

/// One implementation of the tile operations. All of them agree on NaN, infinity and signed zero in
/// `relu` and `add`; `matmul` adds its products in order of k in each, but fused multiply-add
/// rounds once where the reference rounds twice. Tiles are contiguous; 64-byte alignment is
/// fastest, any alignment is correct.
struct Kernel {
  const char* name;

  /// c(m×n) = a(m×k)·b(k×n) if `clear` (old values of c are not read), else c += a·b. Any extents
  /// from 1 up. c overlaps neither a nor b.
  void (*matmul)(float* c, const float* a, const float* b, const TileShape& tile, bool clear);

  /// c(m×n) = bias + a(m×k)·b(k×n), the n values at `bias` in every row. c overlaps none of them.
  void (*matmul_bias)(float* c, const float* a, const float* b, const float* bias,
                      const TileShape& tile);

  /// dst = a + b. dst may equal a or b, but not overlap them partly.
  void (*add)(float* dst, const float* a, const float* b, std::size_t count);

  /// dst(rows×cols) = a + row, the `cols` values at `row` in every row. dst may equal a, but
  /// overlaps `row` nowhere.
  void (*add_row)(float* dst, const float* a, const float* row, const TileExtent& tile);

  /// dst = a < 0 ? 0 : a, so that NaN and -0.0 stay what they are, bit by bit. dst may equal a.
  void (*relu)(float* dst, const float* a, std::size_t count);

  /// c(m×n) = (a − zero)·(b − zero) if `clear` (old values of c are not read), else c += that;
  /// modulo 2^32. Any extents from 1 to kMaxTileEdge. c overlaps neither a, b nor the zero points.
  /// Throws InternalError for factors of other types. All kernels agree.
  void (*matmul_integer)(std::int32_t* c, const IntegerFactors& factors, const TileShape& tile,
                         bool clear);

  /// The same plus the n values at `bias` in every row of c, whose old values are not read.
  void (*matmul_integer_bias)(std::int32_t* c, const IntegerFactors& factors,
                              const std::int32_t* bias, const TileShape& tile);

  /// dst = src, whose elements are of that type. Exact, but for kI32, which is rounded to the
  /// nearest, ties to even. A NaN keeps its sign and becomes quiet; its payload is the upper bits of
  /// the wider format's. kF32 is a copy, bit by bit. All kernels agree in every bit. dst and src do
  /// not overlap.
  void (*widen)(float* dst, const void* src, ElementType type, std::size_t count);

  /// dst, whose elements are of that type, = src, rounded to the nearest, ties to even. To kBf16 and
  /// kF16, subnormals included; what is too large becomes infinite, and a NaN keeps its sign and the
  /// upper bits of its payload and becomes quiet. To integers, what is too large becomes the nearest
  /// there is, a NaN zero. kF32 is a copy, bit by bit. All kernels agree in every bit. dst and src
  /// do not overlap.
  void (*narrow)(void* dst, const float* src, ElementType type, std::size_t count);

  /// dst(cols×rows) = src(rows×cols) with rows and columns exchanged, of elements of the tile's type, whose
  /// bits stay what they are. dst and src do not overlap.
  void (*transpose)(void* dst, const void* src, const TileExtent& tile);

  /// By FunctionId. What they do with NaN and infinity is alike in all kernels; their values are
  /// within 1e-5 of themselves + 1e-6 of the functions' meaning.
  std::span<const StripFunction> functions;

  std::span<const StripFold> folds;  ///< by Fold
};

/// The ReLU of sums, which are of f32 or i32, in place.
void relu_sums(const Kernel& kernel, ElementType type, void* sums, std::size_t count);

/// Plain C++, for every CPU.
const Kernel& reference_kernel();

/// AVX2, FMA and F16C, or nullptr where the build is not for x86-64. May be run only if
/// cpu_has_avx2_fma(). Throws as load_vector_mathematics() does.
const Kernel* avx2_kernel();

/// Whether CPU and operating system support AVX2 and FMA, and F16C, which is older than both.
bool cpu_has_avx2_fma();

/// kAuto is the fastest that this CPU runs. Throws InputError for kAvx2 on a CPU without it.
const Kernel& select_kernel(KernelKind kind);

}  // namespace tilewave
