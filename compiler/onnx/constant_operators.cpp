// Constants, and what is one as soon as shapes are known.
#include <algorithm>
#include <cmath>
#include <limits>

#include "compiler/base/error.h"
#include "compiler/onnx/elementwise_maps.h"
#include "compiler/onnx/operators.h"
#include "compiler/onnx/tensor_values.h"

namespace tilewave {
namespace {

/// Integers are shapes; what is longer is none.
constexpr std::uint64_t kMaxIntegers = 65536;

IntegerValue integer_value(const Dims& dims, std::vector<std::int64_t> values) {
  return {dims, std::make_shared<const std::vector<std::int64_t>>(std::move(values))};
}

/// Towards zero.
std::int64_t to_integer(float value) {
  constexpr float kBeyond = 9223372036854775808.0F;
  if (!(std::abs(value) < kBeyond)) {
    throw InputError("a number that INT64 does not hold: " + std::to_string(value));
  }
  return static_cast<std::int64_t>(value);
}

IntegerValue integer_constant(const GraphBuilder& builder, const Value& value) {
  const auto* source = std::get_if<SourceValue>(&value);
  if (source == nullptr || builder.source(source->source).role != TensorRole::kParameter ||
      element_count(dims_of(value)) > kMaxIntegers) {
    throw InputError("only constants of up to " + std::to_string(kMaxIntegers) +
                     " elements become INT64");
  }
  const std::vector<float> numbers =
      source->arrangement.apply(*builder.source(source->source).values, source->scale);
  std::vector<std::int64_t> integers(numbers.size());
  std::ranges::transform(numbers, integers.begin(), to_integer);
  return integer_value(dims_of(value), std::move(integers));
}

Value cast(Node& node, std::int64_t type) {
  const Value& x = node.any_input(0);
  const auto* integers = std::get_if<IntegerValue>(&x);
  if (type == onnx::TensorProto::FLOAT) {
    return integers != nullptr ? real_constant(node.builder(), node.output(), *integers) : x;
  }
  if (type == onnx::TensorProto::INT64) {
    return integers != nullptr ? x : integer_constant(node.builder(), x);
  }
  const auto number = static_cast<std::int32_t>(
      std::clamp<std::int64_t>(type, 0, std::numeric_limits<std::int32_t>::max()));
  throw InputError("it casts to type " + type_name(number) +
                   "; supported: FLOAT, and INT64 for shapes and axes");
}

/// A bound of Shape's range: negative ones count from the end, others are cut off.
std::size_t shape_bound(std::int64_t bound, std::size_t rank) {
  const auto all = static_cast<std::int64_t>(rank);
  const std::int64_t from_start = bound < 0 ? std::max(bound, -all) + all : bound;
  return static_cast<std::size_t>(std::min(from_start, all));
}

}  // namespace

Value real_constant(GraphBuilder& builder, const std::string& name, const IntegerValue& integers) {
  if (integers.values == nullptr) {
    throw InputError("it reads an INT64 input of the model, which has to be given with --inputs");
  }
  if (const std::string problem = dims_problem(integers.dims); !problem.empty()) {
    throw InputError("its operand " + problem);
  }
  std::vector<float> values(integers.values->size());
  std::ranges::transform(*integers.values, values.begin(),
                         [](std::int64_t value) { return static_cast<float>(value); });
  return builder.add_constant({name, integers.dims, std::move(values)});
}

Value import_cast(Node& node) {
  const auto* to = node.attribute("to", onnx::AttributeProto::INT);
  if (to == nullptr) {
    throw InputError("attribute 'to' is not a number");
  }
  return cast(node, to->i());
}

Value import_cast_like(Node& node) {
  const bool is_integer = std::holds_alternative<IntegerValue>(node.any_input(1));
  return cast(node, is_integer ? onnx::TensorProto::INT64 : onnx::TensorProto::FLOAT);
}

Value import_constant(Node& node) {
  using Attribute = onnx::AttributeProto;
  OnnxTensor tensor{node.output(), {}, {}};
  if (const Attribute* value = node.attribute("value", Attribute::TENSOR)) {
    onnx::TensorProto proto = value->t();
    require_tensor(proto);
    tensor = tensor_values(proto);
  } else if (const Attribute* number = node.attribute("value_float", Attribute::FLOAT)) {
    tensor.values = std::vector<float>{number->f()};
  } else if (const Attribute* numbers = node.attribute("value_floats", Attribute::FLOATS)) {
    tensor.values = std::vector<float>(numbers->floats().begin(), numbers->floats().end());
    tensor.dims = checked_result({static_cast<std::uint64_t>(numbers->floats_size())});
  } else if (const Attribute* integer = node.attribute("value_int", Attribute::INT)) {
    tensor.values = std::vector<std::int64_t>{integer->i()};
  } else if (const Attribute* integers = node.attribute("value_ints", Attribute::INTS)) {
    tensor.values = std::vector<std::int64_t>(integers->ints().begin(), integers->ints().end());
    tensor.dims = {static_cast<std::uint64_t>(integers->ints_size())};
  } else {
    throw InputError("it has no value, or none of numbers");
  }
  tensor.name = node.output();
  return node.builder().add_constant(std::move(tensor));
}

Value import_constant_of_shape(Node& node) {
  Dims dims;
  for (const std::int64_t dim : node.integers(0, "shape")) {
    dims.push_back(static_cast<std::uint64_t>(dim));
  }
  dims = checked_result(std::move(dims));
  OnnxTensor tensor{node.output(), {1}, std::vector<float>{0}};
  if (const auto* value = node.attribute("value", onnx::AttributeProto::TENSOR)) {
    onnx::TensorProto proto = value->t();
    require_tensor(proto);
    tensor = tensor_values(proto);
    tensor.name = node.output();
    if (element_count(tensor.dims) != 1) {
      throw InputError("attribute 'value' has the shape " + to_string(tensor.dims) +
                       "; it has to be a single value");
    }
  }
  if (const auto* integers = std::get_if<std::vector<std::int64_t>>(&tensor.values)) {
    if (element_count(dims) > kMaxIntegers) {
      throw InputError("its result has the shape " + to_string(dims) + "; at most " +
                       std::to_string(kMaxIntegers) + " INT64 are allowed");
    }
    return integer_value(dims, std::vector<std::int64_t>(element_count(dims), integers->front()));
  }
  return expanded(reshaped(node.builder().add_constant(std::move(tensor)), {}), dims);
}

Value import_shape(Node& node) {
  const Dims& dims = dims_of(node.any_input(0));
  const std::size_t first = shape_bound(node.integer("start", 0), dims.size());
  const std::size_t last =
      shape_bound(node.integer("end", std::numeric_limits<std::int64_t>::max()), dims.size());
  std::vector<std::int64_t> numbers;
  for (std::size_t i = first; i < last; ++i) {
    numbers.push_back(static_cast<std::int64_t>(dims[i]));
  }
  const Dims shape = {numbers.size()};
  return integer_value(shape, std::move(numbers));
}

}  // namespace tilewave
