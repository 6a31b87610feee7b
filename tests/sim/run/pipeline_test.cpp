// The compiler from end to end: the golden baseline, tileflow's schedules op by op, and programs
// that come from elsewhere.
#include <fstream>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "compiler/base/error.h"
#include "compiler/graph/builtins.h"
#include "compiler/graph/graph_text.h"
#include "compiler/program/forms/program_canonical.h"
#include "compiler/program/forms/program_text.h"
#include "sim/base/sha256.h"
#include "sim/config/reader.h"
#include "sim/run/compile.h"
#include "tests/support/error_of.h"

namespace tilewave {
namespace {

std::string sha256(const std::string& text) {
  Sha256 hash;
  hash.add(text);
  return hex_text(hash.digest());
}

using test::error_of;
using ::testing::HasSubstr;

const std::string kSource = TILEWAVE_SOURCE_DIR;

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Config tileflow_config() {
  const std::vector<SettingSource> sources = {read_config_file(kSource + "/configs/tileflow.ini")};
  return resolve_config(sources);
}

TEST(Sha256, KnownValues) {
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Pipeline, GoldenBaselineFigures) {
  const CompiledModel compiled =
      compile_model(build_builtin("mlp:128x128x64x32x32"), tileflow_config());
  const CompileFigures& figures = compiled.figures;
  EXPECT_EQ(figures.operators, 5U);
  EXPECT_EQ(figures.operators_fused, 3U);
  EXPECT_EQ(figures.uops, 148U);
  EXPECT_EQ(figures.scheduled_ops, 99U);
  EXPECT_EQ(figures.loads, 39U);
  EXPECT_EQ(figures.loads_eliminated, 49U);
  EXPECT_EQ(figures.executes, 44U);
  EXPECT_EQ(figures.stores, 16U);
  EXPECT_EQ(figures.evictions, 0U);
  EXPECT_EQ(figures.peak_sram_bytes, 53248U);
  EXPECT_EQ(figures.final_live_bytes, 0U);
  EXPECT_EQ(compiled.program.ops.size(), 99U);
  EXPECT_EQ(compiled.hazards.size(), 99U);
  EXPECT_GT(compiled.seconds(), 0);
}

TEST(Pipeline, GoldenBaselineOps) {
  const CompiledModel compiled =
      compile_model(build_builtin("mlp:128x128x64x32x32"), tileflow_config());
  std::string expected = read(kSource + "/tests/data/tileflow_mlp_256KiB.ops.txt");
  if (!expected.ends_with('\n')) {
    expected += '\n';
  }
  EXPECT_EQ(canonical_text(compiled.program), expected);
}

TEST(Pipeline, EveryTileflowScheduleOpByOp) {
  const auto reference =
      nlohmann::json::parse(read(kSource + "/tests/data/tileflow_schedules.json"));
  ASSERT_EQ(reference["rows"].size(), 88U);
  for (const auto& row : reference["rows"]) {
    std::string model = "mlp:" + std::to_string(row["batch"].get<int>());
    for (const int dimension : row["dims"]) {
      model += "x" + std::to_string(dimension);
    }
    Config config = tileflow_config();
    config.schedule.sram_bytes = row["sram_bytes"];
    config.machine.sram.size_bytes = row["sram_bytes"];
    if (row["double_buffer"]) {
      config.schedule.buffering = Buffering::kTagged;
    }
    SCOPED_TRACE(model + ", SRAM " + row["sram_bytes"].dump() + ", double buffer " +
                 row["double_buffer"].dump());
    const CompiledModel compiled = compile_model(build_builtin(model), config);
    EXPECT_EQ(sha256(canonical_text(compiled.program)), row["ops_sha256"]);
    const CompileFigures& figures = compiled.figures;
    EXPECT_EQ(figures.uops, row["uops"]);
    EXPECT_EQ(figures.scheduled_ops, row["sched_ops"]);
    EXPECT_EQ(figures.loads, row["loads_emitted"]);
    EXPECT_EQ(figures.loads_eliminated, row["loads_eliminated"]);
    EXPECT_EQ(figures.executes, row["execs"]);
    EXPECT_EQ(figures.stores, row["stores"]);
    EXPECT_EQ(figures.peak_sram_bytes, row["peak_sram_bytes"]);
    EXPECT_EQ(figures.final_live_bytes, row["final_live_bytes"]);
  }
}

TEST(Pipeline, EverySramSizeFromThreeTilesUpIsLegalAndLeaksNothing) {
  const Graph graph = build_builtin("mlp:128x128x64x32x32");
  for (std::uint64_t size = 12 * 1024; size <= 1024 * 1024; size += 4096) {
    Config config = tileflow_config();
    config.schedule.sram_bytes = size;
    const CompiledModel compiled = compile_model(graph, config);  // verifies
    EXPECT_EQ(compiled.figures.final_live_bytes, 0U) << size;
    EXPECT_LE(compiled.program.sram_bytes, size);
  }
}

TEST(Pipeline, AProgramFileHasTheFiguresOfItsOps) {
  const CompiledModel made = compile_model(build_builtin("gemm:64x96x32"), Config{});
  const CompiledModel adopted = adopt_program(made.program, "p.tw");
  EXPECT_FALSE(adopted.graph);
  EXPECT_EQ(adopted.figures.scheduled_ops, made.figures.scheduled_ops);
  EXPECT_EQ(adopted.figures.loads, made.figures.loads);
  EXPECT_EQ(adopted.figures.executes, 6U);  // 2 x 1 tiles of 3 steps
  EXPECT_EQ(adopted.figures.stores, 2U);
  EXPECT_FALSE(adopted.figures.uops);
  EXPECT_FALSE(adopted.figures.peak_sram_bytes);
}

TEST(Pipeline, AProgramHasToMatchTheModel) {
  const Graph graph = build_builtin("gemm:64x96x32");
  const Program program = compile_model(graph, Config{}).program;
  EXPECT_TRUE(adopt_program(program, "p.tw", &graph).graph);
  const auto mismatch = [&program](const std::string& text) {
    const Graph other = parse_graph(text, "g");
    return error_of([&] { adopt_program(program, "p.tw", &other); });
  };
  const std::string start = "p.tw: the program does not match the model: ";
  EXPECT_EQ(mismatch("input x 64x96\nparam w1 96x40\nout = matmul x w1\noutput out\n"),
            start + "the model has 'param w1 96x40', the other 'param w1 96x32'");
  EXPECT_EQ(mismatch("input x 64x96\ninput w1 96x32\nout = matmul x w1\noutput out\n"),
            start + "the model has 'input w1 96x32', the other 'param w1 96x32'");
  EXPECT_EQ(mismatch("input x 64x96\nparam w 96x32\nout = matmul x w\noutput out\n"),
            start + "only the model has 'param w 96x32'");
  EXPECT_EQ(mismatch("input x 64x96\nout = relu x\noutput out\n"),
            start + "the model has 'output out 64x96', the other 'output out 64x32'");
}

TEST(Pipeline, AnIllegalProgramIsRefused) {
  Program program = compile_model(build_builtin("gemm:32x32x32"), Config{}).program;
  program.ops.pop_back();  // the store
  EXPECT_THAT(error_of([&] { adopt_program(program, "p.tw"); }), HasSubstr("p.tw: "));
}

}  // namespace
}  // namespace tilewave
