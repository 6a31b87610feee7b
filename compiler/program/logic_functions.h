// Entries of the register of elementwise functions: comparison, logic and choice. 1 stands for true, 0 for false.
#pragma once

#include "compiler/program/function_entry.h"

namespace tilewave::elementwise {

/// 1 or 0: whether x is a number other than 0, or none at all, as in NumPy.
template <typename V>
V truth(V x) {
  return select(x > V(0), V(1), select(x < V(0), V(1), select(is_nan(x), V(1), V(0))));
}

/// 1 or 0; NaN equals nothing.
template <typename V>
V equality(V a, V b) {
  const V if_numbers = select(a < b, V(0), select(a > b, V(0), V(1)));
  return select(is_nan(a), V(0), select(is_nan(b), V(0), if_numbers));
}

struct Less : Function<2, CostClass::kSimple> {
  static constexpr std::string_view kWord = "less";
  template <typename V>
  static V apply(V a, V b) {
    return select(a < b, V(1), V(0));
  }
};

struct LessOrEqual : Function<2, CostClass::kSimple> {
  static constexpr std::string_view kWord = "lessorequal";
  template <typename V>
  static V apply(V a, V b) {
    return select(a < b, V(1), equality(a, b));
  }
};

struct Greater : Function<2, CostClass::kSimple> {
  static constexpr std::string_view kWord = "greater";
  template <typename V>
  static V apply(V a, V b) {
    return select(a > b, V(1), V(0));
  }
};

struct GreaterOrEqual : Function<2, CostClass::kSimple> {
  static constexpr std::string_view kWord = "greaterorequal";
  template <typename V>
  static V apply(V a, V b) {
    return select(a > b, V(1), equality(a, b));
  }
};

struct Equal : Function<2, CostClass::kSimple> {
  static constexpr std::string_view kWord = "equal";
  template <typename V>
  static V apply(V a, V b) {
    return equality(a, b);
  }
};

struct Not : Function<1, CostClass::kSimple> {
  static constexpr std::string_view kWord = "not";
  template <typename V>
  static V apply(V x) {
    return V(1) - truth(x);
  }
};

struct And : Function<2, CostClass::kSimple> {
  static constexpr std::string_view kWord = "and";
  template <typename V>
  static V apply(V a, V b) {
    return truth(a) * truth(b);
  }
};

struct Or : Function<2, CostClass::kSimple> {
  static constexpr std::string_view kWord = "or";
  template <typename V>
  static V apply(V a, V b) {
    return maximum(truth(a), truth(b));
  }
};

struct Xor : Function<2, CostClass::kSimple> {
  static constexpr std::string_view kWord = "xor";
  template <typename V>
  static V apply(V a, V b) {
    return abs(truth(a) - truth(b));
  }
};

/// `yes` where the condition is true, whatever `no` is there.
struct Where : Function<3, CostClass::kSimple> {
  static constexpr std::string_view kWord = "where";
  template <typename V>
  static V apply(V condition, V yes, V no) {
    return select(truth(condition) > V(0), yes, no);
  }
};

}  // namespace tilewave::elementwise
