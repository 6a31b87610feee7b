// Pad, Tile, Trilu, and the operators between channels and space: more or other elements of the same values, of
// which nothing is computed. What is computed already is put together of its parts.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/onnx/elementwise_maps.h"
#include "compiler/onnx/operators.h"
#include "compiler/onnx/parts_of_values.h"
#include "compiler/onnx/truth_values.h"
#include "compiler/onnx/typed_values.h"

namespace tilewave {
namespace {

/// What is put together of more parts is no way to move data.
constexpr std::uint64_t kMostPieces = 4096;

void require_few(std::uint64_t pieces, const char* what) {
  if (pieces > kMostPieces) {
    throw InputError("it takes " + std::to_string(pieces) + " " + what + "; at most " +
                     std::to_string(kMostPieces) + " are allowed");
  }
}

std::string text_of(const std::vector<std::int64_t>& numbers) {
  std::string text;
  for (const std::int64_t number : numbers) {
    text += (text.empty() ? "" : ",") + std::to_string(number);
  }
  return "[" + text + "]";
}

/// How many elements are put before and behind those of a dimension; negative: taken away.
struct Padding {
  std::int64_t before = 0;
  std::int64_t behind = 0;
};

/// For each dimension, as ONNX lists them: all before, then all behind, of all or of some axes.
std::vector<Padding> paddings(Node& node, std::size_t rank) {
  constexpr std::int64_t kPadsAreInputs = 11;
  constexpr std::int64_t kHasName = 2;  // before, the attribute has another
  const bool inputs = node.operator_set() >= kPadsAreInputs;
  const std::vector<std::int64_t> pads =
      inputs ? node.integers(1, "pads")
             : node.integer_list(node.operator_set() >= kHasName ? "pads" : "paddings");
  std::vector<std::int64_t> axes;
  if (inputs && node.has_input(3)) {
    axes = node.integers(3, "axes");
  } else {
    for (std::size_t i = 0; i < rank; ++i) {
      axes.push_back(static_cast<std::int64_t>(i));
    }
  }
  if (pads.size() != 2 * axes.size()) {
    throw InputError("its pads are " + text_of(pads) + "; they have to be two for each of " +
                     std::to_string(axes.size()) + " axes");
  }
  std::vector<Padding> result(rank);
  std::vector<bool> named(rank, false);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::size_t axis = resolved_axis(axes[i], rank, rank);
    if (named[axis]) {
      throw InputError("axis " + std::to_string(axes[i]) + " is named twice");
    }
    named[axis] = true;
    const Padding padding{pads[i], pads[axes.size() + i]};
    const auto most = static_cast<std::int64_t>(kMaxDimension);
    if (std::abs(std::clamp(padding.before, -most - 1, most + 1)) > most ||
        std::abs(std::clamp(padding.behind, -most - 1, most + 1)) > most) {
      throw InputError("its pads are " + text_of(pads) + "; a pad is at most " +
                       std::to_string(most) + " elements");
    }
    result[axis] = padding;
  }
  return result;
}

/// Without the elements that negative pads take away.
Value cropped(GraphBuilder& builder, const Value& value, std::size_t axis, const Padding& padding) {
  const auto extent = static_cast<std::int64_t>(dims_of(value)[axis]);
  const std::int64_t first = std::max<std::int64_t>(-padding.before, 0);
  const std::int64_t end = extent - std::max<std::int64_t>(-padding.behind, 0);
  if (end <= first) {
    throw InputError("its pads leave nothing of axis " + std::to_string(axis) + " of " +
                     to_string(dims_of(value)));
  }
  return part_of(builder, value, axis,
                 {static_cast<std::uint64_t>(first), static_cast<std::uint64_t>(end - first), 1});
}

/// Which element a place outside of `extent` has, as NumPy's modes of these names say.
std::uint64_t mirrored(const std::string& mode, std::int64_t at, std::int64_t extent) {
  if (mode == "edge") {
    return static_cast<std::uint64_t>(std::clamp<std::int64_t>(at, 0, extent - 1));
  }
  const std::int64_t period = mode == "wrap" ? extent : std::max<std::int64_t>(2 * extent - 2, 1);
  const std::int64_t within = ((at % period) + period) % period;
  return static_cast<std::uint64_t>(within < extent ? within : period - within);
}

/// With `fill` around it, of the value's shape but for this dimension.
Value surrounded(GraphBuilder& builder, const Value& value, std::size_t axis,
                 const Padding& padding, const Value& fill) {
  std::vector<Value> parts;
  const auto add = [&](std::int64_t count) {
    if (count > 0) {
      Dims dims = dims_of(value);
      dims[axis] = static_cast<std::uint64_t>(count);
      parts.push_back(expanded(fill, checked_result(std::move(dims))));
    }
  };
  add(padding.before);
  parts.push_back(value);
  add(padding.behind);
  return concatenated(builder, parts, axis);
}

/// The number that Pad puts around: an input, or, before operator set 11, an attribute.
Value filling(Node& node, const Value& x, ElementType type) {
  constexpr std::int64_t kIsInput = 11;
  GraphBuilder& builder = node.builder();
  if (node.operator_set() < kIsInput) {
    const auto value = static_cast<double>(node.number("value", 0));
    return builder.add_constant(node.output() + ".fill", {}, type, {value});
  }
  if (!node.has_input(2)) {
    return builder.add_constant(node.output() + ".fill", {}, type, {0});
  }
  const Value& fill = node.input(2);
  common_type(builder, {x, fill});
  if (element_count(dims_of(fill)) != 1) {
    throw InputError("its constant value has the shape " + to_string(dims_of(fill)) +
                     "; it has to be a single one");
  }
  return reshaped(fill, {});
}

/// The value as BOOL if `truth`.
Value as_truth(bool truth, Value value) {
  return truth ? Value{truth_value(std::move(value))} : value;
}

/// The blocks of DepthToSpace and SpaceToDepth, of four dimensions.
std::uint64_t block_size(Node& node, const Dims& dims) {
  const std::int64_t block = node.integer("blocksize", 0);
  if (block <= 0 || block > static_cast<std::int64_t>(kMaxDimension)) {
    throw InputError("attribute 'blocksize' is " + std::to_string(block) +
                     "; it has to be above 0");
  }
  if (dims.size() != 4) {
    throw InputError("its operand has the shape " + to_string(dims) +
                     "; it has to have four dimensions");
  }
  return static_cast<std::uint64_t>(block);
}

}  // namespace

