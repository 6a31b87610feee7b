// The values for, and expected from, an ONNX model: files with one TensorProto each, named as in
// ONNX's test data, and NumPy's files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/onnx/onnx_import.h"
#include "sim/model/float_array.h"

namespace tilewave {

/// Everything that is read along with an ONNX model.
struct OnnxArguments {
  std::optional<std::uint64_t> batch;
  std::vector<std::string> inputs = {};  ///< files and directories
  std::vector<OnnxSize> sizes = {};      ///< of dimensions by name
  OnnxWeights weights = OnnxWeights::kRead;

  /// The first option of a command line that makes it not so; empty if it is.
  std::string first_option() const;
};

bool is_onnx_model(const std::string& file);  ///< by its name, which ends in .onnx

/// All files that --inputs names, those in directories too; none of a directory that cannot be
/// read.
std::vector<std::string> input_files(const OnnxArguments& arguments);
/// Those of --expect.
std::vector<std::string> expected_files(const std::string& path);

/// The model with the inputs that the arguments name. Throws InputError.
OnnxModel load_onnx_model(const std::string& file, const OnnxArguments& arguments);
/// What is in the model, whether it can be imported or not. Throws InputError if it is none.
OnnxSurvey survey_onnx_model(const std::string& file, const OnnxArguments& arguments);

/// The numbers as an array of this type has them.
FloatArray array_of(const OnnxNumbers& numbers, ElementType type);

struct ExpectedOutput {
  std::string file;
  FloatArray values;
};

/// The tensors that a directory's output_0.pb, output_1.npy..., or a file, hold for the model's outputs,
/// in the model's order. Throws InputError unless there is one of the right type and shape for
/// each.
std::vector<ExpectedOutput> read_expected_outputs(const std::string& path, const OnnxModel& model);

}  // namespace tilewave
