// The tables of a run add up to its result, on machines of every kind; and the layers are the same in
// CSV and JSON.
#include "sim/report/layers_table.h"

#include <fstream>
#include <map>
#include <memory>
#include <sstream>

#include <gtest/gtest.h>

#include "sim/report/json_place.h"
#include "sim/report/ops_table.h"
#include "sim/report/result_json.h"
#include "sim/run/session.h"
#include "tests/support/csv.h"
#include "tests/trust/machines.h"

namespace tilewave {
namespace {

using Json = nlohmann::ordered_json;
using test::CsvFile;

/// A run with both tables.
struct TabledRun {
  explicit TabledRun(const std::string& model, const trust::Settings& settings = {})
      : config(trust::configured(settings)) {
    const std::string folder = ::testing::TempDir();
    const PreparedWork work = compile_work(
        is_builtin(model) ? build_builtin(model) : parse_graph(model, "graph"), config);
    program = work.compiled.program;
    OutputFile ops_file("--ops", folder + "/ops.csv");
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
    std::ofstream(folder + "/layers.csv") << layers_csv(account, outcome);
    json = result_json(outcome, &account);
    layers = std::make_unique<CsvFile>(folder + "/layers.csv");
    ops = std::make_unique<CsvFile>(folder + "/ops.csv");
  }

