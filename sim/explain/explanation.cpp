// The run with its timeline, then each analysis of it.
#include "sim/explain/explanation.h"

#include "platform/platform.h"
#include "platform/watch/op_timeline.h"

namespace tilewave {

Explanation explain_work(PreparedWork work, const Config& config, const ExplainOptions& options) {
  Explanation explanation;
  explanation.work = std::move(work);
  explanation.config =
      reported_config(explanation.work.source ? &*explanation.work.source : nullptr, config);
  const CompiledModel& compiled = explanation.work.compiled;
  const Program& program = compiled.program;

  OpTimelineRecorder recorder;
  RunOptions run;
  run.observer = &recorder;
  PhaseProgress* const progress = options.progress;
  if (progress != nullptr) {
    run.fetched = progress->begin("ops", program.ops.size(), "analysing");
  }
  explanation.result = run_program(program, compiled.hazards, config.machine, run);
  const OpTimeline& timeline = recorder.timeline();

  const std::vector<OpLinks> links = find_links(program);
  const StartEvents events(program, compiled.hazards, config.machine, timeline);
  explanation.traffic = find_traffic(program, links, config.machine.sram.size_bytes);
  explanation.reloads = find_reloads(program, links);
  explanation.path =
      find_critical_path(program, config.machine, timeline, events, explanation.result.cycles);
  explanation.loads = find_load_ahead(program, links, timeline, events);

  const Graph* source = explanation.work.source ? &*explanation.work.source : nullptr;
  const BaseRun base = base_run(source, compiled, config, explanation.result.cycles);
  explanation.replay_error = base.replay_error();
  explanation.dram_rate = base.dram_rate;
  const std::vector<WhatIf> what_ifs = standard_what_ifs(config, base.source);
  std::atomic<std::uint64_t>* const done =
      progress == nullptr ? nullptr : progress->begin("what-ifs", what_ifs.size(), "writing");
  explanation.what_ifs = predict(base, what_ifs, options.simulate, done);
  return explanation;
}

}  // namespace tilewave
