// Settles every dimension of an input, or says which one is unknown and what would tell it.
#include "compiler/onnx/model_inputs.h"

#include <algorithm>
#include <optional>
#include <unordered_set>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/base/nearest.h"
#include "compiler/onnx/protobuf.h"
#include "compiler/onnx/symbols.h"
#include "compiler/onnx/tensor_values.h"
#include "compiler/program/tensor.h"

namespace tilewave {
namespace {

using onnx::TensorShapeProto;
using onnx::ValueInfoProto;

std::string quoted(const std::string& name) { return "'" + one_line_of(name) + "'"; }

/// As the shape of a scalar is.
bool may_be_empty(OnnxType type) { return !info_of(type).element; }

class InputResolver {
 public:
  InputResolver(onnx::GraphProto& graph, const OnnxOptions& options)
      : graph_(graph), options_(options) {
    std::unordered_set<std::string> initializers;
    for (const onnx::TensorProto& tensor : graph.initializer()) {
      initializers.insert(tensor.name());
    }
    for (ValueInfoProto& input : *graph.mutable_input()) {
      if (!initializers.contains(input.name())) {
        protos_.push_back(&input);
      }
    }
  }

  std::vector<ModelInput> run() {
    for (const ValueInfoProto* proto : protos_) {
      add(*proto);
    }
    std::vector<const OnnxInput*> given(protos_.size(), nullptr);
    for (const OnnxInput& input : options_.inputs) {
      std::optional<OnnxTensor> tensor;
      if (!input.array) {
        tensor = read_onnx_tensor(input.bytes, input.file);
      }
      const std::size_t index = place(tensor ? tensor->name : input.array->name, input);
      if (given[index] != nullptr) {
        throw InputError("input " + quoted(inputs_[index].name) + " is given twice, by " +
                         given[index]->file + " and " + input.file);
      }
      given[index] = &input;
      if (tensor) {
        take(index, *std::move(tensor), input.file);
      } else {
        take_array(index, *input.array, input.file);
      }
    }
    symbols_.settle(options_.sizes, options_.batch);
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      finish(i);
    }
    for (ValueInfoProto& value : *graph_.mutable_value_info()) {
      resolve_others(value);
    }
    for (ValueInfoProto& value : *graph_.mutable_output()) {
      resolve_others(value);
    }
    return std::move(inputs_);
  }

 private:
  static TensorShapeProto* shape_of(ValueInfoProto& value) {
    if (!value.has_type() || !value.type().has_tensor_type() ||
        !value.type().tensor_type().has_shape()) {
      return nullptr;
    }
    return value.mutable_type()->mutable_tensor_type()->mutable_shape();
  }

  void add(const ValueInfoProto& proto) {
    const std::string place = "input " + quoted(proto.name()) + " ";
    if (!proto.type().has_tensor_type()) {
      throw InputError(place + "is not a dense tensor; supported: " + supported_onnx_types());
    }
    if (!proto.type().tensor_type().has_shape()) {
      throw InputError(place + "has no shape");
    }
    const std::int32_t number = proto.type().tensor_type().elem_type();
    const std::optional<OnnxType> type = onnx_type(number);
    if (!type) {
      throw InputError(place + "is of type " + type_name(number) +
                       "; supported: " + supported_onnx_types());
    }
    const TensorShapeProto& shape = proto.type().tensor_type().shape();
    if (static_cast<std::size_t>(shape.dim_size()) > kMaxRank) {
      throw InputError(place + "has more than " + std::to_string(kMaxRank) + " dimensions");
    }
    inputs_.push_back({.name = proto.name(), .type = *type});
    for (int i = 0; i < shape.dim_size(); ++i) {
      const TensorShapeProto::Dimension& dim = shape.dim(i);
      if (dim.has_dim_value() && dim.dim_value() < (may_be_empty(*type) ? 0 : 1)) {
        throw InputError(place + "has the shape " + shape_text(shape) + "; a dimension is 1.." +
                         std::to_string(kMaxDimension));
      }
      if (!dim.has_dim_value()) {
        symbols_.add(Symbols::key(dim, proto.name(), static_cast<std::size_t>(i)));
      }
    }
  }

