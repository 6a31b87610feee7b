// What is known of a value of the model without computing it: its type, the numbers of constants and of
// inputs that were given, and between what integers lie.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "compiler/onnx/exact_integers.h"
#include "compiler/onnx/graph_builder.h"
#include "compiler/onnx/value.h"

namespace tilewave {

OnnxType type_of(const GraphBuilder& builder, const Value& value);

/// Of what may be a tensor of the graph. Throws InputError for INT64 and BOOL.
ElementType element_type(const GraphBuilder& builder, const Value& value);

/// The one type of all operands. Throws InputError if there are several.
ElementType common_type(const GraphBuilder& builder, const std::vector<Value>& operands);

/// Of floats, whatever they are rounded to. Throws InputError for integers.
ElementType float_type(const GraphBuilder& builder, const Value& value);

bool is_constant(const GraphBuilder& builder, const Value& value);

/// As an expression reads them, in fp32. None but of a constant.
std::optional<std::vector<float>> constant_values(const GraphBuilder& builder, const Value& value);
/// Exactly; of an input that was given, too.
std::optional<std::vector<double>> known_values(const GraphBuilder& builder, const Value& value);
/// The same in the order of the source, each once however far it is stretched.
std::optional<std::vector<double>> source_values(const GraphBuilder& builder, const Value& value);

/// Of known INT64 or BOOL, and of integers of any type that are constants or were given.
std::optional<std::vector<std::int64_t>> whole_numbers(const GraphBuilder& builder,
                                                       const Value& value);

/// Of a constant of one element, in fp32.
std::optional<float> number_of(const GraphBuilder& builder, const Value& value);

/// Of integers.
Interval range_of(const GraphBuilder& builder, const Value& value);

}  // namespace tilewave
