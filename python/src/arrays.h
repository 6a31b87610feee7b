// Values of tensors as NumPy arrays and back.
#pragma once

#include <string>

#include <pybind11/numpy.h>

#include "python/src/bindings.h"

namespace tilewave::python {

/// The given arrays by tensor of the program, or of the ONNX model by its own names and shapes. Arrays are of
/// any layout. Throws InputError for a name, a shape or a kind of number that the model does not have.
TensorValues values_of(const py::dict& arrays, const PreparedWork& work);

/// A contiguous copy of type float32, of what an f32 input may be given as. Throws InputError likewise; what
/// asking an object for its numbers throws besides, it throws.
py::array float32_values(const std::string& name, const py::object& value);

/// An ONNX model with these values for what it calls so. Throws InputError.
OnnxModel with_values(const OnnxModel& model, const py::dict& arrays);

/// Arrays of the model's outputs: as an ONNX model calls and shapes them, else matrices. f32, f16, i8, u8 and i32
/// as NumPy has them; bf16, which it has not, as float32.
py::dict outputs_of(const PreparedWork& work, const TensorValues& values);

}  // namespace tilewave::python
