// Which element of a source, in which order: how the row-major values of an ONNX tensor become
// those of another shape without arithmetic. Reshape, transpose, broadcast and slices are composed
// here, when a model is imported, and carried out once, when its values are known.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tilewave {

/// The shape of an ONNX value, outermost first; empty is a scalar.
using Dims = std::vector<std::uint64_t>;

inline constexpr std::size_t kMaxRank = 32;

std::string to_string(const Dims& dims);  ///< "[2,3,4]"

/// Why this cannot be a tensor's shape: rank, a dimension out of 1..kMaxDimension, or more than
/// kMaxElements elements. Empty if it can.
std::string dims_problem(const Dims& dims);

/// Of a shape without a dims_problem().
std::uint64_t element_count(std::span<const std::uint64_t> dims);

/// The shape that both broadcast to as NumPy does it: aligned at the end, 1 stretches. Throws
/// InputError naming both.
Dims broadcast(const Dims& a, const Dims& b);

/// A chain of strided reads, each of the row-major result of the one before; nearly always one.
class Arrangement {
 public:
  /// All of `dims`, in order.
  explicit Arrangement(Dims dims);

  const Dims& dims() const { return reads_.back().dims; }
  /// The source as it is, perhaps under another shape.
  bool is_plain() const;

  /// Each returns the arrangement after one more step. `reshape` wants as many elements,
  /// `transpose` a permutation of 0..rank-1, `expand` a shape that dims() broadcasts to, and `at`
  /// an index for each of the first dimensions, which it drops.
  Arrangement reshape(const Dims& dims) const;
  Arrangement transpose(std::span<const std::size_t> permutation) const;
  Arrangement expand(const Dims& dims) const;
  /// `count` > 0 elements of a dimension, each `step` behind the one before.
  Arrangement slice(std::size_t dimension, std::uint64_t first, std::uint64_t count,
                    std::int64_t step) const;
  Arrangement at(std::span<const std::uint64_t> index) const;

  /// How many passes over the data it takes.
  std::size_t passes() const { return reads_.size(); }

  /// The arranged values, each times `scale`.
  std::vector<float> apply(std::span<const float> source, float scale = 1.0F) const;
  std::vector<std::int64_t> apply(std::span<const std::int64_t> source) const;

  /// Numbers that tell apart two arrangements of one source.
  std::vector<std::uint64_t> key() const;

 private:
  struct Read {
    Dims dims;
    std::vector<std::uint64_t> strides;  ///< in elements, one per dimension
    std::uint64_t offset = 0;
  };

  static Read row_major(const Dims& dims);
  static bool restride(Read& read, const Dims& dims);
  template <typename Value>
  std::vector<Value> applied(std::span<const Value> source, Value scale) const;
  template <typename Value>
  static std::vector<Value> carry_out(const Read& read, std::span<const Value> source, Value scale);

  std::vector<Read> reads_;
  std::uint64_t source_elements_ = 0;
};

/// The index of element `flat` of a tensor.
Dims unravel(std::uint64_t flat, std::span<const std::uint64_t> dims);

}  // namespace tilewave
