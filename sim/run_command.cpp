// `tilewave run`: model → program → platform → verification → report and files.
#include <memory>

#include <sys/resource.h>

#include "compiler/error.h"
#include "models/dram_image.h"
#include "platform/platform.h"
#include "sim/commands.h"
#include "sim/files.h"
#include "sim/host_time.h"
#include "sim/onnx_values.h"
#include "sim/output_file.h"
#include "sim/prepare.h"
#include "sim/report.h"
#include "sim/result_json.h"
#include "sim/run_outcome.h"
#include "sim/tensor_data.h"
#include "sim/verification.h"

namespace tilewave {
namespace {

/// The files of a run, checked before anything else.
struct Outputs {
  std::unique_ptr<OutputFile> json;
  std::unique_ptr<OutputFile> vcd;

  explicit Outputs(const RunCommand& command) {
    std::vector<const OutputFile*> files;
    if (command.json_file) {
      json = std::make_unique<OutputFile>("--json", *command.json_file);
      files.push_back(json.get());
    }
    if (command.vcd_file) {
      if (!command.vcd_file->ends_with(".vcd")) {
        throw InputError("--vcd " + one_line(*command.vcd_file) +
                         ": a waveform's name has to end in .vcd");
      }
      vcd = std::make_unique<OutputFile>("--vcd", *command.vcd_file);
      files.push_back(vcd.get());
    }
    require_distinct(files);
  }
};

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

std::uint64_t peak_rss_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  constexpr std::uint64_t kKibibyte = 1024;
  return static_cast<std::uint64_t>(usage.ru_maxrss) * kKibibyte;
}

void simulate(const CompiledModel& compiled, const RunOptions& options, RunOutcome& outcome) {
  const Stopwatch watch;
  outcome.result = run_program(compiled.program, compiled.hazards, outcome.config.machine, options);
  outcome.host.simulation_seconds = watch.seconds();
}

/// What --expect names; null without it.
std::optional<std::vector<ExpectedOutput>> expected_outputs(const RunCommand& command,
                                                            const OnnxModel* onnx) {
  if (!command.expect_directory) {
    return std::nullopt;
  }
  if (onnx == nullptr) {
    throw InputError("command line: --expect has no effect on " + one_line(command.model) +
                     ", which is not an ONNX model");
  }
  return read_expected_outputs(*command.expect_directory, *onnx);
}

/// Simulates with data and compares the outputs. `onnx` is null unless the model is one.
void simulate_and_verify(const RunCommand& command, const CompiledModel& compiled,
                         const OnnxModel* onnx, RunOptions options, RunOutcome& outcome) {
  const Program& program = compiled.program;
  const Graph* graph = compiled.graph ? &*compiled.graph : nullptr;
  options.kernel = &select_kernel(kernel_kind(command.kernel));
  outcome.host.kernel = options.kernel->name;

  const auto expected = expected_outputs(command, onnx);
  const TensorValues sources = onnx != nullptr ? onnx_tensor_values(*onnx, command.seed)
                                               : draw_tensors(command.seed, program);
  DramImage image(program, command.config.machine.dram.layout);
  write_tensors(sources, program, image);
  options.dram = image.bytes();
  simulate(compiled, options, outcome);

  if (command.verify != VerifyChoice::kOff) {
    const Coverage coverage =
        command.verify ? chosen_coverage(*command.verify) : default_coverage(graph, program);
    outcome.verification = verify_outputs(graph, program, sources, image, coverage, command.seed);
    outcome.host.verify_seconds = outcome.verification->seconds;
  }
  if (expected) {
    outcome.expected = compare_outputs(*onnx, program, image, *expected);
    outcome.expected->directory = *command.expect_directory;
  }
}

void write_results(const RunOutcome& outcome, const Outputs& outputs) {
  if (outputs.vcd) {
    outputs.vcd->commit();
  }
  if (outputs.json) {
    outputs.json->write(result_json(outcome).dump(2) + "\n");
    outputs.json->commit();
  }
  if (!outputs.json || !outputs.json->is_standard_output()) {
    write_standard_output(report_text(outcome));
  }
}

}  // namespace

ExitCode run(const RunCommand& command) {
  const Stopwatch watch;
  if (command.print_config) {
    write_standard_output(print_config(command.config));
    return ExitCode::kDone;
  }
  const Outputs outputs(command);
  const PreparedWork work =
      prepare({command.model, command.program_file, command.schedule_setting, command.onnx},
              command.config);
  const CompiledModel& compiled = work.compiled;

  RunOutcome outcome;
  outcome.model = command.model;
  outcome.program = command.program_file;
  outcome.config = command.config;
  outcome.seed = command.seed;
  outcome.timing_only = command.timing_only;
  outcome.compile = compiled.figures;
  outcome.host.compile_seconds = compiled.seconds();
  outcome.host.kernel = "none";

  RunOptions options;
  options.vcd_path = outputs.vcd ? outputs.vcd->temporary() : "";
  if (command.timing_only) {
    simulate(compiled, options, outcome);
  } else {
    simulate_and_verify(command, compiled, work.onnx ? &*work.onnx : nullptr, options, outcome);
  }
  outcome.host.peak_rss_bytes = peak_rss_bytes();
  outcome.host.wall_seconds = watch.seconds();
  write_results(outcome, outputs);
  return outcome.passed() ? ExitCode::kDone : ExitCode::kVerificationFailed;
}

}  // namespace tilewave
