// The register of folds: how a reduction makes one value of many. An entry is written once, in
// fold_list.h; text, reference and kernels iterate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "compiler/base/error.h"

namespace tilewave {

enum class Fold : std::uint8_t { kSum, kMax, kMin, kProduct };
inline constexpr std::size_t kFoldCount = 4;

struct FoldInfo {
  std::string_view word;  ///< "sum"
  double identity = 0;    ///< what changes no value that it is combined with
  /// The meaning, in double. A NaN on either side is the result.
  double (*combine)(double, double) = nullptr;
};

/// All of them, by Fold.
std::span<const FoldInfo> folds();
/// Throws InternalError for a fold that is none.
const FoldInfo& fold_info(Fold fold);
std::optional<Fold> find_fold(std::string_view word);

/// Calls the one function that stands for the fold: whoever does something else for each says it for
/// all, or it does not compile.
template <typename Sum, typename Max, typename Min, typename Product>
decltype(auto) by_fold(Fold fold, Sum&& sum, Max&& max, Min&& min, Product&& product) {
  switch (fold) {
    case Fold::kSum: return sum();
    case Fold::kMax: return max();
    case Fold::kMin: return min();
    case Fold::kProduct: return product();
  }
  throw InternalError("no such fold: " + std::to_string(static_cast<int>(fold)));
}

}  // namespace tilewave
