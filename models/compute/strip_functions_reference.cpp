// The elementwise functions in plain C++, on one float at a time, with the C library's mathematics.
#include <utility>

#include "models/compute/strip_functions.h"

namespace tilewave::kernels {
namespace {

template <typename F, std::size_t... Parameter>
void apply(float* dst, const float* a, [[maybe_unused]] const float* b,
           [[maybe_unused]] const float* parameters, std::size_t count,
           std::index_sequence<Parameter...> /*parameters*/) {
  for (std::size_t i = 0; i < count; ++i) {
    if constexpr (F::kArity == 1) {
      dst[i] = F::apply(a[i], parameters[Parameter]...);
    } else {
      static_assert(F::kArity == 2);
      dst[i] = F::apply(a[i], b[i], parameters[Parameter]...);
    }
  }
}

template <typename F>
void strip(float* dst, const float* a, const float* b, const float* parameters, std::size_t count) {
  apply<F>(dst, a, b, parameters, count, std::make_index_sequence<F::kParameters.size()>());
}

template <typename... F>
constexpr StripTable table(elementwise::FunctionList<F...> /*list*/) {
  return {strip<F>...};
}

}  // namespace

constinit const StripTable kReferenceFunctions = table(elementwise::Functions{});

}  // namespace tilewave::kernels
