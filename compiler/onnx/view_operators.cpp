// Operators that move no data, or only data that nobody has computed: they change what a name
// stands for, and the graph not at all.
#include <algorithm>
#include <numeric>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/onnx/elementwise_maps.h"
#include "compiler/onnx/operators.h"
#include "compiler/onnx/quantized_values.h"
#include "compiler/onnx/truth_values.h"
#include "compiler/program/tensor.h"

namespace tilewave {
namespace {

/// A flag for each of `rank` dimensions that the list of axes names.
std::vector<bool> named_axes(const std::vector<std::int64_t>& axes, std::size_t rank) {
  std::vector<bool> named(rank, false);
  for (const std::int64_t axis : axes) {
    const std::size_t index = resolved_axis(axis, rank, rank);
    if (named[index]) {
      throw InputError("axis " + std::to_string(axis) + " is named twice");
    }
    named[index] = true;
  }
  return named;
}

/// The axes of Squeeze and Unsqueeze: an attribute before operator set 13, an input from then on.
std::optional<std::vector<std::int64_t>> axes_of(Node& node) {
  constexpr std::int64_t kAxesAreInputs = 13;
  if (node.operator_set() >= kAxesAreInputs) {
    return node.has_input(1) ? std::optional(node.integers(1, "axes")) : std::nullopt;
  }
  const onnx::AttributeProto* axes = node.attribute("axes", onnx::AttributeProto::INTS);
  if (axes == nullptr) {
    return std::nullopt;
  }
  if (static_cast<std::size_t>(axes->ints_size()) > kMaxRank) {
    throw InputError("more than " + std::to_string(kMaxRank) + " axes");
  }
  return std::vector<std::int64_t>(axes->ints().begin(), axes->ints().end());
}

std::string list_text(const std::vector<std::int64_t>& numbers) {
  std::string text = "[";
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    text += (i == 0 ? "" : ",") + std::to_string(numbers[i]);
  }
  return text + "]";
}

/// What the operand of Reshape means for a value of shape `from`: 0 copies a dimension unless
/// `zero_is_zero`, one -1 takes what is left.
Dims requested_dims(const std::vector<std::int64_t>& request, const Dims& from, bool zero_is_zero) {
  const std::string what =
      "shape " + list_text(request) + " for a value of shape " + to_string(from);
  Dims dims;
  std::optional<std::size_t> inferred;
  for (std::size_t i = 0; i < request.size(); ++i) {
    if (request[i] == -1 && !inferred) {
      inferred = i;
      dims.push_back(1);
    } else if (request[i] == 0 && !zero_is_zero && i < from.size()) {
      dims.push_back(from[i]);
    } else {
      dims.push_back(static_cast<std::uint64_t>(request[i]));  // negative ones are far too large
    }
  }
  if (const std::string problem = dims_problem(dims); !problem.empty()) {
    throw InputError(what + ": a dimension is 1.." + std::to_string(kMaxDimension) +
                     ", 0 to copy one that there is, or, once, -1");
  }
  const std::uint64_t wanted = element_count(from);
  const std::uint64_t got = element_count(dims);
  if (inferred && wanted % got == 0) {
    dims[*inferred] = wanted / got;
  }
  if (element_count(dims) != wanted) {
    throw InputError(what + ": the number of elements differs");
  }
  return checked_result(std::move(dims));
}

}  // namespace

std::uint64_t count_attribute(Node& node, const char* name) {
  const std::int64_t count = node.integer(name, 0);
  if (count < 0 || count > static_cast<std::int64_t>(kMaxDimension)) {
    throw InputError(std::string("attribute '") + name + "' is " + std::to_string(count) +
                     "; allowed: 0.." + std::to_string(kMaxDimension));
  }
  return static_cast<std::uint64_t>(count);
}

std::size_t resolved_axis(std::int64_t axis, std::size_t rank, std::size_t count) {
  const auto signed_rank = static_cast<std::int64_t>(rank);
  const std::int64_t resolved = axis < 0 ? axis + signed_rank : axis;
  if (resolved < 0 || resolved >= static_cast<std::int64_t>(count)) {
    throw InputError("axis " + std::to_string(axis) + " is out of range for " +
                     std::to_string(rank) + " dimensions");
  }
  return static_cast<std::size_t>(resolved);
}

Dims checked_result(Dims dims) {
  if (const std::string problem = dims_problem(dims); !problem.empty()) {
    throw InputError("its result " + problem);
  }
  return dims;
}

Value reshaped(const Value& value, const Dims& dims) {
  constexpr std::size_t kMaxPasses = 8;  // more than any real model takes
  if (const auto* source = std::get_if<SourceValue>(&value)) {
    SourceValue result{source->source, source->arrangement.reshape(dims), source->scale};
    if (result.arrangement.passes() > kMaxPasses) {
      throw InputError("its operand is transposed and reshaped in turn more than " +
                       std::to_string(kMaxPasses) + " times");
    }
    return result;
  }
  if (const auto* mapped = std::get_if<MappedValue>(&value)) {
    return MappedValue{dims, mapped->map};
  }
  if (const auto* integers = std::get_if<IntegerValue>(&value)) {
    return IntegerValue{dims, integers->values, integers->type};
  }
  if (const auto* dequantized = std::get_if<DequantizedValue>(&value)) {
    const Dequantized& of = *dequantized->of;
    return DequantizedValue{dims, std::make_shared<Dequantized>(Dequantized{
                                      of.name, reshaped(of.integers, dims), of.quantization})};
  }
  if (const auto* truth = std::get_if<TruthValue>(&value)) {
    return truth_value(reshaped(truth->of->values, dims));
  }
  const auto& computed = std::get<ComputedValue>(value);
  return ComputedValue{computed.view.reshape(dims), computed.slices};
}

