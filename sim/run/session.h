// Compile and run in process: the face of the library. Everything goes in and comes out as plain
// structs; nothing here needs a terminal, an environment variable or a signal handler, and the
// program around it may have a main() of its own. InputError is thrown for what a user can get
// wrong, InternalError for a bug of ours, std::bad_alloc where memory ends.
//
//   const Config config = make_config({{"sram.size", "64KiB"}});
//   const PreparedWork work = compile_work(build_builtin("gemm:512x512x512"), config);
//   const RunOutcome outcome = run_work(work, config, {.timing_only = true});
//   outcome.result.cycles
//
// One run at a time: a process has one SystemC.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "compiler/graph/builtins.h"
#include "compiler/graph/graph_text.h"
#include "sim/config/config.h"
#include "sim/mapping/mapping_file.h"
#include "sim/run/prepare.h"
#include "sim/run/run_outcome.h"
#include "sim/run/simulate.h"

namespace tilewave {

/// A key of the config and its value, spelled as in a file: {"dram.bandwidth", "8GB/s"}.
struct KeyValue {
  std::string key;
  std::string value;
};

/// The defaults with these keys. Files come by read_config_file() and resolve_config().
Config make_config(const std::vector<KeyValue>& settings = {});

/// A graph compiled for a config, and as its mapping says if it has one: config.mapping =
/// load_mapping("m.yaml"). Graphs are built by hand (graph.h), by build_builtin() or by
/// parse_graph(); prepare() takes the names of files.
PreparedWork compile_work(const Graph& graph, const Config& config);

/// A program that is compiled already, verified. `name` is what messages call it. If the graph that it computes
/// is given, inputs and outputs have to be the graph's, and values are compared with what that says.
PreparedWork adopt_work(Program program, const std::string& name, const Graph* graph = nullptr);

/// How a run is to be made.
struct RunRequest {
  bool timing_only = false;  ///< no values: the same cycles
  std::uint64_t seed = 1;    ///< of what is drawn
  KernelChoice kernel = KernelChoice::kAuto;
  std::optional<VerifyChoice> verify;  ///< none: full or sampled, by the amount of work
  /// By tensor, instead of drawn ones: row-major, whole, numbers that its type has.
  TensorValues inputs;
  bool keep_outputs = false;
  std::optional<ExpectedFiles> expected;          ///< of an ONNX model
  RunObserver* observer = nullptr;                ///< null: nobody watches, which costs nothing
  std::atomic<std::uint64_t>* fetched = nullptr;  ///< RunOptions::fetched
  /// Asked now and then while the simulation goes on; what it throws ends the run.
  std::function<void()> poll = {};
};

/// Simulates, and compares with the reference unless told not to: RunOutcome::passed() says whether
/// the values are right. Throws InputError if the program does not fit the machine, or if part of
/// the request has no effect.
RunOutcome run_work(const PreparedWork& work, const Config& config, const RunRequest& request = {});

}  // namespace tilewave
