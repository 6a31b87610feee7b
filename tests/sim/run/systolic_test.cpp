// Whole GEMMs on a machine whose memory never limits (configs/ideal-memory.ini): the core is busy
// for exactly the cycles of SCALE-Sim's closed forms. The references were not made by tilewave:
// tests/data/systolic_os_32x32.csv and scalesim_golden.csv.
#include <fstream>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/graph/builtins.h"
#include "models/compute/compute_timing.h"
#include "platform/platform.h"
#include "sim/config/reader.h"
#include "sim/run/compile.h"

namespace tilewave {
namespace {

const std::string kSource = TILEWAVE_SOURCE_DIR;

using Row = std::vector<std::string>;

/// The rows of a CSV file below its header.
std::vector<Row> read_csv(const std::string& name) {
  std::ifstream file(kSource + "/tests/data/" + name);
  EXPECT_TRUE(file) << name;
  std::vector<Row> rows;
  for (std::string line; std::getline(file, line);) {
    rows.emplace_back();
    std::istringstream cells(line);
    for (std::string cell; std::getline(cells, cell, ',');) {
      rows.back().push_back(cell);
    }
  }
  rows.erase(rows.begin());
  return rows;
}

struct Gemm {
  Cycle m = 0;
  Cycle n = 0;
  Cycle k = 0;
};

struct Array {
  std::string dataflow = "os";
  Cycle rows = 32;
  Cycle cols = 32;
};

RunResult run_ideal(const Gemm& gemm, const Array& array, const std::string& order,
                    const TileShape& tile = {}) {
  const SettingSource machine = {"test",
                                 {{"compute.dataflow", array.dataflow},
                                  {"compute.rows", std::to_string(array.rows)},
                                  {"compute.cols", std::to_string(array.cols)},
                                  {"compute.fill_overlap", "accumulation"},
                                  {"tile.m", std::to_string(tile.m)},
                                  {"tile.n", std::to_string(tile.n)},
                                  {"tile.k", std::to_string(tile.k)},
                                  {"schedule.loop_order", order}}};
  const std::vector<SettingSource> sources = {
      read_config_file(kSource + "/configs/ideal-memory.ini"), machine};
  const Config config = resolve_config(sources);
  const CompiledModel compiled =
      compile_model(build_builtin("gemm:" + std::to_string(gemm.m) + "x" + std::to_string(gemm.k) +
                                  "x" + std::to_string(gemm.n)),
                    config);
  return run_program(compiled.program, compiled.hazards, config.machine, {});
}

Cycle busy(const RunResult& result) {
  return result.engines[static_cast<std::size_t>(Engine::kCompute)]
      .cycles[static_cast<std::size_t>(EngineState::kBusy)];
}

/// Cycles before the first step and after the last: loading two tiles, storing one.
constexpr Cycle kEdges = 64;

void expect_busy(const Gemm& gemm, const Array& array, const std::string& order, Cycle expected) {
  const RunResult result = run_ideal(gemm, array, order);
  EXPECT_EQ(busy(result), expected);
  EXPECT_GE(result.cycles, expected);
  EXPECT_LE(result.cycles, expected + kEdges);
}

std::string describe(const Gemm& gemm, const Array& array, const std::string& order) {
  return array.dataflow + " " + std::to_string(array.rows) + "x" + std::to_string(array.cols) +
         ", M " + std::to_string(gemm.m) + " N " + std::to_string(gemm.n) + " K " +
         std::to_string(gemm.k) + ", " + order;
}

TEST(Systolic, OutputStationaryTakesTheCyclesOfTheLookUpTable) {
  const std::vector<Row> rows = read_csv("systolic_os_32x32.csv");
  EXPECT_EQ(rows.size(), 11U);
  for (const Row& row : rows) {
    const Gemm gemm{std::stoull(row[0]), std::stoull(row[1]), std::stoull(row[2])};
    for (const std::string order : {"mnk", "nmk"}) {
      SCOPED_TRACE(describe(gemm, {}, order));
      expect_busy(gemm, {}, order,
                  std::stoull(row[3]) + 1);  // the table has the last cycle's index
    }
  }
}

/// Orders that keep in place what the dataflow keeps in place.
std::vector<std::string> matching_orders(const std::string& dataflow) {
  if (dataflow == "os") {
    return {"mnk", "nmk"};
  }
  return dataflow == "ws" ? std::vector<std::string>{"nkm", "knm"}
                          : std::vector<std::string>{"mkn", "kmn"};
}

TEST(Systolic, EveryDataflowTakesTheCyclesOfScaleSimWithoutStalls) {
  const std::vector<Row> rows = read_csv("scalesim_golden.csv");
  EXPECT_EQ(rows.size(), 3U);
  for (const Row& row : rows) {
    const Gemm gemm{std::stoull(row[1]), std::stoull(row[2]), std::stoull(row[3])};
    const Cycle last_index = std::stoull(row[6]) - std::stoull(row[7]);
    for (const std::string& order : matching_orders(row[0])) {
      const Array array{row[0]};
      SCOPED_TRACE(describe(gemm, array, order));
      expect_busy(gemm, array, order, last_index + 1);
    }
  }
}

constexpr Cycle kTile = 32;

Cycle folds(Cycle extent, Cycle array) { return (extent + array - 1) / array; }

/// The closed form with the whole length of each chain in it, once per chain.
Cycle sum_of_chains(const Gemm& gemm, const Array& array) {
  const Cycle m = gemm.m / kTile;
  const Cycle n = gemm.n / kTile;
  const Cycle k = gemm.k / kTile;
  const Cycle h = array.rows;
  const Cycle w = array.cols;
  if (array.dataflow == "os") {
    return m * n * folds(kTile, h) * folds(kTile, w) * (h + w + gemm.k - 2);
  }
  if (array.dataflow == "ws") {
    return k * n * folds(kTile, h) * folds(kTile, w) * (2 * h + w + gemm.m - 2);
  }
  return k * m * folds(kTile, h) * folds(kTile, w) * (2 * h + w + gemm.n - 2);
}

/// SCALE-Sim's closed form of the whole GEMM, which knows no tiles.
Cycle whole_form(const Gemm& gemm, const Array& array) {
  const Cycle h = array.rows;
  const Cycle w = array.cols;
  if (array.dataflow == "os") {
    return folds(gemm.m, h) * folds(gemm.n, w) * (h + w + gemm.k - 2);
  }
  if (array.dataflow == "ws") {
    return folds(gemm.k, h) * folds(gemm.n, w) * (2 * h + w + gemm.m - 2);
  }
  return folds(gemm.k, h) * folds(gemm.m, w) * (2 * h + w + gemm.n - 2);
}

/// ComputeTiming's own numbers for one chain of `length` steps.
Cycle timed_chain(const Array& array, Cycle length) {
  ComputeConfig config;
  config.dataflow = array.dataflow == "os"   ? Dataflow::kOutputStationary
                    : array.dataflow == "ws" ? Dataflow::kWeightStationary
                                             : Dataflow::kInputStationary;
  config.rows = static_cast<std::uint32_t>(array.rows);
  config.cols = static_cast<std::uint32_t>(array.cols);
  Op op;
  op.opcode = Opcode::kMatmul;
  op.set_shape({});
  const Program program;
  const StepTime step = ComputeTiming(config, program).step(op);
  return (length - 1) * step.interval + step.duration;
}

TEST(Systolic, RandomGemmsTakeTheClosedFormOfTheirChains) {
  std::mt19937 random(4);
  const auto extent = [&] { return kTile * (1 + random() % 6); };
  int whole = 0;
  for (const std::string dataflow : {"os", "ws", "is"}) {
    for (const auto& [rows, cols] : std::vector<std::pair<Cycle, Cycle>>{
             {16, 16}, {32, 32}, {64, 16}, {128, 128}, {8, 32}, {24, 40}}) {
      const Array array{dataflow, rows, cols};
      for (int i = 0; i < 3; ++i) {
        const Gemm gemm{extent(), extent(), extent()};
        const Cycle expected = sum_of_chains(gemm, array);
        const Cycle steps = gemm.m * gemm.n * gemm.k / (kTile * kTile * kTile);
        const Cycle length = (dataflow == "os"   ? gemm.k
                              : dataflow == "ws" ? gemm.m
                                                 : gemm.n) /
                             kTile;
        ASSERT_EQ(steps / length * timed_chain(array, length), expected);
        for (const std::string& order : matching_orders(dataflow)) {
          SCOPED_TRACE(describe(gemm, array, order));
          expect_busy(gemm, array, order, expected);
        }
        // A tile fills whole folds: tiles and no tiles are the same.
        if (kTile % rows == 0 && kTile % cols == 0) {
          ASSERT_EQ(expected, whole_form(gemm, array)) << describe(gemm, array, "");
          ++whole;
        }
      }
    }
  }
  EXPECT_EQ(whole, 3 * 3 * 3);  // three dataflows; 16×16, 32×32 and 8×32; three GEMMs each
}

/// Where a tile step fills the array exactly, one fold each, tiles and no tiles are the same.
TEST(Systolic, TilesAsLargeAsTheArrayTakeTheCyclesOfScaleSim) {
  std::mt19937 random(5);
  const auto tiles = [&] { return Cycle{1 + random() % 4}; };
  for (const std::string dataflow : {"os", "ws", "is"}) {
    for (const auto& [rows, cols] :
         std::vector<std::pair<std::uint32_t, std::uint32_t>>{{64, 16}, {128, 128}, {24, 40}}) {
      const Array array{dataflow, rows, cols};
      constexpr std::uint32_t kStreamed = 56;
      const TileShape tile = dataflow == "os"   ? TileShape{rows, cols, kStreamed}
                             : dataflow == "ws" ? TileShape{kStreamed, cols, rows}
                                                : TileShape{cols, kStreamed, rows};
      const Gemm gemm{tile.m * tiles(), tile.n * tiles(), tile.k * tiles()};
      for (const std::string& order : matching_orders(dataflow)) {
        EXPECT_EQ(busy(run_ideal(gemm, array, order, tile)), whole_form(gemm, array))
            << describe(gemm, array, order);
      }
    }
  }
}

/// Steps at the borders take what is there of them, so that it is so for any extents.
TEST(Systolic, AnyGemmOfAHundredsTakesTheCyclesOfScaleSim) {
  std::mt19937 random(6);
  const auto below = [&](std::uint32_t limit) {
    return static_cast<std::uint32_t>(random() % limit);
  };
  const std::vector<std::pair<std::uint32_t, std::uint32_t>> arrays = {
      {8, 8}, {16, 16}, {32, 32}, {32, 16}};
  for (int i = 0; i < 500; ++i) {
    const std::string dataflow = std::vector<std::string>{"os", "ws", "is"}[below(3)];
    const auto [rows, cols] = arrays[below(4)];
    const Array array{dataflow, rows, cols};
    const std::uint32_t streamed = below(2) == 0 ? rows : cols;
    const TileShape tile = dataflow == "os"   ? TileShape{rows, cols, streamed}
                           : dataflow == "ws" ? TileShape{streamed, cols, rows}
                                              : TileShape{cols, streamed, rows};
    const Gemm gemm{1 + below(300), 1 + below(300), 1 + below(300)};
    const std::string order = matching_orders(dataflow)[below(2)];
    ASSERT_EQ(busy(run_ideal(gemm, array, order, tile)), whole_form(gemm, array))
        << describe(gemm, array, order);
  }
}

TEST(Systolic, SmallOnesByHand) {
  EXPECT_EQ(busy(run_ideal({2, 2, 2}, {"os", 2, 2}, "mnk", {2, 2, 2})), 4U);   // 2 + 2 + 2 − 2
  EXPECT_EQ(busy(run_ideal({4, 4, 4}, {"os", 4, 4}, "mnk", {4, 4, 4})), 10U);  // 4 + 4 + 4 − 2
}

TEST(Systolic, AnOrderThatMovesTheStationaryOperandPaysForEveryStep) {
  // 2·2·2 steps, none of which chains: 8 · (32 + 32 + 32 − 2) and 8 · (64 + 32 + 32 − 2)
  expect_busy({64, 64, 64}, {"os"}, "kmn", 752);
  expect_busy({64, 64, 64}, {"ws"}, "mkn", 1008);
  expect_busy({64, 64, 64}, {"is"}, "nmk", 1008);
}

}  // namespace
}  // namespace tilewave
