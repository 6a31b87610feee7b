// Tiles with rows and columns exchanged, element by element.
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "models/compute/transposed_tile.h"
#include "tests/support/kernels.h"

namespace tilewave {
namespace {

class TransposeTest : public ::testing::TestWithParam<const Kernel*> {
 protected:
  static std::vector<std::uint8_t> random_bytes(std::size_t count) {
    std::mt19937 random(static_cast<std::uint32_t>(count));
    std::vector<std::uint8_t> bytes(count);
    for (std::uint8_t& byte : bytes) {
      byte = static_cast<std::uint8_t>(random());
    }
    return bytes;
  }

  /// The source and the destination begin `offset` bytes behind an aligned address, and the latter's
  /// memory ends right behind it.
  static void check(const TileExtent& tile, std::size_t offset) {
    const std::size_t size = element_bytes(tile.type);
    const std::vector<std::uint8_t> src = random_bytes(offset + tile.bytes());
    std::vector<std::uint8_t> dst(offset + tile.bytes(), 77);
    GetParam()->transpose(dst.data() + offset, src.data() + offset, tile);
    for (std::size_t row = 0; row < tile.rows; ++row) {
      for (std::size_t col = 0; col < tile.cols; ++col) {
        ASSERT_EQ(std::memcmp(&dst[offset + (col * tile.rows + row) * size],
                              &src[offset + (row * tile.cols + col) * size], size),
                  0)
            << to_string(tile) << " " << row << "," << col;
      }
    }
    for (std::size_t i = 0; i < offset; ++i) {
      ASSERT_EQ(dst[i], 77);
    }
  }
};

INSTANTIATE_TEST_SUITE_P(All, TransposeTest, ::testing::ValuesIn(runnable_kernels()),
                         [](const auto& kernel) { return std::string(kernel.param->name); });

TEST_P(TransposeTest, EveryExtentOfEveryType) {
  for (std::size_t type = 0; type < kElementTypeCount; ++type) {
    for (std::uint32_t rows = 1; rows <= 35; ++rows) {
      for (std::uint32_t cols = 1; cols <= 35; ++cols) {
        ASSERT_NO_FATAL_FAILURE(check({rows, cols, static_cast<ElementType>(type)}, 0));
      }
    }
    for (const std::uint32_t rows : {1U, 64U, 255U, 256U}) {
      for (const std::uint32_t cols : {1U, 100U, 255U, 256U}) {
        ASSERT_NO_FATAL_FAILURE(check({rows, cols, static_cast<ElementType>(type)}, 3));
      }
    }
  }
}

TEST_P(TransposeTest, ATileKeepsItsRoom) {
  const std::vector<std::uint8_t> src = random_bytes(256 * 256 * 4);
  TransposedTile room;
  const void* first = room.of(*GetParam(), src.data(), {256, 256, ElementType::kF32});
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(first) % 64, 0U);
  for (const TileExtent& tile : {TileExtent{3, 5, ElementType::kI8}, {256, 1}, {256, 256}}) {
    EXPECT_EQ(room.of(*GetParam(), src.data(), tile), first);
  }
  const auto* bytes =
      static_cast<const std::uint8_t*>(room.of(*GetParam(), src.data(), {2, 3, ElementType::kU8}));
  EXPECT_EQ(std::vector<std::uint8_t>(bytes, bytes + 6),
            (std::vector<std::uint8_t>{src[0], src[3], src[1], src[4], src[2], src[5]}));
}

}  // namespace
}  // namespace tilewave
