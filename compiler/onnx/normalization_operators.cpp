// BatchNormalization and Dropout as inference has them: a scale and a shift for each channel, and
// nothing.
#include "compiler/base/error.h"
#include "compiler/onnx/elementwise_maps.h"
#include "compiler/onnx/operators.h"
#include "compiler/onnx/typed_values.h"

namespace tilewave {
namespace {

constexpr std::int64_t kTestModeIsDefault = 7;

void require_test_mode(Node& node) {
  if (node.operator_set() < kTestModeIsDefault && node.integer("is_test", 0) == 0) {
    throw InputError("attribute 'is_test' is 0: training is not supported");
  }
}

/// The shape of a statistic of x as it broadcasts, and as it is given.
struct Statistic {
  Dims given;
  Dims aligned;
};

Statistic statistic_of(const Dims& x, bool for_each_channel) {
  if (!for_each_channel && !x.empty()) {
    const Dims all(x.begin() + 1, x.end());
    return {all, all};
  }
  Dims aligned(x.empty() ? 0 : x.size() - 1, 1);
  const std::uint64_t channels = x.size() < 2 ? 1 : x[1];
  if (!aligned.empty()) {
    aligned[0] = channels;
  }
  return {{channels}, aligned};
}

}  // namespace

Value import_batch_normalization(Node& node) {
  constexpr std::int64_t kAlwaysByChannel = 9;
  GraphBuilder& builder = node.builder();
  const Value& x = node.input(0);
  const float epsilon = node.number("epsilon", 1e-5F);
  node.number("momentum", 0);  // of training
  if (node.integer("training_mode", 0) != 0) {
    throw InputError("attribute 'training_mode' is 1: training is not supported");
  }
  require_test_mode(node);
  const bool by_channel =
      node.operator_set() >= kAlwaysByChannel || node.integer("spatial", 1) != 0;
  const Statistic statistic = statistic_of(dims_of(x), by_channel);
  const auto input = [&](std::size_t index) {
    const Value& value = node.input(index);
    if (dims_of(value) != statistic.given) {
      throw InputError("input " + std::to_string(index) + " has the shape " +
                       to_string(dims_of(value)) + "; for a value of shape " +
                       to_string(dims_of(x)) + " it has to be " + to_string(statistic.given));
    }
    return reshaped(value, statistic.aligned);
  };
  const Value scale = input(1);
  const Value shift = input(2);
  const Value mean = input(3);
  const Value variance = input(4);
  const Expression factor_of = {
      {make_step("add", {Argument::operand(1), Argument::number(epsilon)}),
       make_step("sqrt", {Argument::step(0)}),
       make_step("div", {Argument::operand(0), Argument::step(1)})}};
  const Value factor = map_values_to(builder, node.output() + ".scale", ElementType::kF32,
                                     factor_of, {scale, variance});
  const Expression offset_of = {{make_step("mul", {Argument::operand(1), Argument::operand(2)}),
                                 make_step("sub", {Argument::operand(0), Argument::step(0)})}};
  const Value offset = map_values_to(builder, node.output() + ".shift", ElementType::kF32,
                                     offset_of, {shift, mean, factor});
  const Expression normalized = {{make_step("mul", {Argument::operand(0), Argument::operand(1)}),
                                  make_step("add", {Argument::step(0), Argument::operand(2)})}};
  return map_values_to(builder, node.output(), element_type(builder, x), normalized,
                       {x, factor, offset});
}

Value import_dropout(Node& node) {
  node.number("ratio", 0);
  node.integer("seed", 0);
  require_test_mode(node);
  if (node.has_input(2)) {
    const auto* mode = std::get_if<IntegerValue>(&node.any_input(2));
    if (mode == nullptr || mode->values == nullptr ||
        *mode->values != std::vector<std::int64_t>{0}) {
      throw InputError(
          "input 2, training_mode, is not known to be false: training is not supported");
    }
  }
  return node.input(0);
}

}  // namespace tilewave