Value import_pad(Node& node) {
  GraphBuilder& builder = node.builder();
  const Value given = node.real_input(0);
  const auto* truth = std::get_if<TruthValue>(&given);
  Value x = truth != nullptr ? truth->of->values : given;
  const std::vector<Padding> pads = paddings(node, dims_of(x).size());
  const std::string mode = node.word("mode", "constant");
  constexpr std::array<std::string_view, 4> kModes = {"constant", "edge", "reflect", "wrap"};
  if (std::ranges::find(kModes, mode) == kModes.end()) {
    throw InputError("attribute 'mode' is none of constant, edge, reflect, wrap");
  }
  if (std::holds_alternative<IntegerValue>(x)) {
    throw InputError("INT64 are not padded");
  }
  const Value fill = mode == "constant" ? filling(node, x, element_type(builder, x)) : x;
  for (std::size_t axis = 0; axis < pads.size(); ++axis) {
    x = cropped(builder, x, axis, pads[axis]);
    if (pads[axis].before <= 0 && pads[axis].behind <= 0) {
      continue;
    }
    if (mode == "constant") {
      x = surrounded(builder, x, axis, pads[axis], fill);
      continue;
    }
    const auto extent = static_cast<std::int64_t>(dims_of(x)[axis]);
    std::vector<std::uint64_t> indices;
    const std::int64_t before = std::max<std::int64_t>(pads[axis].before, 0);
    const std::int64_t behind = std::max<std::int64_t>(pads[axis].behind, 0);
    require_few(static_cast<std::uint64_t>(before) + static_cast<std::uint64_t>(behind),
                "elements around its operand");
    for (std::int64_t i = -before; i < extent + behind; ++i) {
      indices.push_back(mirrored(mode, i, extent));
    }
    x = gathered(builder, node.output(), x, axis, indices);
  }
  return as_truth(truth != nullptr, std::move(x));
}

Value import_tile(Node& node) {
  constexpr std::int64_t kRepeatsAreOfAll = 6;
  GraphBuilder& builder = node.builder();
  Value x = node.real_input(0);
  if (node.operator_set() < kRepeatsAreOfAll) {
    throw InputError("the form of operator sets before 6 is not supported");
  }
  const std::vector<std::int64_t>& repeats = node.integers(1, "repeats");
  if (repeats.size() != dims_of(x).size()) {
    throw InputError("its repeats are " + text_of(repeats) + " for a value of shape " +
                     to_string(dims_of(x)));
  }
  for (std::size_t axis = 0; axis < repeats.size(); ++axis) {
    Dims dims = dims_of(x);
    if (repeats[axis] < 1 || repeats[axis] > static_cast<std::int64_t>(kMaxDimension)) {
      throw InputError("its repeats are " + text_of(repeats) + "; allowed: 1.." +
                       std::to_string(kMaxDimension));
    }
    const auto count = static_cast<std::uint64_t>(repeats[axis]);
    dims[axis] *= count;
    dims = checked_result(std::move(dims));
    if (count == 1) {
      continue;
    }
    if (std::holds_alternative<SourceValue>(x) || std::holds_alternative<MappedValue>(x)) {
      Dims apart = dims_of(x);
      apart.insert(apart.begin() + static_cast<std::ptrdiff_t>(axis), 1);
      Dims wide = apart;
      wide[axis] = count;
      x = reshaped(expanded(reshaped(x, apart), checked_result(wide)), dims);
    } else {
      require_few(count, "copies of its operand");
      x = concatenated(builder, std::vector<Value>(count, x), axis);
    }
  }
  return x;
}

