// The entries of the register of folds, each written once for every lane type V, as those of
// function_list.h: in double it is the meaning, in float the reference kernel, in eight floats the
// AVX2 kernel. Only those three uses include this.
#pragma once

#include <cstddef>
#include <limits>
#include <string_view>

#include "compiler/program/folds.h"
#include "compiler/program/function_entry.h"

namespace tilewave::elementwise {

struct SumFold {
  static constexpr std::string_view kWord = "sum";
  static constexpr double kIdentity = 0;
  template <typename V>
  static V combine(V a, V b) {
    return a + b;
  }
};

/// Of equal values, such as zeros of both signs, either.
struct MaxFold {
  static constexpr std::string_view kWord = "max";
  static constexpr double kIdentity = -std::numeric_limits<double>::infinity();
  template <typename V>
  static V combine(V a, V b) {
    return maximum(a, b);
  }
};

struct MinFold {
  static constexpr std::string_view kWord = "min";
  static constexpr double kIdentity = std::numeric_limits<double>::infinity();
  template <typename V>
  static V combine(V a, V b) {
    return minimum(a, b);
  }
};

struct ProductFold {
  static constexpr std::string_view kWord = "product";
  static constexpr double kIdentity = 1;
  template <typename V>
  static V combine(V a, V b) {
    return a * b;
  }
};

template <typename... F>
struct FoldList {
  static constexpr std::size_t kCount = sizeof...(F);
};

/// By Fold.
using Folds = FoldList<SumFold, MaxFold, MinFold, ProductFold>;
static_assert(Folds::kCount == kFoldCount);

}  // namespace tilewave::elementwise
