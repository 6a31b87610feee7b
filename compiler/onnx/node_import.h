// One node at a time: from an operator and the values of its inputs to the value of its output, and
// the operators of the graph that it takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <onnx/onnx_pb.h>

#include "compiler/onnx/graph_builder.h"
#include "compiler/onnx/value.h"

namespace tilewave {

/// The domain of operators that ONNX Runtime adds to ONNX's own, which have none.
inline constexpr std::string_view kRuntimeDomain = "com.microsoft";

/// ONNX's own domain is "", whatever a model calls it.
bool is_supported_operator(std::string_view domain, std::string_view name);
std::string supported_operators();  ///< "Add, Constant, ..., com.microsoft.Attention, ..."

/// A node of the model with what its operator may ask for. Attributes are read by name; one that
/// nobody has asked for is an error in the end.
class Node {
 public:
  struct Input {
    const Value* value = nullptr;  ///< null where the node leaves an optional one out
    bool is_only_use = false;      ///< nobody else, no output either, wants the value
  };
  /// `wanted` says of each output whether anybody reads it.
  Node(const onnx::NodeProto& proto, std::int64_t operator_set, std::vector<Input> inputs,
       std::vector<bool> wanted, GraphBuilder& builder);

  std::int64_t operator_set() const { return operator_set_; }
  const std::string& operator_name() const { return proto_.op_type(); }
  const std::string& domain() const { return proto_.domain(); }
  const std::string& output() const { return proto_.output(0); }
  GraphBuilder& builder() const { return builder_; }

  std::size_t input_count() const { return inputs_.size(); }
  std::size_t output_count() const { return static_cast<std::size_t>(proto_.output_size()); }
  bool has_input(std::size_t index) const {
    return index < inputs_.size() && inputs_[index].value != nullptr;
  }
  bool wants_output(std::size_t index) const { return index < wanted_.size() && wanted_[index]; }
  bool is_only_use(std::size_t index) const { return inputs_.at(index).is_only_use; }
  /// An input that has to be there, in whatever form.
  const Value& any_input(std::size_t index) const;
  /// And that may be a tensor of the graph: what is dequantized, as fp32.
  const Value& input(std::size_t index) const;
  /// The same, but as the integers that it is made of where those may be reshaped, or transposed; or known integers.
  const Value& viewed_input(std::size_t index) const;
  const Value& transposed_input(std::size_t index) const;
  /// In whatever form, but what is dequantized as fp32.
  const Value& real_input(std::size_t index) const;
  /// The values of an input that has to be int64 and known: a shape or axes, called `what`.
  const std::vector<std::int64_t>& integers(std::size_t index, const char* what) const;

  std::int64_t integer(const char* name, std::int64_t otherwise);
  /// Empty if the attribute is not there.
  std::vector<std::int64_t> integer_list(const char* name);
  float number(const char* name, float otherwise);
  std::string word(const char* name, const char* otherwise);
  /// Of a function of the register: any number; the default is that of the node's operator set.
  float parameter(const std::string& name, float otherwise);
  /// Null if the attribute is not there.
  const onnx::AttributeProto* attribute(const std::string& name,
                                        onnx::AttributeProto::AttributeType type);
  void require_all_read() const;
  /// As newer_operators.h has it.
  void require_form() const;

  /// A result beside the first.
  void give(std::size_t output, Value value) { others_.insert_or_assign(output, std::move(value)); }
  const std::map<std::size_t, Value>& others() const { return others_; }

 private:
  const onnx::NodeProto& proto_;
  std::int64_t operator_set_;
  std::vector<Input> inputs_;
  std::vector<bool> wanted_;
  GraphBuilder& builder_;
  std::map<std::size_t, Value> others_;
  std::vector<std::string> read_;
};

/// The value of the node's first output; others are given to the node. Throws InputError with the reason alone; which node it was is
/// for the caller to say.
Value import_node(Node& node);

}  // namespace tilewave
