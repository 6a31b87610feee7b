// The files that a run leaves behind, and who has to watch it for each.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "sim/base/output_file.h"
#include "sim/pages/run_recorder.h"
#include "sim/run/dram_trace_format.h"
#include "sim/run/prepare.h"
#include "sim/run/run_outcome.h"
#include "sim/shares/layer_account.h"
#include "sim/watch/ops_table.h"
#include "sim/watch/run_dram_trace.h"
#include "sim/watch/run_trace.h"
#include "sim/watch/run_wave.h"

namespace tilewave {

/// Which, by their names; of some "-" is standard output.
struct RunOutputNames {
  std::optional<std::string> json;  ///< "-"
  std::optional<std::string> vcd;
  WaveChoice wave;  ///< what of the waveform
  std::optional<std::string> trace;
  std::optional<std::string> dram_trace;
  DramTraceFormat dram_trace_format = DramTraceFormat::kTilewave;
  std::optional<std::string> report;  ///< an HTML page
  std::optional<std::string> layers;  ///< CSV; "-"
  std::optional<std::string> ops;     ///< CSV
};

/// Refused before anything else if they cannot be written; nothing is there before write().
class RunOutputs {
 public:
  /// They and the `inputs` have to be different files. Throws InputError.
  RunOutputs(const RunOutputNames& names, const std::vector<InputName>& inputs);

  /// Files that turn out to be read, too. Throws InputError if one is an output.
  void keep_away_from(const std::vector<InputName>& inputs) const;

  /// Who is to observe the run of the program, which outlives it, of the model of that name; null if nobody
  /// has to. `with_layers`: layers() is wanted, whatever the files are.
  RunObserver* watch(const Program& program, const std::string& model, bool with_layers = false);
  /// Null if nobody has watched for the sake of layers.
  const LayerAccount* layers() const;

  /// All of them. Throws InputError.
  void write(const RunOutcome& outcome, const CompiledModel& compiled);
  /// Whether the report's place is taken.
  bool use_standard_output() const;

 private:
  std::unique_ptr<OutputFile> opened(const char* option, const std::optional<std::string>& path);

  std::vector<const OutputFile*> files_;
  std::unique_ptr<OutputFile> json_;
  std::unique_ptr<OutputFile> vcd_;
  std::unique_ptr<OutputFile> gtkw_;  ///< beside the waveform
  std::unique_ptr<OutputFile> trace_;
  std::unique_ptr<OutputFile> dram_trace_;
  std::unique_ptr<OutputFile> report_;
  std::unique_ptr<OutputFile> layers_;
  std::unique_ptr<OutputFile> ops_;

  RunOutputNames names_;
  RunObservers observers_;
  std::optional<RunWave> wave_;
  std::optional<RunTrace> run_trace_;
  std::optional<RunDramTrace> run_dram_trace_;
  std::optional<RunRecorder> recorder_;
  std::optional<LayerAccount> account_;  ///< none if the recorder has one
  std::optional<OpsTable> ops_table_;
};

}  // namespace tilewave
