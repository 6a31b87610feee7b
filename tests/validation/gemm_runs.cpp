// Models are built-ins, runs are timing only.
#include "tests/validation/gemm_runs.h"

#include <stdexcept>

#include "compiler/graph/builtins.h"
#include "platform/platform.h"
#include "sim/config/reader.h"
#include "sim/run/compile.h"
#include "tests/support/csv.h"

namespace tilewave::validation {
namespace {

const std::string kSource = TILEWAVE_SOURCE_DIR;

struct Simulated {
  RunResult result;
  std::uint64_t evictions = 0;
};

Simulated simulate(const std::string& model, const std::string& machine,
                   const std::vector<Setting>& settings) {
  const std::vector<SettingSource> sources = {
      read_config_file(kSource + "/configs/" + machine + ".ini"), {"validation", settings}};
  const Config config = resolve_config(sources);
  const CompiledModel compiled = compile_model(build_builtin(model), config);
  return {run_program(compiled.program, compiled.hazards, config.machine, {}),
          compiled.figures.evictions.value_or(0)};
}

Cycle cycles_in(const RunResult& result, Engine engine, EngineState state) {
  return result.engine(engine).cycles[static_cast<std::size_t>(state)];
}

IdealRun simulate_ideal(const test::CsvFile& file, const test::CsvFile::Row& row) {
  IdealRun run;
  const std::string& m = file.at(row, "M");
  const std::string& n = file.at(row, "N");
  const std::string& k = file.at(row, "K");
  run.shape = m + " x " + n + " x " + k;
  const bool golden = file.has("dataflow");
  run.source = golden ? "SCALE-Sim" : "LLMCompass";
  run.dataflow = golden ? file.at(row, "dataflow") : "os";
  run.loop_order = run.dataflow == "os" ? "mnk" : run.dataflow == "ws" ? "nkm" : "mkn";
  // Both count up to the last cycle's index.
  run.reference = 1 + (golden ? file.count(row, "total_cycles") - file.count(row, "stall_cycles")
                              : file.count(row, "last_cycle_index"));
  const RunResult result =
      simulate("gemm:" + m + "x" + k + "x" + n, "ideal-memory",
               {{"compute.dataflow", run.dataflow}, {"schedule.loop_order", run.loop_order}})
          .result;
  run.busy = cycles_in(result, Engine::kCompute, EngineState::kBusy);
  run.cycles = result.cycles;
  return run;
}

/// "gemm 512x512x512 (...)" is gemm:512x512x512.
std::string builtin_of(const std::string& workload) {
  const std::size_t space = workload.find(' ');
  if (space == std::string::npos) {
    throw std::runtime_error("cannot tell the model of the workload " + workload);
  }
  const std::size_t end = workload.find(' ', space + 1);
  return workload.substr(0, space) + ":" + workload.substr(space + 1, end - space - 1);
}

}  // namespace

std::vector<IdealRun> simulate_ideal_runs() {
  std::vector<IdealRun> runs;
  for (const char* name : {"systolic_os_32x32", "scalesim_golden"}) {
    const test::CsvFile file(kSource + "/tests/data/" + name + ".csv");
    for (const test::CsvFile::Row& row : file.rows()) {
      runs.push_back(simulate_ideal(file, row));
    }
  }
  return runs;
}

std::vector<OnnximRun> simulate_onnxim_runs() {
  const test::CsvFile file(kSource + "/tests/data/onnxim_32x32.csv");
  std::vector<OnnximRun> runs;
  for (const test::CsvFile::Row& row : file.rows()) {
    OnnximRun run;
    run.workload = file.at(row, "workload");
    run.reference = file.count(row, "cycles");
    run.reference_busy = static_cast<double>(run.reference) *
                         std::stod(file.at(row, "array_utilisation_percent")) / 100;
    const std::string model = builtin_of(run.workload);
    const auto [result, evictions] = simulate(model, "onnxim-32x32", {});
    run.cycles = result.cycles;
    run.busy = cycles_in(result, Engine::kCompute, EngineState::kBusy);
    run.wait_space = cycles_in(result, Engine::kLoadDma, EngineState::kWaitSpace);
    run.evictions = evictions;
    run.roomy_cycles = simulate(model, "onnxim-32x32", {{"sram.size", "64MiB"}}).result.cycles;
    runs.push_back(run);
  }
  return runs;
}

}  // namespace tilewave::validation
