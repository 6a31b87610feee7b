// One dimension at a time: known integers here and now, sources in their arrangement, what is computed in its view.
#include "compiler/onnx/parts_of_values.h"

#include <span>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/onnx/elementwise_maps.h"
#include "compiler/onnx/operators.h"
#include "compiler/onnx/truth_values.h"
#include "compiler/onnx/typed_values.h"
#include "compiler/onnx/view_matrices.h"
#include "compiler/program/program.h"

namespace tilewave {
namespace {

const std::vector<std::int64_t>& known(const IntegerValue& value) {
  if (value.values == nullptr) {
    throw InputError("its operand is an input of the model, which has to be given with --inputs");
  }
  return *value.values;
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

/// Runs of neighbours as parts, one after another.
Value gathered_runs(GraphBuilder& builder, const Value& data, std::size_t axis,
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

Value gathered(GraphBuilder& builder, const std::string& name, const Value& data, std::size_t axis,
               const std::vector<std::uint64_t>& indices) {
  const bool made_here = is_constant(builder, data) && known_values(builder, data);
  return made_here ? gathered_constant(builder, name, data, axis, indices)
                   : gathered_runs(builder, data, axis, indices);
}

Value repeated(const Value& value, std::size_t axis, std::uint64_t count) {
  if (count == 1) {
    return value;
  }
  Dims dims = dims_of(value);
  Dims split = dims;
  split.insert(split.begin() + static_cast<std::ptrdiff_t>(axis) + 1, 1);
  Dims wide = split;
  wide[axis + 1] = count;
  dims[axis] *= count;
  return reshaped(expanded(reshaped(value, split), checked_result(wide)),
                  checked_result(std::move(dims)));
}

}  // namespace tilewave
