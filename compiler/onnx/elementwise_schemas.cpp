// What ONNX calls the functions of the register, and where that is not by their own names.
#include "compiler/onnx/elementwise_schemas.h"

#include <algorithm>
#include <array>

#include <onnx/defs/schema.h>
#include <onnx/defs/shape_inference.h>

#include "compiler/program/functions.h"

namespace tilewave {
namespace {

/// Elementwise operators that came after the oldest library we build with.
struct NewerOperator {
  const char* name;
  const char* choice;          ///< an attribute that is a word, or null
  const char* otherwise = "";  ///< its default
};
constexpr std::array<NewerOperator, 3> kNewerOperators = {
    {{"Gelu", "approximate", "none"}, {"Mish", nullptr}, {"Swish", nullptr}}};

void add_schema(const NewerOperator& newer, const FunctionInfo& function) {
  const auto& versions = onnx::OpSchemaRegistry::DomainToVersionRange::Instance().Map();
  onnx::OpSchema schema(newer.name, __FILE__, __LINE__);
  schema.SetDomain("").SinceVersion(versions.at("").second);
  schema.Input(0, "X", "", "T").Output(0, "Y", "", "T");
  schema.TypeConstraint("T", {"tensor(float)", "tensor(float16)", "tensor(bfloat16)"}, "");
  schema.TypeAndShapeInferenceFunction(onnx::propagateShapeAndTypeFromFirstInput);
  for (const FunctionParameter& parameter : function.parameters) {
    schema.Attr(std::string(parameter.name), "", onnx::AttributeProto::FLOAT, parameter.otherwise);
  }
  if (newer.choice != nullptr) {
    schema.Attr(newer.choice, "", onnx::AttributeProto::STRING, std::string(newer.otherwise));
  }
  onnx::OpSchemaRegistry::OpSchemaRegisterOnce registered(schema);
}

std::vector<std::string> find_operators() {
  for (const NewerOperator& newer : kNewerOperators) {
    const auto id = find_function(function_word(newer.name));
    if (id && onnx::OpSchemaRegistry::Schema(newer.name) == nullptr) {
      add_schema(newer, function_info(*id));
    }
  }
  std::vector<std::string> names;
  for (const onnx::OpSchema& schema : onnx::OpSchemaRegistry::get_all_schemas()) {
    const auto id = find_function(function_word(schema.Name()));
    if (!id || !schema.domain().empty()) {
      continue;
    }
    const int arity = function_info(*id).arity;
    if (schema.min_input() == arity && schema.max_input() == arity && schema.max_output() == 1) {
      names.push_back(schema.Name());
    }
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace

std::string function_word(std::string_view operator_name) {
  std::string word(operator_name);
  std::ranges::transform(word, word.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return word;
}

const std::vector<std::string>& elementwise_operators() {
  static const std::vector<std::string> kNames = find_operators();
  return kNames;
}

std::optional<float> attribute_default(const std::string& operator_name, std::int64_t operator_set,
                                       const std::string& attribute) {
  const onnx::OpSchema* schema =
      onnx::OpSchemaRegistry::Schema(operator_name, static_cast<int>(operator_set), "");
  if (schema == nullptr) {
    return std::nullopt;
  }
  const auto found = schema->attributes().find(attribute);
  const bool given = found != schema->attributes().end() && found->second.default_value.has_f();
  return given ? std::optional(found->second.default_value.f()) : std::nullopt;
}

}  // namespace tilewave
