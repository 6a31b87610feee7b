// One node at a time: from an operator and the values of its inputs to the value of its output, and
// the operators of the graph that it takes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <onnx/onnx_pb.h>

#include "compiler/onnx/graph_builder.h"
#include "compiler/onnx/value.h"

namespace tilewave {

bool is_supported_operator(std::string_view name);
std::string supported_operators();  ///< "Add, Constant, ..."

/// A node of the model with what its operator may ask for. Attributes are read by name; one that
/// nobody has asked for is an error in the end.
class Node {
 public:
  /// `inputs` are null where the node leaves an optional one out.
  Node(const onnx::NodeProto& proto, std::int64_t operator_set, std::vector<const Value*> inputs,
       GraphBuilder& builder);

  std::int64_t operator_set() const { return operator_set_; }
  const std::string& operator_name() const { return proto_.op_type(); }
  const std::string& output() const { return proto_.output(0); }
  GraphBuilder& builder() const { return builder_; }

  std::size_t input_count() const { return inputs_.size(); }
  bool has_input(std::size_t index) const {
    return index < inputs_.size() && inputs_[index] != nullptr;
  }
  /// An input that has to be there.
  const Value& any_input(std::size_t index) const;
  /// And has to be fp32.
  const Value& input(std::size_t index) const;
  /// The values of an input that has to be int64 and known: a shape or axes, called `what`.
  const std::vector<std::int64_t>& integers(std::size_t index, const char* what) const;

  std::int64_t integer(const char* name, std::int64_t otherwise);
  float number(const char* name, float otherwise);
  /// Of a function of the register: any number; the default is that of the node's operator set.
  float parameter(const std::string& name, float otherwise);
  /// Null if the attribute is not there.
  const onnx::AttributeProto* attribute(const std::string& name,
                                        onnx::AttributeProto::AttributeType type);
  void require_all_read() const;

 private:
  const onnx::NodeProto& proto_;
  std::int64_t operator_set_;
  std::vector<const Value*> inputs_;
  GraphBuilder& builder_;
  std::vector<std::string> read_;
};

/// The value of the node's output. Throws InputError with the reason alone; which node it was is
/// for the caller to say.
Value import_node(Node& node, const std::string& operator_name);

}  // namespace tilewave
