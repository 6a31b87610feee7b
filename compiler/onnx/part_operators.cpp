// Slice, Split, Concat and Gather: parts of values and values of parts, which are views wherever they can be.
#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/onnx/elementwise_maps.h"
#include "compiler/onnx/operators.h"
#include "compiler/onnx/truth_values.h"
#include "compiler/onnx/typed_values.h"
#include "compiler/onnx/view_matrices.h"

namespace tilewave {
namespace {

/// Elements of one dimension: `count` from `first` on, each `step` behind the one before.
struct Part {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  std::int64_t step = 1;
};

const std::vector<std::int64_t>& known(const IntegerValue& value) {
  if (value.values == nullptr) {
    throw InputError("its operand is an input of the model, which has to be given with --inputs");
  }
  return *value.values;
}

Value part_of(GraphBuilder& builder, const Value& value, std::size_t dimension, const Part& part) {
  if (part.first == 0 && part.step == 1 && part.count == dims_of(value)[dimension]) {
    return value;
  }
  if (const auto* integers = std::get_if<IntegerValue>(&value)) {
    const Arrangement arranged =
        Arrangement(integers->dims).slice(dimension, part.first, part.count, part.step);
    return integer_value(arranged.dims(), arranged.apply(known(*integers)), integers->type);
  }
  if (const auto* source = std::get_if<SourceValue>(&value)) {
    return SourceValue{source->source,
                       source->arrangement.slice(dimension, part.first, part.count, part.step),
                       source->scale};
  }
  if (const auto* truth = std::get_if<TruthValue>(&value)) {
    return truth_value(part_of(builder, truth->of->values, dimension, part));
  }
  if (part.step != 1 && part.count != 1) {
    throw InputError("a step of " + std::to_string(part.step) +
                     " through a computed value; allowed: 1");
  }
  const ComputedValue computed = as_computed(builder, value);
  const auto view = computed.view.slice(dimension, part.first, part.count);
  if (!view) {
    throw InputError("cannot slice " + to_string(dims_of(value)) +
                     ", a computed value that is transposed and regrouped already");
  }
  return ComputedValue{*view, computed.slices};
}

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

std::uint64_t product(const Dims& dims, std::size_t first, std::size_t end) {
  return element_count(std::span(dims).subspan(first, end - first));
}

Dims concat_dims(const std::vector<Value>& parts, std::size_t axis) {
  Dims dims = dims_of(parts.front());
  dims[axis] = 0;
  for (const Value& part : parts) {
    Dims other = dims_of(part);
    const std::uint64_t extent = other.size() == dims.size() ? other[axis] : 0;
    other[axis < other.size() ? axis : 0] = dims[axis];
    if (other != dims) {
      throw InputError("shapes " + to_string(dims_of(parts.front())) + " and " +
                       to_string(dims_of(part)) + " differ beside axis " + std::to_string(axis));
    }
    dims[axis] += extent;
  }
  return checked_result(std::move(dims));
}

/// Side by side along the last axis, else one below the other in each of the matrices before it.
Value concat_tensors(GraphBuilder& builder, const std::vector<Value>& parts, std::size_t axis) {
  Dims dims = concat_dims(parts, axis);
  const bool columns = axis + 1 == dims.size();
  std::vector<std::vector<TensorId>> tensors;
  for (const Value& part : parts) {
    const Dims& of = dims_of(part);
    const MatrixView view =
        columns ? MatrixView{1, {product(of, 0, axis), of.back()}}
                : MatrixView{product(of, 0, axis), {product(of, axis, of.size() - 1), of.back()}};
    tensors.push_back(value_matrices(builder, part, view));
  }
  std::vector<TensorId> joined;
  for (std::size_t i = 0; i < tensors.front().size(); ++i) {
    std::vector<TensorId> list;
    for (const std::vector<TensorId>& of : tensors) {
      list.push_back(of[i]);
    }
    joined.push_back(builder.joined(columns ? MatrixAxis::kColumns : MatrixAxis::kRows, list));
  }
  return computed_value(std::move(dims), std::move(joined));
}

Value concat_integers(const std::vector<Value>& parts, std::size_t axis) {
  const Dims dims = concat_dims(parts, axis);
  const std::uint64_t outer = product(dims, 0, axis);
  std::vector<std::int64_t> numbers;
  for (std::uint64_t i = 0; i < outer; ++i) {
    for (const Value& part : parts) {
      const auto* integers = std::get_if<IntegerValue>(&part);
      if (integers == nullptr) {
        throw InputError("INT64 and other types; they have to be of one");
      }
      const std::vector<std::int64_t>& all = known(*integers);
      const auto inner = static_cast<std::ptrdiff_t>(all.size() / outer);
      const auto first = all.begin() + static_cast<std::ptrdiff_t>(i) * inner;
      numbers.insert(numbers.end(), first, first + inner);
    }
  }
  return integer_value(dims, std::move(numbers), std::get<IntegerValue>(parts.front()).type);
}

Value concatenated(GraphBuilder& builder, const std::vector<Value>& parts, std::size_t axis) {
  if (parts.size() == 1) {
    return parts.front();
  }
  if (std::holds_alternative<IntegerValue>(parts.front())) {
    return concat_integers(parts, axis);
  }
  if (std::holds_alternative<TruthValue>(parts.front())) {
    std::vector<Value> values;
    for (const Value& part : parts) {
      const auto* truth = std::get_if<TruthValue>(&part);
      if (truth == nullptr) {
        throw InputError("BOOL and other types; they have to be of one");
      }
      values.push_back(truth->of->values);
    }
    return truth_value(concat_tensors(builder, values, axis));
  }
  common_type(builder, parts);
  return concat_tensors(builder, parts, axis);
}

/// A value in whatever form, what is dequantized as fp32.
Value operand(const Node& node, std::size_t index) {
  const Value& any = node.any_input(index);
  return std::holds_alternative<IntegerValue>(any) || std::holds_alternative<TruthValue>(any)
             ? any
             : node.input(index);
}

/// Runs of neighbours as parts, one after another.
Value gathered(GraphBuilder& builder, const Value& data, std::size_t axis,
               const std::vector<std::uint64_t>& indices) {
  std::vector<Value> parts;
  for (std::size_t i = 0; i < indices.size();) {
    std::size_t end = i + 1;
    while (end < indices.size() && indices[end] == indices[end - 1] + 1) {
      ++end;
    }
    parts.push_back(part_of(builder, data, axis, {indices[i], end - i, 1}));
    i = end;
  }
  return concatenated(builder, parts, axis);
}

/// Of a constant: another constant, made here.
Value gathered_constant(GraphBuilder& builder, const std::string& name, const Value& data,
                        std::size_t axis, const std::vector<std::uint64_t>& indices) {
  Dims dims = dims_of(data);
  const std::uint64_t outer = product(dims, 0, axis);
  const std::uint64_t inner = product(dims, axis + 1, dims.size());
  const std::vector<double> all = known_values(builder, data).value();
  std::vector<double> numbers;
  numbers.reserve(outer * indices.size() * inner);
  for (std::uint64_t i = 0; i < outer; ++i) {
    for (const std::uint64_t index : indices) {
      const auto first =
          all.begin() + static_cast<std::ptrdiff_t>((i * dims[axis] + index) * inner);
      numbers.insert(numbers.end(), first, first + static_cast<std::ptrdiff_t>(inner));
    }
  }
  dims[axis] = indices.size();
  return builder.add_constant(name, checked_result(std::move(dims)), element_type(builder, data),
                              numbers);
}

}  // namespace

Value import_slice(Node& node) {
  constexpr std::int64_t kBoundsAreInputs = 10;
  const bool inputs = node.operator_set() >= kBoundsAreInputs;
  Value value = operand(node, 0);
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
  const Value value = operand(node, 0);
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
    const Value part = operand(node, i);
    const auto* integers = std::get_if<IntegerValue>(&part);
    if (integers == nullptr || integers->values == nullptr || !integers->values->empty()) {
      parts.push_back(part);
    }
  }
  const std::int64_t axis = node.integer("axis", kDefaultAxis);
  if (parts.empty()) {
    return operand(node, 0);
  }
  const std::size_t rank = dims_of(parts.front()).size();
  return concatenated(node.builder(), parts, resolved_axis(axis, rank, rank));
}

