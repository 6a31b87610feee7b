// The layers of a run add up to its result, on machines of every kind; and they are the same in CSV and
// JSON.
#include "sim/report/layers_table.h"

#include <sstream>

#include <gtest/gtest.h>

#include "sim/report/json_place.h"
#include "tests/sim/report/tabled_run.h"

namespace tilewave {
namespace {

using Json = nlohmann::ordered_json;
using test::CsvFile;
using test::state_name;
using test::sum;
using test::TabledRun;

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
  EXPECT_EQ(sum(table, "array_slots"), run.outcome.work().array_slots);
  std::uint64_t ops = 0;
  for (const OpcodeRule& rule : kOpcodeRules) {
    ops += sum(table, "ops." + std::string(rule.word));
  }
  EXPECT_EQ(ops, run.program.ops.size());
}

Json value_of(const std::string& cell) {
  return cell.empty() ? Json(nullptr) : Json::parse(cell, nullptr, false);
}

/// The columns, by their names without units.
void expect_same_in_json(const TabledRun& run) {
  const Json& layers = run.json["layers"];
  ASSERT_EQ(layers.size() + 1, run.layers->rows().size());
  std::istringstream names(run.layers_head);
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

TEST(LayersTable, AddsUpToTheResultOnMachinesOfEveryKind) {
  for (const trust::Settings& machine : test::kTabledMachines) {
    for (const char* model : test::kTabledModels) {
      SCOPED_TRACE(trust::to_arguments(machine) + " " + model);
      const TabledRun run(model, machine);
      expect_layers_add_up(run);
      expect_same_in_json(run);
    }
  }
}

// 100 x 70 x 64 and 100 x 64 x 32 on a 32 x 32 array.
TEST(LayersTable, ALayerSaysWhatItIs) {
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

TEST(LayersTable, WhatIsNotDefinedIsEmpty) {
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

TEST(LayersTable, ARunThatNobodyWatchesHasNoLayers) {
  RunOutcome outcome;
  EXPECT_FALSE(result_json(outcome).contains("layers"));
}

}  // namespace
}  // namespace tilewave
