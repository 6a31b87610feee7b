// Everything there is to say about one run: what report and JSON are made of.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/pipeline.h"
#include "platform/run_result.h"
#include "sim/config/config.h"
#include "sim/model/tensor_data.h"
#include "sim/verify/onnx_values.h"
#include "sim/verify/verification.h"

namespace tilewave {

/// About the host; the only figures that may differ between two runs.
struct HostFigures {
  double wall_seconds = 0;        ///< from the command's start
  double compile_seconds = 0;     ///< fusion to hazards, or verifying a program file
  double simulation_seconds = 0;  ///< elaboration and simulation
  double verify_seconds = 0;
  std::uint64_t peak_rss_bytes = 0;
  std::string kernel;  ///< that computed the tiles; "none" in timing only

  /// Simulated core cycles per second of simulation.
  double cycles_per_second(const RunResult& result) const;
  /// Tile operations carried out per second of simulation.
  double uops_per_second(const CompileFigures& figures) const;
};

/// What can be said of a run's values.
enum class Verdict : std::uint8_t {
  kNotVerified,  ///< nothing was compared
  kConsistent,   ///< as the program's own ops say: nobody else has said what they should be
  kVerified,     ///< as the model, or somebody else's expected values, say
  kWrong
};

const char* to_string(Verdict verdict);  ///< "not verified", "consistent", "verified", "wrong"

struct RunOutcome {
  std::string model;                   ///< as given
  std::optional<std::string> program;  ///< the file of --program
  Config config;
  std::uint64_t seed = 0;
  bool timing_only = false;
  CompileFigures compile;
  RunResult result;
  std::optional<Verification> verification;    ///< none if there was none
  std::optional<ExpectedComparison> expected;  ///< none without --expect
  TensorValues outputs;                        ///< if they were asked for
  HostFigures host;

  /// Whether nothing that was checked is wrong.
  bool passed() const {
    return (!verification || verification->passed()) && (!expected || expected->passed());
  }
  Verdict verdict() const;

  /// Floating-point operations (two per multiply-add) per byte of DRAM traffic; none without both.
  std::optional<double> arithmetic_intensity() const;
  double flops() const { return 2.0 * static_cast<double>(compile.macs); }
  /// What the roofline allows: flops in the time that the compute and the DRAM bound leave.
  double attainable_gflops() const;
  double achieved_gflops() const;

  /// Products that the array could have done in the run's cycles.
  std::uint64_t array_slots() const;
  /// What the model asks for as a part of them: spatial · temporal.
  double utilisation() const;
  /// Of the array's slots while it is busy with steps of any kind.
  double spatial_utilisation() const;
  /// Of the run's cycles, those in which the array is busy.
  double temporal_utilisation() const;
  /// How much of the array's rows and columns the matmul steps fill: what the model asks for as a part of
  /// what the array could do while they stream through it. Border tiles, tiles that are no multiple of
  /// the array, and padding make it less than 1.
  double array_fill() const;
  /// What whoever reads the figures should know first, a line each.
  std::vector<std::string> warnings() const;
  double period_seconds() const { return config.machine.clock_period.seconds(); }
};

/// The bytes' part of what the resource could have moved in the run; 0 if there was no time.
double share_of_peak(std::uint64_t bytes, double peak_bytes_per_cycle, Cycle cycles);

}  // namespace tilewave
