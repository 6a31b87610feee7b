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

/// Outputs compared with those of files, within the tolerance of verification.h.
struct ExpectedComparison {
  struct Difference {
    std::string file;
    std::string output;  ///< as the model calls it
    Dims index;          ///< in the shape that the model gives it
    float actual = 0;
    float expected = 0;
  };

  std::string directory;
  std::uint64_t outputs = 0;
  std::uint64_t elements = 0;
  std::uint64_t mismatches = 0;
  double max_abs_error = 0;  ///< over the finite values
  std::optional<Difference> first;

  bool passed() const { return mismatches == 0; }
};

/// `expected` as from read_expected_outputs().
ExpectedComparison compare_outputs(const OnnxModel& model, const Program& program,
                                   const DramImage& image,
                                   const std::vector<ExpectedOutput>& expected);

}  // namespace tilewave
