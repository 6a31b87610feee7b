// Elements block by block, straight into the values where they lie alike.
#include "sim/model/npy_files.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <optional>
#include <span>
#include <sstream>
#include <type_traits>

#include "compiler/base/error.h"
#include "compiler/program/element_conversions.h"
#include "compiler/program/element_rounding.h"
#include "sim/base/files.h"
#include "sim/model/zip_directory.h"

namespace fs = std::filesystem;

namespace tilewave {
namespace {

/// As many as a .pb file may have.
constexpr std::uint64_t kMostBytes = kMaxOnnxBytes;

/// A half as it lies in a file.
struct Half {
  std::uint16_t bits;
};

std::int64_t number_of(std::int8_t raw) { return raw; }
std::int64_t number_of(std::uint8_t raw) { return raw; }
std::int64_t number_of(std::int32_t raw) { return raw; }
std::int64_t number_of(std::int64_t raw) { return raw; }
double number_of(float raw) { return static_cast<double>(raw); }
double number_of(double raw) { return raw; }
double number_of(Half raw) {
  float value = 0;
  widen_elements(&value, &raw.bits, ElementType::kF16, 1);
  return static_cast<double>(value);
}

std::string text_of(std::int64_t number) { return std::to_string(number); }
std::string text_of(double number) {
  std::ostringstream text;
  text << number;
  return text.str();
}

/// Whether an integer type of ONNX has the number.
bool is_held(std::int64_t number, const OnnxTypeInfo& info) {
  return number >= info.least_field && number <= info.most_field;
}
bool is_held(double number, const OnnxTypeInfo& info) {
  return std::abs(number) < 0x1p63 && std::trunc(number) == number &&
         is_held(static_cast<std::int64_t>(number), info);
}

/// Without loss, which doubles of large integers have.
bool is_double(std::int64_t number) {
  const auto value = static_cast<double>(number);
  return value < 0x1p63 && static_cast<std::int64_t>(value) == number;
}
bool is_double(double) { return true; }

bool is_float_held(auto number, OnnxType type) {
  const auto value = static_cast<double>(number);
  if (std::isnan(value)) {
    return true;
  }
  const ElementType element = info_of(type).element.value();
  const double held = rounded_to(element, value);
  return type == OnnxType::kFloat ? std::isfinite(held) || std::isinf(value)
                                  : held == value && is_double(number);
}

/// Values of `Number`, float or int64, of the elements of `Raw`.
template <typename Number, typename Raw>
std::vector<Number> read_as(ByteStream& stream, std::uint64_t count, OnnxType type) {
  constexpr std::uint64_t kBlock = std::uint64_t{1} << 16U;
  const auto fill = [&stream](void* to, std::size_t bytes) {
    if (stream.read(static_cast<char*>(to), bytes) != bytes) {
      throw InputError("ends within its data");
    }
  };
  std::vector<Number> numbers(count);
  if (std::is_same_v<Raw, Number> && (type == OnnxType::kFloat || type == OnnxType::kInt64)) {
    fill(numbers.data(), count * sizeof(Number));
    return numbers;
  }
  const OnnxTypeInfo& info = info_of(type);
  const bool to_integers = !info.element || is_integer(*info.element);
  std::vector<Raw> block(std::min(count, kBlock));
  for (std::uint64_t at = 0; at < count; at += kBlock) {
    const std::uint64_t part = std::min(count - at, kBlock);
    fill(block.data(), part * sizeof(Raw));
    for (std::uint64_t i = 0; i < part; ++i) {
      const auto number = number_of(block[i]);
      if (!(to_integers ? is_held(number, info) : is_float_held(number, type))) {
        throw InputError("value " + std::to_string(at + i) + " is " + text_of(number) +
                         ", which is no " + to_string(type));
      }
      numbers[at + i] = static_cast<Number>(number);
    }
  }
  return numbers;
}

template <typename Number>
OnnxNumbers read_elements(ByteStream& stream, const NpyHeader& header, OnnxType type) {
  const std::uint64_t count = element_count(header.dims);
  switch (header.type) {
    case NpyType::kF32: return read_as<Number, float>(stream, count, type);
    case NpyType::kF64: return read_as<Number, double>(stream, count, type);
    case NpyType::kF16: return read_as<Number, Half>(stream, count, type);
    case NpyType::kI8: return read_as<Number, std::int8_t>(stream, count, type);
    case NpyType::kU8: return read_as<Number, std::uint8_t>(stream, count, type);
    case NpyType::kI32: return read_as<Number, std::int32_t>(stream, count, type);
    case NpyType::kI64: return read_as<Number, std::int64_t>(stream, count, type);
    case NpyType::kBool: return read_as<Number, std::uint8_t>(stream, count, type);
  }
  throw InternalError("no such NumPy type");
}

/// Columns first to rows first.
OnnxNumbers turned(const OnnxNumbers& numbers, const Dims& dims) {
  std::vector<std::size_t> backwards(dims.size());
  std::iota(backwards.rbegin(), backwards.rend(), std::size_t{0});
  const Arrangement rows = Arrangement({dims.rbegin(), dims.rend()}).transpose(backwards);
  return std::visit([&rows](const auto& all) -> OnnxNumbers { return rows.apply(std::span(all)); },
                    numbers);
}

/// Throws InputError, which begins with the file's name.
std::shared_ptr<std::istream> open_file(const std::string& file, const std::string& kind) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  // A header is read before it is known what the numbers are for, and they when it is.
  if (fs::exists(status) && !fs::is_directory(status) && !fs::is_regular_file(status)) {
    throw InputError(one_line(file) + ": is no regular file, as " + kind + "s have to be");
  }
  const FileReader complaints(file, kind);
  return std::make_shared<std::ifstream>(file, std::ios::binary);
}

std::uint64_t bytes_of(const std::string& file) {
  std::error_code error;
  const std::uintmax_t bytes = fs::file_size(file, error);
  return error ? 0 : bytes;
}

template <typename Action>
auto at_place(const std::string& place, Action&& action) {
  try {
    return std::forward<Action>(action)();
  } catch (const InputError& error) {
    throw InputError(place + ": " + error.what());
  }
}

}  // namespace

