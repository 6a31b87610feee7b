// Every op of a run has its row, in order; the rows add up to the result, on machines of every kind.
#include "sim/watch/ops_table.h"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "tests/sim/report/tabled_run.h"

namespace tilewave {
namespace {

using test::CsvFile;
using test::state_name;
using test::sum;
using test::TabledRun;

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

TEST(OpsTable, AddsUpToTheResultOnMachinesOfEveryKind) {
  for (const trust::Settings& machine : test::kTabledMachines) {
    for (const char* model : test::kTabledModels) {
      SCOPED_TRACE(trust::to_arguments(machine) + " " + model);
      const TabledRun run(model, machine);
      expect_ops_add_up(run);
      expect_ops(run);
    }
  }
}

// Two steps, 32 and 18 products deep.
TEST(OpsTable, SaysWhatEachOpIs) {
  const TabledRun run("gemm:32x50x20");
  const CsvFile& table = *run.ops;
  const auto cells = [&table](std::size_t row, const std::vector<std::string>& columns) {
    std::string text;
    for (const std::string& column : columns) {
      text += (text.empty() ? "" : " ") + table.at(table.rows()[row], column);
    }
    return text;
  };
  const std::vector<std::string> what = {"op", "opcode", "unit", "tensor", "row", "col"};
  EXPECT_EQ(cells(0, what), "0 load load_dma x 0 0");
  EXPECT_EQ(cells(1, what), "1 load load_dma w1 0 0");
  EXPECT_EQ(cells(0, {"m", "n", "k", "macs", "dram.read_bytes [B]"}), "32 32  0 4096");
  EXPECT_EQ(cells(1, {"m", "n", "k", "macs", "dram.read_bytes [B]"}), "32 20  0 2560");
  const std::size_t last = table.rows().size() - 1;
  EXPECT_EQ(cells(last, what), std::to_string(last) + " store store_dma out 0 0");
  EXPECT_EQ(cells(last, {"m", "n", "dram.read_bytes [B]", "dram.write_bytes [B]"}), "32 20 0 2560");
  EXPECT_EQ(cells(last, {"held_by", "conflict"}), std::to_string(last - 1) + " read-after-write");
  // 32 x 20 x 18: the second step of a product 50 deep; an array of 32 x 32 could do 18 x 1024.
  EXPECT_EQ(cells(last - 1, {"opcode", "m", "n", "k", "macs", "padding_macs", "compute.slots"}),
            "matmul 32 20 18 11520 0 18432");
}

TEST(OpsTable, PaddingIsNoUsefulWork) {
  const TabledRun run("gemm:32x50x20", {{"tile.edges", "padded"}});
  const CsvFile& table = *run.ops;
  const CsvFile::Row& step = table.rows()[table.rows().size() - 2];
  EXPECT_EQ(table.at(step, "k"), "32");
  EXPECT_EQ(table.count(step, "macs"), 32U * 20 * 18);
  EXPECT_EQ(table.count(step, "padding_macs"), 32U * 32 * 32 - 32 * 20 * 18);
}

/// The most rows that waited for their turn.
std::size_t most_held(const std::string& model, const trust::Settings& settings) {
  struct Probe : RunObserver {
    const OpsTable* table = nullptr;
    std::size_t most = 0;
    void on_fetch(std::uint32_t /*op*/, Cycle /*cycle*/) override {
      most = std::max(most, table->held());
    }
  };
  const Config config = trust::configured(settings);
  const CompiledModel compiled = trust::compiled(model, config);
  OutputFile file("--ops", "/dev/null");
  OpsTable table(file);
  Probe probe;
  probe.table = &table;
  RunObservers observers;
  observers.add(table);
  observers.add(probe);
  RunOptions options;
  options.observer = &observers;
  run_program(compiled.program, compiled.hazards, config.machine, options);
  EXPECT_EQ(table.held(), 0U);
  EXPECT_GT(compiled.program.ops.size(), 800U);
  return probe.most;
}

// Three or four queues of 16, and as many ops under way: whether an engine has its last op early, as the
// load engine where everything fits, and a vector unit of its own before a long product, or rarely any.
TEST(OpsTable, HoldsNoMoreThanWhatIsUnderWay) {
  constexpr std::size_t kBound = 200;  // of programs of 800 ops and more
  const std::string product_last =
      "input x 64x64\ng = gelu x\nparam v 64x4096\nh = matmul g v\nparam u "
      "4096x64\ny = matmul h u\noutput y\n";
  for (const trust::Settings& machine :
       std::vector<trust::Settings>{{},
                                    {{"sram.size", "16MiB"}, {"schedule.loop_order", "kmn"}},
                                    {{"sram.size", "16MiB"}, {"vector.unit", "own"}},
                                    {{"dma.engines", "shared"}},
                                    {{"compute.dataflow", "ws"}},
                                    {{"dram.model", "banked"}}}) {
    SCOPED_TRACE(trust::to_arguments(machine));
    EXPECT_LT(most_held("gemm:512x512x512", machine), kBound);
    EXPECT_LT(most_held("gemm:32x16384x32", machine), kBound);
    EXPECT_LT(most_held(product_last, machine), kBound);
  }
}

}  // namespace
}  // namespace tilewave
