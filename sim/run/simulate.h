// A compiled model on its machine, with or without values: the part of a run between the compiler
// and what is made of the results.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/onnx/onnx_import.h"
#include "compiler/pipeline.h"
#include "platform/platform.h"
#include "sim/model/onnx_files.h"
#include "sim/model/tensor_data.h"
#include "sim/run/run_outcome.h"
#include "sim/run/value_choices.h"
#include "sim/verify/verification.h"

namespace tilewave {

/// How the values are computed and checked.
struct ValueChoices {
  KernelChoice kernel = KernelChoice::kAuto;
  std::optional<VerifyChoice> verify;   ///< none: full or sampled, by the amount of work
  const OnnxModel* onnx = nullptr;      ///< carries values; null if the model is none
  const TensorValues* given = nullptr;  ///< of inputs and parameters, instead of others
  bool keep_outputs = false;            ///< in the outcome
};

/// The outputs that an ONNX model should have, by somebody else's word.
struct ExpectedFiles {
  std::string directory;
  std::vector<ExpectedOutput> outputs;
};

/// Values that depend on the model and not on the machine, kept from one run to the next one of the
/// same model, seed and coverage, if the model's graph has a name (CompiledModel::graph_name).
class KeptValues {
 public:
  const TensorValues& sources(const CompiledModel& compiled, const ValueChoices& choices,
                              std::uint64_t seed);
  /// Of the sources last asked for; what is added to it is kept.
  Reference& reference(const CompiledModel& compiled, Coverage coverage, std::uint64_t seed);

 private:
  std::string sources_of_;  ///< what tells these sources from others; empty if they must be new
  TensorValues sources_;
  std::string reference_of_;
  Reference reference_;
};

/// Fills in outcome.result and its host's time; outcome.config is the machine. Throws
/// InputError.
void simulate_timing(const CompiledModel& compiled, const RunOptions& options, RunOutcome& outcome);

/// The same with values, drawn from outcome.seed where the model carries none, and compared with
/// the reference and with `expected`, which only ONNX models have.
void simulate_values(const CompiledModel& compiled, const ValueChoices& choices,
                     const std::optional<ExpectedFiles>& expected, RunOptions options,
                     KeptValues& kept, RunOutcome& outcome);

}  // namespace tilewave
