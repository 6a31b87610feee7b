// `tilewave run`: model → program → platform → verification → report and files.
#include "sim/commands/run_command.h"

#include <optional>

#include "compiler/base/error.h"
#include "compiler/base/stopwatch.h"
#include "sim/base/files.h"
#include "sim/base/host.h"
#include "sim/base/progress.h"
#include "sim/commands/input_names.h"
#include "sim/model/model_source.h"
#include "sim/report/report.h"
#include "sim/run/session.h"

namespace tilewave {
namespace {

/// What --expect names; null without it.
std::optional<ExpectedFiles> expected_outputs(const RunCommand& command, const OnnxModel* onnx) {
  if (!command.expect_directory) {
    return std::nullopt;
  }
  if (onnx == nullptr) {
    throw InputError("command line: --expect has no effect on " + one_line(command.name()) +
                     ", which is not an ONNX model");
  }
  return ExpectedFiles{*command.expect_directory,
                       read_expected_outputs(*command.expect_directory, *onnx)};
}

/// The config, if MODEL can be run with it.
ExitCode show_config(const RunCommand& command) {
  if (!command.model.empty()) {
    prepare({command.model, command.program_file, command.schedule_setting, command.onnx},
            command.config);
  }
  write_standard_output(print_config(command.config));
  return ExitCode::kDone;
}

ExitCode run(const RunCommand& command) {
  const Stopwatch watch;
  if (command.print_config) {
    return show_config(command);
  }
  RunOutputs outputs(command.outputs, command.inputs);
  std::optional<PhaseProgress> progress(std::in_place);
  progress->begin("compiling");
  const PreparedWork work =
      prepare({command.model, command.program_file, command.schedule_setting, command.onnx},
              command.config);
  outputs.keep_away_from(data_inputs(work.onnx ? &*work.onnx : nullptr));

  RunRequest request;
  request.timing_only = command.timing_only;
  request.seed = command.seed;
  request.kernel = command.kernel;
  request.verify = command.verify;
  request.expected = expected_outputs(command, work.onnx ? &*work.onnx : nullptr);
  request.observer = outputs.watch(work.compiled.program, command.name());
  request.fetched = progress->begin("ops", work.compiled.program.ops.size(),
                                    command.timing_only ? "finishing" : "checking the outputs");
  RunOutcome outcome = run_work(work, command.config, request);
  progress.reset();
  outcome.model = command.name();
  outcome.program = command.program_file;
  outcome.host.peak_rss_bytes = peak_rss_bytes();
  outcome.host.wall_seconds = watch.seconds();
  outputs.write(outcome, work.compiled);
  if (!outputs.use_standard_output()) {
    write_standard_output(report_text(outcome));
  }
  return outcome.passed() ? ExitCode::kDone : ExitCode::kVerificationFailed;
}

}  // namespace

ExitCode RunCommand::execute() const { return run(*this); }

}  // namespace tilewave
