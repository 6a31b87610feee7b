// Operators, and newer forms of operators, that the installed ONNX library may not know. It cannot judge them, so that how
// many inputs and outputs they have is for us to check; that each attribute is known is checked of every node.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <onnx/onnx_pb.h>

namespace tilewave {

/// A form of an operator, from an operator set on.
struct OperatorForm {
  std::string_view domain;
  std::string_view name;
  std::int64_t since;
  std::size_t least_inputs;
  std::size_t most_inputs;
  std::size_t most_outputs;
  /// Whether shape inference would look at numbers of floats, which are no longer in the model.
  bool reads_floats = false;
};

/// Of ONNX's own operators, whatever their version.
bool is_of_onnx(std::string_view domain);

/// The form that a node has, if the installed library does not know it or must not look at it; else null. Operator sets are those of ONNX's own
/// operators.
const OperatorForm* unknown_form(const onnx::NodeProto& node, std::int64_t operator_set);

/// Throws InputError if a node of such a form has too few inputs or too many of anything.
void require_form(const onnx::NodeProto& node, std::int64_t operator_set);

}  // namespace tilewave
