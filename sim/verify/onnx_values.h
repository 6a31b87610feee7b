// Between the values that an ONNX model speaks of and the tensors of its graph: what goes into the
// machine, and whether what comes out is what --expect says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/onnx/onnx_import.h"
#include "compiler/program/program.h"
#include "models/dram/image.h"
#include "sim/model/onnx_files.h"
#include "sim/model/tensor_data.h"

namespace tilewave {

/// For every input and parameter of the graph. What was not given is drawn from the seed, under the
/// name that the model has for it.
TensorValues onnx_tensor_values(const OnnxModel& model, std::uint64_t seed);

/// How many of the weights in the graph are in other files and have not been read, so that they are
/// drawn if values are wanted.
std::uint64_t unread_weights(const OnnxModel& model);

/// Outputs compared with those of files, within the tolerance of verification.h; with twice the
/// uncertainty, as who made the file has rounded too, in another order and, where the model scales
/// its weights, other weights.
struct ExpectedComparison {
  struct Difference {
    std::string file;
    std::string output;  ///< as the model calls it
    Dims index;          ///< in the shape that the model gives it
    double actual = 0;
    double expected = 0;
    double allowed = 0;  ///< error
  };

  std::string directory;
  std::uint64_t outputs = 0;
  std::uint64_t elements = 0;
  std::uint64_t mismatches = 0;
  std::uint64_t by_rounding = 0;  ///< elements that are right only for what rounding may do
  double max_abs_error = 0;       ///< over the finite values
  std::optional<Difference> first;

  bool passed() const { return mismatches == 0; }
};

/// `expected` as from read_expected_outputs(), `sources` as from onnx_tensor_values().
ExpectedComparison compare_outputs(const OnnxModel& model, const Program& program,
                                   const TensorValues& sources, const DramImage& image,
                                   const std::vector<ExpectedOutput>& expected);

}  // namespace tilewave
