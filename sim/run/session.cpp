// The stages that the face of the library names, put together.
#include "sim/run/session.h"

#include <utility>

#include "compiler/base/error.h"
#include "sim/run/compile.h"

namespace tilewave {

Config make_config(const std::vector<KeyValue>& settings) {
  SettingSource source{"settings", {}};
  for (const KeyValue& setting : settings) {
    source.settings.push_back({setting.key, setting.value, 0});
  }
  const std::vector<SettingSource> sources = {std::move(source)};
  return resolve_config(sources);
}

PreparedWork compile_work(const Graph& graph, const Config& config) {
  return {graph, std::nullopt, compile_model(graph, config)};
}

PreparedWork adopt_work(Program program, const std::string& name, const Graph* graph) {
  return {std::nullopt, std::nullopt, adopt_program(std::move(program), name, graph)};
}

RunOutcome run_work(const PreparedWork& work, const Config& config, const RunRequest& request) {
  const bool computes_nothing = request.timing_only;
  if (computes_nothing && (!request.inputs.empty() || request.keep_outputs || request.expected)) {
    throw InputError("a run that is timing only has no inputs and no outputs");
  }
  if (request.expected && !work.onnx) {
    throw InputError("only an ONNX model has expected outputs");
  }
  RunOutcome outcome;
  outcome.config = reported_config(work.source ? &*work.source : nullptr, config);
  outcome.seed = request.seed;
  outcome.timing_only = request.timing_only;
  outcome.unread_weights = work.onnx ? unread_weights(*work.onnx) : 0;
  outcome.compile = work.compiled.figures;
  outcome.host.compile_seconds = work.compiled.seconds();
  outcome.host.kernel = "none";
  RunOptions options;
  options.observer = request.observer;
  options.poll = request.poll;
  options.fetched = request.fetched;
  if (request.timing_only) {
    simulate_timing(work.compiled, options, outcome);
    return outcome;
  }
  KeptValues values;
  simulate_values(work.compiled,
                  {request.kernel, request.verify, work.onnx ? &*work.onnx : nullptr,
                   request.inputs.empty() ? nullptr : &request.inputs, request.keep_outputs},
                  request.expected, options, values, outcome);
  return outcome;
}

}  // namespace tilewave
