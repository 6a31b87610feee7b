// `tilewave model` as a user meets it. What it says of ONNX models that cannot be imported is tested in
// tests/onnx/, too.
#include "sim/commands/model_command.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/program.h"

namespace tilewave {
namespace {

using test::read;
using test::Result;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kGraph =
    "graph g\ninput x 8x4\nparam w 4x2\nh = matmul x w\ny = relu h\noutput y\n";

class ModelCommandTest : public test::ProgramTest {};

TEST_F(ModelCommandTest, SaysWhatAGraphIs) {
  write("r.graph", kGraph);
  const Result result = tilewave("model r.graph");
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.out,
            "model      r.graph\n"
            "operators  2 operators\n"
            "  matmul  1\n"
            "  relu    1\n"
            "work       64 multiply-accumulates\n"  // 8 * 4 * 2
            "parameters 8 elements, 32 B\n"
            "inputs     128 B\n"
            "  x  [8,4]  f32\n"
            "outputs    64 B\n"
            "  y  [8,2]  f32\n"
            "peak       64 B of intermediate tensors at once\n");
  EXPECT_THAT(tilewave("model - < r.graph").out, StartsWith("model      -\noperators  2 "));
  EXPECT_THAT(tilewave("model gemm:8x4x2 --type i8").out, HasSubstr("  x  [8,4]  i8\n"));
}

TEST_F(ModelCommandTest, WritesJson) {
  write("r.graph", kGraph);
  const Result result = tilewave("model r.graph --json -");
  EXPECT_EQ(result.code, 0);
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json["schema"], "tilewave-model");
  EXPECT_EQ(json["model"], "r.graph");
  EXPECT_EQ(json["multiply_accumulates"], 64);
  EXPECT_EQ(tilewave("model r.graph --json a.json").out, tilewave("model r.graph").out);
  EXPECT_EQ(read(path("a.json")), result.out);
}

TEST_F(ModelCommandTest, RefusesInOneLine) {
  write("r.graph", kGraph);
  write("bad.graph", "graph g\ninput x 8x4\ny = rleu x\n");
  ASSERT_EQ(tilewave("compile r.graph -o p.twp").code, 0);
  ASSERT_EQ(tilewave("compile r.graph -o b.twp --format binary").code, 0);
  for (const std::string program : {"p.twp", "b.twp"}) {
    expect_refused("model " + program,
                   program +
                       ": is a program, which is what a model becomes on a machine; 'tilewave "
                       "check' verifies programs, 'tilewave compile' prints them");
  }
  expect_refused("model", "model needs a MODEL; see 'tilewave model --help'");
  expect_refused("model ''", "the MODEL of model is empty");
  expect_refused("model r.graph r.graph", "model takes one MODEL, but got ");
  expect_refused("model nope", "nope: no such model file; a model is ");
  expect_refused("model nope.onnx", "nope.onnx: no such model file");
  expect_refused("model mpl:4x4", "did you mean 'mlp'?");
  expect_refused("model .", ".: is a directory");
  expect_refused("model /dev/zero", "/dev/zero");
  expect_refused("model bad.graph", "bad.graph:3");
  expect_refused("model - < /dev/null", "standard input: is empty");
  expect_refused("model r.graph --batch 4",
                 "--batch has no effect on r.graph, which is not an ONNX model");
  expect_refused("model r.graph --batch 0", "--batch=0 is out of range; allowed: 1..2147483647");
  expect_refused("model r.graph --type i8", "--type=i8 has no effect on r.graph");
  expect_refused("model r.graph --jsno a", "did you mean '--json'?");
  expect_refused("model r.graph --sram.size=4KiB", "unknown option '--sram.size'");
  expect_refused("model r.graph --json r.graph", "which it would replace");
  expect_refused("model r.graph --json nowhere/a.json", "nowhere");
  EXPECT_EQ(read(path("r.graph")), kGraph);
}

}  // namespace
}  // namespace tilewave
