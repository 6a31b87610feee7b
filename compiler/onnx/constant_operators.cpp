// Constants, and what is one as soon as shapes are known.
#include <algorithm>
#include <cmath>
#include <limits>

#include "compiler/base/error.h"
#include "compiler/onnx/elementwise_maps.h"
#include "compiler/onnx/operators.h"
#include "compiler/onnx/tensor_values.h"
#include "compiler/onnx/typed_values.h"
#include "compiler/program/element_rounding.h"

namespace tilewave {
namespace {

/// Integers are shapes; what is longer is none.
constexpr std::uint64_t kMaxIntegers = 65536;

/// A bound of Shape's range: negative ones count from the end, others are cut off.
std::size_t shape_bound(std::int64_t bound, std::size_t rank) {
  const auto all = static_cast<std::int64_t>(rank);
  const std::int64_t from_start = bound < 0 ? std::max(bound, -all) + all : bound;
  return static_cast<std::size_t>(std::min(from_start, all));
}

}  // namespace

Value import_constant(Node& node) {
  using Attribute = onnx::AttributeProto;
  OnnxTensor tensor{.name = node.output()};
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
    tensor.type = OnnxType::kInt64;
    tensor.values = std::vector<std::int64_t>{integer->i()};
  } else if (const Attribute* integers = node.attribute("value_ints", Attribute::INTS)) {
    tensor.type = OnnxType::kInt64;
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
  OnnxTensor tensor{node.output(), {1}, OnnxType::kFloat, std::vector<float>{0}};
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
  if (!info_of(tensor.type).element) {
    if (element_count(dims) > kMaxIntegers) {
      throw InputError("its result has the shape " + to_string(dims) + "; at most " +
                       std::to_string(kMaxIntegers) + " " + to_string(tensor.type) +
                       " are allowed");
    }
    const std::int64_t number = std::get<std::vector<std::int64_t>>(tensor.values).front();
    return node.builder().add_constant(
        {node.output(), dims, tensor.type, std::vector<std::int64_t>(element_count(dims), number)});
  }
  return expanded(reshaped(node.builder().add_constant(std::move(tensor)), {}), dims);
}

Value import_range(Node& node) {
  GraphBuilder& builder = node.builder();
  std::vector<double> numbers;
  for (std::size_t i = 0; i < 3; ++i) {
    if (std::holds_alternative<IntegerValue>(node.any_input(i))) {
      throw InputError("its operands are not known INT64: constants, or inputs with data");
    }
    const auto known = known_values(builder, node.input(i));
    if (!known || known->size() != 1) {
      throw InputError("its operands are not known single values: constants, or inputs with data");
    }
    numbers.push_back(known->front());
  }
  const ElementType type = common_type(builder, {node.input(0), node.input(1), node.input(2)});
  const double count = std::max(std::ceil((numbers[1] - numbers[0]) / numbers[2]), 0.0);
  if (!(count >= 1 && count <= kMaxIntegers)) {
    throw InputError("it has " + std::to_string(count) + " numbers; allowed: 1.." +
                     std::to_string(kMaxIntegers));
  }
  std::vector<double> range;
  for (std::uint64_t i = 0; static_cast<double>(i) < count; ++i) {
    range.push_back(rounded_to(type, numbers[0] + static_cast<double>(i) * numbers[2]));
  }
  return builder.add_constant(node.output(), {range.size()}, type, range);
}

Value import_size(Node& node) {
  const auto count = static_cast<std::int64_t>(element_count(dims_of(node.any_input(0))));
  return integer_value({}, {count}, OnnxType::kInt64);
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
  return node.builder().add_constant({node.output(), shape, OnnxType::kInt64, std::move(numbers)});
}

}  // namespace tilewave
