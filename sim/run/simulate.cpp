// Fills the DRAM's image, runs the platform, takes the image back.
#include "sim/run/simulate.h"

#include "compiler/base/error.h"
#include "models/dram/image.h"
#include "sim/base/stopwatch.h"
#include "sim/model/tensor_data.h"
#include "sim/verify/onnx_values.h"
#include "sim/verify/verification.h"

namespace tilewave {
namespace {

KernelKind kernel_kind(KernelChoice choice) {
  switch (choice) {
    case KernelChoice::kAuto: return KernelKind::kAuto;
    case KernelChoice::kAvx2: return KernelKind::kAvx2;
    case KernelChoice::kReference: return KernelKind::kReference;
  }
  throw InternalError("no such kernel");
}

Coverage chosen_coverage(VerifyChoice choice) {
  return choice == VerifyChoice::kSampled ? Coverage::kSampled : Coverage::kFull;
}

/// The tiles matter too: which ones are compared follows from them.
std::string reference_name(const CompiledModel& compiled, Coverage coverage) {
  std::string name = compiled.graph_name + (coverage == Coverage::kFull ? " full" : " sampled");
  for (const ProgramTensor& tensor : compiled.program.tensors) {
    name += " " + to_string(tensor.tile);
  }
  return name;
}

}  // namespace

const TensorValues& KeptValues::sources(const CompiledModel& compiled, const OnnxModel* onnx,
                                        std::uint64_t seed) {
  // Which tensors are sources follows from the graph, but for a program without one.
  const bool named = !compiled.graph_name.empty();
  std::string name = named ? std::to_string(seed) + " " + compiled.graph_name : "";
  if (name.empty() || name != sources_of_) {
    sources_ =
        onnx != nullptr ? onnx_tensor_values(*onnx, seed) : draw_tensors(seed, compiled.program);
    sources_of_ = std::move(name);
    reference_of_.clear();
  }
  return sources_;
}

const Reference& KeptValues::reference(const CompiledModel& compiled, Coverage coverage,
                                       std::uint64_t seed) {
  std::string name = compiled.graph_name.empty() ? "" : reference_name(compiled, coverage);
  if (name.empty() || name != reference_of_) {
    reference_ = evaluate_reference(compiled.graph ? &*compiled.graph : nullptr, compiled.program,
                                    sources_, coverage, seed);
    reference_of_ = std::move(name);
  }
  return reference_;
}

void simulate_timing(const CompiledModel& compiled, const RunOptions& options,
                     RunOutcome& outcome) {
  const Stopwatch watch;
  outcome.result = run_program(compiled.program, compiled.hazards, outcome.config.machine, options);
  outcome.host.simulation_seconds = watch.seconds();
}

void simulate_values(const CompiledModel& compiled, const ValueChoices& choices,
                     const std::optional<ExpectedFiles>& expected, RunOptions options,
                     KeptValues& kept, RunOutcome& outcome) {
  const Program& program = compiled.program;
  const Graph* graph = compiled.graph ? &*compiled.graph : nullptr;
  options.kernel = &select_kernel(kernel_kind(choices.kernel));
  outcome.host.kernel = options.kernel->name;

  const std::uint64_t seed = outcome.seed;
  DramImage image(program, outcome.config.machine.dram.layout);
  write_tensors(kept.sources(compiled, choices.onnx, seed), program, image);
  options.dram = image.bytes();
  simulate_timing(compiled, options, outcome);

  if (choices.verify != VerifyChoice::kOff) {
    const Stopwatch watch;
    const Coverage coverage =
        choices.verify ? chosen_coverage(*choices.verify) : default_coverage(graph, program);
    outcome.verification = verify_outputs(kept.reference(compiled, coverage, seed), program, image);
    outcome.host.verify_seconds = watch.seconds();
  }
  if (expected) {
    outcome.expected = compare_outputs(*choices.onnx, program, image, expected->outputs);
    outcome.expected->directory = expected->directory;
  }
}

}  // namespace tilewave
