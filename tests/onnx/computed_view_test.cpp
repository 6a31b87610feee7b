// Views of computed values: random chains of steps against index arithmetic on whole arrays.
#include "compiler/onnx/computed_view.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace tilewave {
namespace {

/// The flat positions of the elements of a view, in order.
std::vector<std::uint64_t> positions(const ComputedView& view) {
  std::vector<std::uint64_t> found;
  const auto groups = view.axes_of(view.dims());
  if (!groups) {
    return found;
  }
  found.push_back(view.offset());
  for (const StridedAxes& axes : *groups) {
    for (const StridedAxis& axis : axes) {
      std::vector<std::uint64_t> more;
      for (const std::uint64_t at : found) {
        for (std::uint64_t i = 0; i < axis.extent; ++i) {
          more.push_back(at + i * axis.stride);
        }
      }
      found = std::move(more);
    }
  }
  return found;
}

/// The same, made step by step.
struct Plain {
  Dims dims;
  std::vector<std::uint64_t> at;

  void transpose(const std::vector<std::size_t>& permutation) {
    Plain result{{}, std::vector<std::uint64_t>(at.size())};
    for (const std::size_t dimension : permutation) {
      result.dims.push_back(dims[dimension]);
    }
    for (std::uint64_t i = 0; i < at.size(); ++i) {
      const Dims index = unravel(i, result.dims);
      Dims from(dims.size());
      for (std::size_t d = 0; d < index.size(); ++d) {
        from[permutation[d]] = index[d];
      }
      result.at[i] = at[flat(from)];
    }
    *this = result;
  }
  void slice(std::size_t dimension, std::uint64_t first, std::uint64_t count) {
    Plain result{dims, {}};
    result.dims[dimension] = count;
    for (std::uint64_t i = 0; i < element_count(result.dims); ++i) {
      Dims index = unravel(i, result.dims);
      index[dimension] += first;
      result.at.push_back(at[flat(index)]);
    }
    *this = result;
  }
  void expand(const Dims& wide) {
    Plain result{wide, {}};
    for (std::uint64_t i = 0; i < element_count(wide); ++i) {
      Dims index = unravel(i, wide);
      index.erase(index.begin(),
                  index.begin() + static_cast<std::ptrdiff_t>(wide.size() - dims.size()));
      for (std::size_t d = 0; d < dims.size(); ++d) {
        index[d] = dims[d] == 1 ? 0 : index[d];
      }
      result.at.push_back(at[flat(index)]);
    }
    *this = result;
  }
  std::uint64_t flat(const Dims& index) const {
    std::uint64_t position = 0;
    for (std::size_t d = 0; d < dims.size(); ++d) {
      position = position * dims[d] + index[d];
    }
    return position;
  }
};

TEST(ComputedView, RandomChainsReadTheSameElements) {
  std::mt19937 random(1);
  const auto below = [&](std::size_t count) { return static_cast<std::size_t>(random() % count); };
  int refused = 0;
  int steps = 0;
  for (int round = 0; round < 2000; ++round) {
    Dims dims;
    for (std::size_t i = 1 + below(4); i > 0; --i) {
      dims.push_back(1 + below(4));
    }
    ComputedView view(dims);
    Plain plain{dims, std::vector<std::uint64_t>(element_count(dims))};
    std::iota(plain.at.begin(), plain.at.end(), 0);
    for (int step = 0; step < 5; ++step) {
      const Dims& now = plain.dims;
      std::optional<ComputedView> next;
      Plain wanted = plain;
      switch (below(4)) {
        case 0: {
          std::vector<std::size_t> permutation(now.size());
          std::iota(permutation.begin(), permutation.end(), 0);
          std::shuffle(permutation.begin(), permutation.end(), random);
          next = view.transpose(permutation);
          wanted.transpose(permutation);
          break;
        }
        case 1: {
          const std::size_t dimension = below(now.size());
          const std::uint64_t first = below(now[dimension]);
          const std::uint64_t count = 1 + below(now[dimension] - first);
          next = view.slice(dimension, first, count);
          wanted.slice(dimension, first, count);
          break;
        }
        case 2: {
          Dims wide = now;
          for (std::uint64_t& dim : wide) {
            dim = dim == 1 ? 1 + below(3) : dim;
          }
          if (element_count(wide) > 500) {
            continue;
          }
          next = view.expand(wide);
          wanted.expand(wide);
          break;
        }
        default: {  // two neighbours as one, or the reverse
          Dims regrouped = now;
          if (regrouped.size() > 1 && below(2) == 0) {
            const auto at = regrouped.begin() + static_cast<std::ptrdiff_t>(below(now.size() - 1));
            *at *= *(at + 1);
            regrouped.erase(at + 1);
          } else {
            const std::size_t at = below(now.size());
            const std::uint64_t part = regrouped[at] % 2 == 0 ? 2 : 1;
            regrouped[at] /= part;
            regrouped.insert(regrouped.begin() + static_cast<std::ptrdiff_t>(at), part);
          }
          next = view.reshape(regrouped);
          wanted.dims = regrouped;
          break;
        }
      }
      ++steps;
      if (!next || !next->axes_of(next->dims())) {
        ++refused;
        break;
      }
      view = *next;
      plain = wanted;
      ASSERT_EQ(view.dims(), plain.dims);
      ASSERT_EQ(positions(view), plain.at) << "round " << round;
      std::vector<std::uint64_t> all(plain.at.size());
      std::iota(all.begin(), all.end(), 0);
      ASSERT_EQ(view.is_plain(), plain.at == all);
    }
  }
  EXPECT_LT(refused, steps / 10);
}

TEST(ComputedView, HeadsAreAxesOfTheirOwn) {
  const ComputedView heads = *ComputedView({2, 5, 12})  // batch, rows, three heads of four
                                  .reshape({2, 5, 3, 4})
                                  .transpose(std::vector<std::size_t>{0, 2, 1, 3});
  EXPECT_EQ(heads.dims(), (Dims{2, 3, 5, 4}));
  const auto axes = heads.axes_of({6, 5, 4});
  ASSERT_TRUE(axes);
  EXPECT_EQ((*axes)[0], (StridedAxes{{2, 60}, {3, 4}}));
  EXPECT_EQ((*axes)[1], (StridedAxes{{5, 12}}));
  EXPECT_EQ((*axes)[2], (StridedAxes{{4, 1}}));
  EXPECT_FALSE(heads.axes_of({4, 30}));  // 4 cuts through the heads
  EXPECT_TRUE(heads.transpose(std::vector<std::size_t>{0, 2, 1, 3})->is_plain());
}

}  // namespace
}  // namespace tilewave
