// Bytes per tensor and operator of programs small enough to count by hand, and the bound.
#include "sim/explain/traffic.h"

#include <gtest/gtest.h>

#include "tests/sim/explain/tiny_programs.h"

namespace tilewave {
namespace {

constexpr const char* kTensors =
    "tensor x input 16x8 tile 8x8 dram 0x0\n"
    "tensor w param 8x8 tile 8x8 dram 0x1000\n"
    "tensor h intermediate 16x8 tile 8x8 dram 0x2000\n"
    "tensor y output 16x8 tile 8x8 dram 0x3000\n";

/// h = x · w, y = relu(h); w is loaded for each of its two steps, h[1,0] stays in SRAM.
Program two_layers() {
  return test::tiny_program(kTensors,
                            "load x[0,0] -> 0x000\n"
                            "load w[0,0] -> 0x100\n"
                            "matmul h[0,0] k=0 a=0x000 b=0x100 -> 0x200 clear\n"
                            "store h[0,0] <- 0x200\n"
                            "load x[1,0] -> 0x000\n"
                            "load w[0,0] -> 0x100\n"
                            "matmul h[1,0] k=0 a=0x000 b=0x100 -> 0x300 clear\n"
                            "load h[0,0] -> 0x000\n"
                            "vector y[0,0] kernel=2 a=0x000 -> 0x400\n"
                            "vector y[1,0] kernel=2 a=0x300 -> 0x500\n"
                            "store y[0,0] <- 0x400\n"
                            "store y[1,0] <- 0x500\n");
}

TEST(Traffic, PerTensor) {
  const Program program = two_layers();
  const Traffic traffic = find_traffic(program, find_links(program), 0x1000);
  ASSERT_EQ(traffic.tensors.size(), 4U);
  const auto expect = [&](std::size_t tensor, std::uint64_t loaded, std::uint64_t stored,
                          std::uint64_t compulsory) {
    EXPECT_EQ(traffic.tensors[tensor].loaded, loaded) << tensor;
    EXPECT_EQ(traffic.tensors[tensor].stored, stored) << tensor;
    EXPECT_EQ(traffic.tensors[tensor].compulsory, compulsory) << tensor;
  };
  expect(0, 512, 0, 512);  // x: two tiles, once each
  expect(1, 512, 0, 256);  // w: one tile, twice
  expect(2, 256, 256, 0);  // h: one of two tiles, out and in; nothing of it is compulsory
  expect(3, 0, 512, 512);  // y
  EXPECT_EQ(traffic.total.loaded, 1280U);      // 512 + 512 + 256
  EXPECT_EQ(traffic.total.stored, 768U);       // 256 + 512
  EXPECT_EQ(traffic.total.compulsory, 1280U);  // 512 + 256 + 512
}

TEST(Traffic, PerOperator) {
  const Program program = two_layers();
  const Traffic traffic = find_traffic(program, find_links(program), 0x400);
  ASSERT_EQ(traffic.operators.size(), 2U);
  const OperatorTraffic& product = traffic.operators[0];
  EXPECT_EQ(product.tensor, 2U);
  EXPECT_EQ(product.opcode, Opcode::kMatmul);
  EXPECT_EQ(product.m, 16U);
  EXPECT_EQ(product.n, 8U);
  EXPECT_EQ(product.k, 8U);
  EXPECT_EQ(product.steps, 2U);
  EXPECT_EQ(product.loaded, 1024U);  // 2 · x + 2 · w
  EXPECT_EQ(product.stored, 256U);
  // S = 1024 / 4 = 256 elements: 2·16·8·8 / 16 + 16·8 = 256; once: 16·8 + 8·8 + 16·8 = 320.
  EXPECT_DOUBLE_EQ(product.io_bound, 4 * 320);
  const OperatorTraffic& relu = traffic.operators[1];
  EXPECT_EQ(relu.opcode, Opcode::kVector);
  EXPECT_EQ(relu.loaded, 256U);  // h[0,0]
  EXPECT_EQ(relu.stored, 512U);
  EXPECT_EQ(relu.io_bound, 0);
}

TEST(Traffic, ATransposedLeftFactorIsAsDeepAsItHasRows) {
  const Program program = test::tiny_program(
      "tensor x input 4x6 tile 8x8 dram 0x0\ntensor w param 4x5 tile 8x8 dram 0x1000\n"
      "tensor y output 6x5 tile 8x8 dram 0x2000\n",
      "load x[0,0] -> 0\nload w[0,0] -> 0x100\n"
      "matmul y[0,0] 6x5x4 k=0 a=0:transposed b=0x100 -> 0x200 clear\nstore y[0,0] <- 0x200\n");
  const Traffic traffic = find_traffic(program, find_links(program), 0x1000);
  ASSERT_EQ(traffic.operators.size(), 1U);
  EXPECT_EQ(traffic.operators[0].m, 6U);
  EXPECT_EQ(traffic.operators[0].n, 5U);
  EXPECT_EQ(traffic.operators[0].k, 4U);
}

TEST(Traffic, BoundOfMatrixMultiplication) {
  // 256 KiB are S = 65536 elements: 2·2^30 / 256 + 2^20 = 9437184 elements.
  EXPECT_DOUBLE_EQ(matmul_io_bound(1024, 1024, 1024, 256 * 1024), 4.0 * 9437184);
  // Everything fits: 3 · 64² elements.
  EXPECT_DOUBLE_EQ(matmul_io_bound(64, 64, 64, 1 << 20), 4.0 * 3 * 4096);
  // A vector times a matrix: the matrix has to be read.
  EXPECT_DOUBLE_EQ(matmul_io_bound(1, 100, 1000, 1 << 20), 4.0 * (1000 + 100000 + 100));
}

TEST(Traffic, ACopyBelongsToNoOperator) {
  const Program program = test::tiny_program(
      "tensor x input 8x8 tile 8x8 dram 0x0\ntensor y output 8x8 tile 8x8 dram 0x1000\n",
      "load x[0,0] -> 0\nstore y[0,0] <- 0\n");
  const Traffic traffic = find_traffic(program, find_links(program), 0x1000);
  EXPECT_TRUE(traffic.operators.empty());
  EXPECT_EQ(traffic.total.moved(), 512U);
  EXPECT_EQ(traffic.total.compulsory, 512U);
}

}  // namespace
}  // namespace tilewave
