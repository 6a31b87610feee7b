// Halves are turned as two parts. Neighbours meet by a product with a matrix that exchanges them: what is computed is not
// read in steps.
#include <algorithm>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/onnx/attention.h"
#include "compiler/onnx/elementwise_maps.h"
#include "compiler/onnx/operators.h"
#include "compiler/onnx/parts_of_values.h"
#include "compiler/onnx/typed_values.h"

namespace tilewave {
namespace {

Argument operand(std::size_t index) { return Argument::operand(index); }

/// x · cos ± other · sin, of operands in this order: x, cos, other, sin.
Expression turned(const char* sign) {
  return {{make_step("mul", {operand(0), operand(1)}), make_step("mul", {operand(2), operand(3)}),
           make_step(sign, {Argument::step(0), Argument::step(1)})}};
}

/// x times it is [-x1, x0, -x3, x2, ...].
Value exchange(GraphBuilder& builder, const std::string& name, ElementType type,
               std::uint64_t width) {
  constexpr std::uint64_t kMostWidth = 1024;
  if (width > kMostWidth) {
    throw InputError("neighbours among " + std::to_string(width) +
                     " elements are turned; allowed: " + std::to_string(kMostWidth));
  }
  std::vector<double> numbers(width * width, 0);
  for (std::uint64_t i = 0; i < width; i += 2) {
    numbers[(i + 1) * width + i] = -1;
    numbers[i * width + i + 1] = 1;
  }
  return builder.add_constant(name, {width, width}, type, numbers);
}

/// In pairs of neighbours, each of which has the same.
Value doubled(const Value& value) { return repeated(value, 3, 2); }

/// The rows of positions [batch or 1, positions] in a cache of all.
Value cached(GraphBuilder& builder, const std::string& name, const Value& cache,
             const std::vector<std::int64_t>& positions, std::uint64_t batches) {
  const Dims& dims = dims_of(cache);
  std::vector<std::uint64_t> rows;
  for (const std::int64_t position : positions) {
    if (position < 0 || static_cast<std::uint64_t>(position) >= dims[0]) {
      throw InputError("position " + std::to_string(position) + " is beyond the " +
                       std::to_string(dims[0]) + " of its cache");
    }
    rows.push_back(static_cast<std::uint64_t>(position));
  }
  bool run = true;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    run = run && rows[i] == rows[i - 1] + 1;
  }
  // One tensor for all nodes where that is possible.
  const Value found = run ? part_of(builder, cache, 0, {rows.front(), rows.size(), 1})
                          : gathered(builder, name, cache, 0, rows);
  return reshaped(found, checked_result({batches, 1, rows.size() / batches, dims[1]}));
}

}  // namespace

Rotation rotation_at(GraphBuilder& builder, const std::string& name, const Value& cosines,
                     const Value& sines, std::vector<std::int64_t> positions,
                     std::uint64_t batches) {
  if (dims_of(cosines).size() != 2 || dims_of(cosines) != dims_of(sines)) {
    throw InputError("its caches have the shapes " + to_string(dims_of(cosines)) + " and " +
                     to_string(dims_of(sines)) + "; both have to be matrices of one shape");
  }
  // The same positions in each of the batch are looked up once.
  const std::size_t each = positions.size() / batches;
  bool same = true;
  for (std::size_t i = each; i < positions.size(); ++i) {
    same = same && positions[i] == positions[i - each];
  }
  if (same) {
    positions.resize(each);
    batches = 1;
  }
  return {cached(builder, name + ".cos", cosines, positions, batches),
          cached(builder, name + ".sin", sines, positions, batches)};
}