  Config config;
  Program program;
  RunOutcome outcome;
  Json json;
  std::unique_ptr<CsvFile> layers;
  std::unique_ptr<CsvFile> ops;
};

std::uint64_t sum(const CsvFile& table, const std::string& column) {
  std::uint64_t sum = 0;
  for (const CsvFile::Row& row : table.rows()) {
    sum += table.at(row, column).empty() ? 0 : table.count(row, column);
  }
  return sum;
}

std::string state_name(std::size_t state) { return to_string(static_cast<EngineState>(state)); }

/// Of the layers, with the last row.
void expect_layers_add_up(const TabledRun& run) {
  const CsvFile& table = *run.layers;
  const RunResult& result = run.outcome.result;
  for (const Engine unit : result.units.all()) {
    for (std::size_t state = 0; state < kEngineStateCount; ++state) {
      const std::string column =
          std::string("engines.") + to_string(unit) + "." + state_name(state) + " [cycles]";
      EXPECT_EQ(sum(table, column), result.engine(unit).cycles[state]) << column;
    }
  }
  EXPECT_EQ(sum(table, "dram.read_bytes [B]"), result.dram.read_bytes);
  EXPECT_EQ(sum(table, "dram.write_bytes [B]"), result.dram.write_bytes);
  EXPECT_EQ(sum(table, "macs"), run.outcome.compile.macs);
  EXPECT_EQ(sum(table, "padding_macs"), result.macs() - run.outcome.compile.macs);
  EXPECT_EQ(sum(table, "compute.slots"), result.slots());
  EXPECT_EQ(sum(table, "array_slots"), run.outcome.array_slots());
  std::uint64_t ops = 0;
  for (const OpcodeRule& rule : kOpcodeRules) {
    ops += sum(table, "ops." + std::string(rule.word));
  }
  EXPECT_EQ(ops, run.program.ops.size());
}

/// Of the ops; what is missing is the last row of the layers.
void expect_ops_add_up(const TabledRun& run) {
  const CsvFile& table = *run.ops;
  const RunResult& result = run.outcome.result;
  const CsvFile::Row& rest = run.layers->rows().back();
  std::map<std::string, std::array<Cycle, kEngineStateCount>> cycles;
  for (const CsvFile::Row& row : table.rows()) {
    for (std::size_t state = 0; state < kEngineStateCount; ++state) {
      cycles[table.at(row, "unit")][state] += table.count(row, state_name(state) + " [cycles]");
    }
  }
  for (const Engine unit : result.units.all()) {
    const std::string name = to_string(unit);
    for (std::size_t state = 0; state < kEngineStateCount; ++state) {
      EXPECT_EQ(cycles[name][state] + run.layers->count(rest, "engines." + name + "." +
                                                                  state_name(state) + " [cycles]"),
                result.engine(unit).cycles[state])
          << name << " " << state_name(state);
    }
  }
  EXPECT_EQ(sum(table, "dram.read_bytes [B]"), result.dram.read_bytes);
  EXPECT_EQ(sum(table, "dram.write_bytes [B]"), result.dram.write_bytes);
  EXPECT_EQ(sum(table, "macs"), run.outcome.compile.macs);
  EXPECT_EQ(sum(table, "padding_macs"), result.macs() - run.outcome.compile.macs);
  EXPECT_EQ(sum(table, "compute.slots"), result.slots());
}

/// Each op is there once, in order, and starts when what held it is complete.
void expect_ops(const TabledRun& run) {
  const CsvFile& table = *run.ops;
  ASSERT_EQ(table.rows().size(), run.program.ops.size());
  std::size_t held = 0;
  for (std::size_t i = 0; i < run.program.ops.size(); ++i) {
    const CsvFile::Row& row = table.rows()[i];
    ASSERT_EQ(table.count(row, "op"), i);
    EXPECT_EQ(table.at(row, "opcode"), to_string(run.program.ops[i].opcode));
    EXPECT_LT(table.count(row, "start [cycle]"), table.count(row, "end [cycle]"));
    const std::string& by = table.at(row, "held_by");
    EXPECT_EQ(by.empty(), table.count(row, "held [cycles]") == 0) << i;
    EXPECT_EQ(by.empty(), table.at(row, "conflict").empty());
    if (!by.empty()) {
      ++held;
      const std::size_t other = std::stoull(by);
      ASSERT_LT(other, i);
      EXPECT_EQ(table.at(table.rows()[other], "end [cycle]"), table.at(row, "start [cycle]"));
    }
  }
  // Without overlap, ops are fetched when nothing is in their way any more.
  EXPECT_EQ(held > 0, run.config.machine.sequencer.overlap);
}

Json value_of(const std::string& cell) {
  return cell.empty() ? Json(nullptr) : Json::parse(cell, nullptr, false);
}

/// The columns, by their names without units.
void expect_same_in_json(const TabledRun& run, const std::string& csv_file) {
  std::ifstream file(csv_file);
  std::string head;
  std::getline(file, head);
  const Json& layers = run.json["layers"];
  ASSERT_EQ(layers.size() + 1, run.layers->rows().size());
  std::istringstream names(head);
  std::string column;
  std::size_t count = 0;
  while (std::getline(names, column, ',')) {
    const std::string name = column.substr(0, column.find(' '));
    for (std::size_t i = 0; i < layers.size(); ++i) {
      const std::string& cell = run.layers->at(run.layers->rows()[i], column);
      const Json& json = layers[i].at(json_place(name));
      EXPECT_EQ(json, json.is_string() ? Json(cell) : value_of(cell)) << column;
    }
    ++count;
  }
  EXPECT_EQ(count, layers[0].flatten().size());
}

const std::vector<trust::Settings> kMachines = {
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

TEST(RunTables, AddUpToTheResultOnMachinesOfEveryKind) {
  for (const trust::Settings& machine : kMachines) {
    for (const char* model :
         {"mlp:100x70x64x32", "gemm:96x64x160", trust::kResidual, trust::kResidualGelu}) {
      SCOPED_TRACE(trust::to_arguments(machine) + " " + model);
      const TabledRun run(model, machine);
      expect_layers_add_up(run);
      expect_ops_add_up(run);
      expect_ops(run);
      expect_same_in_json(run, ::testing::TempDir() + "/layers.csv");
    }
  }
}

// 100 x 70 x 64 and 100 x 64 x 32 on a 32 x 32 array.
TEST(RunTables, ALayerSaysWhatItIs) {
  const TabledRun run("mlp:100x70x64x32");
  const Json& layers = run.json["layers"];
  ASSERT_EQ(layers.size(), 2U);
  EXPECT_EQ(layers[0]["layer"], "a1");
  EXPECT_EQ(layers[0]["kind"], "matmul+relu");
  EXPECT_EQ(layers[0]["m"], 100);
  EXPECT_EQ(layers[0]["n"], 64);
  EXPECT_EQ(layers[0]["k"], 70);
  EXPECT_EQ(layers[0]["macs"], 100 * 64 * 70);
  EXPECT_EQ(layers[1]["macs"], 100 * 32 * 64);
  EXPECT_EQ(layers[0]["ops"]["matmul"], 4 * 2 * 3);
  EXPECT_EQ(layers[0]["ops"]["vector"], 0);
  EXPECT_EQ(layers[0]["start"], 0);
  EXPECT_EQ(layers[1]["end"], run.json["cycles"]);
  EXPECT_LT(layers[1]["start"], layers[0]["end"]);  // loads run ahead
  // 4 row tiles, 2 column tiles and 70 products deep: 8 x 70 cycles of 1024.
  EXPECT_EQ(layers[0]["compute"]["slots"], 8 * 70 * 1024);
  EXPECT_DOUBLE_EQ(layers[0]["utilisation"]["fill"], 448000.0 / 573440.0);
  const double bytes = layers[0]["dram"]["read_bytes"].get<double>() +
                       layers[0]["dram"]["write_bytes"].get<double>();
  EXPECT_DOUBLE_EQ(layers[0]["arithmetic_intensity"], 2 * 448000.0 / bytes);
  EXPECT_EQ(run.json["no_layer"]["engines"]["compute"]["busy"], 0);
}

TEST(RunTables, WhatIsNotDefinedIsEmpty) {
  const TabledRun run("input x 40x40\ny = relu x\noutput y\n");
  const Json& layer = run.json["layers"][0];
  for (const char* name : {"m", "n", "k", "arithmetic_intensity"}) {
    EXPECT_TRUE(layer[name].is_null()) << name;
  }
  EXPECT_TRUE(layer["utilisation"]["fill"].is_null());
  EXPECT_TRUE(layer["roofline"]["achieved_gflops"].is_null());
  EXPECT_EQ(layer["kind"], "relu");
  EXPECT_EQ(layer["macs"], 0);
  const CsvFile::Row& rest = run.layers->rows().back();
  EXPECT_EQ(run.layers->at(rest, "layer"), "no layer");
  for (const char* name : {"kind", "start [cycle]", "end [cycle]", "utilisation.fill"}) {
    EXPECT_EQ(run.layers->at(rest, name), "") << name;
  }
}

TEST(RunTables, ARunThatNobodyWatchesHasNoLayers) {
  RunOutcome outcome;
  EXPECT_FALSE(result_json(outcome).contains("layers"));
}

}  // namespace
}  // namespace tilewave
