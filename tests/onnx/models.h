// ONNX models for tests, from ONNX's own text form.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include <onnx/defs/parser.h>
#include <onnx/onnx_pb.h>

namespace tilewave::test {

/// For example "net (float[2,3] x) => (float[2,3] y) { y = Relu(x) }".
inline onnx::ModelProto parse_model_text(const std::string& graph, int operator_set = 13) {
  const std::string text =
      "<ir_version: 7, opset_import: [\"\" : " + std::to_string(operator_set) + "]>\n" + graph;
  onnx::ModelProto model;
  onnx::OnnxParser parser(text.c_str());
  const onnx::Common::Status status = parser.Parse(model);
  if (!status.IsOK()) {
    throw std::runtime_error(status.ErrorMessage());
  }
  return model;
}

/// With values 1, 2, 3...
inline void add_weight(onnx::ModelProto& model, const std::string& name,
                       const std::vector<std::int64_t>& dims) {
  onnx::TensorProto& tensor = *model.mutable_graph()->add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  std::int64_t elements = 1;
  for (const std::int64_t dim : dims) {
    tensor.add_dims(dim);
    elements *= dim;
  }
  for (std::int64_t i = 1; i <= elements; ++i) {
    tensor.add_float_data(static_cast<float>(i));
  }
}

inline void add_integers(onnx::ModelProto& model, const std::string& name,
                         const std::vector<std::int64_t>& values) {
  onnx::TensorProto& tensor = *model.mutable_graph()->add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::INT64);
  tensor.add_dims(static_cast<std::int64_t>(values.size()));
  tensor.mutable_int64_data()->Add(values.begin(), values.end());
}

}  // namespace tilewave::test
