// Cells: the tiles of tensors without windows, and the pieces between the edges of moved tiles of the others.
#include "compiler/program/tile_cells.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/program/forms/program_text.h"

namespace tilewave {
namespace {

using ::testing::ElementsAre;

std::vector<CellId> cells_of(const TileCells& cells, const Op& op) {
  std::vector<CellId> found;
  cells.visit(op, [&](CellId cell) { found.push_back(cell); });
  return found;
}

TEST(TileCells, AreTheTilesOfATensorWithoutWindows) {
  const Program program = parse_program_text(
      "tilewave-program 3\ntile 32 32 32\nsram 0x1000\ntensor x input 33x70 tile 32x32 dram 0\n"
      "tensor y input 40x40 tile 32x32 dram 0x10000\nops\nload y[1,1] -> 0\n",
      "p");
  const TileCells cells(program);
  EXPECT_EQ(cells.count(), 6U + 4U);
  EXPECT_EQ(cells.first(1), 6U);
  EXPECT_THAT(cells_of(cells, program.ops[0]), ElementsAre(9U));
  EXPECT_EQ(cells.elements(1, 9), (ElementRange{32, 40, 32, 40}));
}

TEST(TileCells, LieBetweenTheEdgesOfMovedTiles) {
  // Columns 0:32 by the tensor's tile, 20:40 by the window's: edges at 0, 20, 32, 40 and the tensor's end.
  const Program program = parse_program_text(
      "tilewave-program 3\ntile 32 32 32\nsram 0x2000\ntensor x input 32x70 tile 32x32 dram 0\n"
      "region 0 x 0:32 20:40 tile 32x32\nops\nload x[0,0] -> 0\nload x@0[0,0] -> 0x1000\n",
      "p");
  const TileCells cells(program);
  EXPECT_EQ(cells.count(), 4U);
  EXPECT_THAT(cells_of(cells, program.ops[0]), ElementsAre(0U, 1U));
  EXPECT_THAT(cells_of(cells, program.ops[1]), ElementsAre(1U, 2U));
  EXPECT_EQ(cells.elements(0, 3), (ElementRange{0, 32, 40, 70}));
  std::vector<CellId> stored;  // tile (0, 1), columns 32:64, which nobody moves
  cells.visit_stored(0, 0, 1, [&](CellId cell) { stored.push_back(cell); });
  EXPECT_THAT(stored, ElementsAre(2U, 3U));
}

TEST(CellMap, HasNothingOfWhatNobodyAskedFor) {
  CellMap<int> dense(10, 1);
  EXPECT_EQ(*dense.find(3), 0);
  CellMap<int> sparse(1000, 1);
  EXPECT_EQ(sparse.find(3), nullptr);
  sparse[3] = 5;
  EXPECT_EQ(*sparse.find(3), 5);
}

}  // namespace
}  // namespace tilewave
