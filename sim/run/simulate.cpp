// Fills the DRAM's image, runs the platform, takes the image back.
#include "sim/run/simulate.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/base/stopwatch.h"
#include "compiler/base/text.h"
#include "compiler/program/element_rounding.h"
#include "models/dram/image.h"
#include "platform/simulator.h"
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

/// Into an array of the tensor's type. Throws InputError for a number that it cannot hold.
void convert(const FloatArray& values, const ProgramTensor& tensor, FloatArray& converted) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double number = values.number(i);
    const bool nan = std::isnan(number) && !is_integer(tensor.type());
    if (!nan && rounded_to(tensor.type(), number) != number) {
      throw InputError("value " + std::to_string(i) + " for " + in_quotes(tensor.name) + " is " +
                       std::to_string(number) + ", which is no " +
                       std::string(to_string(tensor.type())));
    }
    converted.set(i, number);
  }
}

/// Throws InputError unless every one of `given` is a source of the program, whole.
void replace(const TensorValues& given, const Program& program, TensorValues& sources) {
  for (const auto& [name, values] : given) {
    const auto tensor = std::ranges::find(program.tensors, name, &ProgramTensor::name);
    const auto source = sources.find(name);
    if (tensor == program.tensors.end() || source == sources.end()) {
      throw InputError("values for " + in_quotes(name) +
                       ", which is no input or parameter of the program");
    }
    if (values.size() != tensor->shape.elements()) {
      throw InputError(std::to_string(values.size()) + " values for " + in_quotes(name) +
                       ", which is " + to_string(tensor->shape));
    }
    if (values.type() == ElementType::kF32 && tensor->type() == ElementType::kF32) {
      source->second = values;
    } else {
      convert(values, *tensor, source->second);
    }
  }
}

TensorValues read_outputs(const Program& program, const DramImage& image) {
  TensorValues outputs;
  for (std::uint32_t i = 0; i < program.tensors.size(); ++i) {
    if (program.tensors[i].role == TensorRole::kOutput) {
      FloatArray values(program.tensors[i].shape.elements(), program.tensors[i].type());
      image.read(i, values.floats());
      outputs.emplace(program.tensors[i].name, std::move(values));
    }
  }
  return outputs;
}

}  // namespace

const TensorValues& KeptValues::sources(const CompiledModel& compiled, const ValueChoices& choices,
                                        std::uint64_t seed) {
  const OnnxModel* onnx = choices.onnx;
  // Which tensors are sources follows from the graph, but for a program without one.
  const bool named = !compiled.graph_name.empty();
  std::string name = named ? std::to_string(seed) + " " + compiled.graph_name : "";
  if (choices.given != nullptr) {
    name.clear();
  }
  if (name.empty() || name != sources_of_) {
    sources_ = onnx != nullptr  ? onnx_tensor_values(*onnx, seed)
               : compiled.graph ? draw_tensors(seed, *compiled.graph, compiled.program)
                                : draw_loaded(seed, compiled.program);
    if (choices.given != nullptr) {
      replace(*choices.given, compiled.program, sources_);
    }
    sources_of_ = std::move(name);
    reference_of_.clear();
  }
  return sources_;
}

Reference& KeptValues::reference(const CompiledModel& compiled, Coverage coverage,
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
  load_simulator();
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
  const TensorValues& sources = kept.sources(compiled, choices, seed);
  write_loaded(sources, program, image);
  options.dram = image.bytes();
  simulate_timing(compiled, options, outcome);

  if (choices.verify != VerifyChoice::kOff) {
    const Stopwatch watch;
    const Coverage coverage =
        choices.verify ? chosen_coverage(*choices.verify) : default_coverage(graph, program);
    outcome.verification =
        verify_outputs(kept.reference(compiled, coverage, seed), graph, program, sources, image);
    outcome.host.verify_seconds = watch.seconds();
  }
  if (choices.keep_outputs) {
    outcome.outputs = read_outputs(program, image);
  }
  if (expected) {
    outcome.expected = compare_outputs(*choices.onnx, program, sources, image, expected->outputs);
    outcome.expected->directory = expected->directory;
  }
}

}  // namespace tilewave
