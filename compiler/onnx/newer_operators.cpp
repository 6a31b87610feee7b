// The table of forms, and what the installed library knows of them.
#include "compiler/onnx/newer_operators.h"

#include <algorithm>
#include <array>
#include <string>

#include <onnx/defs/schema.h>

#include "compiler/base/error.h"
#include "compiler/onnx/node_import.h"

namespace tilewave {
namespace {

constexpr std::size_t kAny = 1U << 16U;

/// Those of a domain together, sorted by name.
constexpr std::array<OperatorForm, 37> kForms = {{
    {"", "Attention", 23, 3, 6, 4},
    {"", "Cast", 19, 1, 1, 1},
    {"", "CastLike", 19, 2, 2, 1},
    {"", "DequantizeLinear", 21, 2, 3, 1},
    {"", "GroupNormalization", 18, 3, 3, 1},
    {"", "LayerNormalization", 1, 2, 3, 3},  // of ONNX Runtime, before ONNX had it
    {"", "Pad", 18, 2, 4, 1},
    {"", "QuantizeLinear", 19, 2, 3, 1},
    {"", "RMSNormalization", 23, 2, 2, 1},
    {"", "ReduceL1", 18, 1, 2, 1},
    {"", "ReduceL2", 18, 1, 2, 1},
    {"", "ReduceLogSum", 18, 1, 2, 1},
    {"", "ReduceLogSumExp", 18, 1, 2, 1},
    {"", "ReduceMax", 18, 1, 2, 1},
    {"", "ReduceMean", 18, 1, 2, 1},
    {"", "ReduceMin", 18, 1, 2, 1},
    {"", "ReduceProd", 18, 1, 2, 1},
    {"", "ReduceSumSquare", 18, 1, 2, 1},
    {"", "Range", 11, 3, 3, 1, true},
    {"", "Resize", 10, 2, 4, 1, true},
    {"", "RotaryEmbedding", 23, 3, 4, 1},
    {"", "SimplifiedLayerNormalization", 1, 2, 2, 2},  // of ONNX Runtime
    {"", "Split", 18, 1, 2, kAny},
    {kRuntimeDomain, "Attention", 1, 2, 7, 2},
    {kRuntimeDomain, "BiasGelu", 1, 2, 2, 1},
    {kRuntimeDomain, "EmbedLayerNormalization", 1, 7, 9, 3},
    {kRuntimeDomain, "FastGelu", 1, 1, 2, 1},
    {kRuntimeDomain, "FusedMatMul", 1, 2, 2, 1},
    {kRuntimeDomain, "Gelu", 1, 1, 1, 1},
    {kRuntimeDomain, "GroupQueryAttention", 1, 7, 14, 4},
    {kRuntimeDomain, "LayerNormalization", 1, 2, 3, 3},
    {kRuntimeDomain, "MultiHeadAttention", 1, 1, 10, 4},
    {kRuntimeDomain, "QuickGelu", 1, 1, 1, 1},
    {kRuntimeDomain, "RotaryEmbedding", 1, 4, 4, 1},
    {kRuntimeDomain, "SimplifiedLayerNormalization", 1, 2, 2, 2},
    {kRuntimeDomain, "SkipLayerNormalization", 1, 3, 5, 4},
    {kRuntimeDomain, "SkipSimplifiedLayerNormalization", 1, 3, 4, 4},
}};

/// None of operator sets before it.
const OperatorForm* form_of(const onnx::NodeProto& node, std::int64_t operator_set) {
  const std::string_view domain = is_of_onnx(node.domain()) ? "" : std::string_view(node.domain());
  const auto* found = std::ranges::find_if(kForms, [&](const OperatorForm& form) {
    return form.domain == domain && form.name == node.op_type() && operator_set >= form.since;
  });
  return found != kForms.end() ? found : nullptr;
}

bool library_knows(const OperatorForm& form, std::int64_t operator_set) {
  if (!form.domain.empty() || form.reads_floats) {
    return false;
  }
  const auto& versions = onnx::OpSchemaRegistry::DomainToVersionRange::Instance().Map();
  const std::int64_t newest = versions.at("").second;
  const auto version = static_cast<int>(std::min(operator_set, newest));
  return form.since <= newest &&
         onnx::OpSchemaRegistry::Schema(std::string(form.name), version, "") != nullptr;
}

}  // namespace

bool is_of_onnx(std::string_view domain) { return domain.empty() || domain == "ai.onnx"; }

const OperatorForm* unknown_form(const onnx::NodeProto& node, std::int64_t operator_set) {
  const OperatorForm* form = form_of(node, operator_set);
  return form != nullptr && !library_knows(*form, operator_set) ? form : nullptr;
}

void require_form(const onnx::NodeProto& node, std::int64_t operator_set) {
  const OperatorForm* form = unknown_form(node, operator_set);
  if (form == nullptr) {
    return;
  }
  const auto inputs = static_cast<std::size_t>(node.input_size());
  const auto outputs = static_cast<std::size_t>(node.output_size());
  if (inputs < form->least_inputs || inputs > form->most_inputs) {
    throw InputError("it has " + std::to_string(inputs) + " inputs; allowed: " +
                     std::to_string(form->least_inputs) + ".." + std::to_string(form->most_inputs));
  }
  if (outputs < 1 || outputs > form->most_outputs) {
    throw InputError("it has " + std::to_string(outputs) + " outputs; allowed: 1.." +
                     std::to_string(form->most_outputs));
  }
}

}  // namespace tilewave
