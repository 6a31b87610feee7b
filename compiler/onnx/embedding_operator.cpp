// EmbedLayerNormalization of ONNX Runtime: rows of tables, added and normalized.
#include <algorithm>
#include <numeric>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/onnx/elementwise_maps.h"
#include "compiler/onnx/norms.h"
#include "compiler/onnx/operators.h"
#include "compiler/onnx/parts_of_values.h"
#include "compiler/onnx/typed_values.h"

namespace tilewave {
namespace {

std::vector<std::int64_t> known_input(const Node& node, std::size_t index) {
  auto numbers = whole_numbers(node.builder(), node.any_input(index));
  if (!numbers) {
    throw InputError("input " + std::to_string(index) +
                     " is not known integers: a constant, or an input with data");
  }
  return *std::move(numbers);
}

/// The rows of an input that is a table, under the shape `dims` and its columns.
Value rows_of(const Node& node, std::size_t index, const std::vector<std::int64_t>& rows,
              Dims dims) {
  const Value& table = node.input(index);
  if (dims_of(table).size() != 2 || element_count(dims) != rows.size()) {
    throw InputError("input " + std::to_string(index) + " has the shape " +
                     to_string(dims_of(table)) + " for " + std::to_string(rows.size()) +
                     " rows; it has to be a matrix for " + std::to_string(element_count(dims)));
  }
  std::vector<std::uint64_t> indices;
  for (const std::int64_t row : rows) {
    if (row < 0 || static_cast<std::uint64_t>(row) >= dims_of(table)[0]) {
      throw InputError("row " + std::to_string(row) + " is beyond the " +
                       std::to_string(dims_of(table)[0]) + " of input " + std::to_string(index));
    }
    indices.push_back(static_cast<std::uint64_t>(row));
  }
  dims.push_back(dims_of(table)[1]);
  return reshaped(
      gathered(node.builder(), node.output() + "." + std::to_string(index), table, 0, indices),
      checked_result(std::move(dims)));
}

/// How many ones each row of a mask has, or 0 if there is none.
Value mask_counts(Node& node, const Dims& dims) {
  std::vector<double> counts(dims[0], 0);
  if (node.has_input(7)) {
    const std::vector<std::int64_t> mask = known_input(node, 7);
    if (dims_of(node.any_input(7)) != dims) {
      throw InputError("its mask has the shape " + to_string(dims_of(node.any_input(7))) +
                       "; it has to be " + to_string(dims));
    }
    for (std::size_t i = 0; i < mask.size(); ++i) {
      counts[i / dims[1]] += mask[i] == 1 ? 1 : 0;
    }
  }
  return node.builder().add_constant(node.output() + ".counts", {dims[0]}, ElementType::kI32,
                                     counts);
}

}  // namespace

Value import_embed_layer_normalization(Node& node) {
  GraphBuilder& builder = node.builder();
  const float epsilon = node.number("epsilon", 1e-12F);
  node.integer("mask_index_type", 0);  // there is one
  const Dims dims = dims_of(node.any_input(0));
  if (dims.size() != 2) {
    throw InputError("its words have the shape " + to_string(dims) +
                     "; they have to be of batch and positions");
  }
  std::vector<Value> summands = {rows_of(node, 2, known_input(node, 0), dims)};
  std::vector<std::int64_t> positions(dims[1]);
  std::iota(positions.begin(), positions.end(), std::int64_t{0});
  Dims placed = {1, dims[1]};
  if (node.has_input(8)) {
    positions = known_input(node, 8);
    placed = positions.size() == dims[1] ? placed : dims;
  }
  summands.push_back(rows_of(node, 3, positions, placed));
  Expression sum_of = apply("add");
  if (node.has_input(1) || node.has_input(4)) {
    summands.push_back(rows_of(node, 4, known_input(node, 1), dims));
    sum_of.steps.push_back(make_step("add", {Argument::step(0), Argument::operand(2)}));
  }
  const ElementType type = common_type(builder, summands);
  float_type(builder, summands.front());
  const Value sum =
      map_values_to(builder, node.output() + ".embedding", type, sum_of, std::move(summands));
  const Affine affine{node.input(5), node.input(6)};
  for (const std::size_t index : {std::size_t{5}, std::size_t{6}}) {
    if (dims_of(node.input(index)) != Dims{dims_of(sum).back()}) {
      throw InputError("input " + std::to_string(index) + " has the shape " +
                       to_string(dims_of(node.input(index))) + "; it has to be " +
                       to_string(Dims{dims_of(sum).back()}));
    }
  }
  if (node.wants_output(1)) {
    node.give(1, mask_counts(node, dims));
  }
  node.give(2, sum);
  const Moments of = moments(builder, node.output(), sum, {2}, epsilon);
  return normalized(builder, node.output(), type, sum, of, affine);
}

}  // namespace tilewave
