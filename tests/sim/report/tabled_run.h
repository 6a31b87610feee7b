// A run with both of its tables, read back, on a machine of `settings`; and machines of every kind.
#pragma once

#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <unistd.h>

#include "sim/report/layers_table.h"
#include "sim/report/result_json.h"
#include "sim/run/session.h"
#include "sim/watch/ops_table.h"
#include "tests/support/csv.h"
#include "tests/trust/machines.h"

namespace tilewave::test {

struct TabledRun {
  explicit TabledRun(const std::string& model, const trust::Settings& settings = {})
      : config(trust::configured(settings)) {
    const std::string stem = ::testing::TempDir() + "tables_" + std::to_string(::getpid());
    const std::string ops_path = stem + "_ops.csv";
    const std::string layers_path = stem + "_layers.csv";
    const PreparedWork work = compile_work(
        is_builtin(model) ? build_builtin(model) : parse_graph(model, "graph"), config);
    program = work.compiled.program;
    OutputFile ops_file("--ops", ops_path);
    OpsTable ops_table(ops_file);
    LayerAccount account(work.compiled.program);
    RunObservers observers;
    observers.add(account);
    observers.add(ops_table);
    RunRequest request;
    request.timing_only = true;
    request.observer = &observers;
    outcome = run_work(work, config, request);
    ops_file.commit();
    std::ofstream(layers_path) << layers_csv(account, outcome);
    json = result_json(outcome, &account);
    layers = std::make_unique<CsvFile>(layers_path);
    ops = std::make_unique<CsvFile>(ops_path);
    std::ifstream head(layers_path);
    std::getline(head, layers_head);
    std::remove(layers_path.c_str());
    std::remove(ops_path.c_str());
  }

  Config config;
  Program program;
  RunOutcome outcome;
  nlohmann::ordered_json json;
  std::unique_ptr<CsvFile> layers;
  std::string layers_head;  ///< its first line
  std::unique_ptr<CsvFile> ops;
};

inline std::uint64_t sum(const CsvFile& table, const std::string& column) {
  std::uint64_t sum = 0;
  for (const CsvFile::Row& row : table.rows()) {
    sum += table.at(row, column).empty() ? 0 : table.count(row, column);
  }
  return sum;
}

inline std::string state_name(std::size_t state) {
  return to_string(static_cast<EngineState>(state));
}

inline const std::vector<trust::Settings> kTabledMachines = {
    {},
    {{"sram.size", "16KiB"}},
    {{"dma.engines", "shared"}, {"sram.size", "16KiB"}},
    {{"dma.engines", "shared"}, {"vector.unit", "own"}},
    {{"vector.unit", "own"}, {"sequencer.queue_depth", "1"}},
    {{"sequencer.overlap", "off"}},
    {{"dram.model", "banked"}, {"dram.layout", "row_major"}},
    {{"dram.channels", "4"}, {"clock.period", "833ps"}, {"dma.burst_bytes", "64B"}},
    {{"compute.dataflow", "simd"}, {"tile.m", "8"}, {"tile.n", "16"}, {"tile.k", "16"}},
    {{"compute.dataflow", "ws"}, {"tile.edges", "padded"}},
};

inline constexpr const char* kTabledModels[] = {"mlp:100x70x64x32", "gemm:96x64x160",
                                                trust::kResidual, trust::kResidualGelu};

}  // namespace tilewave::test
