// How tensors are cut into matrices, and what of an operand meets a cut.
#include "compiler/onnx/matrix_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tilewave {
namespace {

using ::testing::ElementsAre;

/// "SLICESxROWSxCOLS" of the operand in a view of the result.
std::string placed(const Dims& dims, const Dims& result, const MatrixView& view) {
  const PlacedOperand place = place_operand(dims, result, view);
  EXPECT_EQ(element_count(place.dims), place.view.elements());
  return std::to_string(place.view.slices) + "x" + to_string(place.view.matrix);
}

TEST(MatrixView, EveryCutOnceTheFoldedOneFirst) {
  EXPECT_THAT(matrix_views({2, 3, 4}), ElementsAre(MatrixView{1, {6, 4}}, MatrixView{1, {24, 1}},
                                                   MatrixView{1, {2, 12}}, MatrixView{1, {1, 24}}));
  EXPECT_THAT(matrix_views({}), ElementsAre(MatrixView{1, {1, 1}}));
  EXPECT_THAT(matrix_views({1, 5, 1}), ElementsAre(MatrixView{1, {5, 1}}, MatrixView{1, {1, 5}}));
}

TEST(MatrixView, AnOperandShrinksAlongWhatItDoesNotVary) {
  const MatrixView folded{1, {6, 4}};
  EXPECT_EQ(placed({2, 3, 4}, {2, 3, 4}, folded), "1x6x4");
  EXPECT_EQ(placed({4}, {2, 3, 4}, folded), "1x1x4");
  EXPECT_EQ(placed({2, 3, 1}, {2, 3, 4}, folded), "1x6x1");
  EXPECT_EQ(placed({3, 1}, {2, 3, 4}, folded), "1x6x1");  // stretched to all six rows
  EXPECT_EQ(placed({3, 4}, {2, 3, 4}, folded), "1x6x4");
  EXPECT_EQ(placed({}, {2, 3, 4}, folded), "1x1x1");
  EXPECT_EQ(placed({3, 4}, {2, 3, 4}, {1, {2, 12}}), "1x1x12");
  EXPECT_EQ(placed({3, 1}, {2, 3, 4}, {1, {2, 12}}), "1x1x12");
  EXPECT_EQ(placed({2, 1, 1}, {2, 3, 4}, {1, {2, 12}}), "1x2x1");
}

TEST(MatrixView, SlicesToo) {
  const MatrixView slices{2, {3, 4}};
  EXPECT_EQ(placed({3, 4}, {2, 3, 4}, slices), "1x3x4");
  EXPECT_EQ(placed({2, 1, 4}, {2, 3, 4}, slices), "2x1x4");
  EXPECT_EQ(placed({3, 1}, {2, 3, 4}, slices), "1x3x1");
  EXPECT_EQ(placed({2, 1, 1}, {2, 3, 4}, slices), "2x1x1");
}

TEST(MatrixView, AViewThatCutsThroughADimensionTakesAll) {
  EXPECT_EQ(placed({8}, {3, 8}, {1, {6, 4}}), "1x6x4");
  EXPECT_EQ(placed({1, 1}, {3, 8}, {1, {6, 4}}), "1x1x1");
}

}  // namespace
}  // namespace tilewave
