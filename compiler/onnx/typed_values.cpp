// Asks each kind of value where its type and numbers are.
#include "compiler/onnx/typed_values.h"

#include <algorithm>
#include <variant>

#include "compiler/base/error.h"
#include "compiler/onnx/elementwise_maps.h"

namespace tilewave {
namespace {

const OnnxSource* source_of(const GraphBuilder& builder, const Value& value) {
  const auto* source = std::get_if<SourceValue>(&value);
  return source == nullptr ? nullptr : &builder.source(source->source);
}

/// Null unless it is a source whose values are known.
const OnnxNumbers* numbers_of(const GraphBuilder& builder, const Value& value) {
  const auto* source = std::get_if<SourceValue>(&value);
  return source == nullptr ? nullptr : builder.numbers(source->source);
}

template <typename Number>
std::vector<Number> arranged(const OnnxNumbers& values, const SourceValue& value) {
  std::vector<Number> numbers;
  const auto append = [&numbers](const auto& elements) {
    numbers.reserve(elements.size());
    for (const auto element : elements) {
      numbers.push_back(static_cast<Number>(element));
    }
  };
  if (const auto* floats = std::get_if<std::vector<float>>(&values)) {
    append(value.arrangement.apply(*floats, value.scale));
  } else {
    append(value.arrangement.apply(std::get<std::vector<std::int64_t>>(values)));
  }
  return numbers;
}

}  // namespace

OnnxType type_of(const GraphBuilder& builder, const Value& value) {
  if (const OnnxSource* source = source_of(builder, value)) {
    return onnx_type(source->type);
  }
  if (const auto* computed = std::get_if<ComputedValue>(&value)) {
    return onnx_type(builder.tensor(computed->slices->front()).type);
  }
  if (const auto* mapped = std::get_if<MappedValue>(&value)) {
    return onnx_type(mapped->map->type());
  }
  if (std::holds_alternative<TruthValue>(value)) {
    return OnnxType::kBool;
  }
  const auto* integers = std::get_if<IntegerValue>(&value);
  return integers != nullptr ? integers->type : OnnxType::kFloat;
}

ElementType element_type(const GraphBuilder& builder, const Value& value) {
  const OnnxType type = type_of(builder, value);
  if (!info_of(type).element) {
    throw InputError("an operand is of type " + to_string(type) +
                     "; supported: " + supported_onnx_types());
  }
  return *info_of(type).element;
}

ElementType common_type(const GraphBuilder& builder, const std::vector<Value>& operands) {
  const ElementType type = element_type(builder, operands.at(0));
  for (const Value& operand : operands) {
    const ElementType other = element_type(builder, operand);
    if (other != type) {
      throw InputError("its operands are of types " + to_string(onnx_type(type)) + " and " +
                       to_string(onnx_type(other)) + "; they have to be of one");
    }
  }
  return type;
}

ElementType float_type(const GraphBuilder& builder, const Value& value) {
  const ElementType type = element_type(builder, value);
  if (is_integer(type)) {
    throw InputError("its operand is of type " + to_string(onnx_type(type)) +
                     "; supported: FLOAT, FLOAT16 and BFLOAT16");
  }
  return type;
}

bool is_constant(const GraphBuilder& builder, const Value& value) {
  const OnnxSource* source = source_of(builder, value);
  return source != nullptr && source->role == TensorRole::kParameter;
}

std::optional<std::vector<float>> constant_values(const GraphBuilder& builder, const Value& value) {
  return is_constant(builder, value) ? std::optional(arranged<float>(*numbers_of(builder, value),
                                                                     std::get<SourceValue>(value)))
                                     : std::nullopt;
}

std::optional<std::vector<double>> known_values(const GraphBuilder& builder, const Value& value) {
  const OnnxNumbers* numbers = numbers_of(builder, value);
  return numbers != nullptr
             ? std::optional(arranged<double>(*numbers, std::get<SourceValue>(value)))
             : std::nullopt;
}

std::optional<std::vector<double>> source_values(const GraphBuilder& builder, const Value& value) {
  const OnnxNumbers* numbers = numbers_of(builder, value);
  if (numbers == nullptr) {
    return std::nullopt;
  }
  return std::visit([](const auto& all) { return std::vector<double>(all.begin(), all.end()); },
                    *numbers);
}

std::optional<std::vector<std::int64_t>> whole_numbers(const GraphBuilder& builder,
                                                       const Value& value) {
  if (const auto* integers = std::get_if<IntegerValue>(&value)) {
    return integers->values != nullptr ? std::optional(*integers->values) : std::nullopt;
  }
  const auto* source = std::get_if<SourceValue>(&value);
  if (source == nullptr || !is_integer(builder.source(source->source).type)) {
    return std::nullopt;
  }
  const auto numbers = known_values(builder, value);
  return numbers ? std::optional(std::vector<std::int64_t>(numbers->begin(), numbers->end()))
                 : std::nullopt;
}

std::optional<float> number_of(const GraphBuilder& builder, const Value& value) {
  if (!is_constant(builder, value) || element_count(dims_of(value)) != 1) {
    return std::nullopt;
  }
  return constant_values(builder, value)->front();
}

Interval range_of(const GraphBuilder& builder, const Value& value) {
  if (const auto* source = std::get_if<SourceValue>(&value)) {
    if (const std::optional<Interval> range = builder.range_of_source(source->source)) {
      return *range;
    }
  }
  if (const auto* mapped = std::get_if<MappedValue>(&value)) {
    return mapped->map->range();
  }
  const auto* computed = std::get_if<ComputedValue>(&value);
  return computed != nullptr ? builder.range_of(*computed->slices)
                             : range_of_type(element_type(builder, value));
}

}  // namespace tilewave
