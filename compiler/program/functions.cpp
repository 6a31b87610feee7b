// The register as a table, made of the list of entries; no function is named here.
#include "compiler/program/functions.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/program/function_list.h"

namespace tilewave {
namespace {

using elementwise::FunctionList;
using elementwise::Functions;

/// The nearest of 32 bits, or 2^31, which a parameter may be; of NaN 0.
std::int64_t as_integer(double value) {
  constexpr double kMost = 0x1p31;
  return std::isnan(value) ? 0 : std::llround(std::clamp(value, -kMost, kMost));
}

template <typename F, std::size_t... Argument, std::size_t... Parameter>
double meaning(const double* arguments, const float* parameters,
               std::index_sequence<Argument...> /*arguments*/,
               std::index_sequence<Parameter...> /*parameters*/) {
  using elementwise::Number;
  const auto number = [](double value) -> Number<F> {
    if constexpr (F::kOfIntegers) {
      return as_integer(value);
    } else {
      return value;
    }
  };
  return static_cast<double>(F::apply(number(arguments[Argument])...,
                                      number(static_cast<double>(parameters[Parameter]))...));
}

template <typename F>
double scalar(const double* arguments, [[maybe_unused]] const float* parameters) {
  return meaning<F>(arguments, parameters, std::make_index_sequence<F::kArity>(),
                    std::make_index_sequence<F::kParameters.size()>());
}

template <typename F>
FunctionInfo info() {
  const std::array<double, kMaxArity> zeros{};
  std::array<float, kMaxParameters> otherwise{};
  for (std::size_t i = 0; i < F::kParameters.size(); ++i) {
    otherwise[i] = F::kParameters[i].otherwise;
  }
  return {F::kWord,       F::kArity,     F::kCost,
          F::kParameters, scalar<F>,     scalar<F>(zeros.data(), otherwise.data()) == 0,
          F::kRepeats,    F::kOfIntegers};
}

template <typename... F>
std::array<FunctionInfo, sizeof...(F)> table(FunctionList<F...> /*list*/) {
  return {info<F>()...};
}

template <typename... F>
constexpr bool words_differ(FunctionList<F...> /*list*/) {
  std::array<std::string_view, sizeof...(F)> words{F::kWord...};
  std::sort(words.begin(), words.end());
  return std::adjacent_find(words.begin(), words.end()) == words.end();
}
static_assert(words_differ(Functions{}));

}  // namespace

std::string_view to_string(CostClass cost) {
  static constexpr std::array<std::string_view, kCostClassCount> kWords = {
      "free", "simple", "multiply", "divide", "exponential", "composite"};
  const auto index = static_cast<std::size_t>(cost);
  if (index >= kWords.size()) {
    throw InternalError("no such cost class: " + std::to_string(index));
  }
  return kWords[index];
}

std::span<const FunctionInfo> functions() {
  static const auto kTable = table(Functions{});
  return kTable;
}

const FunctionInfo& function_info(FunctionId id) {
  if (id >= functions().size()) {
    throw InternalError("no such function: " + std::to_string(id));
  }
  return functions()[id];
}

std::optional<FunctionId> find_function(std::string_view word) {
  const auto all = functions();
  for (std::size_t id = 0; id < all.size(); ++id) {
    if (all[id].word == word) {
      return static_cast<FunctionId>(id);
    }
  }
  return std::nullopt;
}

FunctionId function_named(std::string_view word) {
  const std::optional<FunctionId> id = find_function(word);
  if (!id) {
    throw InternalError("no such function: " + std::string(word));
  }
  return *id;
}

}  // namespace tilewave