Value rotated(GraphBuilder& builder, const std::string& output, const Value& x,
              const Rotation& rotation) {
  const Dims& dims = dims_of(x);
  const Dims& angles = dims_of(rotation.cosines);
  const std::uint64_t pairs = angles.back();
  const bool fits = dims.size() == 4 && angles == dims_of(rotation.sines) && angles.size() == 4 &&
                    (angles[0] == 1 || angles[0] == dims[0]) && angles[2] == dims[2];
  if (!fits || pairs > dims[3] / 2) {
    throw InputError("angles of shape " + to_string(angles) + " do not fit heads of " +
                     to_string(dims));
  }
  const ElementType type = common_type(builder, {x, rotation.cosines, rotation.sines});
  float_type(builder, x);
  std::vector<Value> parts;
  if (rotation.interleaved) {
    const Value whole = part_of(builder, x, 3, {0, 2 * pairs, 1});
    const Value other = multiply_floats(builder, output + ".exchanged", whole,
                                        exchange(builder, output + ".exchange", type, 2 * pairs));
    parts.push_back(
        map_values_to(builder, output + ".turned", type, turned("add"),
                      {whole, doubled(rotation.cosines), other, doubled(rotation.sines)}));
  } else {
    const Value first = part_of(builder, x, 3, {0, pairs, 1});
    const Value second = part_of(builder, x, 3, {pairs, pairs, 1});
    parts.push_back(map_values_to(builder, output + ".first", type, turned("sub"),
                                  {first, rotation.cosines, second, rotation.sines}));
    parts.push_back(map_values_to(builder, output + ".second", type, turned("add"),
                                  {second, rotation.cosines, first, rotation.sines}));
  }
  if (2 * pairs < dims[3]) {
    parts.push_back(part_of(builder, x, 3, {2 * pairs, dims[3] - 2 * pairs, 1}));
  }
  return concatenated(builder, parts, 3);
}

Value import_rotary_embedding(Node& node) {
  GraphBuilder& builder = node.builder();
  // ONNX Runtime has positions before the caches.
  const bool of_runtime = node.domain() == kRuntimeDomain;
  const std::size_t positions_at = of_runtime ? 1 : 3;
  const Value& x = node.input(0);
  const Value& cosines = node.input(of_runtime ? 2 : 1);
  const Value& sines = node.input(of_runtime ? 3 : 2);
  const std::uint64_t heads_given = count_attribute(node, "num_heads");
  const std::uint64_t width = count_attribute(node, "rotary_embedding_dim");
  const bool interleaved = node.integer("interleaved", 0) != 0;
  if (of_runtime) {
    if (node.integer("is_packed_batching", 0) != 0) {
      throw InputError("attribute 'is_packed_batching' is not 0, which is not supported");
    }
    if (node.number("scale", 1) != 1) {
      throw InputError("attribute 'scale' is not 1, which is not supported");
    }
  }
  const Dims& dims = dims_of(x);
  const Dims& table = dims_of(cosines);
  if ((dims.size() != 3 && dims.size() != 4) || table.empty()) {
    throw InputError("its operand has the shape " + to_string(dims) +
                     "; it has to have three or four dimensions");
  }
  std::uint64_t heads = heads_given;
  if (heads == 0 && of_runtime && width == 0) {  // all of a head is turned
    heads = dims[2] / (2 * table.back());
  }
  if (dims.size() == 3 && heads == 0) {
    throw InputError("attribute 'num_heads' is missing or 0");
  }
  const Value x4 = dims.size() == 4 ? x : split_heads(builder, x, heads);
  const Dims& split = dims_of(x4);
  if (width != 0 && width != 2 * table.back()) {
    throw InputError("attribute 'rotary_embedding_dim' is " + std::to_string(width) +
                     "; its caches are for " + std::to_string(2 * table.back()));
  }
  Rotation rotation{cosines, sines, interleaved};
  if (node.has_input(positions_at)) {
    auto positions = whole_numbers(builder, node.any_input(positions_at));
    if (!positions) {
      throw InputError("its positions are not known: constants, or inputs with data");
    }
    std::uint64_t batches = split[0];
    if (positions->size() == 1) {  // of the first row
      batches = 1;
      const std::int64_t first = positions->front();
      const auto most = static_cast<std::int64_t>(table.front());
      for (std::uint64_t i = 1; i < split[2]; ++i) {
        positions->push_back(std::clamp<std::int64_t>(first, -1, most) +
                             static_cast<std::int64_t>(i));
      }
    }
    if (positions->size() != batches * split[2]) {
      throw InputError("it has " + std::to_string(positions->size()) + " positions for " +
                       std::to_string(split[0]) + " times " + std::to_string(split[2]));
    }
    rotation = rotation_at(builder, node.output(), cosines, sines, *positions, batches);
    rotation.interleaved = interleaved;
  } else {
    if (table.size() != 3 || dims_of(sines) != table) {
      throw InputError("its caches have the shapes " + to_string(table) + " and " +
                       to_string(dims_of(sines)) +
                       "; without positions they have to be of batch, positions and pairs");
    }
    rotation.cosines = reshaped(cosines, {table[0], 1, table[1], table[2]});
    rotation.sines = reshaped(sines, {table[0], 1, table[1], table[2]});
  }
  const Value result = rotated(builder, node.output(), x4, rotation);
  return dims.size() == 4 ? result : merged_heads(builder, result);
}

}  // namespace tilewave
