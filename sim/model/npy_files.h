// NumPy's arrays as the values of an ONNX model's inputs and outputs: .npy, one array, and .npz, several
// by name. Only headers are read at first; the numbers when it is known that the shape is right and
// which type they are for.
#pragma once

#include <functional>
#include <istream>
#include <memory>
#include <string>
#include <vector>

#include "compiler/onnx/onnx_import.h"
#include "sim/model/byte_stream.h"
#include "sim/model/npy_header.h"

namespace tilewave {

bool is_npy_file(const std::string& file);  ///< by its name
bool is_npz_file(const std::string& file);

/// The array is for the input that the file is named after, else for the one at `index`. Throws
/// InputError, which begins with the file's name.
OnnxInput read_npy_file(const std::string& file, std::size_t index);

/// One for each member NAME.npy, for the input of that name. Throws InputError likewise.
std::vector<OnnxInput> read_npz_file(const std::string& file);

/// Opens the bytes that an array is in, from their beginning.
using OpenBytes = std::function<std::unique_ptr<ByteStream>()>;

/// `place` begins the messages. Throws InputError if the header is wrong.
OnnxArray npy_array(const std::string& place, const std::string& name, std::uint64_t file_bytes,
                    OpenBytes open);

/// The elements behind a header, as numbers of a type: those that it does not hold are refused, but
/// that floats of 32 bits are rounded to. Throws InputError, without the file's name.
OnnxNumbers read_npy_numbers(ByteStream& stream, const NpyHeader& header, OnnxType type);

}  // namespace tilewave
