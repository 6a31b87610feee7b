// The parameters of the compute core.
#pragma once

#include <cstdint>

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

struct ComputeConfig {
  Dataflow dataflow = Dataflow::kOutputStationary;
  std::uint32_t rows = 32;              ///< H: height of the systolic array
  std::uint32_t cols = 32;              ///< W: width of the systolic array
  std::uint32_t macs_per_cycle = 1024;  ///< simd only
  std::uint32_t vector_lanes = 32;      ///< elements per cycle of Add and ReLU steps
  Cycle latency = 0;                    ///< pipeline depth of simd and vector steps
  FillOverlap fill_overlap = FillOverlap::kFull;
  bool drain = false;  ///< output-stationary only: H more cycles to shift results out
};

}  // namespace tilewave
