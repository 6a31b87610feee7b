// Which layer an op works for, and what the layer is called.
#include "sim/shares/layers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/program/forms/program_text.h"
#include "compiler/program/verify/program_verify.h"
#include "tests/sim/pages/recorded_page.h"

namespace tilewave {
namespace {

using ::testing::ElementsAre;

Layers layers_of(const Program& program) { return find_layers(program, find_links(program)); }

TEST(Layers, LoadsAreOfTheLayerThatNeedsThemFirst) {
  // x is needed by y before z; w by nobody; c is a copy of x.
  const Program program = parse_program_text(
      "tilewave-program 3\ntile 8 8 8\nsram 0x1000\n"
      "tensor x input 8x8 tile 8x8 dram 0\ntensor w param 8x8 tile 8x8 dram 0x100\n"
      "tensor y output 8x8 tile 8x8 dram 0x200\ntensor z output 8x8 tile 8x8 dram 0x300\n"
      "tensor c output 8x8 tile 8x8 dram 0x400\nkernel 0 tile tile | add x0 x1\nkernel 1 tile row "
      "| add x0 x1\nkernel 2 tile | relu x0\nkernel 3 tile tile | add x0 x1; relu t0\nkernel 4 "
      "tile row | add x0 x1; relu t0\nops\n"
      "load x[0,0] -> 0\nload w[0,0] -> 0x100\nvector y[0,0] kernel=2 a=0 -> 0x200\n"
      "vector z[0,0] kernel=3 a=0 b=0x200 -> 0x300\nstore y[0,0] <- 0x200\nstore z[0,0] <- 0x300\n"
      "store c[0,0] <- 0\n",
      "test");
  verify_program(program);
  const Layers layers = layers_of(program);
  ASSERT_EQ(layers.all.size(), 4U);
  EXPECT_EQ(layers.all[0].name, "y");
  EXPECT_EQ(layers.all[0].kind, "relu");
  EXPECT_EQ(layers.all[1].kind, "add+relu");
  EXPECT_EQ(layers.all[2].name, "c");
  EXPECT_EQ(layers.all[2].kind, "copy");
  EXPECT_EQ(layers.all[3].kind, "unused");
  EXPECT_THAT(layers.of_op, ElementsAre(0, 3, 0, 1, 0, 1, 2));
  EXPECT_EQ(layers.all[0].op_count(), 3U);
}

TEST(Layers, CountTheWorkOfEveryOp) {
  const test::RecordedPage run(trust::kResidual);
  const Layers layers = layers_of(run.compiled.program);
  std::uint64_t ops = 0;
  std::uint64_t macs = 0;
  for (const Layer& layer : layers.all) {
    ops += layer.op_count();
    macs += layer.macs;
  }
  EXPECT_EQ(ops, run.compiled.program.ops.size());
  EXPECT_EQ(macs, run.result.macs());
  EXPECT_EQ(layers.all[0].name, "h");
  EXPECT_EQ(layers.all[0].kind, "matmul+relu");
}

TEST(Layers, ATransposedProductIsAsDeepAsItIs) {
  const Program program = parse_program_text(
      "tilewave-program 3\ntile 8 8 8\nsram 0x1000\ntensor x input 4x6 tile 8x8 dram 0\n"
      "tensor w param 5x4 tile 8x8 dram 0x100\ntensor y output 6x5 tile 8x8 dram 0x200\nops\n"
      "load x[0,0] -> 0\nload w[0,0] -> 0x100\n"
      "matmul y[0,0] 6x5x4 k=0 a=0:transposed b=0x100:transposed -> 0x200 clear\n"
      "store y[0,0] <- 0x200\n",
      "test");
  verify_program(program);
  const Layer layer = layers_of(program).all[0];
  ASSERT_TRUE(layer.product);
  EXPECT_EQ(layer.product->m, 6U);
  EXPECT_EQ(layer.product->n, 5U);
  EXPECT_EQ(layer.product->k, 4U);
  EXPECT_EQ(layer.macs, 6U * 5 * 4);
}

TEST(Layers, AReductionIsNamedAndMultipliesNothing) {
  const Program program = parse_program_text(
      "tilewave-program 3\ntile 8 8 8\nsram 0x200\ntensor x input 8x8 tile 8x8 dram 0\n"
      "tensor m output 8x1 tile 8x1 dram 0x100\ntensor s output 8x1 tile 8x1 dram 0x200\n"
      "kernel 0 tile -> max of columns | identity x0\n"
      "kernel 1 tile column -> sum of columns | sub x0 x1; exp t0\nops\nload x[0,0] -> 0\n"
      "reduce m[0,0] k=0 kernel=0 a=0 -> 0x100 clear\n"
      "reduce s[0,0] k=0 kernel=1 a=0 b=0x100 -> 0x140 clear\n"
      "store m[0,0] <- 0x100\nstore s[0,0] <- 0x140\n",
      "test");
  verify_program(program);
  const Layers layers = layers_of(program);
  ASSERT_EQ(layers.all.size(), 2U);
  EXPECT_EQ(layers.all[0].kind, "identity+max");
  EXPECT_EQ(layers.all[1].kind, "sub+exp+sum");
  EXPECT_EQ(layers.all[1].ops[static_cast<std::size_t>(Opcode::kReduce)], 1U);
  EXPECT_EQ(layers.all[1].macs, 0U);
  EXPECT_EQ(layers.all[1].step_macs, 0U);
  EXPECT_FALSE(layers.all[1].product.has_value());
  EXPECT_TRUE(layers.all[1].factors.none());
}

TEST(Layers, ABiasIsNamed) {
  const test::RecordedPage run(
      "input x 40x40\nparam w 40x40\nparam b 1x40\ny = matmul x w\nz = add y b\noutput z\n");
  EXPECT_EQ(run.recorder.layers().all[0].kind, "matmul+bias");
}

}  // namespace
}  // namespace tilewave