Value transposed(GraphBuilder& builder, const Value& value,
                 const std::vector<std::size_t>& permutation) {
  if (const auto* source = std::get_if<SourceValue>(&value)) {
    return SourceValue{source->source, source->arrangement.transpose(permutation), source->scale};
  }
  if (const auto* dequantized = std::get_if<DequantizedValue>(&value)) {
    const Dequantized& of = *dequantized->of;
    Value integers = transposed(builder, of.integers, permutation);
    Quantization quantization = of.quantization;
    if (!quantization.is_whole()) {
      const auto axis = std::ranges::find(permutation, quantization.axis);
      quantization.axis = static_cast<std::size_t>(axis - permutation.begin());
    }
    Dims dims = dims_of(integers);
    return DequantizedValue{
        std::move(dims), std::make_shared<Dequantized>(
                             Dequantized{of.name, std::move(integers), std::move(quantization)})};
  }
  if (const auto* truth = std::get_if<TruthValue>(&value)) {
    return truth_value(transposed(builder, truth->of->values, permutation));
  }
  const ComputedValue computed = as_computed(builder, value);
  const auto view = computed.view.transpose(permutation);
  if (!view) {
    throw InputError("cannot transpose " + to_string(dims_of(value)) +
                     ", a computed value that is transposed and regrouped already");
  }
  return ComputedValue{*view, computed.slices};
}

ComputedValue as_computed(GraphBuilder& builder, const Value& value) {
  if (const auto* mapped = std::get_if<MappedValue>(&value)) {
    return computed_value(mapped->dims, mapped->map->tensors(builder));
  }
  return std::get<ComputedValue>(value);
}

Value import_expand(Node& node) {
  const auto* truth = std::get_if<TruthValue>(&node.any_input(0));
  const Value& x = truth != nullptr ? truth->of->values : node.input(0);
  Dims dims;
  for (const std::int64_t dim : node.integers(1, "shape")) {
    dims.push_back(static_cast<std::uint64_t>(dim));
  }
  Value result = expanded(x, broadcast(dims_of(x), checked_result(std::move(dims))));
  return truth != nullptr ? Value{truth_value(std::move(result))} : result;
}

Value import_flatten(Node& node) {
  const Value& x = node.viewed_input(0);
  const Dims& from = dims_of(x);
  const std::size_t axis = resolved_axis(node.integer("axis", 1), from.size(), from.size() + 1);
  const std::uint64_t rows = element_count({from.data(), axis});
  return reshaped(x, checked_result({rows, element_count(from) / rows}));
}

Value import_identity(Node& node) { return node.any_input(0); }

Value import_reshape(Node& node) {
  constexpr std::int64_t kShapeIsInput = 5;
  const Value& x = node.viewed_input(0);
  if (node.operator_set() >= kShapeIsInput) {
    const bool zero_is_zero = node.integer("allowzero", 0) != 0;
    return reshaped(x, requested_dims(node.integers(1, "shape"), dims_of(x), zero_is_zero));
  }
  const onnx::AttributeProto* shape = node.attribute("shape", onnx::AttributeProto::INTS);
  if (shape == nullptr || static_cast<std::size_t>(shape->ints_size()) > kMaxRank) {
    throw InputError("its shape is missing or has more than " + std::to_string(kMaxRank) +
                     " dimensions");
  }
  return reshaped(x,
                  requested_dims({shape->ints().begin(), shape->ints().end()}, dims_of(x), false));
}

Value import_squeeze(Node& node) {
  const Value& x = node.viewed_input(0);
  const Dims& from = dims_of(x);
  const auto axes = axes_of(node);
  const std::vector<bool> named =
      axes ? named_axes(*axes, from.size()) : std::vector<bool>(from.size(), true);
  Dims dims;
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (!named[i] || from[i] != 1) {
      dims.push_back(from[i]);
    }
    if (axes && named[i] && from[i] != 1) {
      throw InputError("axis " + std::to_string(i) + " of shape " + to_string(from) +
                       " is not 1 and cannot be squeezed");
    }
  }
  return reshaped(x, dims);
}

Value import_transpose(Node& node) {
  const Value& x = node.transposed_input(0);
  const std::size_t rank = dims_of(x).size();
  std::vector<std::size_t> permutation(rank);
  std::iota(permutation.rbegin(), permutation.rend(), std::size_t{0});
  if (const auto* perm = node.attribute("perm", onnx::AttributeProto::INTS)) {
    const std::vector<std::int64_t> given(
        perm->ints().begin(),
        perm->ints().begin() + std::min<int>(perm->ints_size(), kMaxRank + 1));
    if (given.size() != rank) {
      throw InputError("perm has to name each of the " + std::to_string(rank) + " dimensions once");
    }
    named_axes(given, rank);
    std::ranges::transform(given, permutation.begin(),
                           [rank](std::int64_t axis) { return resolved_axis(axis, rank, rank); });
  }
  return transposed(node.builder(), x, permutation);
}

Value import_unsqueeze(Node& node) {
  const Value& x = node.viewed_input(0);
  const Dims& from = dims_of(x);
  const auto axes = axes_of(node);
  if (!axes) {
    throw InputError("its axes are missing");
  }
  const std::vector<bool> named = named_axes(*axes, from.size() + axes->size());
  Dims dims;
  std::size_t next = 0;
  for (const bool inserted : named) {
    dims.push_back(inserted ? 1 : from[next++]);
  }
  return reshaped(x, checked_result(std::move(dims)));
}

}  // namespace tilewave
