// The parameters of the compute core and of the vector unit.
#pragma once

#include <array>
#include <cstdint>

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
  std::uint32_t vector_lanes = 32;      ///< elements per cycle and pass of vector steps
  Cycle latency = 0;                    ///< pipeline depth of simd and vector steps
  FillOverlap fill_overlap = FillOverlap::kFull;
  VectorConfig vector;
  bool drain = false;  ///< output-stationary only: H more cycles to shift results out

  /// Products of the whole array in a cycle.
  std::uint64_t peak_macs_per_cycle() const {
    return dataflow == Dataflow::kSimd ? macs_per_cycle : std::uint64_t{rows} * cols;
  }
};

}  // namespace tilewave
