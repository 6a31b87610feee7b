// Tensors in DRAM: in and out again, where each tile's bytes are, and zeros everywhere else.
#include "models/dram/image.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "models/dram/tile_runs.h"

namespace tilewave {
namespace {

/// Tensors of these shapes, with a hole of a page between them.
Program program_with(const std::vector<Shape>& shapes, const TileExtent& tile = {32, 32}) {
  Program program;
  std::uint64_t base = 4096;
  for (const Shape& shape : shapes) {
    program.tensors.push_back({"t" + std::to_string(program.tensors.size()), shape, tile,
                               padded_shape(shape, tile), TensorRole::kInput, base});
    base += program.tensors.back().bytes() / 4096 * 4096 + 8192;
  }
  return program;
}

/// 1, 2, 3, … from `first` on: none of them zero.
std::vector<float> counting(const Shape& shape, float first) {
  std::vector<float> values(shape.elements());
  std::iota(values.begin(), values.end(), first);
  return values;
}

const std::vector<Shape> kShapes = {{1, 1},   {32, 32}, {33, 32}, {32, 33},
                                    {50, 90}, {1, 200}, {200, 1}, {7, 64}};

class DramImageTest : public ::testing::TestWithParam<DramLayout> {};

INSTANTIATE_TEST_SUITE_P(Layouts, DramImageTest,
                         ::testing::Values(DramLayout::kRowMajor, DramLayout::kTiled),
                         [](const auto& layout) {
                           return layout.param == DramLayout::kTiled ? "Tiled" : "RowMajor";
                         });

TEST_P(DramImageTest, ReadsBackWhatWasWritten) {
  const Program program = program_with(kShapes);
  DramImage image(program, GetParam());
  for (std::uint32_t id = 0; id < kShapes.size(); ++id) {
    image.write(id, counting(kShapes[id], 1.0F + 1000.0F * static_cast<float>(id)));
  }
  for (std::uint32_t id = 0; id < kShapes.size(); ++id) {
    EXPECT_EQ(image.read(id), counting(kShapes[id], 1.0F + 1000.0F * static_cast<float>(id)));
  }
}

TEST_P(DramImageTest, IsZeroUntilWrittenAndInItsPadding) {
  const Program program = program_with(kShapes);
  DramImage image(program, GetParam());
  const auto nonzero_floats = [&] {
    std::vector<float> all(image.bytes().size() / 4);
    std::memcpy(all.data(), image.bytes().data(), all.size() * 4);
    return all.size() - static_cast<std::size_t>(std::count(all.begin(), all.end(), 0.0F));
  };
  EXPECT_EQ(image.bytes().size(), program.dram_bytes());
  EXPECT_EQ(nonzero_floats(), 0U);
  std::size_t written = 0;
  for (std::uint32_t id = 0; id < kShapes.size(); ++id) {
    image.write(id, counting(kShapes[id], 1.0F));
    written += kShapes[id].elements();
    EXPECT_EQ(nonzero_floats(), written);
  }
}

TEST_P(DramImageTest, EveryTileLiesInItsRuns) {
  for (const TileExtent extent : {TileExtent{8, 8}, {32, 32}, {8, 64}, {256, 16}, {1, 24}}) {
    const Program program = program_with(kShapes, extent);
    DramImage image(program, GetParam());
    for (std::uint32_t id = 0; id < kShapes.size(); ++id) {
      const Shape& shape = kShapes[id];
      const std::vector<float> values = counting(shape, 1.0F);
      image.write(id, values);
      const TileGrid grid = program.grid(id);
      for (std::uint32_t tile = 0; tile < grid.tiles(); ++tile) {
        Op op;
        op.region = id;
        op.row = tile / grid.cols;
        op.col = tile % grid.cols;
        std::vector<float> found(extent.elements());
        BurstCursor cursor(TilePieces(program, GetParam(), op), 100);
        while (!cursor.done()) {
          const BurstCursor::Burst burst = cursor.next();
          std::memcpy(reinterpret_cast<std::byte*>(found.data()) + burst.tile_offset,
                      &image.bytes()[burst.address], burst.bytes);
        }
        for (std::uint64_t i = 0; i < found.size(); ++i) {
          const std::uint64_t row = std::uint64_t{op.row} * extent.rows + i / extent.cols;
          const std::uint64_t col = std::uint64_t{op.col} * extent.cols + i % extent.cols;
          const bool inside = row < shape.rows && col < shape.cols;
          ASSERT_EQ(found[i], inside ? values[row * shape.cols + col] : 0.0F)
              << to_string(shape) << " element " << row << "," << col;
        }
      }
    }
  }
}

}  // namespace
}  // namespace tilewave
