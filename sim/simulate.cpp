#include "sim/simulate.h"

#include "compiler/error.h"
#include "models/dram_image.h"
#include "sim/host_time.h"
#include "sim/onnx_values.h"
#include "sim/tensor_data.h"
#include "sim/verification.h"

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

}  // namespace

void simulate_timing(const CompiledModel& compiled, const RunOptions& options,
                     RunOutcome& outcome) {
  const Stopwatch watch;
  outcome.result = run_program(compiled.program, compiled.hazards, outcome.config.machine, options);
  outcome.host.simulation_seconds = watch.seconds();
}

void simulate_values(const CompiledModel& compiled, const ValueChoices& choices,
                     const std::optional<ExpectedFiles>& expected, RunOptions options,
                     RunOutcome& outcome) {
  const Program& program = compiled.program;
  const Graph* graph = compiled.graph ? &*compiled.graph : nullptr;
  options.kernel = &select_kernel(kernel_kind(choices.kernel));
  outcome.host.kernel = options.kernel->name;

  const std::uint64_t seed = outcome.seed;
  const TensorValues sources = choices.onnx != nullptr ? onnx_tensor_values(*choices.onnx, seed)
                                                       : draw_tensors(seed, program);
  DramImage image(program, outcome.config.machine.dram.layout);
  write_tensors(sources, program, image);
  options.dram = image.bytes();
  simulate_timing(compiled, options, outcome);

  if (choices.verify != VerifyChoice::kOff) {
    const Coverage coverage =
        choices.verify ? chosen_coverage(*choices.verify) : default_coverage(graph, program);
    outcome.verification = verify_outputs(graph, program, sources, image, coverage, seed);
    outcome.host.verify_seconds = outcome.verification->seconds;
  }
  if (expected) {
    outcome.expected = compare_outputs(*choices.onnx, program, image, expected->outputs);
    outcome.expected->directory = expected->directory;
  }
}

}  // namespace tilewave
