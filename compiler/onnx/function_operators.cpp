// Elementwise operators. Those whose name, operands and attributes are those of a function of the
// register need no line here; the others are expressions of such functions.
#include <algorithm>
#include <optional>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/onnx/elementwise_maps.h"
#include "compiler/onnx/elementwise_schemas.h"
#include "compiler/onnx/operators.h"
#include "compiler/onnx/quantized_values.h"
#include "compiler/onnx/typed_values.h"

namespace tilewave {
namespace {

constexpr std::int64_t kBroadcastsAsNumpy = 7;

/// Where b, of shape `dims`, stands in a before operator set 7: from dimension `axis` on, or at the
/// end.
Dims placed_at_axis(Dims dims, const Dims& a, const onnx::AttributeProto* axis) {
  if (axis == nullptr || dims.size() > a.size()) {
    return dims;
  }
  const auto rank = static_cast<std::int64_t>(a.size());
  const std::int64_t start = axis->i() < 0 ? axis->i() + rank : axis->i();
  const std::int64_t most = rank - static_cast<std::int64_t>(dims.size());
  if (start < 0 || start > most) {
    throw InputError("axis " + std::to_string(axis->i()) + " does not place " + to_string(dims) +
                     " in " + to_string(a));
  }
  dims.insert(dims.end(), static_cast<std::size_t>(most - start), 1);
  return dims;
}

}  // namespace

std::vector<Value> two_operands(Node& node, const Value& a, Value b) {
  if (node.operator_set() >= kBroadcastsAsNumpy) {
    return {a, std::move(b)};
  }
  const bool may_broadcast = node.integer("broadcast", 0) != 0;
  const onnx::AttributeProto* axis = node.attribute("axis", onnx::AttributeProto::INT);
  if (!may_broadcast && dims_of(b) != dims_of(a)) {
    throw InputError("shapes " + to_string(dims_of(a)) + " and " + to_string(dims_of(b)) +
                     " differ, and the attribute broadcast is not set");
  }
  const Dims dims = placed_at_axis(dims_of(b), dims_of(a), may_broadcast ? axis : nullptr);
  if (broadcast(dims_of(a), dims) != dims_of(a)) {
    throw InputError("shape " + to_string(dims_of(b)) + " does not broadcast to " +
                     to_string(dims_of(a)));
  }
  return {a, reshaped(b, dims)};
}

namespace {

Argument chained(std::size_t step) {
  return step == 0 ? Argument::operand(0) : Argument::step(step - 1);
}

/// What is not the result yet: floats in fp32, integers as they are.
Value in_f32(GraphBuilder& builder, const std::string& name, const Expression& expression,
             std::vector<Value> operands) {
  return is_integer(element_type(builder, operands[0]))
             ? map_values(builder, name, expression, std::move(operands))
             : map_values_to(builder, name, ElementType::kF32, expression, std::move(operands));
}

ElementType common_input_type(const Node& node) {
  std::vector<Value> operands;
  for (std::size_t i = 0; i < node.input_count(); ++i) {
    operands.push_back(node.input(i));
  }
  return common_type(node.builder(), operands);
}

/// All inputs by a function of two, a few in each map. The result has their type or, `to_f32`, is none
/// yet.
Value import_fold(Node& node, std::string_view function, const std::string& output,
                  bool to_f32 = false) {
  constexpr std::int64_t kFoldBroadcasts = 8;
  const std::size_t count = node.input_count();
  const ElementType type = common_input_type(node);
  Value result = node.input(0);
  for (std::size_t next = 1; next < count;) {
    std::vector<Value> operands = {std::move(result)};
    Expression expression;
    while (next < count && operands.size() < kMaxMapOperands) {
      const Value& operand = node.input(next++);
      if (node.operator_set() < kFoldBroadcasts && dims_of(operand) != dims_of(operands[0])) {
        throw InputError("shapes " + to_string(dims_of(operands[0])) + " and " +
                         to_string(dims_of(operand)) + " differ, which needs operator set 8");
      }
      expression.steps.push_back(
          make_step(function, {chained(operands.size() - 1), Argument::operand(operands.size())}));
      operands.push_back(operand);
    }
    const std::string name = next < count ? output + "." + std::to_string(next) : output;
    result = next < count || to_f32 ? in_f32(node.builder(), name, expression, std::move(operands))
             : is_integer(type)
                 ? map_values(node.builder(), name, expression, std::move(operands))
                 : map_values_to(node.builder(), name, type, expression, std::move(operands));
  }
  return result;
}

/// A bound of Clip, a single value: an attribute before operator set 11, an input from then on. None
/// where it is left out.
std::optional<Value> bound_of(Node& node, const char* name, std::size_t index) {
  constexpr std::int64_t kBoundsAreInputs = 11;
  if (node.operator_set() < kBoundsAreInputs) {
    const auto* given = node.attribute(name, onnx::AttributeProto::FLOAT);
    return given == nullptr ? std::nullopt
                            : std::optional(node.builder().add_constant(
                                  {name, {}, OnnxType::kFloat, std::vector<float>{given->f()}}));
  }
  if (!node.has_input(index)) {
    return std::nullopt;
  }
  const Value& bound = node.input(index);
  if (element_count(dims_of(bound)) != 1) {
    throw InputError("input " + std::to_string(index) + " has the shape " +
                     to_string(dims_of(bound)) + "; a bound is a single value");
  }
  return reshaped(bound, {});
}

}  // namespace

Value import_function(Node& node) {
  const std::string word = function_word(node.operator_name());
  const FunctionInfo& function = function_info(function_named(word));
  const Value& first = node.input(0);
  std::vector<Value> operands =
      function.arity == 1 ? std::vector<Value>{first} : two_operands(node, first, node.input(1));
  std::vector<float> parameters;
  for (const FunctionParameter& parameter : function.parameters) {
    parameters.push_back(node.parameter(std::string(parameter.name), parameter.otherwise));
  }
  std::vector<Argument> arguments;
  for (std::size_t i = 0; i < function.arity; ++i) {
    arguments.push_back(Argument::operand(i));
  }
  return map_values(node.builder(), node.output(),
                    {{make_step(word, std::move(arguments), std::move(parameters))}},
                    std::move(operands));
}

Value import_clip(Node& node) {
  const GraphBuilder& builder = node.builder();
  const std::optional<Value> min = bound_of(node, "min", 1);
  const std::optional<Value> max = bound_of(node, "max", 2);
  const auto is_known = [&](const std::optional<Value>& bound) {
    return !bound || number_of(builder, *bound).has_value();
  };
  const auto number = [&](const std::optional<Value>& bound, std::size_t parameter) {
    return bound ? *number_of(builder, *bound)
                 : function_info(function_named("clip")).parameters[parameter].otherwise;
  };
  std::vector<Value> operands = {node.input(0)};
  Expression expression;
  if (is_known(min) && is_known(max)) {
    expression = {{make_step("clip", {Argument::operand(0)}, {number(min, 0), number(max, 1)})}};
  } else {
    for (const auto& [function, bound] : {std::pair("max", min), std::pair("min", max)}) {
      if (bound) {
        expression.steps.push_back(make_step(
            function, {chained(expression.steps.size()), Argument::operand(operands.size())}));
        operands.push_back(*bound);
      }
    }
  }
  return map_values(node.builder(), node.output(), expression, std::move(operands));
}

Value import_gelu(Node& node) {
  const std::string form = node.word("approximate", "none");
  if (form != "none" && form != "tanh") {
    throw InputError("attribute 'approximate' is neither none nor tanh");
  }
  return map_values(node.builder(), node.output(), form == "none" ? "gelu" : "gelutanh",
                    {node.input(0)});
}

namespace {

/// An activation of the first input and, if it is there, a bias that is the second.
Value import_biased(Node& node, std::string_view activation) {
  const Value& x = node.input(0);
  if (!node.has_input(1)) {
    return map_values(node.builder(), node.output(), activation, {x});
  }
  const Value& bias = node.input(1);
  if (dims_of(x).empty() || dims_of(bias) != Dims{dims_of(x).back()}) {
    throw InputError("its bias has the shape " + to_string(dims_of(bias)) +
                     ", which is not the last dimension of " + to_string(dims_of(x)));
  }
  return map_values(node.builder(), node.output(),
                    {{make_step("add", {Argument::operand(0), Argument::operand(1)}),
                      make_step(activation, {Argument::step(0)})}},
                    {x, bias});
}

}  // namespace

Value import_bias_gelu(Node& node) {
  node.input(1);  // has to be there
  return import_biased(node, "gelu");
}

Value import_fast_gelu(Node& node) { return import_biased(node, "gelutanh"); }

Value import_quick_gelu(Node& node) {
  const float alpha = node.number("alpha", 1.702F);
  return map_values(node.builder(), node.output(),
                    {{make_step("mul", {Argument::operand(0), Argument::number(alpha)}),
                      make_step("sigmoid", {Argument::step(0)}),
                      make_step("mul", {Argument::operand(0), Argument::step(1)})}},
                    {node.input(0)});
}

Value import_max(Node& node) { return import_fold(node, "max", node.output()); }

Value import_min(Node& node) { return import_fold(node, "min", node.output()); }

Value import_sum(Node& node) { return import_fold(node, "add", node.output()); }

Value import_mean(Node& node) {
  const std::size_t count = node.input_count();
  const Value sum = import_fold(node, "add", node.output() + ".sum", true);
  if (count == 1) {
    return sum;
  }
  return map_values_to(
      node.builder(), node.output(), common_input_type(node),
      {{make_step("div", {Argument::operand(0), Argument::number(static_cast<float>(count))})}},
      {sum});
}

Value import_mod(Node& node) {
  const ElementType type = element_type(node.builder(), node.input(0));
  const bool is_fmod = node.integer("fmod", 0) != 0;
  if (!is_fmod && !is_integer(type)) {
    throw InputError("attribute 'fmod' is 0, which is for integers; " + to_string(onnx_type(type)) +
                     " operands need 1");
  }
  return map_values(node.builder(), node.output(), is_fmod ? "fmod" : "mod",
                    {node.input(0), node.input(1)});
}

Value import_pow(Node& node) {
  GraphBuilder& builder = node.builder();
  const auto* known = std::get_if<IntegerValue>(&node.any_input(1));
  if (node.operator_set() < kBroadcastsAsNumpy && known == nullptr) {
    return import_function(node);
  }
  const ElementType type = element_type(builder, node.input(0));
  const Value exponent = known != nullptr
                             ? constant_of(builder, node.output(), *known, ElementType::kF32)
                             : node.input(1);
  if (is_integer(type)) {
    throw InputError("powers of " + to_string(onnx_type(type)) +
                     " are not exact in fp32, in which they are computed; cast the base to FLOAT");
  }
  return map_values_to(builder, node.output(), type, apply("pow"), {node.input(0), exponent});
}

Value import_prelu(Node& node) {
  const Value& x = node.input(0);
  Value slope = node.input(1);
  const Dims& dims = dims_of(x);
  if (node.operator_set() < kBroadcastsAsNumpy) {
    // One slope for all, or one for each channel.
    const std::uint64_t channels = dims.size() < 2 ? 1 : dims[1];
    if (element_count(dims_of(slope)) == 1) {
      slope = reshaped(slope, {});
    } else if (dims_of(slope) == Dims{channels}) {
      Dims channel(dims.size() - 1, 1);
      channel[0] = channels;
      slope = reshaped(slope, channel);
    }
  }
  if (broadcast(dims, dims_of(slope)) != dims) {
    throw InputError("the slope has the shape " + to_string(dims_of(slope)) +
                     ", which does not broadcast to " + to_string(dims));
  }
  return map_values(node.builder(), node.output(), "prelu", {x, slope});
}

Value import_add(Node& node) {
  for (const std::size_t summand : {std::size_t{0}, std::size_t{1}}) {
    const auto* product = std::get_if<ProductValue>(&node.any_input(summand));
    if (product != nullptr && node.is_only_use(summand)) {
      if (auto sum =
              with_bias(node.builder(), node.output(), *product, node.any_input(1 - summand))) {
        return *std::move(sum);
      }
    }
  }
  return import_function(node);
}

Value import_relu(Node& node) {
  const auto* product = std::get_if<ProductValue>(&node.any_input(0));
  return product != nullptr && node.is_only_use(0) ? with_relu(node.output(), *product)
                                                   : import_function(node);
}

}  // namespace tilewave
