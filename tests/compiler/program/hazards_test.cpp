// Hazards: each kind by hand, and random programs against a search line by line.
#include "compiler/program/hazards.h"

#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/program/forms/program_text.h"
#include "compiler/program/verify/program_verify.h"
#include "tests/support/line_by_line.h"
#include "tests/support/networks.h"

namespace tilewave {
namespace {

constexpr std::uint32_t kTileBytes = 256;  // 8×8

/// Tensors of 4×4 tiles, and these ops. Hazards need no more than that, so not all programs here
/// would pass the verifier.
Program program_of(const std::string& ops) {
  return parse_program_text(
      "tilewave-program 3\ntile 8 8 8\nsram 0x2000\ntensor x input 32x32 tile 8x8 dram 0\n"
      "tensor h intermediate 32x32 tile 8x8 dram 0x1000\ntensor y output 32x32 tile 8x8 dram "
      "0x2000\nkernel 0 tile tile | add x0 x1\nkernel 1 tile row | add x0 x1\nkernel 2 tile | relu "
      "x0\nkernel 3 tile tile | add x0 x1; relu t0\nkernel 4 tile row | add x0 x1; relu t0\n"
      "kernel 5 tile -> sum of columns | exp x0\nops\n" +
          ops,
      "hazards_test");
}

/// The hazards of the last op: "load_dma 3 read-after-write; vector 1 write-after-read".
std::string hazards_of_last(const std::string& ops) {
  const OpHazards hazards = find_hazards(program_of(ops)).back();
  std::string text;
  for (std::size_t engine = 0; engine < kEngineCount; ++engine) {
    if (hazards[engine].exists()) {
      text += (text.empty() ? "" : "; ") + std::string(to_string(static_cast<Engine>(engine))) +
              " " + std::to_string(hazards[engine].op) + " " + to_string(hazards[engine].kind);
    }
  }
  return text.empty() ? "none" : text;
}

constexpr const char* kLoads = "load x[0,0] -> 0\nload x[0,1] -> 0x100\n";

TEST(Hazards, NoneAmongStrangers) {
  EXPECT_EQ(hazards_of_last("load x[0,0] -> 0\n"), "none");
  EXPECT_EQ(hazards_of_last("load x[0,0] -> 0\nload x[0,0] -> 0x100\n"), "none");
  EXPECT_EQ(hazards_of_last(std::string(kLoads) + "load x[0,1] -> 0x200\n"), "none");
}

TEST(Hazards, ReadAfterWrite) {
  EXPECT_EQ(hazards_of_last(std::string(kLoads) + "vector h[0,0] kernel=2 a=0 -> 0x200\n"),
            "load_dma 0 read-after-write");
  EXPECT_EQ(hazards_of_last(std::string(kLoads) + "vector h[0,0] kernel=0 a=0 b=0x100 -> 0x200\n"),
            "load_dma 1 read-after-write");  // the later of two
  EXPECT_EQ(hazards_of_last(
                "load x[0,0] -> 0\nvector h[0,0] kernel=2 a=0 -> 0x200\nstore h[0,0] <- 0x200\n"),
            "vector 1 read-after-write");
}

TEST(Hazards, WriteAfterRead) {
  const std::string ops = std::string(kLoads) +
                          "vector h[0,0] kernel=2 a=0 -> 0x200\nstore h[0,0] <- 0x200\n"
                          "vector h[0,1] kernel=0 a=0 b=0x100 -> 0x300\n";
  EXPECT_EQ(hazards_of_last(ops + "load x[1,0] -> 0\n"),
            "load_dma 0 write-after-write; vector 4 write-after-read");
  EXPECT_EQ(hazards_of_last(ops + "load x[1,0] -> 0x200\n"),
            "store_dma 3 write-after-read; vector 2 write-after-write");
}

TEST(Hazards, WriteAfterWrite) {
  EXPECT_EQ(hazards_of_last("load x[0,0] -> 0\nload x[0,1] -> 0\n"),
            "load_dma 0 write-after-write");
  // Only the latest writer counts.
  EXPECT_EQ(hazards_of_last("load x[0,0] -> 0\nload x[0,1] -> 0\nload x[0,2] -> 0\n"),
            "load_dma 1 write-after-write");
}

TEST(Hazards, PartialOverlapsOnBothSidesOfEachEdge) {
  const struct {
    std::uint32_t address;
    const char* expected;
  } table[] = {
      {0x300, "none"},  // ends where the tile at 0x400 begins
      {0x340, "load_dma 0 write-after-write"},
      {0x400, "load_dma 0 write-after-write"},
      {0x4c0, "load_dma 0 write-after-write"},
      {0x500, "none"},  // begins where it ends
  };
  for (const auto& row : table) {
    EXPECT_EQ(hazards_of_last("load x[0,0] -> 0x400\nload x[0,1] -> " +
                              std::to_string(row.address) + "\n"),
              row.expected)
        << row.address;
  }
}

TEST(Hazards, OneTileAcrossTwoMeetsBoth) {
  EXPECT_EQ(hazards_of_last(
                "load x[0,0] -> 0\nload x[1,0] -> 0x100\nvector h[0,0] kernel=2 a=0 -> 0x400\n"
                "store h[0,0] <- 0x100\nload x[0,1] -> 0x80\n"),
            "load_dma 1 write-after-write; store_dma 3 write-after-read; "
            "vector 2 write-after-read");
}

TEST(Hazards, LoadAfterStoreOfTheSameDramTile) {
  const std::string ops =
      "load x[0,0] -> 0\nvector h[0,0] kernel=2 a=0 -> 0x200\nstore h[0,0] <- 0x200\n";
  EXPECT_EQ(hazards_of_last(ops + "load h[0,0] -> 0x400\n"), "store_dma 2 read-after-write");
  EXPECT_EQ(hazards_of_last(ops + "load h[0,1] -> 0x400\n"), "none");
  EXPECT_EQ(hazards_of_last(ops + "load y[0,0] -> 0x400\n"), "none");
  EXPECT_EQ(hazards_of_last(ops + "store h[0,0] <- 0\n"),
            "load_dma 0 read-after-write; store_dma 2 write-after-write");
  EXPECT_EQ(hazards_of_last(ops + "load h[0,0] -> 0x400\nstore h[0,0] <- 0x200\n"),
            "load_dma 3 write-after-read; store_dma 2 write-after-write; "
            "vector 1 read-after-write");
}

TEST(Hazards, AccumulationIsNoHazardAmongMatmuls) {
  const std::string first = std::string(kLoads) + "matmul h[0,0] k=0 a=0 b=0x100 -> 0x200 clear\n";
  const std::string second = first + "matmul h[0,0] k=1 a=0 b=0x100 -> 0x200\n";
  EXPECT_EQ(hazards_of_last(first), "load_dma 1 read-after-write");
  EXPECT_EQ(hazards_of_last(second), "load_dma 1 read-after-write");
  EXPECT_EQ(hazards_of_last(second + "store h[0,0] <- 0x200\n"), "compute 3 read-after-write");
  EXPECT_EQ(hazards_of_last(second + "matmul y[0,0] k=0 a=0x200 b=0 -> 0x300 clear\n"),
            "load_dma 0 read-after-write; compute 3 read-after-write");
  EXPECT_EQ(hazards_of_last(second + "matmul y[0,0] k=0 a=0 b=0x100 -> 0x200 clear\n"),
            "load_dma 1 read-after-write; compute 3 write-after-write");
}

TEST(Hazards, FoldingOnIsNoHazardAmongReduces) {
  const std::string head =
      "tilewave-program 3\ntile 8 8 8\nsram 0x1000\ntensor x input 16x16 tile 8x8 dram 0\n"
      "tensor s output 16x1 tile 8x1 dram 0x1000\ntensor t output 16x1 tile 8x1 dram 0x2000\n"
      "kernel 0 tile -> sum of columns | exp x0\nkernel 1 column | relu x0\nops\n"
      "load x[0,0] -> 0\nload x[0,1] -> 0x100\n"
      "reduce s[0,0] 8x1x8 k=0 kernel=0 a=0 -> 0x200 clear\n";
  const auto last = [&](const std::string& ops) {
    const Program program = parse_program_text(head + ops, "p");
    const OpHazards hazards = find_hazards(program).back();
    std::string text;
    for (const Engine engine : {Engine::kLoadDma, Engine::kStoreDma, Engine::kVector}) {
      const Hazard& hazard = hazards[static_cast<std::size_t>(engine)];
      text += hazard.exists() ? std::string(to_string(engine)) + " " + std::to_string(hazard.op) +
                                    " " + to_string(hazard.kind) + ";"
                              : "";
    }
    return text;
  };
  const std::string second = "reduce s[0,0] 8x1x8 k=1 kernel=0 a=0x100 -> 0x200\n";
  EXPECT_EQ(last(""), "load_dma 0 read-after-write;");
  EXPECT_EQ(last(second), "load_dma 1 read-after-write;");
  EXPECT_EQ(last(second + "store s[0,0] <- 0x200\n"), "vector 3 read-after-write;");
  EXPECT_EQ(last(second + "vector t[0,0] kernel=1 a=0x200 -> 0x240\n"),
            "vector 3 read-after-write;");
  EXPECT_EQ(last(second + "reduce t[0,0] 8x1x8 k=0 kernel=0 a=0 -> 0x200 clear\n"),
            "load_dma 0 read-after-write;vector 3 write-after-write;");
  EXPECT_EQ(last(second + "load x[1,0] -> 0\n"),
            "load_dma 0 write-after-write;vector 2 write-after-read;");
}

TEST(Hazards, ReadAfterWriteIsNamedWhenSeveralMeet) {
  EXPECT_EQ(hazards_of_last("load x[0,0] -> 0\nvector h[0,0] kernel=2 a=0 -> 0\n"),
            "load_dma 0 read-after-write");  // and write-after-write
}

void expect_same_hazards(const Program& program, std::uint32_t line_bytes) {
  const std::vector<OpHazards> found = find_hazards(program);
  const test::LineByLine plain(program, line_bytes);
  ASSERT_EQ(found.size(), program.ops.size());
  for (std::uint32_t op = 0; op < found.size(); ++op) {
    const auto expected = plain.find(op);
    for (std::size_t engine = 0; engine < kEngineCount; ++engine) {
      const Hazard& hazard = found[op][engine];
      const std::set<HazardKind>& kinds = expected[engine].kinds;
      SCOPED_TRACE("op " + std::to_string(op) + " (" + op_text(program, program.ops[op]) +
                   ") and " + to_string(static_cast<Engine>(engine)));
      ASSERT_EQ(hazard.op, expected[engine].op) << to_text(program);
      ASSERT_TRUE(!hazard.exists() || kinds.contains(hazard.kind));
      ASSERT_EQ(hazard.exists() && hazard.kind == HazardKind::kReadAfterWrite,
                kinds.contains(HazardKind::kReadAfterWrite));
    }
  }
}

/// Of the programs here: one of two whole operands, one of one.
constexpr std::array<std::uint16_t, 2> kPlainKernels = {0, 2};

/// Ops at random addresses that overlap in part. `in_place`: matmuls and reduces that go on, and vector
/// ops onto their own operand; otherwise no op reads what it writes.
Program random_ops(std::mt19937& random, bool in_place) {
  Program program = program_of("");
  const auto below = [&](std::uint32_t limit) {
    return static_cast<std::uint32_t>(random() % limit);
  };
  const auto apart = [](std::uint32_t a, std::uint32_t b) {
    return (a > b ? a - b : b - a) >= kTileBytes;
  };
  while (program.ops.size() < 60) {
    Op op;
    op.opcode = static_cast<Opcode>(below(kOpcodeCount));
    op.region = below(3);
    op.row = below(2);
    op.col = below(2);
    const bool dma = moves_tile(op);
    const bool reduce = op.opcode == Opcode::kReduce;
    op.clear = is_reduction_step(op) && (!in_place || below(2) == 0);
    op.a = op.opcode == Opcode::kLoad ? 0 : 64 * below(24);
    op.kernel = reduce ? 5 : op.opcode == Opcode::kVector ? kPlainKernels[below(2)] : 0;
    const bool two = !reduce && (op.opcode == Opcode::kMatmul || op.kernel == kPlainKernels[0]);
    op.b = computes(op) && two ? 64 * below(24) : 0;
    op.dst = op.opcode == Opcode::kStore ? 0 : 64 * below(24);
    if (!dma) {
      op.set_shape(reduce ? TileShape{8, 1, 8} : program.tile);
    }
    const bool apart_a = apart(op.dst, op.a);
    const bool apart_b = !two || apart(op.dst, op.b);
    const bool same = in_place && !is_reduction_step(op);  // in place as a whole or not at all
    const bool separate =
        (apart_a || (same && op.dst == op.a)) && (apart_b || (same && op.dst == op.b));
    if (dma || separate) {
      program.ops.push_back(op);
    }
  }
  return program;
}

TEST(Hazards, RandomProgramsAgreeLineByLine) {
  std::mt19937 random(11);
  for (int i = 0; i < 400; ++i) {
    ASSERT_NO_FATAL_FAILURE(expect_same_hazards(random_ops(random, false), 64));
  }
}

TEST(Hazards, RandomProgramsInPlaceAgreeLineByLine) {
  std::mt19937 random(12);
  for (int i = 0; i < 400; ++i) {
    ASSERT_NO_FATAL_FAILURE(expect_same_hazards(random_ops(random, true), 64));
  }
}

/// Ops of all opcodes with tiles of four sizes that overlap in part.
Program random_uneven_ops(std::mt19937& random) {
  Program program = parse_program_text(
      "tilewave-program 3\ntile 24 16 8\nsram 0x2000\ntensor a input 48x16 tile 24x8 dram 0\n"
      "tensor b input 16x32 tile 8x16 dram 0x1000\n"
      "tensor c intermediate 48x32 tile 24x16 dram 0x2000\n"
      "tensor d input 1x32 tile 1x16 dram 0x8000\nregion 0 a 10:40 5:16 tile 24x8\n"
      "region 1 c 1:33 0:32 tile 24x16\nregion 2 c 24:48 8:24 tile 8x16\nkernel 0 tile tile | add "
      "x0 x1\nkernel 1 tile "
      "row | add x0 x1\nkernel 2 tile | relu x0\nkernel 3 tile tile | add x0 x1; relu t0\nkernel 4 "
      "tile row | add x0 x1; relu t0\nkernel 5 tile column -> max of rows | sub x0 x1\n"
      "kernel 6 tile:bf16 -> sum of columns | exp x0\nops\n",
      "hazards_test");
  const auto below = [&](std::uint32_t limit) {
    return static_cast<std::uint32_t>(random() % limit);
  };
  while (program.ops.size() < 60) {
    Op op;
    op.opcode = static_cast<Opcode>(below(kOpcodeCount));
    const bool dma = moves_tile(op);
    op.region = dma ? below(7) : 2;
    const TileGrid grid = program.grid(op.region);
    op.row = below(grid.rows);
    op.col = below(grid.cols);
    const bool reduce = op.opcode == Opcode::kReduce;
    op.clear = is_reduction_step(op) && below(2) == 0;
    op.biased = op.opcode == Opcode::kMatmul && op.clear && below(2) == 0;
    op.a_transposed = op.opcode == Opcode::kMatmul && below(2) == 0;
    op.b_transposed = op.opcode == Opcode::kMatmul && below(2) == 0;
    op.kernel = reduce                         ? static_cast<std::uint16_t>(5 + below(2))
                : op.opcode == Opcode::kVector ? static_cast<std::uint16_t>(below(5))
                                               : 0;
    const std::size_t operands = operand_rules(program, op).size();
    op.a = op.opcode == Opcode::kLoad ? 0 : 64 * below(60);
    op.b = operands > 1 ? 64 * below(60) : 0;
    op.c = op.biased ? 64 * below(60) : 0;
    op.dst = op.opcode == Opcode::kStore ? 0 : 64 * below(60);
    if (!dma) {
      op.set_shape(!reduce          ? program.tile
                   : op.kernel == 5 ? TileShape{1, 16, 24}
                                    : TileShape{24, 1, 16});
    }
    // But for the accumulator itself, which is no operand, no op reads what it writes.
    bool apart = !is_reduction_step(op) || (op.a != op.dst && op.b != op.dst && op.c != op.dst);
    visit_sram(
        program, op,
        [&](std::uint32_t address, std::uint64_t bytes) {
          const bool accumulator = is_reduction_step(op) && address == op.dst;
          apart = apart && (accumulator || address + bytes <= op.dst ||
                            op.dst + program.tile.result().bytes() <= address);
        },
        [](std::uint32_t, std::uint64_t) {});
    if (dma || apart) {
      program.ops.push_back(op);
    }
  }
  return program;
}

TEST(Hazards, RandomProgramsWithTilesOfAllSizesAgreeLineByLine) {
  std::mt19937 random(14);
  for (int i = 0; i < 400; ++i) {
    ASSERT_NO_FATAL_FAILURE(expect_same_hazards(random_uneven_ops(random), 64));
  }
}

TEST(Hazards, ASchedulesRowVectorsAreReadAsFarAsTheyGo) {
  std::mt19937 random(15);
  for (int i = 0; i < 10; ++i) {
    const Graph graph = test::random_mixed_network(random, 40);
    const ScheduleOptions options{.sram_bytes = 256 * 1024};
    for (const TileShape tile : {TileShape{32, 32, 32}, {16, 8, 8}}) {
      ASSERT_NO_FATAL_FAILURE(expect_same_hazards(test::compile(graph, options, tile).program, 64));
    }
  }
}

TEST(Hazards, AStepInPlaceWaitsForEarlierReadersOfTheSameEngine) {
  const std::string ops = "load x[0,0] -> 0\nvector h[0,0] kernel=2 a=0 -> 0x200\n";
  EXPECT_EQ(hazards_of_last(ops + "vector h[0,1] kernel=2 a=0 -> 0\n"),
            "load_dma 0 read-after-write; vector 1 write-after-read");
}

TEST(Hazards, WhatANarrowerResultLeavesOfItsOperandIsReadAllTheSame) {
  const std::string head =
      "tilewave-program 3\ntile 8 8 8\nsram 0x400\ntensor x input 8x8 tile 8x8 dram 0\n"
      "tensor y output 8x8 i8 tile 8x8 dram 0x100\nkernel 0 tile -> i8 | round x0\nops\n"
      "load x[0,0] -> 0\nvector y[0,0] kernel=0 a=0 -> 0\n";  // 64 of 256 bytes
  for (const std::string address : {"0x40", "0x80", "0xc0"}) {
    const Program program = parse_program_text(head + "load y[0,0] -> " + address + "\n", "p");
    const Hazard hazard = find_hazards(program).back()[static_cast<std::size_t>(Engine::kVector)];
    EXPECT_EQ(hazard.op, 1U);
    EXPECT_EQ(hazard.kind, HazardKind::kWriteAfterRead);
  }
}

TEST(Hazards, SchedulesOfRandomTypedNetworksAgreeTileByTile) {
  std::mt19937 random(16);
  for (int i = 0; i < 60; ++i) {
    const Graph graph = test::random_typed_network(random, 100);
    for (const std::uint64_t tiles : {5, 64}) {
      ASSERT_NO_FATAL_FAILURE(
          expect_same_hazards(test::compile(graph, {.sram_bytes = tiles * 4096}).program, 64));
    }
  }
}

TEST(Hazards, SchedulesOfRandomNetworksAgreeTileByTile) {
  std::mt19937 random(13);
  for (int i = 0; i < 30; ++i) {
    const Graph graph = test::random_network(random, 130);
    for (const std::uint64_t tiles : {3, 5, 64}) {
      ASSERT_NO_FATAL_FAILURE(
          expect_same_hazards(test::compile(graph, {.sram_bytes = tiles * 4096}).program, 64));
    }
  }
}

}  // namespace
}  // namespace tilewave
