// The register as a table, made of the list of entries; no fold is named here.
#include "compiler/program/folds.h"

#include <array>

#include "compiler/program/fold_list.h"

namespace tilewave {
namespace {

template <typename... F>
constexpr std::array<FoldInfo, sizeof...(F)> table(elementwise::FoldList<F...> /*list*/) {
  return {FoldInfo{F::kWord, F::kIdentity, F::template combine<double>}...};
}

}  // namespace

std::span<const FoldInfo> folds() {
  static constexpr auto kTable = table(elementwise::Folds{});
  return kTable;
}

const FoldInfo& fold_info(Fold fold) {
  const auto index = static_cast<std::size_t>(fold);
  if (index >= kFoldCount) {
    throw InternalError("no such fold: " + std::to_string(index));
  }
  return folds()[index];
}

std::optional<Fold> find_fold(std::string_view word) {
  for (std::size_t i = 0; i < kFoldCount; ++i) {
    if (folds()[i].word == word) {
      return static_cast<Fold>(i);
    }
  }
  return std::nullopt;
}

}  // namespace tilewave
