// From the values of a node to map operators of the graph, however their shapes meet.
#include "compiler/onnx/elementwise_maps.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>
#include <string_view>

#include "compiler/base/error.h"
#include "compiler/onnx/operand_views.h"
#include "compiler/onnx/operators.h"
#include "compiler/onnx/typed_values.h"
#include "compiler/program/element_rounding.h"

namespace tilewave {
namespace {

/// What is deeper goes into the graph at once: making it is a recursion.
constexpr std::size_t kMaxDepth = 200;
/// How many maps are looked at to choose a view.
constexpr std::size_t kMaxMapsSeen = 64;

bool same_value(const Value& a, const Value& b) {
  if (a.index() != b.index() || dims_of(a) != dims_of(b)) {
    return false;
  }
  if (const auto* source = std::get_if<SourceValue>(&a)) {
    const auto& other = std::get<SourceValue>(b);
    return source->source == other.source && source->arrangement.key() == other.arrangement.key() &&
           std::bit_cast<std::uint32_t>(source->scale) == std::bit_cast<std::uint32_t>(other.scale);
  }
  if (const auto* computed = std::get_if<ComputedValue>(&a)) {
    const auto& other = std::get<ComputedValue>(b);
    return computed->slices == other.slices && computed->view == other.view;
  }
  const auto* mapped = std::get_if<MappedValue>(&a);
  return mapped != nullptr && mapped->map == std::get<MappedValue>(b).map;
}

/// Numbers in place of constants of one element, and each of the other operands once.
void simplify(const GraphBuilder& builder, Expression& expression, std::vector<Value>& operands) {
  std::vector<Argument> arguments;
  std::vector<Value> kept;
  for (const Value& operand : operands) {
    if (const auto number = number_of(builder, operand)) {
      arguments.push_back(Argument::number(*number));
      continue;
    }
    const auto same =
        std::ranges::find_if(kept, [&](const Value& other) { return same_value(operand, other); });
    arguments.push_back(Argument::operand(static_cast<std::size_t>(same - kept.begin())));
    if (same == kept.end()) {
      kept.push_back(operand);
    }
  }
  for (ExpressionStep& step : expression.steps) {
    for (Argument& argument : arguments_of(step)) {
      if (argument.kind == Argument::Kind::kOperand) {
        argument = arguments.at(argument.index);
      }
    }
  }
  operands = std::move(kept);
}

/// Constants are computed here, unless that would make many of few.
bool is_computed_here(const GraphBuilder& builder, const std::vector<Value>& operands,
                      const Dims& dims) {
  std::uint64_t elements = operands.empty() ? element_count(dims) : 0;
  for (const Value& operand : operands) {
    if (!is_constant(builder, operand)) {
      return false;
    }
    elements += element_count(dims_of(operand));
  }
  return element_count(dims) <= elements;
}

/// As the graph would.
Value compute_constant(GraphBuilder& builder, const std::string& output,
                       const TypedExpression& expression, const std::vector<Value>& operands,
                       const Dims& dims) {
  std::vector<std::vector<float>> columns;
  for (const Value& operand : operands) {
    columns.push_back(*constant_values(builder, expanded(operand, dims)));
  }
  std::vector<double> values(element_count(dims));
  std::vector<double> row(columns.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t k = 0; k < columns.size(); ++k) {
      row[k] = static_cast<double>(columns[k][i]);
    }
    values[i] = evaluate_as(expression.type, expression.expression, row);
  }
  return builder.add_constant(output, dims, expression.type, values);
}

/// A map for each slice.
std::vector<TensorId> add_maps(GraphBuilder& builder, const std::string& name,
                               const TypedExpression& expression,
                               const std::vector<Value>& operands, const Dims& dims,
                               const MatrixView& view) {
  std::optional<ElementType> type;
  if (expression.type != ElementType::kF32) {
    type = expression.type;
  }
  std::vector<TensorId> results;
  const std::vector<std::vector<TensorId>> inputs = inputs_in_view(builder, operands, dims, view);
  for (std::size_t i = 0; i < view.slices; ++i) {
    results.push_back(
        builder.graph().add(builder.slice_name(name, i, view.slices), {.kind = OperatorKind::kMap,
                                                                       .inputs = inputs[i],
                                                                       .map = expression.expression,
                                                                       .type = type}));
  }
  builder.set_range(results, expression.range);
  return results;
}

}  // namespace

ElementwiseMap::ElementwiseMap(std::string name, Dims dims, TypedExpression expression,
                               std::vector<Value> operands)
    : name_(std::move(name)),
      dims_(std::move(dims)),
      expression_(std::move(expression)),
      operands_(std::move(operands)) {
  for (const Value& operand : operands_) {
    if (const auto* mapped = std::get_if<MappedValue>(&operand)) {
      depth_ = std::max(depth_, mapped->map->depth() + 1);
    }
  }
}

std::vector<TensorId> ElementwiseMap::tensors(GraphBuilder& builder, const MatrixView& view) {
  const auto known = std::ranges::find(made_, view, [](const auto& made) { return made.first; });
  if (known != made_.end()) {
    return known->second;
  }
  std::vector<TensorId> made = add_maps(builder, name_, expression_, operands_, dims_, view);
  return made_.emplace_back(view, std::move(made)).second;
}

std::vector<TensorId> ElementwiseMap::tensors(GraphBuilder& builder) {
  if (!made_.empty()) {
    return made_.front().second;
  }
  const std::vector<MatrixView> views = matrix_views(dims_);
  return tensors(builder, *std::ranges::min_element(views, {}, [&](const MatrixView& view) {
                   std::vector<const ElementwiseMap*> seen = {this};
                   return operand_elements(view, seen);
                 }));
}

