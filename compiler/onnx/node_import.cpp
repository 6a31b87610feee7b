// The table of ONNX operators that are understood, and the walk over the nodes.
#include "compiler/onnx/node_import.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/onnx/elementwise_schemas.h"
#include "compiler/onnx/known_integers.h"
#include "compiler/onnx/newer_operators.h"
#include "compiler/onnx/operators.h"
#include "compiler/onnx/protobuf.h"
#include "compiler/onnx/quantized_values.h"

namespace tilewave {
namespace {

using Import = Value (*)(Node&);

struct Supported {
  std::string_view name;
  Import import;
};

/// Beside those that elementwise_operators() names.
constexpr std::array<Supported, 76> kOperators = {{
    {"Add", import_add},
    {"And", import_logic},
    {"Attention", import_attention},
    {"BatchNormalization", import_batch_normalization},
    {"Cast", import_cast},
    {"CastLike", import_cast_like},
    {"Clip", import_clip},
    {"Concat", import_concat},
    {"Constant", import_constant},
    {"ConstantOfShape", import_constant_of_shape},
    {"DepthToSpace", import_depth_to_space},
    {"DequantizeLinear", import_dequantize_linear},
    {"Dropout", import_dropout},
    {"DynamicQuantizeLinear", import_dynamic_quantize_linear},
    {"Einsum", import_einsum},
    {"Equal", import_comparison},
    {"Expand", import_expand},
    {"Flatten", import_flatten},
    {"Gather", import_gather},
    {"Gelu", import_gelu},
    {"Gemm", import_gemm},
    {"Greater", import_comparison},
    {"GreaterOrEqual", import_comparison},
    {"GroupNormalization", import_group_normalization},
    {"Identity", import_identity},
    {"InstanceNormalization", import_instance_normalization},
    {"IsInf", import_is_inf},
    {"IsNaN", import_is_nan},
    {"LayerNormalization", import_layer_normalization},
    {"Less", import_comparison},
    {"LessOrEqual", import_comparison},
    {"LogSoftmax", import_softmax},
    {"MatMul", import_matmul},
    {"MatMulInteger", import_matmul_integer},
    {"Max", import_max},
    {"Mean", import_mean},
    {"Min", import_min},
    {"Mod", import_mod},
    {"Not", import_not},
    {"Or", import_logic},
    {"PRelu", import_prelu},
    {"Pad", import_pad},
    {"Pow", import_pow},
    {"QLinearMatMul", import_qlinear_matmul},
    {"QuantizeLinear", import_quantize_linear},
    {"RMSNormalization", import_rms_normalization},
    {"Range", import_range},
    {"ReduceL1", import_reduce},
    {"ReduceL2", import_reduce},
    {"ReduceLogSum", import_reduce},
    {"ReduceLogSumExp", import_reduce},
    {"ReduceMax", import_reduce},
    {"ReduceMean", import_reduce},
    {"ReduceMin", import_reduce},
    {"ReduceProd", import_reduce},
    {"ReduceSum", import_reduce},
    {"ReduceSumSquare", import_reduce},
    {"Relu", import_relu},
    {"Reshape", import_reshape},
    {"Resize", import_resize},
    {"RotaryEmbedding", import_rotary_embedding},
    {"Shape", import_shape},
    {"SimplifiedLayerNormalization", import_rms_normalization},
    {"Size", import_size},
    {"Slice", import_slice},
    {"Softmax", import_softmax},
    {"SpaceToDepth", import_space_to_depth},
    {"Split", import_split},
    {"Squeeze", import_squeeze},
    {"Sum", import_sum},
    {"Tile", import_tile},
    {"Transpose", import_transpose},
    {"Trilu", import_trilu},
    {"Unsqueeze", import_unsqueeze},
    {"Where", import_where},
    {"Xor", import_logic},
}};

/// Of ONNX Runtime; each has a form in newer_operators.cpp.
constexpr std::array<Supported, 14> kRuntimeOperators = {{
    {"Attention", import_packed_attention},
    {"BiasGelu", import_bias_gelu},
    {"EmbedLayerNormalization", import_embed_layer_normalization},
    {"FastGelu", import_fast_gelu},
    {"FusedMatMul", import_fused_matmul},
    {"Gelu", import_gelu},
    {"GroupQueryAttention", import_group_query_attention},
    {"LayerNormalization", import_layer_normalization},
    {"MultiHeadAttention", import_multi_head_attention},
    {"QuickGelu", import_quick_gelu},
    {"RotaryEmbedding", import_rotary_embedding},
    {"SimplifiedLayerNormalization", import_rms_normalization},
    {"SkipLayerNormalization", import_skip_layer_normalization},
    {"SkipSimplifiedLayerNormalization", import_skip_rms_normalization},
}};

/// Null if the operator is not supported.
Import find_operator(std::string_view domain, std::string_view name) {
  if (domain == kRuntimeDomain) {
    const auto* found = std::ranges::find(kRuntimeOperators, name, &Supported::name);
    return found != kRuntimeOperators.end() ? found->import : nullptr;
  }
  if (!is_of_onnx(domain)) {
    return nullptr;
  }
  const std::vector<std::string>& functions = elementwise_operators();
  const auto* found = std::ranges::find(kOperators, name, &Supported::name);
  if (found != kOperators.end()) {
    return found->import;
  }
  return std::ranges::find(functions, name) != functions.end() ? import_function : nullptr;
}

/// Of operator sets before 7, without meaning ever since.
constexpr const char* kIgnoredAttribute = "consumed_inputs";

}  // namespace

bool is_supported_operator(std::string_view domain, std::string_view name) {
  return find_operator(domain, name) != nullptr;
}

std::string supported_operators() {
  std::vector<std::string> names = elementwise_operators();
  for (const Supported& known : kOperators) {
    names.emplace_back(known.name);
  }
  for (const Supported& known : kRuntimeOperators) {
    names.push_back(std::string(kRuntimeDomain) + "." + std::string(known.name));
  }
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::string list;
  for (const std::string& name : names) {
    list += (list.empty() ? "" : ", ") + name;
  }
  return list;
}

Node::Node(const onnx::NodeProto& proto, std::int64_t operator_set, std::vector<Input> inputs,
           std::vector<bool> wanted, GraphBuilder& builder)
    : proto_(proto),
      operator_set_(operator_set),
      inputs_(std::move(inputs)),
      wanted_(std::move(wanted)),
      builder_(builder) {}

const Value& Node::any_input(std::size_t index) const {
  if (!has_input(index)) {
    throw InputError("input " + std::to_string(index) + " is missing");
  }
  return *inputs_[index].value;
}

const Value& Node::input(std::size_t index) const {
  const Value& value = any_input(index);
  if (const auto* integers = std::get_if<IntegerValue>(&value)) {
    throw InputError("input " + std::to_string(index) + " is of type " + to_string(integers->type) +
                     "; supported: " + supported_onnx_types());
  }
  if (std::holds_alternative<TruthValue>(value)) {
    throw InputError("input " + std::to_string(index) +
                     " is of type BOOL, which the operator does not take");
  }
  return real_value(builder_, value);
}

const Value& Node::viewed_input(std::size_t index) const {
  const Value& value = any_input(index);
  const auto* dequantized = std::get_if<DequantizedValue>(&value);
  const bool is_whole = dequantized != nullptr && dequantized->of->quantization.is_whole();
  const bool as_it_is = is_whole || std::holds_alternative<TruthValue>(value) ||
                        std::holds_alternative<IntegerValue>(value);
  return as_it_is ? value : input(index);
}

const Value& Node::transposed_input(std::size_t index) const {
  const Value& value = any_input(index);
  const bool as_it_is =
      std::holds_alternative<DequantizedValue>(value) || std::holds_alternative<TruthValue>(value);
  return as_it_is ? value : input(index);
}

const Value& Node::real_input(std::size_t index) const {
  const Value& any = any_input(index);
  return std::holds_alternative<IntegerValue>(any) || std::holds_alternative<TruthValue>(any)
             ? any
             : input(index);
}

const std::vector<std::int64_t>& Node::integers(std::size_t index, const char* what) const {
  const auto* value = has_input(index) ? std::get_if<IntegerValue>(&any_input(index)) : nullptr;
  if (value == nullptr || value->type != OnnxType::kInt64) {
    throw InputError(std::string("its ") + what + " (input " + std::to_string(index) +
                     ") has to be of type INT64, a constant or an input of the model");
  }
  if (value->values == nullptr) {
    throw InputError(std::string("its ") + what + " (input " + std::to_string(index) +
                     ") is an input of the model, which has to be given with --inputs");
  }
  if (value->dims.size() > 1 || value->values->size() > kMaxRank) {
    throw InputError(std::string("its ") + what + " (input " + std::to_string(index) +
                     ") has the shape " + to_string(value->dims) +
                     "; allowed: one dimension of at most " + std::to_string(kMaxRank));
  }
  return *value->values;
}

const onnx::AttributeProto* Node::attribute(const std::string& name,
                                            onnx::AttributeProto::AttributeType type) {
  read_.push_back(name);
  for (const onnx::AttributeProto& candidate : proto_.attribute()) {
    if (candidate.name() == name) {
      // Models of the first versions do not say the type.
      if (candidate.has_type() && candidate.type() != type) {
        throw InputError("attribute '" + name + "' is not of type " +
                         onnx::AttributeProto_AttributeType_Name(type));
      }
      return &candidate;
    }
  }
  return nullptr;
}

std::int64_t Node::integer(const char* name, std::int64_t otherwise) {
  const onnx::AttributeProto* found = attribute(name, onnx::AttributeProto::INT);
  return found != nullptr ? found->i() : otherwise;
}

std::vector<std::int64_t> Node::integer_list(const char* name) {
  const onnx::AttributeProto* found = attribute(name, onnx::AttributeProto::INTS);
  return found != nullptr ? std::vector<std::int64_t>(found->ints().begin(), found->ints().end())
                          : std::vector<std::int64_t>{};
}

float Node::number(const char* name, float otherwise) {
  const onnx::AttributeProto* found = attribute(name, onnx::AttributeProto::FLOAT);
  const float value = found != nullptr ? found->f() : otherwise;
  if (!std::isfinite(value)) {
    throw InputError(std::string("attribute '") + name + "' is not finite");
  }
  return value;
}

std::string Node::word(const char* name, const char* otherwise) {
  const onnx::AttributeProto* found = attribute(name, onnx::AttributeProto::STRING);
  return found != nullptr ? found->s() : otherwise;
}

float Node::parameter(const std::string& name, float otherwise) {
  const onnx::AttributeProto* found = attribute(name, onnx::AttributeProto::FLOAT);
  return found != nullptr
             ? found->f()
             : attribute_default(operator_name(), operator_set_, name).value_or(otherwise);
}

void Node::require_form() const { tilewave::require_form(proto_, operator_set_); }

void Node::require_all_read() const {
  for (const onnx::AttributeProto& given : proto_.attribute()) {
    if (given.name() != kIgnoredAttribute &&
        std::ranges::find(read_, given.name()) == read_.end()) {
      std::string allowed;
      for (const std::string& name : read_) {
        allowed += (allowed.empty() ? "" : ", ") + name;
      }
      throw InputError("attribute '" + one_line_of(given.name()) +
                       "' is not supported; supported are " + (allowed.empty() ? "none" : allowed));
    }
  }
}

Value import_node(Node& node) {
  const Import import = find_operator(node.domain(), node.operator_name());
  if (import == nullptr) {
    throw InternalError("no operator '" + node.operator_name() + "'");
  }
  node.require_form();
  std::optional<Value> known = known_result(node);
  Value value = known ? *std::move(known) : import(node);
  node.require_all_read();
  return value;
}

}  // namespace tilewave
