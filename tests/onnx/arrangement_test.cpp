// Arrangements: each step alone, and random chains of them against index arithmetic on whole
// arrays.
#include "compiler/onnx/arrangement.h"

#include <algorithm>
#include <numeric>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "compiler/program/tensor.h"

namespace tilewave {
namespace {

using ::testing::ElementsAre;

std::vector<float> counting(std::uint64_t count) {
  std::vector<float> values(count);
  std::iota(values.begin(), values.end(), 0.0F);
  return values;
}

std::vector<float> applied(const Arrangement& arrangement, std::uint64_t source_elements) {
  return arrangement.apply(counting(source_elements));
}

TEST(Arrangement, TransposesAMatrix) {
  const Arrangement matrix = Arrangement({2, 3}).transpose(std::vector<std::size_t>{1, 0});
  EXPECT_EQ(matrix.dims(), (Dims{3, 2}));
  EXPECT_THAT(applied(matrix, 6), ElementsAre(0, 3, 1, 4, 2, 5));
  EXPECT_FALSE(matrix.is_plain());
}

TEST(Arrangement, ExpandsAColumnAndScales) {
  const Arrangement column = Arrangement({2, 1}).expand({2, 2, 3});
  EXPECT_THAT(column.apply(std::vector<float>{1, 2}, 0.5F),
              ElementsAre(0.5F, 0.5F, 0.5F, 1, 1, 1, 0.5F, 0.5F, 0.5F, 1, 1, 1));
}

TEST(Arrangement, TakesASliceOfATransposedStack) {
  const Arrangement stack = Arrangement({2, 2, 3}).transpose(std::vector<std::size_t>{0, 2, 1});
  EXPECT_THAT(applied(stack.at(Dims{1}), 12), ElementsAre(6, 9, 7, 10, 8, 11));
}

TEST(Arrangement, ScalarsHaveOneElement) {
  EXPECT_THAT(applied(Arrangement(Dims{}), 1), ElementsAre(0));
  EXPECT_THAT(applied(Arrangement(Dims{}).expand({2, 2}), 1), ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(applied(Arrangement({1, 1}).reshape({}), 1), ElementsAre(0));
}

TEST(Arrangement, ReshapesInOnePassWhereStridesCanSayIt) {
  const Arrangement swapped = Arrangement({4, 6}).transpose(std::vector<std::size_t>{1, 0});
  EXPECT_EQ(swapped.reshape({2, 3, 4}).passes(), 1U);        // splits a dimension
  EXPECT_EQ(swapped.reshape({1, 6, 1, 4, 1}).passes(), 1U);  // ones are free
  EXPECT_EQ(swapped.reshape({24}).passes(), 2U);
  EXPECT_TRUE(Arrangement({4, 6}).reshape({2, 12}).is_plain());
  EXPECT_FALSE(Arrangement({4, 6}).at(Dims{0}).is_plain());
}

/// The same steps on all values of a small array.
struct Array {
  Dims dims;
  std::vector<float> values;

  float at(const Dims& index) const {
    std::uint64_t flat = 0;
    for (std::size_t i = 0; i < dims.size(); ++i) {
      flat = flat * dims[i] + index[i];
    }
    return values[flat];
  }
};

template <typename IndexOf>
Array rearranged(const Array& from, const Dims& dims, IndexOf&& index_of) {
  Array result{dims, {}};
  for (std::uint64_t flat = 0; flat < element_count(dims); ++flat) {
    result.values.push_back(from.at(index_of(unravel(flat, dims))));
  }
  return result;
}

/// A shape of as many elements.
Dims random_shape(std::uint64_t elements, std::mt19937& random) {
  Dims dims;
  while (elements > 1 || random() % 2 != 0) {
    std::uint64_t factor = 1 + random() % std::min<std::uint64_t>(elements, 6);
    factor = elements % factor == 0 ? factor : elements;
    dims.push_back(factor);
    elements /= factor;
  }
  return dims;
}

void random_step(std::mt19937& random, Arrangement& arrangement, Array& array) {
  const Dims from = array.dims;
  switch (random() % 4) {
    case 0: {
      const Dims dims = random_shape(array.values.size(), random);
      arrangement = arrangement.reshape(dims);
      array.dims = dims;
      return;
    }
    case 1: {
      std::vector<std::size_t> permutation(from.size());
      std::iota(permutation.begin(), permutation.end(), std::size_t{0});
      std::shuffle(permutation.begin(), permutation.end(), random);
      Dims dims;
      for (const std::size_t axis : permutation) {
        dims.push_back(from[axis]);
      }
      arrangement = arrangement.transpose(permutation);
      array = rearranged(array, dims, [&](const Dims& to) {
        Dims index(from.size());
        for (std::size_t i = 0; i < to.size(); ++i) {
          index[permutation[i]] = to[i];
        }
        return index;
      });
      return;
    }
    case 2: {
      Dims dims = from;
      for (std::uint64_t& dim : dims) {
        dim = dim == 1 && array.values.size() < 500 ? 1 + random() % 3 : dim;
      }
      dims.insert(dims.begin(), 1);
      arrangement = arrangement.expand(dims);
      array = rearranged(array, dims, [&](const Dims& to) {
        Dims index(to.begin() + 1, to.end());
        for (std::size_t i = 0; i < index.size(); ++i) {
          index[i] = from[i] == 1 ? 0 : index[i];
        }
        return index;
      });
      return;
    }
    default: {
      if (from.empty() || array.values.size() < 8) {
        return;
      }
      const std::uint64_t chosen = random() % from[0];
      arrangement = arrangement.at(Dims{chosen});
      array = rearranged(array, Dims(from.begin() + 1, from.end()), [&](Dims index) {
        index.insert(index.begin(), chosen);
        return index;
      });
    }
  }
}

TEST(Arrangement, RandomChainsAreThoseOfWholeArrays) {
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    const std::uint64_t elements = 1 + random() % 96;
    const Dims dims = random_shape(elements, random);
    Arrangement arrangement(dims);
    Array array{dims, counting(elements)};
    for (int step = 0; step < 6; ++step) {
      random_step(random, arrangement, array);
      ASSERT_EQ(arrangement.dims(), array.dims) << "round " << round;
      ASSERT_EQ(applied(arrangement, elements), array.values) << "round " << round;
    }
  }
}

TEST(Dims, BroadcastAsNumPyDoes) {
  EXPECT_EQ(broadcast({3, 1}, {4}), (Dims{3, 4}));
  EXPECT_EQ(broadcast({}, {2, 1}), (Dims{2, 1}));
  EXPECT_EQ(broadcast({5, 1, 7}, {1, 6, 1}), (Dims{5, 6, 7}));
  EXPECT_THROW(broadcast({2, 3}, {2}), InputError);
  EXPECT_THROW(broadcast({kMaxDimension, 1}, {1, kMaxDimension}), InputError);
}

TEST(Dims, NameWhatCannotBeAShape) {
  EXPECT_EQ(dims_problem({}), "");
  EXPECT_EQ(dims_problem({kMaxDimension, 1}), "");
  EXPECT_EQ(dims_problem(Dims(kMaxRank, 1)), "");
  EXPECT_NE(dims_problem(Dims(kMaxRank + 1, 1)), "");
  EXPECT_NE(dims_problem({2, 0}), "");
  EXPECT_NE(dims_problem({kMaxDimension + 1}), "");
  EXPECT_EQ(dims_problem({1ULL << 20U, 1ULL << 20U}), "");
  EXPECT_NE(dims_problem({1ULL << 20U, 1ULL << 20U, 2}), "");
  EXPECT_NE(dims_problem({1ULL << 30U, 1ULL << 30U, 1ULL << 30U}), "");
}

}  // namespace
}  // namespace tilewave