/// How many elements of sources the map reads in this view.
std::uint64_t ElementwiseMap::operand_elements(const MatrixView& view,
                                               std::vector<const ElementwiseMap*>& seen) const {
  std::uint64_t elements = 0;
  for (const Value& operand : operands_) {
    const PlacedOperand place = place_operand(dims_of(operand), dims_, view);
    const auto* mapped = std::get_if<MappedValue>(&operand);
    if (mapped == nullptr || element_count(mapped->dims) != element_count(place.dims)) {
      elements += place.view.elements();
    } else if (seen.size() < kMaxMapsSeen &&
               std::ranges::find(seen, mapped->map.get()) == seen.end()) {
      seen.push_back(mapped->map.get());
      elements += mapped->map->operand_elements(place.view, seen);
    }
  }
  return elements;
}

std::shared_ptr<ElementwiseMap> ElementwiseMap::expanded(const Dims& grouped, const Dims& dims) {
  std::shared_ptr<ElementwiseMap>& result = expanded_[{grouped, dims}];
  if (result == nullptr) {
    std::vector<Value> operands = operands_;
    if (grouped != dims_) {
      for (Value& operand : operands) {
        operand = reshaped(tilewave::expanded(operand, dims_), grouped);
      }
    }
    result = std::make_shared<ElementwiseMap>(name_, dims, expression_, std::move(operands));
  }
  return result;
}

Value expanded(const Value& value, const Dims& dims) {
  if (const auto* source = std::get_if<SourceValue>(&value)) {
    return SourceValue{source->source, source->arrangement.expand(dims), source->scale};
  }
  if (element_count(dims_of(value)) == element_count(dims)) {
    return reshaped(value, dims);
  }
  if (const auto* mapped = std::get_if<MappedValue>(&value)) {
    return MappedValue{dims, mapped->map->expanded(mapped->dims, dims)};
  }
  if (const auto* computed = std::get_if<ComputedValue>(&value)) {
    if (auto view = computed->view.expand(dims)) {
      return ComputedValue{*std::move(view), computed->slices};
    }
  }
  throw InputError("cannot expand " + to_string(dims_of(value)) + " to " + to_string(dims) +
                   ": a computed value is not stretched by itself");
}

namespace {

/// Of a result of which some operand is computed.
MatrixView view_of_map(const GraphBuilder& builder, const std::vector<Value>& operands,
                       const Dims& dims) {
  const auto view = best_view(builder, operands, dims, candidate_views(builder, operands, dims));
  if (!view) {
    std::string shapes;
    for (const Value& operand : operands) {
      shapes += (shapes.empty() ? "" : " and ") + to_string(dims_of(operand));
    }
    throw InputError("cannot broadcast " + shapes +
                     ": a computed value has to lie as the result does, or to be a row, a column "
                     "or a single value of it");
  }
  return *view;
}

/// Operands are simple: as simplify() leaves them.
Value map_simple(GraphBuilder& builder, const std::string& output, const Dims& dims,
                 TypedExpression expression, std::vector<Value> operands) {
  if (is_computed_here(builder, operands, dims)) {
    return compute_constant(builder, output, expression, operands, dims);
  }
  const bool has_computed = std::ranges::any_of(operands, [](const Value& operand) {
    return std::holds_alternative<ComputedValue>(operand);
  });
  if (has_computed) {
    const MatrixView view = view_of_map(builder, operands, dims);
    return computed_value(dims, add_maps(builder, output, expression, operands, dims, view));
  }
  auto map =
      std::make_shared<ElementwiseMap>(output, dims, std::move(expression), std::move(operands));
  if (map->depth() > kMaxDepth) {
    return computed_value(dims, map->tensors(builder));
  }
  return MappedValue{dims, std::move(map)};
}

/// Of integers that become those of `type`.
Value map_integers(GraphBuilder& builder, const std::string& output, ElementType type,
                   const Expression& expression, std::vector<Value> operands) {
  const Dims dims = broadcast_of(operands);
  std::vector<Interval> ranges;
  for (const Value& operand : operands) {
    ranges.push_back(range_of(builder, operand));
  }
  ExactExpression exact = exact_integers(expression, ranges, type);
  simplify(builder, exact.expression, operands);
  return map_simple(builder, output, dims, {std::move(exact.expression), type, exact.range},
                    std::move(operands));
}

}  // namespace

Value map_values_to(GraphBuilder& builder, const std::string& output, ElementType type,
                    const Expression& expression, std::vector<Value> operands) {
  const Dims dims = broadcast_of(operands);
  Expression simple = expression;
  simplify(builder, simple, operands);
  return map_simple(builder, output, dims,
                    {std::move(simple), type, is_integer(type) ? range_of_type(type) : Interval{}},
                    std::move(operands));
}

Value map_values(GraphBuilder& builder, const std::string& output, const Expression& expression,
                 std::vector<Value> operands) {
  const ElementType type = common_type(builder, operands);
  return is_integer(type) ? map_integers(builder, output, type, expression, std::move(operands))
                          : map_values_to(builder, output, type, expression, std::move(operands));
}

Value map_values(GraphBuilder& builder, const std::string& output, std::string_view function,
                 std::vector<Value> operands) {
  return map_values(builder, output, apply(function), std::move(operands));
}

Value integers_to(GraphBuilder& builder, const std::string& output, ElementType type,
                  const Value& integers) {
  return map_integers(builder, output, type, apply("identity"), {integers});
}

}  // namespace tilewave
