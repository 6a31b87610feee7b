// What a vector op or a reduce does with its tiles: runs the expression of a vector kernel on tiles
// in host memory, strip by strip, so that values between its steps stay in the first-level cache.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "compiler/program/vector_kernel.h"
#include "models/compute/kernel.h"

namespace tilewave {

/// A vector kernel resolved for one implementation. Holds the room it works in: an object is for
/// one thread. 20 to 40 ns a run beside the work itself.
class PreparedVectorKernel {
 public:
  /// Throws InternalError unless kernel_problem(vector) is empty.
  PreparedVectorKernel(const Kernel& kernel, const VectorKernel& vector);

  /// dst(rows×cols) = expression(operands), which lie row-major with the extents and types of
  /// operand_extent(). dst may equal any operand that is not a kColumn, and whose elements are no
  /// smaller than those of dst, and overlaps none partly.
  /// Throws InternalError for a kernel with a reduction.
  void run(const TileExtent& result, std::span<const void* const> operands, void* dst);

  /// Of a kernel with a reduction: dst(rows) or dst(cols) = what is there ∘ the fold of
  /// expression(operands) over the columns, or the rows, of `work`; if `clear`, old values of dst are not
  /// read. The operands have the extents of operand_extent() for `work`, and dst overlaps none. The
  /// same values give the same result bit by bit; kernels differ by rounding (StripFold). Throws InternalError for a kernel without a reduction.
  void reduce(const TileExtent& work, std::span<const void* const> operands, float* dst,
              bool clear);

 private:
  static constexpr std::size_t kLine = 16;  ///< elements of a cache line; strips begin at one
  struct alignas(kLine * sizeof(float)) Line {
    std::array<float, kLine> values;
  };

  /// A strip of values: operand i at place i, those in room_ from kMaxMapOperands on.
  using Place = std::size_t;

  /// What functions of integers read is the bits of std::int32_t, in strips of its own.
  enum class Reading : std::uint8_t { kInF32, kAsIntegers };

  struct Constant {
    std::uint32_t bits = 0;
    Place place = 0;
  };
  /// An operand that is not read where it lies: repeated, or converted.
  struct Copy {
    std::size_t operand = 0;
    Reading reading = Reading::kInF32;
    Place place = 0;
  };
  struct Step {
    StripFunction function = nullptr;
    std::array<Place, kMaxArity> arguments{};
    std::array<float, kMaxParameters> parameters{};
    Place value = 0;  ///< of the last step unused: it writes to the result
  };

  Place new_place() { return kMaxMapOperands + strips_++; }
  Place place_of(const Argument& argument, Reading reading);
  Place place_of_constant(float value, Reading reading);
  void add_steps(const Kernel& kernel, const Expression& expression);
  void make_room(std::size_t strip);
  std::size_t strip_of(const TileExtent& tile) const;
  template <typename Visit>
  void for_each_strip(const TileExtent& tile, std::span<const void* const> operands, Visit&& visit);
  void require(bool reduces, std::size_t operands) const;
  float* room(Place place);
  const float* read(Place place);
  void convert(float* to, const Copy& copy, const std::byte* values, std::size_t first,
               std::size_t count) const;
  void expand(const Copy& copy, const TileExtent& result, const std::byte* values,
              std::size_t first, std::size_t count);
  void run_steps(std::size_t count, float* dst);

  const Kernel* kernel_;
  std::vector<KernelOperand> operands_of_;
  ElementType result_type_;
  std::vector<Copy> copies_;
  std::optional<Reduction> reduction_;
  Place value_ = 0;  ///< the strip of what is narrowed or folded; of others unused
  std::vector<Constant> constants_;
  std::vector<Step> steps_;
  bool by_elements_ = true;  ///< only tiles and values, no reduction: rows do not matter
  std::size_t strips_ = 0;   ///< in room_
  std::size_t stride_ = 0;   ///< elements of a strip in room_, whole lines
  std::vector<Line> room_;
  std::array<const float*, kMaxMapOperands> operands_{};  ///< of the strip in progress
};

/// The same for once.
void run_vector_kernel(const Kernel& kernel, const VectorKernel& vector, const TileExtent& result,
                       std::span<const void* const> operands, void* dst);

}  // namespace tilewave
