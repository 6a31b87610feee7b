// Reads each of the ways in which a TensorProto holds its numbers, sizes checked first.
#include "compiler/onnx/tensor_values.h"

#include <cstring>

#include "compiler/base/error.h"
#include "compiler/onnx/protobuf.h"

namespace tilewave {
namespace {

using onnx::TensorProto;

Dims dims_of(const TensorProto& tensor) {
  Dims dims;
  for (const std::int64_t dim : tensor.dims()) {
    // Negative ones become far too large.
    dims.push_back(static_cast<std::uint64_t>(dim));
    if (dims.size() > kMaxRank) {
      break;
    }
  }
  return dims;
}

/// Either raw bytes or a field of the element's type.
template <typename Element, typename Field>
std::vector<Element> take(const TensorProto& tensor, const Field& field) {
  std::vector<Element> values(field.begin(), field.end());
  if (tensor.has_raw_data()) {
    values.resize(tensor.raw_data().size() / sizeof(Element));
    std::memcpy(values.data(), tensor.raw_data().data(), values.size() * sizeof(Element));
  }
  return values;
}

}  // namespace

std::string type_name(std::int32_t type) {
  return onnx::TensorProto_DataType_IsValid(type)
             ? onnx::TensorProto_DataType_Name(static_cast<onnx::TensorProto_DataType>(type))
             : "number " + std::to_string(type);
}

void require_tensor(const TensorProto& tensor) {
  const auto fail = [&tensor](const std::string& why) {
    const std::string name = one_line_of(tensor.name());
    throw InputError("tensor '" + name + "' " + why);
  };
  if (tensor.data_location() == TensorProto::EXTERNAL || tensor.external_data_size() != 0) {
    fail("has external data, in another file; only data in the model itself are supported");
  }
  if (tensor.has_segment()) {
    fail("is stored in segments, which is not supported");
  }
  const bool is_float = tensor.data_type() == TensorProto::FLOAT;
  if (!is_float && tensor.data_type() != TensorProto::INT64) {
    fail("has elements of type " + type_name(tensor.data_type()) +
         "; supported: FLOAT, and INT64 for shapes and axes");
  }
  const bool empty_list = !is_float && dims_of(tensor) == Dims{0};  // the shape of a scalar
  if (const std::string problem = dims_problem(dims_of(tensor)); !problem.empty() && !empty_list) {
    fail(problem);
  }
  const std::uint64_t wanted = element_count(dims_of(tensor));
  const std::uint64_t size = is_float ? sizeof(float) : sizeof(std::int64_t);
  const auto typed =
      static_cast<std::uint64_t>(is_float ? tensor.float_data_size() : tensor.int64_data_size());
  const auto others = tensor.float_data_size() + tensor.int64_data_size() +
                      tensor.int32_data_size() + tensor.double_data_size() +
                      tensor.uint64_data_size() + tensor.string_data_size();
  if (static_cast<std::uint64_t>(others) != typed || (tensor.has_raw_data() && typed != 0)) {
    fail("has data in more than one form");
  }
  const std::uint64_t bytes = tensor.has_raw_data() ? tensor.raw_data().size() : typed * size;
  if (bytes != wanted * size) {
    fail("has the shape " + to_string(dims_of(tensor)) + ", which takes " +
         std::to_string(wanted * size) + " bytes of data, but holds " + std::to_string(bytes));
  }
}

OnnxTensor tensor_values(TensorProto& tensor) {
  OnnxTensor result{tensor.name(), dims_of(tensor), {}};
  if (tensor.data_type() == TensorProto::FLOAT) {
    result.values = take<float>(tensor, tensor.float_data());
    tensor.clear_float_data();
    tensor.clear_raw_data();
  } else {
    result.values = take<std::int64_t>(tensor, tensor.int64_data());
  }
  return result;
}

OnnxTensor read_onnx_tensor(std::string_view bytes, const std::string& file) {
  try {
    TensorProto tensor = parse_tensor(bytes);
    require_tensor(tensor);
    return tensor_values(tensor);
  } catch (const InputError& error) {
    throw InputError(file + ": " + error.what());
  }
}

}  // namespace tilewave
