// Slice, Split, Concat and Gather: parts of values and values of parts, which are views wherever they can be.
#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/onnx/operators.h"
#include "compiler/onnx/parts_of_values.h"
#include "compiler/onnx/typed_values.h"

namespace tilewave {
namespace {

/// As ONNX's Slice counts: negative bounds from the end, what is beyond is cut off.
Part bounded_part(std::int64_t start, std::int64_t end, std::int64_t step, std::uint64_t extent) {
  if (step == 0) {
    throw InputError("a step of 0");
  }
  const auto all = static_cast<std::int64_t>(extent);
  const auto bound = [&](std::int64_t at, std::int64_t least, std::int64_t most) {
    return std::clamp(at < 0 ? std::max(at, -all - 1) + all : at, least, most);
  };
  const bool forward = step > 0;
  const std::int64_t first = forward ? bound(start, 0, all) : bound(start, 0, all - 1);
  const std::int64_t last = forward ? bound(end, 0, all)
                            : end == std::numeric_limits<std::int64_t>::min()
                                ? -1
                                : bound(end, -1, all - 1);
  const std::int64_t span = forward ? last - first : first - last;
  // Not the sum with a step that may be as large as it likes.
  const std::uint64_t magnitude =
      forward ? static_cast<std::uint64_t>(step) : 0 - static_cast<std::uint64_t>(step);
  return {static_cast<std::uint64_t>(first),
          span <= 0 ? 0 : (static_cast<std::uint64_t>(span) - 1) / magnitude + 1, step};
}

}  // namespace

Value import_slice(Node& node) {
  constexpr std::int64_t kBoundsAreInputs = 10;
  const bool inputs = node.operator_set() >= kBoundsAreInputs;
  Value value = node.real_input(0);
  const std::size_t rank = dims_of(value).size();
  const std::vector<std::int64_t> starts =
      inputs ? node.integers(1, "starts") : node.integer_list("starts");
  const std::vector<std::int64_t> ends =
      inputs ? node.integers(2, "ends") : node.integer_list("ends");
  std::vector<std::int64_t> axes(starts.size());
  std::iota(axes.begin(), axes.end(), 0);
  std::vector<std::int64_t> given =
      inputs ? std::vector<std::int64_t>{} : node.integer_list("axes");
  if (inputs && node.has_input(3)) {
    given = node.integers(3, "axes");
  }
  axes = given.empty() ? axes : given;
  std::vector<std::int64_t> steps(starts.size(), 1);
  if (inputs && node.has_input(4)) {
    steps = node.integers(4, "steps");
  }
  if (ends.size() != starts.size() || axes.size() != starts.size() ||
      steps.size() != starts.size()) {
    throw InputError("starts, ends, axes and steps are not as many");
  }
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::size_t axis = resolved_axis(axes[i], rank, rank);
    const Part part = bounded_part(starts[i], ends[i], steps[i], dims_of(value)[axis]);
    if (part.count == 0 && !std::holds_alternative<IntegerValue>(value)) {
      throw InputError("nothing is left of axis " + std::to_string(axis) + " of " +
                       to_string(dims_of(value)));
    }
    value = part_of(node.builder(), value, axis, part);
  }
  return value;
}

Value import_split(Node& node) {
  constexpr std::int64_t kSizesAreInputs = 13;
  constexpr std::int64_t kHasCount = 18;
  const Value value = node.real_input(0);
  const std::size_t rank = dims_of(value).size();
  const std::size_t axis = resolved_axis(node.integer("axis", 0), rank, rank);
  const std::uint64_t extent = dims_of(value)[axis];
  std::vector<std::int64_t> sizes;
  if (node.operator_set() < kSizesAreInputs) {
    sizes = node.integer_list("split");
  } else if (node.has_input(1)) {
    sizes = node.integers(1, "split");
  }
  const std::size_t count = node.output_count();
  if (node.operator_set() >= kHasCount && sizes.empty()) {
    node.integer("num_outputs", static_cast<std::int64_t>(count));
  }
  if (sizes.empty()) {
    const std::uint64_t each = (extent + count - 1) / count;
    std::uint64_t left = extent;
    for (std::size_t i = 0; i < count; ++i) {
      sizes.push_back(static_cast<std::int64_t>(std::min(each, left)));
      left -= std::min(each, left);
    }
  }
  std::uint64_t first = 0;
  std::vector<Value> parts;
  for (const std::int64_t size : sizes) {
    if (size <= 0 || static_cast<std::uint64_t>(size) > extent - first) {
      throw InputError("its parts are not as many as " + std::to_string(extent) +
                       ", with one or more in each");
    }
    parts.push_back(
        part_of(node.builder(), value, axis, {first, static_cast<std::uint64_t>(size), 1}));
    first += static_cast<std::uint64_t>(size);
  }
  if (first != extent || parts.size() != count) {
    throw InputError("it has " + std::to_string(count) + " outputs for " +
                     std::to_string(parts.size()) + " parts, which are " + std::to_string(first) +
                     " of " + std::to_string(extent));
  }
  for (std::size_t i = 1; i < parts.size(); ++i) {
    node.give(i, parts[i]);
  }
  return parts.front();
}

Value import_concat(Node& node) {
  constexpr std::int64_t kDefaultAxis = 1;  // before operator set 4
  std::vector<Value> parts;
  for (std::size_t i = 0; i < node.input_count(); ++i) {
    const Value& part = node.real_input(i);
    const auto* integers = std::get_if<IntegerValue>(&part);
    if (integers == nullptr || integers->values == nullptr || !integers->values->empty()) {
      parts.push_back(part);
    }
  }
  const std::int64_t axis = node.integer("axis", kDefaultAxis);
  if (parts.empty()) {
    return node.real_input(0);
  }
  const std::size_t rank = dims_of(parts.front()).size();
  return concatenated(node.builder(), parts, resolved_axis(axis, rank, rank));
}

Value import_gather(Node& node) {
  GraphBuilder& builder = node.builder();
  const Value data = node.real_input(0);
  const std::size_t rank = dims_of(data).size();
  const std::size_t axis = resolved_axis(node.integer("axis", 0), rank, rank);
  const Value& given = node.any_input(1);
  const auto known = whole_numbers(builder, given);
  if (!known) {
    throw InputError("its indices are not known integers: a constant, or an input with data");
  }
  const std::uint64_t extent = dims_of(data)[axis];
  std::vector<std::uint64_t> indices;
  for (const std::int64_t index : *known) {
    indices.push_back(resolved_axis(index, extent, extent));
  }
  if (indices.empty()) {
    throw InputError("it has no indices");
  }
  const Value parts = gathered(builder, node.output(), data, axis, indices);
  Dims dims = dims_of(data);
  dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(axis));
  dims.insert(dims.begin() + static_cast<std::ptrdiff_t>(axis), dims_of(given).begin(),
              dims_of(given).end());
  const auto* integers = std::get_if<IntegerValue>(&parts);
  return integers != nullptr ? Value{IntegerValue{dims, integers->values, integers->type}}
                             : reshaped(parts, checked_result(std::move(dims)));
}

}  // namespace tilewave