Value import_trilu(Node& node) {
  constexpr std::uint64_t kMostMasked = 1U << 24U;
  GraphBuilder& builder = node.builder();
  const Value& given = node.real_input(0);
  const Dims& dims = dims_of(given);
  const bool upper = node.integer("upper", 1) != 0;
  const std::vector<std::int64_t> offset =
      node.has_input(1) ? node.integers(1, "k") : std::vector<std::int64_t>{0};
  if (offset.size() != 1) {
    throw InputError("its k is not a single number");
  }
  if (dims.size() < 2) {
    throw InputError("its operand has the shape " + to_string(dims) +
                     "; it has to have two dimensions or more");
  }
  const std::uint64_t rows = dims[dims.size() - 2];
  const std::uint64_t cols = dims.back();
  if (rows * cols > kMostMasked) {
    throw InputError("matrices of " + std::to_string(rows) + "x" + std::to_string(cols) +
                     "; they have to have at most " + std::to_string(kMostMasked) + " elements");
  }
  const auto most = static_cast<std::int64_t>(kMaxDimension);
  const std::int64_t k = std::clamp(offset[0], -most, most);
  std::vector<std::int64_t> kept;
  kept.reserve(rows * cols);
  for (std::uint64_t row = 0; row < rows; ++row) {
    for (std::uint64_t col = 0; col < cols; ++col) {
      const std::int64_t diagonal = static_cast<std::int64_t>(col) - static_cast<std::int64_t>(row);
      kept.push_back(std::int64_t{upper ? diagonal >= k : diagonal <= k});
    }
  }
  if (const auto* known = std::get_if<IntegerValue>(&given)) {
    if (known->values == nullptr) {
      throw InputError("its operand is an input of the model, which has to be given with --inputs");
    }
    std::vector<std::int64_t> numbers = *known->values;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      numbers[i] *= kept[i % kept.size()];
    }
    return integer_value(dims, std::move(numbers), known->type);
  }
  const auto* truth = std::get_if<TruthValue>(&given);
  const Value& x = truth != nullptr ? truth->of->values : given;
  const ElementType type = element_type(builder, x);
  if (type == ElementType::kI32) {
    throw InputError("its operand is of type INT32; supported: floats, INT8, UINT8, INT64, BOOL");
  }
  const Value mask = builder.add_constant(node.output() + ".mask", {rows, cols}, ElementType::kU8,
                                          {kept.begin(), kept.end()});
  const Expression chosen{
      {make_step("where", {Argument::operand(0), Argument::operand(1), Argument::number(0)})}};
  return as_truth(truth != nullptr, map_values_to(builder, node.output(), type, chosen, {mask, x}));
}

Value import_depth_to_space(Node& node) {
  const Value& x = node.input(0);
  const Dims& dims = dims_of(x);
  const std::uint64_t block = block_size(node, dims);
  const std::string mode = node.word("mode", "DCR");
  if (mode != "DCR" && mode != "CRD") {
    throw InputError("attribute 'mode' is neither DCR nor CRD");
  }
  if (dims[1] % block != 0 || dims[1] / block % block != 0) {
    throw InputError("blocks of " + std::to_string(block) + " do not divide the " +
                     std::to_string(dims[1]) + " channels");
  }
  const std::uint64_t channels = dims[1] / block / block;
  const bool blocks_first = mode == "DCR";
  const Value split =
      reshaped(x, blocks_first ? Dims{dims[0], block, block, channels, dims[2], dims[3]}
                               : Dims{dims[0], channels, block, block, dims[2], dims[3]});
  const std::vector<std::size_t> order = blocks_first ? std::vector<std::size_t>{0, 3, 4, 1, 5, 2}
                                                      : std::vector<std::size_t>{0, 1, 4, 2, 5, 3};
  return reshaped(transposed(node.builder(), split, order),
                  checked_result({dims[0], channels, dims[2] * block, dims[3] * block}));
}

Value import_space_to_depth(Node& node) {
  const Value& x = node.input(0);
  const Dims& dims = dims_of(x);
  const std::uint64_t block = block_size(node, dims);
  if (dims[2] % block != 0 || dims[3] % block != 0) {
    throw InputError("blocks of " + std::to_string(block) + " do not divide " + to_string(dims));
  }
  const Value split =
      reshaped(x, {dims[0], dims[1], dims[2] / block, block, dims[3] / block, block});
  return reshaped(
      transposed(node.builder(), split, {0, 3, 5, 1, 2, 4}),
      checked_result({dims[0], dims[1] * block * block, dims[2] / block, dims[3] / block}));
}

}  // namespace tilewave
