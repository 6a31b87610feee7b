// NumPy's layouts are NumPy's to undo: arrays come in contiguous, of float32, int32 or int64.
#include "python/src/arrays.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "compiler/base/error.h"
#include "compiler/base/nearest.h"
#include "compiler/base/text.h"
#include "compiler/program/element_rounding.h"

namespace tilewave::python {
namespace {

using Floats = py::array_t<float, py::array::c_style | py::array::forcecast>;
using Integers = py::array_t<std::int64_t, py::array::c_style | py::array::forcecast>;
/// Every number of NumPy's types is one of these.
using Exact = py::array_t<long double, py::array::c_style | py::array::forcecast>;

std::string dims_text(const py::array& array) {
  std::string text = "(";
  for (py::ssize_t i = 0; i < array.ndim(); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(array.shape(i));
  }
  return text + ")";
}

std::string dims_text(const Dims& dims) {
  std::string text = "(";
  for (std::size_t i = 0; i < dims.size(); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(dims[i]);
  }
  return text + ")";
}

/// Numbers: booleans, integers or floats, not objects, texts, times or complex numbers.
py::array numbers_of(const std::string& name, const py::handle& value) {
  if (py::hasattr(value, "mask") && py::hasattr(value, "filled")) {
    throw InputError("input " + in_quotes(name) + " is a masked array; fill it first");
  }
  py::array array;
  try {
    array = py::module_::import("numpy").attr("asarray")(value).cast<py::array>();
  } catch (py::error_already_set& error) {
    if (!error.matches(PyExc_TypeError) && !error.matches(PyExc_ValueError)) {
      throw;  // an interrupt, or what else comes of asking an object for its numbers
    }
    throw InputError("input " + in_quotes(name) + " is no array");
  }
  const char kind = array.dtype().kind();
  if (kind != 'f' && kind != 'i' && kind != 'u' && kind != 'b') {
    throw InputError("input " + in_quotes(name) + " is of dtype " +
                     py::str(array.dtype()).cast<std::string>() +
                     "; allowed: floats, integers, booleans");
  }
  return array;
}

bool has_dims(const py::array& array, const std::vector<std::uint64_t>& dims) {
  return static_cast<std::size_t>(array.ndim()) == dims.size() &&
         std::equal(dims.begin(), dims.end(), array.shape(),
                    [](std::uint64_t dim, py::ssize_t has) {
                      return dim == static_cast<std::uint64_t>(has);
                    });
}

/// Throws InputError unless the type holds every number as it is; f32 floats that round to it.
void check_numbers(const std::string& name, const py::array& array, ElementType type) {
  if (type == ElementType::kF32 && array.dtype().kind() == 'f' && array.dtype().itemsize() <= 4) {
    return;  // it holds all of these
  }
  const bool rounds = type == ElementType::kF32 && array.dtype().kind() == 'f';
  const Exact numbers = Exact::ensure(array);
  for (py::ssize_t i = 0; i < numbers.size(); ++i) {
    const long double number = numbers.data()[i];
    const long double held = rounded_to(type, static_cast<double>(number));
    const bool right = std::isnan(number) ? !is_integer(type)
                       : rounds           ? std::isfinite(held) || !std::isfinite(number)
                                          : held == number;
    if (!right) {
      const py::object value = array.attr("ravel")()[py::int_(i)];
      throw InputError("value " + std::to_string(i) + " for " + in_quotes(name) + " is " +
                       py::str(value).cast<std::string>() + ", which is no " +
                       std::string(to_string(type)));
    }
  }
}

/// The numbers as they are, f32 rounded.
FloatArray to_tensor(const std::string& name, const py::array& array, ElementType type) {
  check_numbers(name, array, type);
  FloatArray values(static_cast<std::size_t>(array.size()), type);
  if (type == ElementType::kI32) {
    const Integers integers = Integers::ensure(array);
    std::copy_n(integers.data(), values.size(), values.integers());
  } else {
    const Floats floats = Floats::ensure(array);
    std::copy_n(floats.data(), values.size(), values.data());
  }
  return values;
}

template <typename Element>
py::array copied(const FloatArray& values, std::vector<py::ssize_t> shape) {
  py::array_t<Element> array(std::move(shape));
  Element* to = array.mutable_data();
  for (std::size_t i = 0; i < values.size(); ++i) {
    to[i] = static_cast<Element>(values.number(i));
  }
  return array;
}

py::array to_numpy(const FloatArray& values, const std::vector<py::ssize_t>& shape,
                   ElementType type) {
  switch (type) {
    case ElementType::kI8: return copied<std::int8_t>(values, shape);
    case ElementType::kU8: return copied<std::uint8_t>(values, shape);
    case ElementType::kI32: return copied<std::int32_t>(values, shape);
    case ElementType::kF16:
      return copied<float>(values, shape).attr("astype")("float16").cast<py::array>();
    case ElementType::kF32:
    case ElementType::kBf16: break;
  }
  py::array_t<float> array(shape);
  std::memcpy(array.mutable_data(), values.data(), values.size() * sizeof(float));
  return array;
}

}  // namespace

py::array float32_values(const std::string& name, const py::object& value) {
  const py::array array = numbers_of(name, value);
  check_numbers(name, array, ElementType::kF32);
  return py::array(Floats::ensure(array)).attr("copy")().cast<py::array>();
}

TensorValues values_of(const py::dict& arrays, const PreparedWork& work) {
  const Program& program = work.compiled.program;
  TensorValues values;
  for (const auto& [key, value] : arrays) {
    if (!py::isinstance<py::str>(key)) {
      throw InputError("inputs: a name is a str, not " +
                       py::str(py::type::of(key)).cast<std::string>());
    }
    const auto name = key.cast<std::string>();
    const auto tensor = std::ranges::find_if(program.tensors, [&](const ProgramTensor& entry) {
      return entry.name == name &&
             (entry.role == TensorRole::kInput || entry.role == TensorRole::kParameter);
    });
    if (tensor == program.tensors.end()) {
      std::vector<std::string> known;
      for (const ProgramTensor& entry : program.tensors) {
        if (entry.role == TensorRole::kInput || entry.role == TensorRole::kParameter) {
          known.push_back(entry.name);
        }
      }
      throw InputError("no input or parameter is called " + in_quotes(name) +
                       did_you_mean(name, known));
    }
    const py::array array = numbers_of(name, value);
    if (!has_dims(array, {tensor->shape.rows, tensor->shape.cols})) {
      throw InputError("input " + in_quotes(name) + " has the shape " + dims_text(array) +
                       ", the model's is (" + std::to_string(tensor->shape.rows) + ", " +
                       std::to_string(tensor->shape.cols) + ")");
    }
    values.emplace(name, to_tensor(name, array, tensor->type()));
  }
  return values;
}

OnnxModel with_values(const OnnxModel& model, const py::dict& arrays) {
  OnnxModel given = model;
  for (const auto& [key, value] : arrays) {
    const auto name = py::str(key).cast<std::string>();
    const auto source = std::ranges::find(given.sources, name, &OnnxSource::name);
    if (source == given.sources.end()) {
      std::vector<std::string> known;
      for (const OnnxSource& entry : given.sources) {
        known.push_back(entry.name);
      }
      throw InputError("the model has no input called " + in_quotes(name) +
                       did_you_mean(name, known));
    }
    const py::array array = numbers_of(name, value);
    std::vector<std::uint64_t> dims(source->dims.begin(), source->dims.end());
    if (!has_dims(array, dims)) {
      throw InputError("input " + in_quotes(name) + " has the shape " + dims_text(array) +
                       ", the model's is " + dims_text(source->dims));
    }
    const bool integers = source->values
                              ? std::holds_alternative<std::vector<std::int64_t>>(*source->values)
                              : source->type == ElementType::kI32;
    check_numbers(name, array, integers ? ElementType::kI32 : source->type);
    const auto size = static_cast<std::size_t>(array.size());
    if (integers) {
      const Integers numbers = Integers::ensure(array);
      source->values = std::vector<std::int64_t>(numbers.data(), numbers.data() + size);
    } else {
      const Floats numbers = Floats::ensure(array);
      source->values = std::vector<float>(numbers.data(), numbers.data() + size);
    }
  }
  return given;
}

py::dict outputs_of(const PreparedWork& work, const TensorValues& values) {
  py::dict arrays;
  if (work.onnx) {
    for (const OnnxOutput& output : work.onnx->outputs) {
      FloatArray all;
      std::size_t size = 0;
      for (const std::string& tensor : output.tensors) {
        size += values.at(tensor).size();
      }
      all = FloatArray(size, output.type);
      std::size_t at = 0;
      for (const std::string& tensor : output.tensors) {
        const FloatArray& part = values.at(tensor);
        for (std::size_t i = 0; i < part.size(); ++i) {
          all.set(at++, part.number(i));
        }
      }
      arrays[py::str(output.name)] = to_numpy(
          all, std::vector<py::ssize_t>(output.dims.begin(), output.dims.end()), output.type);
    }
    return arrays;
  }
  for (const ProgramTensor& tensor : work.compiled.program.tensors) {
    const auto found = values.find(tensor.name);
    if (tensor.role == TensorRole::kOutput && found != values.end()) {
      arrays[py::str(tensor.name)] = to_numpy(found->second,
                                              {static_cast<py::ssize_t>(tensor.shape.rows),
                                               static_cast<py::ssize_t>(tensor.shape.cols)},
                                              tensor.type());
    }
  }
  return arrays;
}

}  // namespace tilewave::python
