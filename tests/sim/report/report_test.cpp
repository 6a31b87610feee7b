// Report and JSON of a made-up run, figure by figure.
#include "sim/report/report.h"

#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/text_table.h"
#include "sim/report/result_json.h"

namespace tilewave {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

void set(EngineResult& engine, EngineState state, Cycle cycles) {
  engine.cycles[static_cast<std::size_t>(state)] = cycles;
}

RunOutcome sample() {
  RunOutcome outcome;
  outcome.model = "gemm:64x32x32";
  outcome.seed = 5;
  outcome.config.schedule = {.eviction = Eviction::kLru, .buffering = Buffering::kSingle};
  outcome.compile = {2, 1, 148, 99, 39, 49, 44, 16, 65536, {}, {}, 0, 53248, 0};
  RunResult& result = outcome.result;
  result.cycles = 1000;
  result.seconds = 1e-6;
  EngineResult& load = result.engines[0];
  load.ops = 3;
  set(load, EngineState::kBusy, 125);
  set(load, EngineState::kWaitDram, 875);
  EngineResult& store = result.engines[1];
  store.ops = 1;
  set(store, EngineState::kDrained, 1000);
  EngineResult& compute = result.engines[2];
  compute.ops = 2;
  set(compute, EngineState::kBusy, 400);
  set(compute, EngineState::kWaitData, 600);
  result.overlap_cycles = 50;
  compute.counted.steps = 2;
  compute.counted.macs = 65536;
  compute.counted.slots = 81920;
  result.sram.bytes = 51200;
  result.sram.bank_conflicts = 7;
  result.bus.read_bytes = 12288;
  result.bus.write_bytes = 4096;
  result.dram.read_bytes = 12288;
  result.dram.write_bytes = 4096;
  result.dram.row_hits = 11;
  result.dram.row_misses = 12;
  result.dram.row_conflicts = 13;
  result.sram_peak_bytes_per_cycle = 512;
  result.bus_peak_bytes_per_cycle = 64;
  result.dram_peak_bytes_per_cycle = 25.6;
  result.bounds = {64, 100, 192, 640};
  Verification verification;
  verification.tensors = 1;
  verification.tiles = verification.all_tiles = 2;
  verification.elements = 2048;
  verification.max_abs_error = 1.23e-6;
  verification.max_abs_value = 3.5;
  outcome.verification = verification;
  outcome.host = {0.5, 0.125, 0.25, 0.0625, 1000000, "avx2"};
  return outcome;
}

std::string last_line(const std::string& text) {
  const std::size_t start = text.rfind('\n', text.size() - 2) + 1;
  return text.substr(start, text.size() - start - 1);
}

TEST(Report, WholeText) {
  EXPECT_EQ(report_text(sample()), R"(model      gemm:64x32x32, seed 5, kernel avx2
machine    1ns clock, os 32x32, SRAM 256KiB in 16 banks, bus 64B/cycle, DRAM 1 x 25.6GB/s, overlap on
compile    2 operators, 1 after fusion
           148 uOps -> 99 ops: 39 loads, 44 executes, 16 stores
           steps of up to 32x32x32 (m x n x k)
           49 loads eliminated (55.7 %), 0 evictions
           SRAM peak 53,248 B, live at the end 0 B

time       1,000 cycles = 1.00 us
bound      dram binds: 640 of 1,000 cycles, efficiency 64.0 %
roofline   8.00 FLOP per DRAM byte, attainable 204.8 GFLOP/s, achieved 131.1 GFLOP/s (64.0 %)
array      65,536 products of 1,024,000 slots: utilisation 6.4 % = 16.0 % of the array x 40.0 % of the time
folds      the steps fill 80.0 % of what the array could multiply meanwhile
overlap    50 cycles (5.0 %) with DMA and compute at work at once
sram       7 bank conflicts
dram       11 row hits, 12 misses, 13 conflicts, 0 refreshes

  cycles     load_dma          store_dma           compute
  busy            125  12.5 %          0    0.0 %      400  40.0 %
  wait_data         0   0.0 %          0    0.0 %      600  60.0 %
  wait_dram       875  87.5 %          0    0.0 %        0   0.0 %
  drained           0   0.0 %      1,000  100.0 %        0   0.0 %
  ops               3                  1                 2

  resource       work  share of peak  bound [cycles]
  compute     2 steps          6.4 %              64
  sram       51,200 B         10.0 %             100
  bus read   12,288 B         19.2 %             192
  bus write   4,096 B          6.4 %              64
  dram       16,384 B         64.0 %             640

host       500 ms: compile 125 ms, simulation 250 ms, verification 62.5 ms
           4.00 kcycles/s, 396 uOps/s, peak memory 1.00 MB
reference  graph, sums in double, values up to 3.5; 2 of 2 tiles
verified: 1 output, 2,048 elements, max abs error 1.2e-06 (full)
)");
}

TEST(Report, Verdicts) {
  RunOutcome outcome = sample();
  outcome.verification->coverage = Coverage::kSampled;
  outcome.verification->by_graph = false;
  outcome.verification->all_tiles = 1024;
  EXPECT_EQ(
      verdict_text(outcome),
      "consistent with itself: 1 output, 2,048 elements, max abs error 1.2e-06 (sampled: 2 of "
      "1,024 tiles)");
  EXPECT_THAT(report_text(outcome), HasSubstr("\nreference  program order, "));
  outcome.verification->by_rounding = 3;
  EXPECT_THAT(report_text(outcome), HasSubstr("; 2 of 1,024 tiles, 3 elements off by rounding\n"));
  outcome.verification->by_graph = true;
  EXPECT_THAT(verdict_text(outcome), StartsWith("verified: 1 output, "));
  outcome.verification->mismatches = 3;
  outcome.verification->first = Mismatch{"out", {1, 0}, 40, 7, 1.5F, -0.25F, 3.5e-5};
  EXPECT_EQ(last_line(report_text(outcome)),
            "FAILED: 3 of 2,048 elements wrong; first: tensor out, tile [1,0], element [40,7] is "
            "1.5, expected -0.25, allowed error 3.5e-05");
  outcome.verification.reset();
  outcome.expected = ExpectedComparison{"dir", 1, 80, 0, 0, 2e-6, {}};
  EXPECT_EQ(last_line(report_text(outcome)),
            "verified: 1 output, 80 elements, max abs error 2e-06 (expected values)");
  outcome.expected.reset();
  EXPECT_EQ(last_line(report_text(outcome)), "not verified (--verify=off)");
  outcome.timing_only = true;
  EXPECT_EQ(last_line(report_text(outcome)), "not verified (timing only)");
}

TEST(Report, WeightsThatWereNotReadAreSaid) {
  RunOutcome outcome = sample();
  EXPECT_THAT(report_text(outcome), Not(HasSubstr("weights")));
  outcome.unread_weights = 2;
  EXPECT_THAT(report_text(outcome),
              HasSubstr("\nweights    2 in other files, not read: drawn from seed 5\n"));
  outcome.timing_only = true;
  EXPECT_THAT(report_text(outcome),
              HasSubstr("\nweights    2 in other files, not read: no values are computed\n"));
  EXPECT_EQ(result_json(outcome)["unread_weights"], 2);
}

TEST(Report, AProgramFileHasNoCompilerFigures) {
  RunOutcome outcome = sample();
  outcome.program = "p.tw";
  outcome.compile = {{}, {}, {}, 99, 39, {}, 44, 16, 65536, {}, {}, {}, {}, {}};
  const std::string text = report_text(outcome);
  EXPECT_THAT(text, HasSubstr("model      gemm:64x32x32, program p.tw, seed 5"));
  EXPECT_THAT(
      text,
      HasSubstr("\ncompile    99 ops: 39 loads, 44 executes, 16 stores\n           steps of up to "
                "32x32x32 (m x n x k)\n\ntime"));
}

TEST(Report, ARunWithoutMultiplicationsHasNoRoofline) {
  RunOutcome outcome = sample();
  outcome.compile.macs = 0;
  EXPECT_THAT(report_text(outcome), Not(HasSubstr("roofline")));
  EXPECT_THAT(report_text(outcome), Not(HasSubstr("utilisation")));
  EXPECT_TRUE(result_json(outcome)["arithmetic_intensity"].is_null());
}

TEST(Report, PaddingAndStepsThatFillLittleOfTheArrayAreSaid) {
  RunOutcome outcome = sample();
  outcome.compile.macs = 20480;
  const std::string text = report_text(outcome);
  EXPECT_THAT(text, HasSubstr("\narray      20,480 products of 1,024,000 slots"));
  EXPECT_THAT(text, HasSubstr("\npadding    45,056 products of zeros besides\n"));
  EXPECT_THAT(text, HasSubstr("\nwarning    the steps fill 25.0 % of the array; "));
  const auto json = result_json(outcome);
  EXPECT_EQ(json["padding_macs"], 45056);
  ASSERT_EQ(json["warnings"].size(), 1U);
  EXPECT_DOUBLE_EQ(json["utilisation"]["fill"], 0.25);
}

TEST(Report, AnEmptyRunDividesByNothing) {
  RunOutcome outcome;
  outcome.result.sram_peak_bytes_per_cycle = 512;
  EXPECT_THAT(report_text(outcome), Not(HasSubstr("nan")));
  EXPECT_THAT(result_json(outcome).dump(), Not(HasSubstr("nan")));
}

std::vector<std::string> keys(const nlohmann::ordered_json& json) {
  std::vector<std::string> names;
  for (const auto& [name, value] : json.items()) {
    names.push_back(name);
  }
  return names;
}

TEST(ResultJson, KeysInOrder) {
  const auto json = result_json(sample());
  EXPECT_THAT(keys(json),
              ElementsAre("schema", "version", "tilewave", "build", "model", "program", "mapping",
                          "seed", "timing_only", "unread_weights", "cycles", "seconds", "verdict",
                          "verified", "max_abs_error", "verification", "expected", "compile",
                          "engines", "overlap_cycles", "tile_steps", "macs", "padding_macs",
                          "array_slots", "utilisation", "warnings", "arithmetic_intensity",
                          "roofline", "load_dma", "store_dma", "compute", "sram", "bus", "dram",
                          "bounds", "efficiency", "host", "config"));
  EXPECT_THAT(keys(json["compute"]), ElementsAre("steps", "macs", "slots"));
  EXPECT_THAT(keys(json["utilisation"]), ElementsAre("total", "spatial", "temporal", "fill"));
  EXPECT_THAT(keys(json["compile"]),
              ElementsAre("operators", "operators_fused", "uops", "scheduled_ops", "loads",
                          "loads_eliminated", "executes", "stores", "evictions", "peak_sram_bytes",
                          "final_live_bytes", "tile", "factors"));
  EXPECT_THAT(keys(json["engines"]), ElementsAre("load_dma", "store_dma", "compute"));
  for (const auto& engine : json["engines"]) {
    EXPECT_THAT(keys(engine),
                ElementsAre("ops", "busy", "setup", "wait_data", "wait_space", "wait_queue",
                            "wait_sram", "wait_bus", "wait_dram", "idle", "drained"));
  }
  EXPECT_THAT(keys(json["sram"]), ElementsAre("bytes", "share_of_peak", "bank_conflicts"));
  EXPECT_THAT(keys(json["bus"]), ElementsAre("read_bytes", "write_bytes", "read_share_of_peak",
                                             "write_share_of_peak"));
  EXPECT_THAT(keys(json["dram"]),
              ElementsAre("read_bytes", "write_bytes", "share_of_peak", "row_hits", "row_misses",
                          "row_conflicts", "refreshes"));
  EXPECT_THAT(keys(json["bounds"]), ElementsAre("compute", "sram", "bus", "dram"));
  EXPECT_THAT(
      keys(json["host"]),
      ElementsAre("kernel", "wall_seconds", "compile_seconds", "simulation_seconds",
                  "verify_seconds", "cycles_per_second", "uops_per_second", "peak_rss_bytes"));
}

TEST(ResultJson, Values) {
  const auto json = result_json(sample());
  EXPECT_EQ(json["schema"], "tilewave-run");
  EXPECT_EQ(json["version"], 1);
  EXPECT_EQ(json["cycles"], 1000);
  EXPECT_EQ(json["verified"], true);
  EXPECT_EQ(json["compile"]["loads_eliminated"], 49);
  EXPECT_EQ(json["engines"]["load_dma"]["wait_dram"], 875);
  EXPECT_EQ(json["engines"]["compute"]["ops"], 2);
  EXPECT_DOUBLE_EQ(json["sram"]["share_of_peak"], 0.1);
  EXPECT_DOUBLE_EQ(json["bus"]["write_share_of_peak"], 0.064);
  EXPECT_DOUBLE_EQ(json["dram"]["share_of_peak"], 0.64);
  EXPECT_DOUBLE_EQ(json["efficiency"], 0.64);
  EXPECT_EQ(json["macs"], 65536);
  EXPECT_EQ(json["array_slots"], 1'024'000);  // 1000 cycles of 32x32
  EXPECT_DOUBLE_EQ(json["utilisation"]["total"], 0.064);
  EXPECT_DOUBLE_EQ(json["utilisation"]["spatial"], 0.16);  // 65536 / (400 x 1024)
  EXPECT_DOUBLE_EQ(json["utilisation"]["temporal"], 0.4);
  EXPECT_DOUBLE_EQ(json["utilisation"]["fill"], 0.8);
  EXPECT_TRUE(json["warnings"].empty());
  EXPECT_DOUBLE_EQ(json["arithmetic_intensity"], 8);               // 2 x 65536 / 16384
  EXPECT_DOUBLE_EQ(json["roofline"]["attainable_gflops"], 204.8);  // 8 x 25.6 GB/s
  EXPECT_DOUBLE_EQ(json["host"]["cycles_per_second"], 4000);
  EXPECT_EQ(json["config"]["sram"]["size"], "256KiB");
  EXPECT_EQ(json["config"]["schedule"]["eviction"], "lru");
}

TEST(ResultJson, WithoutVerificationAndWithAFailedOne) {
  RunOutcome outcome = sample();
  outcome.verification->mismatches = 1;
  outcome.verification->first = Mismatch{"out", {1, 0}, 40, 7, 1.5F, INFINITY, 0.5};
  auto json = result_json(outcome);
  EXPECT_EQ(json["verified"], false);
  EXPECT_EQ(json["verification"]["first_mismatch"].dump(),
            R"({"tensor":"out","tile":[1,0],"element":[40,7],"actual":1.5,"expected":"inf",)"
            R"("allowed_error":0.5})");
  EXPECT_EQ(json["verdict"], "wrong");
  outcome.verification.reset();
  json = result_json(outcome);
  EXPECT_EQ(json["verdict"], "not verified");
  EXPECT_TRUE(json["verified"].is_null());
  EXPECT_TRUE(json["max_abs_error"].is_null());
  EXPECT_TRUE(json["verification"].is_null());
}

TEST(ResultJson, AVerdictSaysWhoseWordItIs) {
  RunOutcome outcome = sample();
  EXPECT_EQ(result_json(outcome)["verdict"], "verified");
  outcome.verification->by_graph = false;
  EXPECT_EQ(result_json(outcome)["verdict"], "consistent");
  EXPECT_EQ(result_json(outcome)["verified"], false);
  outcome.expected = ExpectedComparison{"dir", 1, 80, 0, 0, 2e-6, {}};
  EXPECT_EQ(result_json(outcome)["verdict"], "verified");
  EXPECT_EQ(result_json(outcome)["verified"], true);
  outcome.expected->mismatches = 1;
  EXPECT_EQ(result_json(outcome)["verdict"], "wrong");
}

TEST(TextTable, NumbersForPeople) {
  EXPECT_EQ(with_separators(0), "0");
  EXPECT_EQ(with_separators(999), "999");
  EXPECT_EQ(with_separators(1000), "1,000");
  EXPECT_EQ(with_separators(1234567), "1,234,567");
  EXPECT_EQ(percent(0.1234), "12.3 %");
  EXPECT_EQ(scaled(0), "0.00 ");
  EXPECT_EQ(scaled(999.4), "999 ");
  EXPECT_EQ(scaled(999.6), "1.00 k");
  EXPECT_EQ(scaled(12345678), "12.3 M");
  EXPECT_EQ(duration(1.5), "1.50 s");
  EXPECT_EQ(duration(0.0125), "12.5 ms");
  EXPECT_EQ(duration(13.7e-6), "13.7 us");
  EXPECT_EQ(duration(1e-9), "1.00 ns");
}

}  // namespace
}  // namespace tilewave
