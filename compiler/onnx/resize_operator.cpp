// Resize to the nearest element: which one that is, by coordinates, is known when the model is read.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/onnx/operators.h"
#include "compiler/onnx/parts_of_values.h"
#include "compiler/onnx/typed_values.h"

namespace tilewave {
namespace {

/// More are no way to move data.
constexpr double kMostElements = 1U << 16U;

/// A dimension before and after, and by how much it grows.
struct Scaling {
  double from = 1;
  double to = 1;
  double scale = 1;
};

/// Where element i of the result is in what is resized.
using Coordinate = double (*)(double i, const Scaling& of);
/// A whole number near a coordinate.
using Nearest = double (*)(double x);

double half_pixel(double i, const Scaling& of) { return (i + 0.5) / of.scale - 0.5; }

constexpr std::array<std::pair<std::string_view, Coordinate>, 6> kCoordinates = {{
    {"half_pixel", half_pixel},
    {"half_pixel_symmetric",
     [](double i, const Scaling& of) {
       return of.from / 2 * (1 - of.to / (of.scale * of.from)) + half_pixel(i, of);
     }},
    {"pytorch_half_pixel",
     [](double i, const Scaling& of) { return of.to > 1 ? half_pixel(i, of) : 0; }},
    {"align_corners",
     [](double i, const Scaling& of) { return of.to > 1 ? i * (of.from - 1) / (of.to - 1) : 0; }},
    {"asymmetric", [](double i, const Scaling& of) { return i / of.scale; }},
    {"tf_half_pixel_for_nn", [](double i, const Scaling& of) { return (i + 0.5) / of.scale; }},
}};

constexpr std::array<std::pair<std::string_view, Nearest>, 4> kNearest = {{
    {"round_prefer_floor", [](double x) { return std::ceil(x - 0.5); }},
    {"round_prefer_ceil", [](double x) { return std::floor(x + 0.5); }},
    {"floor", [](double x) { return std::floor(x); }},
    {"ceil", [](double x) { return std::ceil(x); }},
}};

template <typename Entries>
auto named(const Entries& entries, const std::string& attribute, const std::string& word) {
  std::string allowed;
  for (const auto& [name, function] : entries) {
    if (name == word) {
      return function;
    }
    allowed += (allowed.empty() ? "" : ", ") + std::string(name);
  }
  throw InputError("attribute '" + attribute +
                   "' is not supported as it is; supported: " + allowed);
}

struct Rule {
  Coordinate coordinate = kCoordinates.front().second;
  Nearest nearest = kNearest.front().second;
};

Rule rule_of(Node& node) {
  constexpr std::int64_t kHasCoordinates = 11;
  if (node.word("mode", "nearest") != "nearest") {
    throw InputError("attribute 'mode' is not nearest, which alone is supported");
  }
  if (node.operator_set() < kHasCoordinates) {
    return {named(kCoordinates, "", "asymmetric"), named(kNearest, "", "floor")};
  }
  const std::string coordinate = "coordinate_transformation_mode";
  const std::string nearest = "nearest_mode";
  for (const char* unused : {"cubic_coeff_a", "extrapolation_value"}) {
    node.number(unused, 0);
  }
  node.integer("exclude_outside", 0);
  if (node.integer("antialias", 0) != 0) {
    throw InputError("attribute 'antialias' is not 0, which is not supported");
  }
  return {named(kCoordinates, coordinate, node.word(coordinate.c_str(), "half_pixel")),
          named(kNearest, nearest, node.word(nearest.c_str(), "round_prefer_floor"))};
}

/// How each of the axes that are named, or all of them, is scaled.
std::vector<Scaling> scalings(Node& node, const Dims& dims) {
  constexpr std::int64_t kHasRegion = 11;
  const std::size_t scales_at = node.operator_set() < kHasRegion ? 1 : 2;
  std::vector<std::int64_t> axes = node.integer_list("axes");
  if (axes.empty()) {
    for (std::size_t i = 0; i < dims.size(); ++i) {
      axes.push_back(static_cast<std::int64_t>(i));
    }
  }
  if (node.word("keep_aspect_ratio_policy", "stretch") != "stretch") {
    throw InputError(
        "attribute 'keep_aspect_ratio_policy' is not stretch, which alone is supported");
  }
  const bool by_size = node.has_input(scales_at + 1);
  std::optional<std::vector<double>> numbers;
  if (by_size) {
    const auto& sizes = node.integers(scales_at + 1, "sizes");
    numbers.emplace(sizes.begin(), sizes.end());
  } else {
    numbers = known_values(node.builder(), node.input(scales_at));
  }
  if (!numbers || numbers->size() != axes.size()) {
    throw InputError("its scales or sizes are not " + std::to_string(axes.size()) +
                     " known numbers");
  }
  std::vector<Scaling> result;
  for (const std::uint64_t dim : dims) {
    result.push_back({static_cast<double>(dim), static_cast<double>(dim), 1});
  }
  std::vector<bool> is_named(dims.size(), false);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::size_t axis = resolved_axis(axes[i], dims.size(), dims.size());
    if (is_named[axis]) {
      throw InputError("axis " + std::to_string(axes[i]) + " is named twice");
    }
    is_named[axis] = true;
    Scaling& of = result[axis];
    of.scale = by_size ? (*numbers)[i] / of.from : (*numbers)[i];
    of.to = by_size ? (*numbers)[i] : std::floor(of.from * of.scale);
    if (!(of.to >= 1 && of.to <= kMostElements) && of.scale != 1) {
      throw InputError("axis " + std::to_string(axes[i]) + " becomes " + std::to_string(of.to) +
                       " elements; allowed: 1.." + std::to_string(kMostElements));
    }
  }
  return result;
}

}  // namespace

Value import_resize(Node& node) {
  Value x = node.input(0);
  const Rule rule = rule_of(node);
  const std::vector<Scaling> all = scalings(node, dims_of(x));
  for (std::size_t axis = 0; axis < all.size(); ++axis) {
    const Scaling& of = all[axis];
    if (of.scale == 1) {
      continue;
    }
    const auto factor = static_cast<std::uint64_t>(of.to / of.from);
    bool repeats = of.to == static_cast<double>(factor) * of.from;
    std::vector<std::uint64_t> indices;
    for (double i = 0; i < of.to; ++i) {
      const double at = std::clamp(rule.nearest(rule.coordinate(i, of)), 0.0, of.from - 1);
      indices.push_back(static_cast<std::uint64_t>(at));
      repeats = repeats && indices.back() == (indices.size() - 1) / factor;
    }
    x = repeats ? repeated(x, axis, factor)
                : gathered(node.builder(), node.output(), x, axis, indices);
  }
  return x;
}

}  // namespace tilewave
