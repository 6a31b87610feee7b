// The parameters of the compute core and of the vector unit.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "compiler/program/element_type.h"
#include "compiler/program/functions.h"
#include "models/time.h"

namespace tilewave {

enum class Dataflow : std::uint8_t {
  kOutputStationary,
  kWeightStationary,
  kInputStationary,
  kSimd
};

/// Which neighbouring tile steps share the filling and draining of the array.
enum class FillOverlap : std::uint8_t { kNone, kAccumulation, kFull };

/// Who carries out vector ops, and how many passes over a tile a function takes.
struct VectorConfig {
  bool own_unit = false;  ///< beside the core, with a queue of its own; else the core does it
  /// By CostClass; what is free stays so.
  std::array<std::uint32_t, kCostClassCount> cost{0, 1, 1, 4, 4, 8};
};

struct ComputeConfig {
  Dataflow dataflow = Dataflow::kOutputStationary;
  std::uint32_t rows = 32;              ///< H: height of the systolic array
  std::uint32_t cols = 32;              ///< W: width of the systolic array
  std::uint32_t macs_per_cycle = 1024;  ///< simd only
  /// Products that each element of the array does in a cycle, by the type of their left factor: an
  /// f32 multiplier may be made of four for i8. u8 has what i8 has.
  std::array<std::uint32_t, kElementTypeCount> rate{1, 1, 1, 1, 1, 1};
  std::uint32_t vector_lanes = 32;  ///< of 4 bytes, per cycle and pass of vector steps
  Cycle latency = 0;                ///< pipeline depth of simd and vector steps
  FillOverlap fill_overlap = FillOverlap::kFull;
  VectorConfig vector;
  bool drain = false;  ///< output-stationary only: H more cycles to shift results out

  std::uint64_t rate_of(ElementType factor) const { return rate[static_cast<std::size_t>(factor)]; }
  /// Of factors of several types the largest; without any, that of f32.
  std::uint64_t rate_of(const ElementTypes& factors) const {
    std::uint64_t largest = factors.none() ? rate_of(ElementType::kF32) : 1;
    for (std::size_t i = 0; i < kElementTypeCount; ++i) {
      largest = factors[i] ? std::max(largest, rate_of(static_cast<ElementType>(i))) : largest;
    }
    return largest;
  }
  /// Products of the whole array in a cycle, of such factors: one type, or several.
  template <typename Factors>
  std::uint64_t peak_macs_per_cycle(const Factors& factors) const {
    const std::uint64_t elements =
        dataflow == Dataflow::kSimd ? macs_per_cycle : std::uint64_t{rows} * cols;
    return elements * rate_of(factors);
  }
};

}  // namespace tilewave