Value import_gather(Node& node) {
  GraphBuilder& builder = node.builder();
  const Value data = operand(node, 0);
  const std::size_t rank = dims_of(data).size();
  const std::size_t axis = resolved_axis(node.integer("axis", 0), rank, rank);
  const auto* given = std::get_if<IntegerValue>(&node.any_input(1));
  if (given == nullptr) {
    throw InputError("its indices are not of type INT64, a constant or an input of the model");
  }
  const std::uint64_t extent = dims_of(data)[axis];
  std::vector<std::uint64_t> indices;
  for (const std::int64_t index : known(*given)) {
    indices.push_back(resolved_axis(index, extent, extent));
  }
  if (indices.empty()) {
    throw InputError("it has no indices");
  }
  const bool made_here = is_constant(builder, data) && known_values(builder, data);
  const Value parts = made_here ? gathered_constant(builder, node.output(), data, axis, indices)
                                : gathered(builder, data, axis, indices);
  Dims dims = dims_of(data);
  dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(axis));
  dims.insert(dims.begin() + static_cast<std::ptrdiff_t>(axis), given->dims.begin(),
              given->dims.end());
  const auto* integers = std::get_if<IntegerValue>(&parts);
  return integers != nullptr ? Value{IntegerValue{dims, integers->values, integers->type}}
                             : reshaped(parts, checked_result(std::move(dims)));
}

}  // namespace tilewave
