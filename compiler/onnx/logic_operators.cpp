// Comparison, logic and choice: what gives BOOL, or takes it.
#include <limits>
#include <utility>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/onnx/elementwise_maps.h"
#include "compiler/onnx/elementwise_schemas.h"
#include "compiler/onnx/operators.h"
#include "compiler/onnx/truth_values.h"
#include "compiler/onnx/typed_values.h"

namespace tilewave {
namespace {

/// Of one type, and so that fp32 has all that they may be: in it they are compared, and go through where they
/// are chosen from.
ElementType require_comparable(const GraphBuilder& builder, const std::vector<Value>& operands) {
  const ElementType type = common_type(builder, operands);
  for (const Value& operand : operands) {
    if (is_integer(type)) {
      const Interval range = range_of(builder, operand);
      exact_integers(apply("identity"), {&range, 1}, type);
    }
  }
  return type;
}

/// By the function that the operator is called after.
Value truth_of(Node& node, std::vector<Value> operands) {
  return truth_value(map_values_to(node.builder(), node.output(), ElementType::kU8,
                                   apply(function_word(node.operator_name())),
                                   std::move(operands)));
}

bool is_truth(const Node& node, std::size_t index) {
  return type_of(node.builder(), node.any_input(index)) == OnnxType::kBool;
}

/// The values of an input that has to be BOOL.
Value truth_input(Node& node, std::size_t index) {
  const Value& value = node.any_input(index);
  if (const auto* truth = std::get_if<TruthValue>(&value)) {
    return truth->of->values;
  }
  const auto* known = std::get_if<IntegerValue>(&value);
  if (known == nullptr || known->type != OnnxType::kBool) {
    throw InputError("input " + std::to_string(index) + " is of type " +
                     to_string(type_of(node.builder(), value)) + "; it has to be BOOL");
  }
  return constant_of(node.builder(), node.output(), *known, ElementType::kU8);
}

}  // namespace

Value import_comparison(Node& node) {
  const bool of_truth = is_truth(node, 0);  // which only Equal takes
  const Value a = of_truth ? truth_input(node, 0) : node.input(0);
  std::vector<Value> operands =
      two_operands(node, a, of_truth ? truth_input(node, 1) : node.input(1));
  require_comparable(node.builder(), operands);
  return truth_of(node, std::move(operands));
}

Value import_logic(Node& node) {
  const Value a = truth_input(node, 0);
  return truth_of(node, two_operands(node, a, truth_input(node, 1)));
}

Value import_not(Node& node) { return truth_of(node, {truth_input(node, 0)}); }

Value import_is_nan(Node& node) {
  float_type(node.builder(), node.input(0));
  const Expression differs{{make_step("equal", {Argument::operand(0), Argument::operand(0)}),
                            make_step("not", {Argument::step(0)})}};
  return truth_value(
      map_values_to(node.builder(), node.output(), ElementType::kU8, differs, {node.input(0)}));
}

Value import_is_inf(Node& node) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  float_type(node.builder(), node.input(0));
  const bool positive = node.integer("detect_positive", 1) != 0;
  const bool negative = node.integer("detect_negative", 1) != 0;
  Expression expression;
  const auto equal = [&](float number) {
    expression.steps.push_back(
        make_step("equal", {Argument::operand(0), Argument::number(number)}));
  };
  equal(positive ? kInfinity : -kInfinity);
  if (positive && negative) {
    equal(-kInfinity);
    expression.steps.push_back(make_step("or", {Argument::step(0), Argument::step(1)}));
  }
  if (!positive && !negative) {  // nothing is both
    expression.steps.push_back(make_step("mul", {Argument::step(0), Argument::number(0)}));
  }
  return truth_value(
      map_values_to(node.builder(), node.output(), ElementType::kU8, expression, {node.input(0)}));
}

Value import_where(Node& node) {
  const Value condition = truth_input(node, 0);
  const bool of_truth = is_truth(node, 1);
  const Value yes = of_truth ? truth_input(node, 1) : node.input(1);
  const Value no = of_truth ? truth_input(node, 2) : node.input(2);
  const ElementType type = require_comparable(node.builder(), {yes, no});
  Value chosen =
      map_values_to(node.builder(), node.output(), type, apply("where"), {condition, yes, no});
  return of_truth ? Value{truth_value(std::move(chosen))} : chosen;
}

}  // namespace tilewave
