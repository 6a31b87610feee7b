// Reads each of the ways in which a TensorProto holds its numbers, sizes checked first.
#include "compiler/onnx/tensor_values.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <type_traits>

#include "compiler/base/error.h"
#include "compiler/onnx/external_data.h"
#include "compiler/onnx/protobuf.h"
#include "compiler/program/element_conversions.h"

namespace tilewave {
namespace {

using onnx::TensorProto;

[[noreturn]] void fail(const TensorProto& tensor, const std::string& why) {
  throw InputError("tensor '" + one_line_of(tensor.name()) + "' " + why);
}

/// The field that elements stand in which lie so in raw data.
template <typename Raw>
auto* field_of(TensorProto& tensor) {
  if constexpr (std::is_same_v<Raw, float>) {
    return tensor.mutable_float_data();
  } else if constexpr (std::is_same_v<Raw, std::int64_t>) {
    return tensor.mutable_int64_data();
  } else {
    return tensor.mutable_int32_data();
  }
}

/// `count` elements out of raw data, one after another.
template <typename Raw, typename Number>
void convert_raw(const char* bytes, std::size_t count, Number (*number)(Raw), Number* numbers) {
  for (std::size_t i = 0; i < count; ++i) {
    Raw element;
    std::memcpy(&element, bytes + i * sizeof(Raw), sizeof(Raw));
    numbers[i] = number(element);
  }
}

/// Either raw bytes or a field of this kind.
template <typename Raw, typename Number>
std::vector<Number> take(TensorProto& tensor, Number (*number)(Raw)) {
  std::vector<Number> numbers;
  if (tensor.has_raw_data()) {
    const std::string& bytes = tensor.raw_data();
    numbers.resize(bytes.size() / sizeof(Raw));
    convert_raw(bytes.data(), numbers.size(), number, numbers.data());
    tensor.clear_raw_data();
  } else {
    auto* field = field_of<Raw>(tensor);
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

/// Calls `visit` with the function from an element as it lies in raw data to its number.
template <typename Visit>
OnnxNumbers by_type(OnnxType type, const Visit& visit) {
  switch (type) {
    case OnnxType::kFloat: return visit(as_float<float>);
    case OnnxType::kFloat16: return visit(from_bits<ElementType::kF16>);
    case OnnxType::kBfloat16: return visit(from_bits<ElementType::kBf16>);
    case OnnxType::kInt8: return visit(as_float<std::int8_t>);
    case OnnxType::kUint8: return visit(as_float<std::uint8_t>);
    case OnnxType::kInt32: return visit(as_integer<std::int32_t>);
    case OnnxType::kInt64: return visit(as_integer<std::int64_t>);
    case OnnxType::kBool: return visit(as_integer<std::uint8_t>);
  }
  throw InternalError("ONNX type " + std::to_string(static_cast<int>(type)));
}

OnnxNumbers take_numbers(TensorProto& tensor, OnnxType type) {
  return by_type(type, [&tensor](auto number) { return take(tensor, number); });
}

template <typename Raw, typename Number>
std::vector<Number> read_all(std::uint64_t count, Number (*number)(Raw),
                             const std::function<void(std::uint64_t, std::span<char>)>& read) {
  constexpr std::uint64_t kBlock = std::uint64_t{1} << 18U;
  std::vector<Number> numbers(count);
  if constexpr (std::is_same_v<Raw, Number>) {
    read(0, {reinterpret_cast<char*>(numbers.data()), count * sizeof(Raw)});
  } else {
    std::vector<char> block(std::min(count, kBlock) * sizeof(Raw));
    for (std::uint64_t at = 0; at < count; at += kBlock) {
      const std::uint64_t part = std::min(count - at, kBlock);
      read(at * sizeof(Raw), std::span(block).first(part * sizeof(Raw)));
      convert_raw(block.data(), part, number, numbers.data() + at);
    }
  }
  return numbers;
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

Dims tensor_dims(const TensorProto& tensor) {
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

std::uint64_t field_count(const TensorProto& tensor) {
  const auto count = tensor.float_data_size() + tensor.int64_data_size() +
                     tensor.int32_data_size() + tensor.double_data_size() +
                     tensor.uint64_data_size() + tensor.string_data_size();
  return static_cast<std::uint64_t>(count);
}

OnnxNumbers read_numbers(OnnxType type, std::uint64_t count,
                         const std::function<void(std::uint64_t at, std::span<char> bytes)>& read) {
  return by_type(type, [&](auto number) { return read_all(count, number, read); });
}

void require_kind(const TensorProto& tensor) {
  if (tensor.has_segment()) {
    fail(tensor, "is stored in segments, which is not supported");
  }
  const std::optional<OnnxType> type = onnx_type(tensor.data_type());
  if (!type) {
    fail(tensor, "has elements of type " + type_name(tensor.data_type()) +
                     "; supported: " + supported_onnx_types());
  }
  const Dims dims = tensor_dims(tensor);
  const bool empty_list = !info_of(*type).element && dims == Dims{0};  // the shape of a scalar
  if (const std::string problem = dims_problem(dims); !problem.empty() && !empty_list) {
    fail(tensor, problem);
  }
}

void require_tensor(const TensorProto& tensor) {
  if (is_external(tensor)) {
    fail(tensor, "has external data, in another file, which only initializers of a model may have");
  }
  require_kind(tensor);
  const OnnxType type = onnx_type(tensor.data_type()).value();
  const OnnxTypeInfo& info = info_of(type);
  const Dims dims = tensor_dims(tensor);
  const std::uint64_t wanted = element_count(dims);
  const std::uint64_t typed = field_size(tensor, type);
  if (field_count(tensor) != typed || (tensor.has_raw_data() && typed != 0)) {
    fail(tensor, "has data in more than one form");
  }
  const std::uint64_t bytes =
      tensor.has_raw_data() ? tensor.raw_data().size() : typed * info.raw_bytes;
  if (bytes != wanted * info.raw_bytes) {
    fail(tensor, "has the shape " + to_string(dims) + ", which takes " +
                     std::to_string(wanted * info.raw_bytes) + " bytes of data, but holds " +
                     std::to_string(bytes));
  }
  if (const auto element = wrong_element(tensor, info)) {
    fail(tensor, "holds " + std::to_string(*element) + ", which is no element of type " +
                     std::string(info.name));
  }
}

OnnxTensor tensor_values(TensorProto& tensor) {
  const OnnxType type = onnx_type(tensor.data_type()).value();
  if (!info_of(type).element) {
    TensorProto copy = tensor;
    return {tensor.name(), tensor_dims(tensor), type, take_numbers(copy, type)};
  }
  return {tensor.name(), tensor_dims(tensor), type, take_numbers(tensor, type)};
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
