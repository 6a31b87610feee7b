// The elementwise functions and folds in plain C++, on one float at a time, with the C library's
// mathematics.
#include <bit>
#include <cstdint>
#include <utility>

#include "models/compute/strip_functions.h"

namespace tilewave::kernels {
namespace {

/// As the function takes it: a float, or the integer whose bits these are.
template <typename F>
auto argument(float element) {
  if constexpr (F::kOfIntegers) {
    return std::int64_t{std::bit_cast<std::int32_t>(element)};
  } else {
    return element;
  }
}

template <typename F>
auto parameter(float value) {
  if constexpr (F::kOfIntegers) {
    return static_cast<std::int64_t>(value);
  } else {
    return value;
  }
}

template <typename F, std::size_t... Argument, std::size_t... Parameter>
void apply(float* dst, const StripArguments& arguments, [[maybe_unused]] const float* parameters,
           std::size_t count, std::index_sequence<Argument...> /*arguments*/,
           std::index_sequence<Parameter...> /*parameters*/) {
  for (std::size_t i = 0; i < count; ++i) {
    dst[i] = static_cast<float>(
        F::apply(argument<F>(arguments[Argument][i])..., parameter<F>(parameters[Parameter])...));
  }
}

template <typename F>
void strip(float* dst, const StripArguments& arguments, const float* parameters,
           std::size_t count) {
  apply<F>(dst, arguments, parameters, count, std::make_index_sequence<F::kArity>(),
           std::make_index_sequence<F::kParameters.size()>());
}

template <typename... F>
constexpr StripTable table(elementwise::FunctionList<F...> /*list*/) {
  return {strip<F>...};
}

template <typename F>
void fold_columns(float* dst, const float* values, const TileExtent& tile, bool clear) {
  for (std::size_t row = 0; row < tile.rows; ++row, values += tile.cols) {
    float folded = values[0];
    for (std::size_t col = 1; col < tile.cols; ++col) {
      folded = F::combine(folded, values[col]);
    }
    dst[row] = clear ? folded : F::combine(dst[row], folded);
  }
}

template <typename F>
void fold_rows(float* dst, const float* values, const TileExtent& tile) {
  for (std::size_t row = 0; row < tile.rows; ++row, values += tile.cols) {
    for (std::size_t col = 0; col < tile.cols; ++col) {
      dst[col] = F::combine(dst[col], values[col]);
    }
  }
}

template <typename... F>
constexpr FoldTable fold_table(elementwise::FoldList<F...> /*list*/) {
  return {StripFold{fold_columns<F>, fold_rows<F>}...};
}

}  // namespace

constinit const StripTable kReferenceFunctions = table(elementwise::Functions{});
constinit const FoldTable kReferenceFolds = fold_table(elementwise::Folds{});

}  // namespace tilewave::kernels
