// What of a run is the work that the model asks for, against what the machine could have done in the same
// time. docs/results.md defines each figure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/pipeline.h"
#include "models/compute/config.h"
#include "platform/watch/run_result.h"

namespace tilewave {

struct UsefulWork {
  std::uint64_t macs = 0;          ///< products that the model asks for
  std::uint64_t padding_macs = 0;  ///< products with zeros around border tiles, besides
  /// Products that the array could do in a cycle, of the type that it multiplies fastest of those that
  /// the run has.
  std::uint64_t peak_macs_per_cycle = 0;
  std::uint64_t array_slots = 0;  ///< products that the array could have done in the run's cycles
  std::uint64_t step_slots = 0;   ///< those of the cycles in which matmul steps stream through it
  double utilisation = 0;         ///< macs / array_slots = spatial · temporal
  double spatial = 0;             ///< of the array's slots while it is busy with steps of any kind
  double temporal = 0;            ///< of the run's cycles, those in which the array is busy
  /// How much of the array's rows and columns the matmul steps fill: macs / step_slots. Border tiles,
  /// tiles that are no multiple of the array, and padding make it less than 1.
  double fill = 0;
  std::optional<double>
      intensity;  ///< FLOP, two a product, per byte of DRAM traffic; none without both
  double attainable_gflops = 0;  ///< in the time that the compute and the DRAM bound leave
  double achieved_gflops = 0;

  /// What whoever reads the figures should know first, a line each.
  std::vector<std::string> warnings() const;
};

UsefulWork useful_work(const ComputeConfig& machine, const CompileFigures& compile,
                       const RunResult& result);

}  // namespace tilewave
