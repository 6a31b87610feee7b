// Everything there is to say about one run: what report and JSON are made of.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/pipeline.h"
#include "platform/watch/run_result.h"
#include "sim/config/config.h"
#include "sim/model/tensor_data.h"
#include "sim/run/useful_work.h"
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
  std::uint64_t unread_weights = 0;  ///< unread_weights() of an ONNX model
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

  UsefulWork work() const { return useful_work(config.machine.compute, compile, result); }
};

/// The bytes' part of what the resource could have moved in the run; 0 if there was no time.
double share_of_peak(std::uint64_t bytes, double peak_bytes_per_cycle, Cycle cycles);

}  // namespace tilewave
