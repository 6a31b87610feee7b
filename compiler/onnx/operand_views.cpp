// Places operands, counts what that takes, and binds them.
#include "compiler/onnx/operand_views.h"

#include <algorithm>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/onnx/elementwise_maps.h"
#include "compiler/onnx/view_matrices.h"

namespace tilewave {
namespace {

/// A computed operand in its place: stretched at most from one of the matrices to the next. None if that cannot be
/// read so.
std::optional<ComputedValue> placed_value(const ComputedValue& value, const PlacedOperand& place) {
  std::optional<ComputedView> view = element_count(dims_of(value)) == element_count(place.dims)
                                         ? std::optional(value.view.reshape(place.dims))
                                         : value.view.expand(place.dims);
  return view ? std::optional(ComputedValue{*std::move(view), value.slices}) : std::nullopt;
}

/// The tensors of an operand in its place: one, or one for each slice.
std::vector<TensorId> operand_tensors(GraphBuilder& builder, const Value& value,
                                      const PlacedOperand& place) {
  if (const auto* source = std::get_if<SourceValue>(&value)) {
    return builder.bind_slices(
        {source->source, source->arrangement.expand(place.dims), source->scale}, place.view.slices,
        place.view.matrix);
  }
  if (const auto* mapped = std::get_if<MappedValue>(&value)) {
    const bool whole = element_count(mapped->dims) == element_count(place.dims);
    return (whole ? mapped->map : mapped->map->expanded(mapped->dims, place.dims))
        ->tensors(builder, place.view);
  }
  const auto placed = placed_value(std::get<ComputedValue>(value), place);
  if (!placed) {
    throw InternalError("an operand in a view that it does not have");
  }
  return view_matrices(builder, *placed, place.view);
}

/// Where the operands stand in a view of the result. One of them is stretched if all are shorter, as
/// those of an expanded result may be.
std::vector<PlacedOperand> place_operands(const std::vector<Value>& operands, const Dims& dims,
                                          const MatrixView& view) {
  std::vector<PlacedOperand> places;
  Shape reached{1, 1};
  for (const Value& operand : operands) {
    places.push_back(place_operand(dims_of(operand), dims, view));
    const Shape& shape = places.back().view.matrix;
    reached = {std::max(reached.rows, shape.rows), std::max(reached.cols, shape.cols)};
  }
  if (reached != view.matrix) {
    places.front() = {dims, view};
  }
  return places;
}

/// How many tensors the computed operands take in a view of the result, beside those that are there; none if it is not
/// possible.
std::optional<std::uint64_t> computed_parts(const GraphBuilder& builder,
                                            const std::vector<Value>& operands, const Dims& dims,
                                            const MatrixView& view) {
  std::uint64_t parts = 0;
  for (const Value& operand : operands) {
    if (const auto* computed = std::get_if<ComputedValue>(&operand)) {
      const PlacedOperand place = place_operand(dims_of(*computed), dims, view);
      const auto placed = placed_value(*computed, place);
      const auto more = placed ? view_parts(builder, *placed, place.view) : std::nullopt;
      if (!more) {
        return std::nullopt;
      }
      parts += *more;
    }
  }
  return parts;
}

std::uint64_t source_elements(const std::vector<Value>& operands, const Dims& dims,
                              const MatrixView& view) {
  std::uint64_t elements = 0;
  for (const Value& operand : operands) {
    elements += std::holds_alternative<ComputedValue>(operand)
                    ? 0
                    : place_operand(dims_of(operand), dims, view).view.elements();
  }
  return elements;
}

}  // namespace

Dims broadcast_of(const std::vector<Value>& operands) {
  Dims dims;
  for (const Value& operand : operands) {
    dims = broadcast(dims, dims_of(operand));
  }
  return dims;
}

std::vector<MatrixView> candidate_views(const GraphBuilder& builder,
                                        const std::vector<Value>& operands, const Dims& dims) {
  std::vector<MatrixView> candidates;
  for (const Value& operand : operands) {
    const auto* computed = std::get_if<ComputedValue>(&operand);
    if (computed == nullptr || element_count(dims_of(*computed)) != element_count(dims)) {
      continue;
    }
    const MatrixView view{computed->slices->size(),
                          builder.tensor(computed->slices->front()).shape};
    if (view.elements() == element_count(dims)) {  // else only some of them are read
      candidates.push_back(view);
    }
  }
  if (dims.size() > 2) {
    const Shape matrix{dims[dims.size() - 2], dims.back()};
    candidates.push_back({element_count(dims) / matrix.elements(), matrix});
  }
  const std::vector<MatrixView> whole = matrix_views(dims);
  candidates.insert(candidates.end(), whole.begin(), whole.end());
  return candidates;
}

std::optional<MatrixView> best_view(const GraphBuilder& builder, const std::vector<Value>& operands,
                                    const Dims& dims, const std::vector<MatrixView>& candidates) {
  std::optional<MatrixView> best;
  std::pair<std::uint64_t, std::uint64_t> least;
  for (const MatrixView& view : candidates) {
    if (const auto parts = computed_parts(builder, operands, dims, view)) {
      const std::pair cost(*parts, source_elements(operands, dims, view));
      if (!best || cost < least) {
        best = view;
        least = cost;
      }
    }
  }
  return best;
}

std::vector<std::vector<TensorId>> inputs_in_view(GraphBuilder& builder,
                                                  const std::vector<Value>& operands,
                                                  const Dims& dims, const MatrixView& view) {
  const std::vector<PlacedOperand> places = place_operands(operands, dims, view);
  std::vector<std::vector<TensorId>> inputs(view.slices);
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const std::vector<TensorId> tensors = operand_tensors(builder, operands[i], places[i]);
    for (std::size_t slice = 0; slice < inputs.size(); ++slice) {
      inputs[slice].push_back(tensors.size() == 1 ? tensors[0] : tensors[slice]);
    }
  }
  return inputs;
}

}  // namespace tilewave
