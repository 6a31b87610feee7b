// The model in the making: sources, the tensors bound to them, and operators under names that are
// legal and not taken. It knows no ONNX.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "compiler/graph/graph.h"
#include "compiler/onnx/exact_integers.h"
#include "compiler/onnx/external_data.h"
#include "compiler/onnx/onnx_import.h"
#include "compiler/onnx/value.h"

namespace tilewave {

class GraphBuilder {
 public:
  /// `graph_name` need not be legal.
  explicit GraphBuilder(std::string_view graph_name);

  Value add_input(const std::string& name, const Dims& dims, ElementType type,
                  std::optional<OnnxNumbers> values);
  /// Of BOOL.
  Value add_truth_input(const std::string& name, const Dims& dims,
                        const std::optional<OnnxTensor>& given);
  Value add_constant(OnnxTensor tensor);
  /// A constant whose values are read when they are wanted.
  Value add_weight(std::shared_ptr<ExternalWeight> weight);
  /// Of numbers that the type has.
  Value add_constant(const std::string& name, const Dims& dims, ElementType type,
                     const std::vector<double>& numbers);

  /// The graph's tensor of this shape with these values, made when first asked for.
  TensorId bind(const SourceValue& value, Shape shape);
  /// How often that was asked for, here and below: also what is there already takes time to find.
  std::size_t bindings_asked_for() const { return bindings_asked_for_; }
  /// One tensor for each of `count` equal parts of the value, in order; each has this shape.
  std::vector<TensorId> bind_slices(const SourceValue& value, std::size_t count, Shape shape);

  /// A part of a computed tensor, and parts put together; made when first asked for.
  TensorId part(TensorId whole, const ElementRange& range);
  TensorId joined(MatrixAxis axis, const std::vector<TensorId>& parts);

  /// A legal name that no tensor has, as near to `wanted` as possible.
  std::string free_name(std::string_view wanted);
  /// The name of part `index` of `count`.
  std::string slice_name(std::string_view wanted, std::size_t index, std::size_t count);

  void add_output(const std::string& name, const Value& value);

  /// Between what the integers of computed tensors lie; what nobody has set is all that their type has.
  void set_range(const std::vector<TensorId>& tensors, const Interval& range);
  Interval range_of(const std::vector<TensorId>& tensors) const;

  Graph& graph() { return model_.graph; }
  const Tensor& tensor(TensorId id) const { return model_.graph.tensor(id); }
  const OnnxSource& source(std::size_t index) const { return model_.sources.at(index); }
  /// The values of a source; null of an input that was not given. Throws InputError if they are in a
  /// file that does not exist.
  const OnnxNumbers* numbers(std::size_t source) const;
  /// Between what the integers of a source lie; none of an input that was not given.
  std::optional<Interval> range_of_source(std::size_t source) const;

  /// The finished model; its graph is verified. Throws InputError if weights are to be read that are
  /// not there.
  OnnxModel take(OnnxWeights weights = OnnxWeights::kRead);

 private:
  using BindingKey = std::tuple<std::size_t, std::vector<std::uint64_t>, float>;

  Value add_source(OnnxSource source);
  std::vector<TensorId> output_tensors(const ComputedValue& value);

  OnnxModel model_;
  std::map<std::size_t, std::shared_ptr<ExternalWeight>> weights_;  ///< by source
  std::map<BindingKey, TensorId> bound_;
  std::map<std::pair<TensorId, ElementRange>, TensorId> parts_;
  std::map<std::pair<MatrixAxis, std::vector<TensorId>>, TensorId> joined_;
  std::size_t bindings_asked_for_ = 0;
  std::unordered_map<TensorId, Interval> ranges_;  ///< of i32
  std::unordered_map<std::string, std::size_t> next_suffix_;
};

}  // namespace tilewave