bool is_npy_file(const std::string& file) { return file.ends_with(".npy"); }

bool is_npz_file(const std::string& file) { return file.ends_with(".npz"); }

OnnxNumbers read_npy_numbers(ByteStream& stream, const NpyHeader& header, OnnxType type) {
  const bool has_integers =
      type == OnnxType::kInt32 || type == OnnxType::kInt64 || type == OnnxType::kBool;
  OnnxNumbers numbers = has_integers ? read_elements<std::int64_t>(stream, header, type)
                                     : read_elements<float>(stream, header, type);
  char more = 0;
  if (stream.read(&more, 1) != 0) {
    throw InputError("goes on behind its data");
  }
  return header.is_fortran && header.dims.size() > 1 ? turned(numbers, header.dims) : numbers;
}

OnnxArray npy_array(const std::string& place, const std::string& name, std::uint64_t file_bytes,
                    OpenBytes open) {
  const NpyHeader header = at_place(place, [&] {
    const NpyHeader read = read_npy_header(*open(), file_bytes);
    if (read.data_bytes() > kMostBytes) {
      throw InputError("holds " + std::to_string(read.data_bytes()) + " bytes of data, at most " +
                       std::to_string(kMostBytes) + " are allowed");
    }
    return read;
  });
  OnnxArray array;
  array.name = name;
  array.dims = header.dims;
  array.read = [place, header, file_bytes, open = std::move(open)](OnnxType type) {
    return at_place(place, [&] {
      const std::unique_ptr<ByteStream> stream = open();
      if (read_npy_header(*stream, file_bytes) != header) {
        throw InputError("has changed while it was read");
      }
      return read_npy_numbers(*stream, header, type);
    });
  };
  return array;
}

OnnxInput read_npy_file(const std::string& file, std::size_t index) {
  open_file(file, "NumPy file");
  const std::uint64_t bytes = bytes_of(file);
  OnnxArray array = npy_array(one_line(file), fs::path(file).stem().string(), bytes, [=] {
    return std::make_unique<StreamRange>(open_file(file, "NumPy file"), 0, bytes);
  });
  return {"", one_line(file), index, std::move(array)};
}

std::vector<OnnxInput> read_npz_file(const std::string& file) {
  const std::string kind = "NumPy archive";
  const std::shared_ptr<std::istream> stream = open_file(file, kind);
  std::vector<OnnxInput> inputs;
  const auto members = at_place(one_line(file), [&stream] { return read_zip_directory(*stream); });
  for (const ZipMember& member : members) {
    const std::string place = one_line(file) + " (" + one_line(member.name) + ")";
    if (!is_npy_file(member.name)) {
      throw InputError(place + ": is no array, whose names end in .npy");
    }
    const std::string name = member.name.substr(0, member.name.size() - 4);
    OnnxArray array = npy_array(place, name, member.bytes,
                                [=] { return open_zip_member(open_file(file, kind), member); });
    array.is_named_only = true;
    inputs.push_back({"", place, 0, std::move(array)});
  }
  if (inputs.empty()) {
    throw InputError(one_line(file) + ": holds no array");
  }
  return inputs;
}

}  // namespace tilewave
