// Cast and CastLike. Tensors are converted by the graph, known numbers here and now.
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "compiler/base/error.h"
#include "compiler/onnx/elementwise_maps.h"
#include "compiler/onnx/operators.h"
#include "compiler/onnx/tensor_values.h"
#include "compiler/onnx/truth_values.h"
#include "compiler/onnx/typed_values.h"
#include "compiler/program/element_rounding.h"

namespace tilewave {
namespace {

/// Known numbers are shapes; what is longer is none.
constexpr std::uint64_t kMaxKnown = 65536;

/// Towards zero.
std::int64_t to_int64(double value) {
  constexpr double kBeyond = 9223372036854775808.0;
  if (!(std::abs(value) < kBeyond)) {
    throw InputError("a number that INT64 does not hold: " + std::to_string(value));
  }
  return static_cast<std::int64_t>(value);
}

/// Of a constant, or of an input that was given.
IntegerValue known_numbers(const GraphBuilder& builder, const Value& value, OnnxType type) {
  const auto values =
      element_count(dims_of(value)) <= kMaxKnown ? known_values(builder, value) : std::nullopt;
  if (!values) {
    throw InputError("only constants and inputs that are given with --inputs, of up to " +
                     std::to_string(kMaxKnown) + " elements, become " + to_string(type));
  }
  std::vector<std::int64_t> numbers(values->size());
  std::ranges::transform(*values, numbers.begin(), [type](double number) {
    return type == OnnxType::kBool ? std::int64_t{number != 0} : to_int64(number);
  });
  return integer_value(dims_of(value), std::move(numbers), type);
}

IntegerValue known_as(const IntegerValue& integers, OnnxType type) {
  if (type == integers.type || integers.values == nullptr || type != OnnxType::kBool) {
    return {integers.dims, integers.values, type};
  }
  std::vector<std::int64_t> numbers = *integers.values;
  std::ranges::transform(numbers, numbers.begin(),
                         [](std::int64_t number) { return std::int64_t{number != 0}; });
  return integer_value(integers.dims, std::move(numbers), type);
}

/// What the lowest bits of `number` are as an integer of this type.
double wrapped_to(ElementType type, std::int64_t number) {
  const Interval range = range_of_type(type);
  const auto mask = static_cast<std::uint64_t>(range.most - range.least);
  const auto bits = static_cast<double>(static_cast<std::uint64_t>(number) & mask);
  return bits > range.most ? bits - static_cast<double>(mask) - 1 : bits;
}

Value cast_tensor(Node& node, const Value& x, ElementType type) {
  GraphBuilder& builder = node.builder();
  const ElementType from = element_type(builder, x);
  if (from == type) {
    return x;
  }
  if (!is_integer(type)) {
    return map_values_to(builder, node.output(), type, apply("identity"), {x});
  }
  return is_integer(from)
             ? integers_to(builder, node.output(), type, x)
             : map_values_to(builder, node.output(), type, truncated(apply("identity")), {x});
}

/// What differs from 0 is true.
Value cast_to_truth(Node& node) {
  const Value& x = node.input(0);
  if (is_constant(node.builder(), x) && element_count(dims_of(x)) <= kMaxKnown) {
    return known_numbers(node.builder(), x, OnnxType::kBool);
  }
  const Expression twice{
      {make_step("not", {Argument::operand(0)}), make_step("not", {Argument::step(0)})}};
  return truth_value(map_values_to(node.builder(), node.output(), ElementType::kU8, twice, {x}));
}

Value cast(Node& node, OnnxType type) {
  const Value& x = node.any_input(0);
  const std::optional<ElementType> element = info_of(type).element;
  if (const auto* truth = std::get_if<TruthValue>(&x)) {
    if (!element && type != OnnxType::kBool) {
      throw InputError("computed values of type BOOL do not become " + to_string(type));
    }
    return !element || *element == ElementType::kU8
               ? (element ? truth->of->values : x)
               : map_values_to(node.builder(), node.output(), *element, apply("identity"),
                               {truth->of->values});
  }
  if (const auto* integers = std::get_if<IntegerValue>(&x)) {
    return element ? constant_of(node.builder(), node.output(), *integers, *element)
                   : Value{known_as(*integers, type)};
  }
  if (type == OnnxType::kBool) {
    return cast_to_truth(node);
  }
  return element ? cast_tensor(node, node.input(0), *element)
                 : Value{known_numbers(node.builder(), node.input(0), type)};
}

}  // namespace

Value constant_of(GraphBuilder& builder, const std::string& name, const IntegerValue& integers,
                  ElementType type) {
  if (integers.values == nullptr) {
    throw InputError("it reads an input of the model of type " + to_string(integers.type) +
                     ", which has to be given with --inputs");
  }
  if (const std::string problem = dims_problem(integers.dims); !problem.empty()) {
    throw InputError("its operand " + problem);
  }
  std::vector<double> values(integers.values->size());
  std::ranges::transform(*integers.values, values.begin(), [type](std::int64_t number) {
    return is_integer(type) ? wrapped_to(type, number)
                            : rounded_to(type, static_cast<double>(static_cast<float>(number)));
  });
  return builder.add_constant(name, integers.dims, type, values);
}

Value import_cast(Node& node) {
  const auto* to = node.attribute("to", onnx::AttributeProto::INT);
  if (to == nullptr) {
    throw InputError("attribute 'to' is not a number");
  }
  const std::optional<OnnxType> type = onnx_type(to->i());
  if (!type) {
    const auto number = static_cast<std::int32_t>(
        std::clamp<std::int64_t>(to->i(), 0, std::numeric_limits<std::int32_t>::max()));
    throw InputError("it casts to type " + type_name(number) +
                     "; supported: " + supported_onnx_types());
  }
  return cast(node, *type);
}

Value import_cast_like(Node& node) {
  return cast(node, type_of(node.builder(), node.any_input(1)));
}

}  // namespace tilewave
