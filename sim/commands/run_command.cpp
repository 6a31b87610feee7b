// `tilewave run`: model → program → platform → verification → report and files.
#include "sim/commands/run_command.h"

#include <memory>

#include <sys/resource.h>

#include "compiler/base/error.h"
#include "compiler/base/stopwatch.h"
#include "platform/platform.h"
#include "sim/base/dump_json.h"
#include "sim/base/files.h"
#include "sim/base/output_file.h"
#include "sim/model/model_source.h"
#include "sim/pages/run_page.h"
#include "sim/pages/run_recorder.h"
#include "sim/report/layers_table.h"
#include "sim/report/report.h"
#include "sim/report/result_json.h"
#include "sim/run/session.h"
#include "sim/watch/gtkw.h"
#include "sim/watch/ops_table.h"
#include "sim/watch/run_trace.h"
#include "sim/watch/run_wave.h"

namespace tilewave {
namespace {

/// The files of a run, checked before anything else.
struct Outputs {
  std::unique_ptr<OutputFile> json;
  std::unique_ptr<OutputFile> vcd;
  std::unique_ptr<OutputFile> gtkw;  ///< beside the waveform
  std::unique_ptr<OutputFile> trace;
  std::unique_ptr<OutputFile> report;
  std::unique_ptr<OutputFile> layers;
  std::unique_ptr<OutputFile> ops;

  explicit Outputs(const RunCommand& command) {
    std::vector<const OutputFile*> files;
    json = opened("--json", command.json_file, files);
    if (command.vcd_file) {
      if (!command.vcd_file->ends_with(".vcd")) {
        throw InputError("--vcd " + one_line(*command.vcd_file) +
                         ": a waveform's name has to end in .vcd");
      }
      vcd = std::make_unique<OutputFile>("--vcd", *command.vcd_file);
      gtkw = std::make_unique<OutputFile>("--vcd", gtkw_path(*command.vcd_file));
      files.push_back(vcd.get());
      files.push_back(gtkw.get());
    }
    trace = opened("--trace", command.trace_file, files);
    report = opened("--report", command.report_file, files);
    layers = opened("--layers", command.layers_file, files);
    ops = opened("--ops", command.ops_file, files);
    require_distinct(files, command.inputs);
  }

  /// Whether the report's place is taken.
  bool use_standard_output() const {
    return (json && json->is_standard_output()) || (layers && layers->is_standard_output());
  }

 private:
  static std::unique_ptr<OutputFile> opened(const char* option,
                                            const std::optional<std::string>& path,
                                            std::vector<const OutputFile*>& files) {
    auto file = path ? std::make_unique<OutputFile>(option, *path) : nullptr;
    if (file) {
      files.push_back(file.get());
    }
    return file;
  }
};

std::uint64_t peak_rss_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  constexpr std::uint64_t kKibibyte = 1024;
  return static_cast<std::uint64_t>(usage.ru_maxrss) * kKibibyte;
}

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

/// Who watches the run, for the sake of which output.
struct Watchers {
  RunObservers all;
  std::optional<RunWave> wave;
  std::optional<RunTrace> trace;
  std::optional<RunRecorder> recorder;
  std::optional<LayerAccount> account;  ///< none if the recorder has one
  std::optional<OpsTable> ops;

  Watchers(const RunCommand& command, const Outputs& outputs, const Program& program) {
    if (outputs.vcd) {
      all.add(wave.emplace(*outputs.vcd, command.wave));
    }
    if (outputs.trace) {
      all.add(trace.emplace(*outputs.trace, command.name()));
    }
    if (outputs.report) {
      all.add(recorder.emplace(program));
    } else if (outputs.json || outputs.layers) {
      all.add(account.emplace(program));
    }
    if (outputs.ops) {
      all.add(ops.emplace(*outputs.ops));
    }
  }

  /// Null if no output shows layers.
  const LayerAccount* layers() const {
    return recorder ? &recorder->account() : account ? &*account : nullptr;
  }
};

void write_results(const RunOutcome& outcome, const CompiledModel& compiled,
                   const Watchers& watchers, const Outputs& outputs) {
  const nlohmann::ordered_json json = result_json(outcome, watchers.layers());
  if (outputs.report) {
    outputs.report->write(run_page(run_page_data(json, outcome.result, outcome.config.machine,
                                                 compiled.hazards, *watchers.recorder)));
  }
  if (outputs.json) {
    outputs.json->write(dump_json(json, 2) + "\n");
  }
  if (outputs.layers) {
    outputs.layers->write(layers_csv(*watchers.layers(), outcome));
  }
  for (OutputFile* file :
       {outputs.gtkw.get(), outputs.vcd.get(), outputs.trace.get(), outputs.ops.get(),
        outputs.layers.get(), outputs.report.get(), outputs.json.get()}) {
    if (file != nullptr) {
      file->commit();
    }
  }
  if (!outputs.use_standard_output()) {
    write_standard_output(report_text(outcome));
  }
}

/// The config, if MODEL can be run with it.
ExitCode show_config(const RunCommand& command) {
  const bool compiles =
      command.model.empty() || graph_of(load_model(command.model, command.onnx)) != nullptr;
  if (compiles) {
    require_tiles_fit(command.config);
  } else if (!command.schedule_setting.empty()) {
    fail_scheduled_already(command.schedule_setting, command.model);
  }
  write_standard_output(print_config(command.config));
  return ExitCode::kDone;
}

ExitCode run(const RunCommand& command) {
  const Stopwatch watch;
  if (command.print_config) {
    return show_config(command);
  }
  const Outputs outputs(command);
  const PreparedWork work =
      prepare({command.model, command.program_file, command.schedule_setting, command.onnx},
              command.config);

  Watchers watchers(command, outputs, work.compiled.program);
  RunRequest request;
  request.timing_only = command.timing_only;
  request.seed = command.seed;
  request.kernel = command.kernel;
  request.verify = command.verify;
  request.expected = expected_outputs(command, work.onnx ? &*work.onnx : nullptr);
  request.observer = watchers.all.empty() ? nullptr : &watchers.all;
  RunOutcome outcome = run_work(work, command.config, request);
  outcome.model = command.name();
  outcome.program = command.program_file;
  if (const std::optional<RunWave>& wave = watchers.wave) {
    outputs.gtkw->write(gtkw_text(*command.vcd_file, wave->variables(), wave->from(), wave->to()));
  }
  outcome.host.peak_rss_bytes = peak_rss_bytes();
  outcome.host.wall_seconds = watch.seconds();
  write_results(outcome, work.compiled, watchers, outputs);
  return outcome.passed() ? ExitCode::kDone : ExitCode::kVerificationFailed;
}

}  // namespace

ExitCode RunCommand::execute() const { return run(*this); }

}  // namespace tilewave
