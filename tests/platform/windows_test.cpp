// Programs whose ops read and write parts of tensors that share no grid with the tiles these are stored in.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/program/forms/program_text.h"
#include "tests/support/runs.h"

namespace tilewave {
namespace {

using test::Outcome;
using test::Values;

std::vector<MachineConfig> machines() {
  std::vector<MachineConfig> configs;
  for (const DramLayout layout : {DramLayout::kRowMajor, DramLayout::kTiled}) {
    for (const std::uint32_t burst : {16U, 256U}) {
      MachineConfig config;
      config.dram.layout = layout;
      config.dma.burst_bytes = burst;
      configs.push_back(config);
    }
  }
  return configs;
}

TEST(Windows, ACopyToAnotherPlaceMovesEachElement) {
  // Rows 3 to 16 and columns 5 to 18 of x are y, tile by tile of either's own.
  const Program program = parse_program_text(
      "tilewave-program 3\ntile 8 8 8\nsram 0x1000\ntensor x input 19x21 tile 8x8 dram 0\n"
      "tensor y output 13x13 tile 8x8 dram 0x1000\nregion 0 x 3:16 5:18 tile 8x8\n"
      "region 1 y 0:13 0:13 tile 8x8\nops\n"
      "load x@0[0,0] -> 0\nload x@0[0,1] -> 0x100\nload x@0[1,0] -> 0x200\nload x@0[1,1] -> 0x300\n"
      "store y@1[0,0] <- 0\nstore y@1[0,1] <- 0x100 relu\nstore y[1,0] <- 0x200\nstore y@1[1,1] <- "
      "0x300\n",
      "windows");
  const Values sources = test::random_sources(program.tensors, 1);
  for (const MachineConfig& config : machines()) {
    const Outcome outcome = test::run(program, config, sources);
    for (std::size_t row = 0; row < 13; ++row) {
      for (std::size_t col = 0; col < 13; ++col) {
        const float value = sources.at("x")[(row + 3) * 21 + col + 5];
        const bool relu = row < 8 && col >= 8;
        ASSERT_EQ(outcome.outputs.at("y")[row * 13 + col], relu && value < 0 ? 0 : value)
            << row << " " << col;
      }
    }
    EXPECT_EQ(outcome.result.dram.read_bytes, 13U * 13 * 4);
    EXPECT_EQ(outcome.result.dram.write_bytes, 13U * 13 * 4);
  }
}

TEST(Windows, HeadsAreProductsOfColumns) {
  // Two heads of 5 columns each: y[:, 5h:5h+5] = x[:, 5h:5h+5] · w[5h:5h+5, :].
  const Program program = parse_program_text(
      "tilewave-program 3\ntile 8 8 8\nsram 0x1000\ntensor x input 6x10 tile 8x8 dram 0\n"
      "tensor w param 10x5 tile 8x8 dram 0x1000\ntensor y output 6x10 tile 8x8 dram 0x2000\n"
      "region 0 x 0:6 0:5 tile 8x8\nregion 1 x 0:6 5:10 tile 8x8\nregion 2 w 0:5 0:5 tile 8x8\n"
      "region 3 w 5:10 0:5 tile 8x8\nregion 4 y 0:6 0:5 tile 8x8\nregion 5 y 0:6 5:10 tile "
      "8x8\nops\n"
      "load x@0[0,0] -> 0\nload w@2[0,0] -> 0x100\nmatmul y@4[0,0] 6x5x5 k=0 a=0 b=0x100 -> 0x200 "
      "clear\n"
      "store y@4[0,0] <- 0x200\nload x@1[0,0] -> 0x300\nload w@3[0,0] -> 0x400\n"
      "matmul y@5[0,0] 6x5x5 k=0 a=0x300 b=0x400 -> 0x500 clear\nstore y@5[0,0] <- 0x500\n",
      "heads");
  const Values sources = test::random_sources(program.tensors, 2);
  for (const MachineConfig& config : machines()) {
    const Outcome outcome = test::run(program, config, sources);
    for (std::size_t row = 0; row < 6; ++row) {
      for (std::size_t col = 0; col < 10; ++col) {
        const std::size_t head = col / 5;
        double sum = 0;
        for (std::size_t k = 0; k < 5; ++k) {
          sum += static_cast<double>(sources.at("x")[row * 10 + head * 5 + k]) *
                 sources.at("w")[(head * 5 + k) * 5 + col % 5];
        }
        ASSERT_NEAR(outcome.outputs.at("y")[row * 10 + col], sum, 1e-5);
      }
    }
  }
}

}  // namespace
}  // namespace tilewave
