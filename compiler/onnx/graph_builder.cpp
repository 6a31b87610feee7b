// Makes names legal and unique, binds sources to tensors, adds operators.
#include "compiler/onnx/graph_builder.h"

#include <algorithm>
#include <set>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/onnx/elementwise_maps.h"
#include "compiler/onnx/matrix_view.h"
#include "compiler/onnx/operators.h"
#include "compiler/onnx/protobuf.h"
#include "compiler/onnx/quantized_values.h"
#include "compiler/onnx/truth_values.h"
#include "compiler/onnx/typed_values.h"
#include "compiler/onnx/view_matrices.h"
#include "compiler/program/program.h"

namespace tilewave {

GraphBuilder::GraphBuilder(std::string_view graph_name)
    : model_{Graph(to_legal_name(graph_name)), {}, {}, {}, {}} {}

Value GraphBuilder::add_source(OnnxSource source) {
  const Dims dims = source.dims;
  model_.sources.push_back(std::move(source));
  return SourceValue{model_.sources.size() - 1, Arrangement(dims)};
}

Value GraphBuilder::add_input(const std::string& name, const Dims& dims, ElementType type,
                              std::optional<OnnxNumbers> values) {
  return add_source({name, dims, TensorRole::kInput, type, false, std::move(values)});
}

Value GraphBuilder::add_truth_input(const std::string& name, const Dims& dims,
                                    const std::optional<OnnxTensor>& given) {
  OnnxSource source{name, dims, TensorRole::kInput, ElementType::kU8, false, std::nullopt, true};
  if (given) {
    const auto& numbers = std::get<std::vector<std::int64_t>>(given->values);
    source.values = std::vector<float>(numbers.begin(), numbers.end());
  }
  return truth_value(add_source(std::move(source)));
}

Value GraphBuilder::add_constant(OnnxTensor tensor) {
  const std::optional<ElementType> type = info_of(tensor.type).element;
  if (!type) {
    auto& integers = std::get<std::vector<std::int64_t>>(tensor.values);
    return integer_value(std::move(tensor.dims), std::move(integers), tensor.type);
  }
  return add_source({std::move(tensor.name), std::move(tensor.dims), TensorRole::kParameter, *type,
                     false, std::move(tensor.values)});
}

Value GraphBuilder::add_weight(std::shared_ptr<ExternalWeight> weight) {
  const ElementType type = info_of(weight->type()).element.value();
  Value value = add_source(
      {weight->name(), weight->dims(), TensorRole::kParameter, type, true, std::nullopt});
  weights_.emplace(model_.sources.size() - 1, std::move(weight));
  return value;
}

const OnnxNumbers* GraphBuilder::numbers(std::size_t source) const {
  if (const auto weight = weights_.find(source); weight != weights_.end()) {
    return &weight->second->numbers();
  }
  const std::optional<OnnxNumbers>& values = model_.sources.at(source).values;
  return values ? &*values : nullptr;
}

std::optional<Interval> GraphBuilder::range_of_source(std::size_t source) const {
  const auto weight = weights_.find(source);
  const ElementType type = model_.sources.at(source).type;
  if (weight != weights_.end() && !weight->second->may_be_looked_at() && is_integer(type)) {
    return type == ElementType::kI32 ? Interval{-kMostDrawnInt32, kMostDrawnInt32 - 1}
                                     : range_of_type(type);
  }
  const OnnxNumbers* values = numbers(source);
  if (values == nullptr) {
    return std::nullopt;
  }
  return std::visit(
      [](const auto& all) {
        const auto [least, most] = std::ranges::minmax(all);
        return Interval{static_cast<double>(least), static_cast<double>(most)};
      },
      *values);
}

Value GraphBuilder::add_constant(const std::string& name, const Dims& dims, ElementType type,
                                 const std::vector<double>& numbers) {
  OnnxNumbers values;
  if (type == ElementType::kI32) {
    values = std::vector<std::int64_t>(numbers.begin(), numbers.end());
  } else {
    values = std::vector<float>(numbers.begin(), numbers.end());
  }
  return add_constant({name, dims, onnx_type(type), std::move(values)});
}

void GraphBuilder::set_range(const std::vector<TensorId>& tensors, const Interval& range) {
  for (const TensorId id : tensors) {
    if (tensor(id).type == ElementType::kI32) {
      ranges_[id] = range;
    }
  }
}

Interval GraphBuilder::range_of(const std::vector<TensorId>& tensors) const {
  std::optional<Interval> all;
  for (const TensorId id : tensors) {
    const auto known = ranges_.find(id);
    const Interval range = known != ranges_.end() ? known->second : range_of_type(tensor(id).type);
    all =
        all ? Interval{std::min(all->least, range.least), std::max(all->most, range.most)} : range;
  }
  return all.value();
}

TensorId GraphBuilder::bind(const SourceValue& value, Shape shape) {
  ++bindings_asked_for_;
  Arrangement arrangement = value.arrangement.reshape({shape.rows, shape.cols});
  const BindingKey key{value.source, arrangement.key(), value.scale};
  if (const auto found = bound_.find(key); found != bound_.end()) {
    return found->second;
  }
  const OnnxSource& source = model_.sources[value.source];
  const std::string name = free_name(source.name);
  const TensorId tensor = source.role == TensorRole::kInput
                              ? model_.graph.add_input(name, shape, source.type)
                              : model_.graph.add_parameter(name, shape, source.type);
  model_.bindings.push_back({name, value.source, std::move(arrangement), value.scale});
  bound_.emplace(key, tensor);
  return tensor;
}

std::vector<TensorId> GraphBuilder::bind_slices(const SourceValue& value, std::size_t count,
                                                Shape shape) {
  if (count > kMaxTensors) {
    throw InputError("it takes " + std::to_string(count) + " tensors, one for each part; at most " +
                     std::to_string(kMaxTensors) + " are allowed");
  }
  const Arrangement sliced = value.arrangement.reshape({count, shape.rows, shape.cols});
  std::vector<TensorId> tensors;
  for (std::uint64_t i = 0; i < count; ++i) {
    tensors.push_back(bind({value.source, sliced.at({&i, 1}), value.scale}, shape));
  }
  return tensors;
}

TensorId GraphBuilder::part(TensorId whole, const ElementRange& range) {
  const Shape shape = tensor(whole).shape;
  if (range == ElementRange{0, shape.rows, 0, shape.cols}) {
    return whole;
  }
  const auto [known, is_new] = parts_.try_emplace({whole, range}, 0);
  if (is_new) {
    known->second = model_.graph.add_slice(free_name(tensor(whole).name + ".part"), whole, range);
    if (const auto found = ranges_.find(whole); found != ranges_.end()) {
      ranges_[known->second] = found->second;
    }
  }
  return known->second;
}

TensorId GraphBuilder::joined(MatrixAxis axis, const std::vector<TensorId>& parts) {
  if (parts.size() == 1) {
    return parts.front();
  }
  const auto [known, is_new] = joined_.try_emplace({axis, parts}, 0);
  if (is_new) {
    known->second =
        model_.graph.add_concat(free_name(tensor(parts.front()).name + ".joined"), axis, parts);
    if (tensor(known->second).type == ElementType::kI32) {
      set_range({known->second}, range_of(parts));
    }
  }
  return known->second;
}

std::string GraphBuilder::free_name(std::string_view wanted) {
  const std::string name = to_legal_name(wanted);
  if (!model_.graph.find(name)) {
    return name;
  }
  std::size_t& next = next_suffix_.try_emplace(name, 2).first->second;
  while (true) {
    const std::string suffix = "_" + std::to_string(next++);
    std::string candidate = name.substr(0, kMaxNameBytes - suffix.size()) + suffix;
    if (!model_.graph.find(candidate)) {
      return candidate;
    }
  }
}

std::string GraphBuilder::slice_name(std::string_view wanted, std::size_t index,
                                     std::size_t count) {
  return free_name(count == 1 ? std::string(wanted)
                              : std::string(wanted) + "." + std::to_string(index));
}

/// Of a view: one matrix, or one for each of the last two dimensions.
std::vector<TensorId> GraphBuilder::output_tensors(const ComputedValue& value) {
  const Dims& dims = dims_of(value);
  const MatrixView whole{1, folded_shape(dims)};
  if (dims.size() <= 2 || view_parts(*this, value, whole)) {
    return view_matrices(*this, value, whole);
  }
  const Shape matrix{dims[dims.size() - 2], dims.back()};
  return view_matrices(*this, value, {element_count(dims) / matrix.elements(), matrix});
}

void GraphBuilder::add_output(const std::string& name, const Value& any) {
  if (const auto* integers = std::get_if<IntegerValue>(&any)) {
    if (integers->type == OnnxType::kBool && integers->values != nullptr) {
      return add_output(name, truth_value(constant_of(*this, name, *integers, ElementType::kU8)));
    }
    throw InputError("is of type " + to_string(integers->type) +
                     ", of which there are no tensors; supported: " + supported_onnx_types());
  }
  const auto* truth = std::get_if<TruthValue>(&any);
  const Value& value = truth != nullptr ? truth->of->values : real_value(*this, any);
  OnnxOutput output{name, dims_of(value), element_type(*this, value), type_of(*this, any), {}};
  std::vector<TensorId> tensors;
  if (const auto* source = std::get_if<SourceValue>(&value)) {
    const TensorId bound = bind(*source, folded_shape(output.dims));
    tensors.push_back(model_.graph.add_copy(free_name(name), bound));
  } else if (const auto* mapped = std::get_if<MappedValue>(&value)) {
    tensors = mapped->map->tensors(*this);
  } else {
    const auto& computed = std::get<ComputedValue>(value);
    const MatrixView as_computed{computed.slices->size(), tensor(computed.slices->front()).shape};
    const bool all =
        computed.view.is_plain() && as_computed.elements() == element_count(output.dims);
    tensors = all ? *computed.slices : output_tensors(computed);
  }
  for (const TensorId id : tensors) {
    if (tensor(id).role != TensorRole::kOutput) {
      model_.graph.mark_output(id);
    }
    output.tensors.push_back(tensor(id).name);
  }
  model_.outputs.push_back(std::move(output));
}

OnnxModel GraphBuilder::take(OnnxWeights weights) {
  model_.graph.verify();
  std::set<std::size_t> wanted;
  for (const OnnxBinding& binding : model_.bindings) {
    wanted.insert(binding.source);
  }
  for (auto& [source, weight] : weights_) {
    if (weight->is_read() || (weights == OnnxWeights::kRead && wanted.contains(source))) {
      if (!weight->is_there()) {
        throw InputError("weight '" + one_line_of(weight->name()) + "' is in the data file '" +
                         one_line_of(weight->location()) +
                         "', which does not exist; --weights=drawn draws such weights from --seed, "
                         "--timing-only needs no values");
      }
      model_.sources[source].values = weight->take();
    }
  }
  return std::move(model_);
}

}  // namespace tilewave
