// Reads each of the ways in which a TensorProto holds its numbers, sizes checked first.
#include "compiler/onnx/tensor_values.h"

#include <cstring>
#include <optional>

#include "compiler/base/error.h"
#include "compiler/onnx/protobuf.h"
#include "compiler/program/element_conversions.h"

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

/// Elements of this type as they lie in raw data, one after another.
template <typename Raw, typename Number>
std::vector<Number> read_raw(const std::string& bytes, Number (*number)(Raw)) {
  std::vector<Number> numbers(bytes.size() / sizeof(Raw));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    Raw element;
    std::memcpy(&element, bytes.data() + i * sizeof(Raw), sizeof(Raw));
    numbers[i] = number(element);
  }
  return numbers;
}

/// Either raw bytes or a field of this kind.
template <typename Raw, typename Number, typename Field>
std::vector<Number> take(TensorProto& tensor, Field* field, Number (*number)(Raw)) {
  std::vector<Number> numbers;
  if (tensor.has_raw_data()) {
    numbers = read_raw(tensor.raw_data(), number);
    tensor.clear_raw_data();
  } else {
    numbers.reserve(static_cast<std::size_t>(field->size()));
    for (const auto element : *field) {
      numbers.push_back(number(static_cast<Raw>(element)));
    }
    field->Clear();
  }
  return numbers;
}

template <typename Raw>
float as_float(Raw element) {
  return static_cast<float>(element);
}

template <typename Raw>
std::int64_t as_integer(Raw element) {
  return element;
}

/// Of the bits of a float of 16.
template <ElementType Type>
float from_bits(std::uint16_t bits) {
  float value = 0;
  widen_elements(&value, &bits, Type, 1);
  return value;
}

OnnxNumbers take_numbers(TensorProto& tensor, OnnxType type) {
  auto* integers = tensor.mutable_int32_data();
  switch (type) {
    case OnnxType::kFloat: return take(tensor, tensor.mutable_float_data(), as_float<float>);
    case OnnxType::kFloat16: return take(tensor, integers, from_bits<ElementType::kF16>);
    case OnnxType::kBfloat16: return take(tensor, integers, from_bits<ElementType::kBf16>);
    case OnnxType::kInt8: return take(tensor, integers, as_float<std::int8_t>);
    case OnnxType::kUint8: return take(tensor, integers, as_float<std::uint8_t>);
    case OnnxType::kInt32: return take(tensor, integers, as_integer<std::int32_t>);
    case OnnxType::kInt64:
      return take(tensor, tensor.mutable_int64_data(), as_integer<std::int64_t>);
    case OnnxType::kBool: return take(tensor, integers, as_integer<std::uint8_t>);
  }
  throw InternalError("ONNX type " + std::to_string(static_cast<int>(type)));
}

/// An element that no tensor of this type can hold; 16 bits of a float hold any.
std::optional<std::int64_t> wrong_element(const TensorProto& tensor, const OnnxTypeInfo& info) {
  for (const std::int32_t element : tensor.int32_data()) {
    if (element < info.least_field || element > info.most_field) {
      return element;
    }
  }
  if (info.number == TensorProto::BOOL && tensor.has_raw_data()) {
    for (const char byte : tensor.raw_data()) {
      if (static_cast<unsigned char>(byte) > info.most_field) {
        return static_cast<unsigned char>(byte);
      }
    }
  }
  return std::nullopt;
}

/// How many elements stand in the field that this type has.
std::uint64_t field_size(const TensorProto& tensor, OnnxType type) {
  const int size = type == OnnxType::kFloat   ? tensor.float_data_size()
                   : type == OnnxType::kInt64 ? tensor.int64_data_size()
                                              : tensor.int32_data_size();
  return static_cast<std::uint64_t>(size);
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
  const std::optional<OnnxType> type = onnx_type(tensor.data_type());
  if (!type) {
    fail("has elements of type " + type_name(tensor.data_type()) +
         "; supported: " + supported_onnx_types());
  }
  const OnnxTypeInfo& info = info_of(*type);
  const bool empty_list = !info.element && dims_of(tensor) == Dims{0};  // the shape of a scalar
  if (const std::string problem = dims_problem(dims_of(tensor)); !problem.empty() && !empty_list) {
    fail(problem);
  }
  const std::uint64_t wanted = element_count(dims_of(tensor));
  const std::uint64_t typed = field_size(tensor, *type);
  const auto others = tensor.float_data_size() + tensor.int64_data_size() +
                      tensor.int32_data_size() + tensor.double_data_size() +
                      tensor.uint64_data_size() + tensor.string_data_size();
  if (static_cast<std::uint64_t>(others) != typed || (tensor.has_raw_data() && typed != 0)) {
    fail("has data in more than one form");
  }
  const std::uint64_t bytes =
      tensor.has_raw_data() ? tensor.raw_data().size() : typed * info.raw_bytes;
  if (bytes != wanted * info.raw_bytes) {
    fail("has the shape " + to_string(dims_of(tensor)) + ", which takes " +
         std::to_string(wanted * info.raw_bytes) + " bytes of data, but holds " +
         std::to_string(bytes));
  }
  if (const auto element = wrong_element(tensor, info)) {
    fail("holds " + std::to_string(*element) + ", which is no element of type " +
         std::string(info.name));
  }
}

OnnxTensor tensor_values(TensorProto& tensor) {
  const OnnxType type = onnx_type(tensor.data_type()).value();
  if (!info_of(type).element) {
    TensorProto copy = tensor;
    return {tensor.name(), dims_of(tensor), type, take_numbers(copy, type)};
  }
  return {tensor.name(), dims_of(tensor), type, take_numbers(tensor, type)};
}

OnnxTensor read_onnx_tensor(std::string_view bytes, const std::string& file) {
  try {
    TensorProto tensor = parse_tensor(bytes);
    if (tensor.data_type() == TensorProto::UINT16) {
      // Written by a NumPy that has no BFLOAT16: its bits, as ONNX's own test data have them.
      tensor.set_data_type(TensorProto::BFLOAT16);
    }
    require_tensor(tensor);
    return tensor_values(tensor);
  } catch (const InputError& error) {
    throw InputError(file + ": " + error.what());
  }
}

}  // namespace tilewave