  /// The input that the data are for.
  std::size_t place(const std::string& name, const OnnxInput& data) const {
    const auto named = std::ranges::find(inputs_, name, &ModelInput::name);
    if (named != inputs_.end()) {
      return static_cast<std::size_t>(named - inputs_.begin());
    }
    if (data.array && data.array->is_named_only) {
      std::vector<std::string> names;
      std::ranges::transform(inputs_, std::back_inserter(names), &ModelInput::name);
      throw InputError("the model has no input " + quoted(name) + " for " + data.file +
                       did_you_mean(name, names));
    }
    if (data.index >= inputs_.size()) {
      throw InputError("there is no input " + std::to_string(data.index) + " for " + data.file +
                       ": the model has " + std::to_string(inputs_.size()));
    }
    return data.index;
  }

  void take(std::size_t index, OnnxTensor tensor, const std::string& file) {
    ModelInput& input = inputs_[index];
    if (tensor.type != input.type) {
      throw InputError("input " + quoted(input.name) + " is of type " + to_string(input.type) +
                       ", the data of " + file + " " + to_string(tensor.type));
    }
    take_dims(index, tensor.dims, file);
    input.given = std::move(tensor);
  }

  /// Nothing is read before the shape is known to be right: a packed file may unpack to anything.
  void take_array(std::size_t index, const OnnxArray& array, const std::string& file) {
    ModelInput& input = inputs_[index];
    take_dims(index, array.dims, file);
    input.given = {input.name, array.dims, input.type, array.read(input.type)};
  }

  void take_dims(std::size_t index, const Dims& dims, const std::string& file) {
    const ModelInput& input = inputs_[index];
    const TensorShapeProto& shape = *shape_of(*protos_[index]);
    bool fits = static_cast<std::size_t>(shape.dim_size()) == dims.size();
    for (std::size_t i = 0; fits && i < dims.size(); ++i) {
      const TensorShapeProto::Dimension& dim = shape.dim(static_cast<int>(i));
      if (!dim.has_dim_value()) {
        symbols_.set(Symbols::key(dim, input.name, i), dims[i], file);
      } else {
        fits = static_cast<std::uint64_t>(dim.dim_value()) == dims[i];
      }
    }
    if (!fits) {
      throw InputError("input " + quoted(input.name) + " has the shape " + shape_text(shape) +
                       ", the data of " + file + " have " + to_string(dims));
    }
  }

  static std::string shape_text(const TensorShapeProto& shape) {
    std::string text = "[";
    for (int i = 0; i < shape.dim_size(); ++i) {
      const TensorShapeProto::Dimension& dim = shape.dim(i);
      text += (i == 0 ? "" : ",") + (dim.has_dim_value()       ? std::to_string(dim.dim_value())
                                     : dim.dim_param().empty() ? "?"
                                                               : one_line_of(dim.dim_param()));
    }
    return text + "]";
  }

  void finish(std::size_t index) {
    ModelInput& input = inputs_[index];
    TensorShapeProto& shape = *shape_of(*protos_[index]);
    for (int i = 0; i < shape.dim_size(); ++i) {
      TensorShapeProto::Dimension& dim = *shape.mutable_dim(i);
      if (!dim.has_dim_value()) {
        const Symbols::Key key = Symbols::key(dim, input.name, static_cast<std::size_t>(i));
        dim.set_dim_value(static_cast<std::int64_t>(symbols_.value(key).value()));
      }
      input.dims.push_back(static_cast<std::uint64_t>(dim.dim_value()));
    }
    const std::string problem = dims_problem(input.dims);
    if (!problem.empty() && !(may_be_empty(input.type) && input.dims == Dims{0})) {
      throw InputError("input " + quoted(input.name) + " " + problem);
    }
  }

  /// Named dimensions of other values: the number, or unknown.
  void resolve_others(ValueInfoProto& value) const {
    TensorShapeProto* shape = shape_of(value);
    for (int i = 0; shape != nullptr && i < shape->dim_size(); ++i) {
      TensorShapeProto::Dimension& dim = *shape->mutable_dim(i);
      if (dim.has_dim_param()) {
        const auto number = symbols_.value(Symbols::key(dim.dim_param()));
        dim.clear_dim_param();
        if (number) {
          dim.set_dim_value(static_cast<std::int64_t>(*number));
        }
      }
    }
  }

  onnx::GraphProto& graph_;
  const OnnxOptions& options_;
  std::vector<ValueInfoProto*> protos_;
  std::vector<ModelInput> inputs_;
  Symbols symbols_;
};

}  // namespace

std::vector<ModelInput> resolve_inputs(onnx::GraphProto& graph, const OnnxOptions& options) {
  return InputResolver(graph, options).run();
}

}  // namespace tilewave
