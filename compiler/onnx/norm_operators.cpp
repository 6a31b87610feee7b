// LayerNormalization and its kin: over the last dimensions, over the spatial ones of a channel or of a group of channels,
// by mean and variance or by the root mean square, and of a sum.
#include <optional>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/onnx/elementwise_maps.h"
#include "compiler/onnx/norms.h"
#include "compiler/onnx/operators.h"
#include "compiler/onnx/typed_values.h"

namespace tilewave {
namespace {

std::optional<Value> optional_input(const Node& node, std::size_t index) {
  return node.has_input(index) ? std::optional(node.input(index)) : std::nullopt;
}

/// Scales and shifts stretch to x, never x to them.
void require_affine(const Value& x, const Affine& affine) {
  for (const std::optional<Value>& value : {affine.scale, affine.shift}) {
    if (value && broadcast(dims_of(x), dims_of(*value)) != dims_of(x)) {
      throw InputError("its scale or bias has the shape " + to_string(dims_of(*value)) +
                       ", which does not broadcast to that of its operand, " +
                       to_string(dims_of(x)));
    }
  }
}

/// Over the dimensions from `axis` on. Gives mean and deviation as the next outputs.
Value import_norm(Node& node, bool of_mean, std::optional<Value> shift) {
  GraphBuilder& builder = node.builder();
  const Value& x = node.input(0);
  const ElementType type = float_type(builder, x);
  const std::size_t rank = dims_of(x).size();
  const std::size_t axis = resolved_axis(node.integer("axis", -1), rank, rank);
  const float epsilon = node.number("epsilon", 1e-5F);
  node.integer("stash_type", 1);  // sums are of f32
  const Affine affine{node.input(1), std::move(shift)};
  require_affine(x, affine);
  const Axes axes = axes_between(axis, rank);
  const Moments of = of_mean ? moments(builder, node.output(), x, axes, epsilon)
                             : root_mean_square(builder, node.output(), x, axes, epsilon);
  if (of.mean) {
    node.give(1, *of.mean);
  }
  node.give(of.mean ? 2 : 1, of.deviation);
  return normalized(builder, node.output(), type, x, of, affine);
}

/// Of channels, as it broadcasts to what has this many dimensions.
Value by_channel(const Value& value, std::uint64_t channels, std::size_t rank) {
  if (dims_of(value) != Dims{channels}) {
    throw InputError("its scale or bias has the shape " + to_string(dims_of(value)) +
                     "; it has to be " + to_string(Dims{channels}));
  }
  Dims aligned(rank - 1, 1);
  aligned.front() = channels;
  return reshaped(value, aligned);
}

void require_channels(const Dims& dims, std::size_t least) {
  if (dims.size() < least) {
    throw InputError("its operand has the shape " + to_string(dims) + "; it has to have " +
                     (least == 2 ? "two" : "three") + " dimensions or more");
  }
}

/// A norm of the sum of the first two inputs and of a bias.
Value import_skip_norm(Node& node, bool of_mean, std::size_t bias_input) {
  GraphBuilder& builder = node.builder();
  const Value& x = node.input(0);
  const ElementType type = float_type(builder, x);
  const float epsilon = node.number("epsilon", 1e-12F);
  std::vector<Value> summands = {x, node.input(1)};
  Expression sum_of = apply("add");
  if (node.has_input(bias_input)) {
    summands.push_back(node.input(bias_input));
    sum_of.steps.push_back(make_step("add", {Argument::step(0), Argument::operand(2)}));
  }
  common_type(builder, summands);
  for (const Value& summand : summands) {
    if (broadcast(dims_of(x), dims_of(summand)) != dims_of(x)) {
      throw InputError("shape " + to_string(dims_of(summand)) + " does not broadcast to " +
                       to_string(dims_of(x)));
    }
  }
  if (dims_of(x).empty()) {
    throw InputError("its operand is a scalar");
  }
  const Value sum = map_values_to(builder, node.output() + ".input", type, sum_of, summands);
  const Affine affine{node.input(2), of_mean ? optional_input(node, 3) : std::nullopt};
  require_affine(x, affine);
  const std::size_t rank = dims_of(x).size();
  const Axes axes = axes_between(rank - 1, rank);
  const Moments of = of_mean ? moments(builder, node.output(), sum, axes, epsilon)
                             : root_mean_square(builder, node.output(), sum, axes, epsilon);
  if (of.mean) {
    node.give(1, *of.mean);
  }
  node.give(2, of.deviation);
  node.give(3, sum);
  return normalized(builder, node.output(), type, sum, of, affine);
}

}  // namespace

Value import_layer_normalization(Node& node) {
  return import_norm(node, true, optional_input(node, 2));
}

Value import_rms_normalization(Node& node) { return import_norm(node, false, std::nullopt); }

Value import_skip_layer_normalization(Node& node) { return import_skip_norm(node, true, 4); }

Value import_skip_rms_normalization(Node& node) { return import_skip_norm(node, false, 3); }

Value import_instance_normalization(Node& node) {
  GraphBuilder& builder = node.builder();
  const Value& x = node.input(0);
  const ElementType type = float_type(builder, x);
  const Dims& dims = dims_of(x);
  const float epsilon = node.number("epsilon", 1e-5F);
  require_channels(dims, 3);
  const Moments of = moments(builder, node.output(), x, axes_between(2, dims.size()), epsilon);
  return normalized(builder, node.output(), type, x, of,
                    {by_channel(node.input(1), dims[1], dims.size()),
                     by_channel(node.input(2), dims[1], dims.size())});
}

Value import_group_normalization(Node& node) {
  constexpr std::int64_t kScalesAreOfChannels = 21;
  GraphBuilder& builder = node.builder();
  const Value& x = node.input(0);
  const ElementType type = float_type(builder, x);
  const Dims& dims = dims_of(x);
  const float epsilon = node.number("epsilon", 1e-5F);
  node.integer("stash_type", 1);  // sums are of f32
  require_channels(dims, 2);
  const std::int64_t groups = node.integer("num_groups", 0);
  const std::uint64_t channels = dims[1];
  if (groups <= 0 || channels % static_cast<std::uint64_t>(groups) != 0) {
    throw InputError("attribute 'num_groups' is " + std::to_string(groups) +
                     "; it has to divide the " + std::to_string(channels) + " channels");
  }
  const auto count = static_cast<std::uint64_t>(groups);
  Dims grouped = {dims[0], count, channels / count};
  grouped.insert(grouped.end(), dims.begin() + 2, dims.end());
  const Value parts = reshaped(x, checked_result(grouped));
  const Moments of =
      moments(builder, node.output(), parts, axes_between(2, grouped.size()), epsilon);
  // A scale for each group, or for each channel of it.
  const bool of_groups = node.operator_set() < kScalesAreOfChannels;
  Dims aligned(grouped.size() - 1, 1);
  aligned[0] = count;
  aligned[1] = of_groups ? 1 : grouped[2];
  const auto affine = [&](std::size_t index) {
    const Dims wanted = {of_groups ? count : channels};
    if (dims_of(node.input(index)) != wanted) {
      throw InputError("input " + std::to_string(index) + " has the shape " +
                       to_string(dims_of(node.input(index))) + "; it has to be " +
                       to_string(wanted));
    }
    return reshaped(node.input(index), aligned);
  };
  return reshaped(normalized(builder, node.output(), type, parts, of, {affine(1), affine(2)}),
                  dims);
}

}  // namespace tilewave
