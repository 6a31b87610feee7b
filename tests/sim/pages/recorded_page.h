// A model compiled for a machine and run there, with the recorder of what its page shows.
#pragma once

#include <string>

#include "sim/pages/run_recorder.h"
#include "tests/trust/machines.h"

namespace tilewave::test {

struct RecordedPage {
  /// A built-in or the text of a graph, on the default machine but for `settings`.
  explicit RecordedPage(const std::string& model, const trust::Settings& settings = {},
                        std::uint64_t most_ops = RunRecorder::kMostOps)
      : config(trust::configured(settings)),
        compiled(trust::compiled(model, config)),
        recorder(compiled.program, most_ops) {
    RunOptions options;
    options.observer = &recorder;
    result = run_program(compiled.program, compiled.hazards, config.machine, options);
  }

  Config config;
  CompiledModel compiled;
  RunRecorder recorder;
  RunResult result;
};

}  // namespace tilewave::test
