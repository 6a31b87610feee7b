// Applies arrangements in both directions, and compares with the tolerance.
#include "sim/verify/onnx_values.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "sim/verify/verification.h"

namespace tilewave {
namespace {

std::vector<float> source_values(const OnnxSource& source, std::uint64_t seed) {
  if (source.values) {
    return *source.values;
  }
  ProgramTensor tensor;
  tensor.name = to_legal_name(source.name);
  tensor.role = TensorRole::kInput;
  tensor.shape = {1, element_count(source.dims)};
  const FloatArray drawn = draw_tensor(seed, tensor);
  return {drawn.begin(), drawn.end()};
}

void compare(float actual, float expected, ExpectedComparison& result) {
  ++result.elements;
  if (std::isfinite(actual) && std::isfinite(expected)) {
    result.max_abs_error = std::max(result.max_abs_error, std::abs(static_cast<double>(actual) -
                                                                   static_cast<double>(expected)));
  }
  result.mismatches += within_tolerance(actual, expected) ? 0 : 1;
}

}  // namespace

TensorValues onnx_tensor_values(const OnnxModel& model, std::uint64_t seed) {
  std::vector<std::vector<const OnnxBinding*>> bindings(model.sources.size());
  for (const OnnxBinding& binding : model.bindings) {
    bindings[binding.source].push_back(&binding);
  }
  TensorValues values;
  for (std::size_t i = 0; i < bindings.size(); ++i) {
    if (bindings[i].empty()) {
      continue;
    }
    const std::vector<float> source = source_values(model.sources[i], seed);
    for (const OnnxBinding* binding : bindings[i]) {
      values.emplace(binding->tensor, binding->arrangement.apply(source, binding->scale));
    }
  }
  return values;
}

ExpectedComparison compare_outputs(const OnnxModel& model, const Program& program,
                                   const DramImage& image,
                                   const std::vector<ExpectedOutput>& expected) {
  std::unordered_map<std::string, std::uint32_t> tensors;
  for (std::uint32_t i = 0; i < program.tensors.size(); ++i) {
    tensors.emplace(program.tensors[i].name, i);
  }
  ExpectedComparison result;
  for (std::size_t i = 0; i < model.outputs.size(); ++i) {
    const OnnxOutput& output = model.outputs[i];
    const std::vector<float>& wanted = expected[i].values;
    std::uint64_t flat = 0;
    for (const std::string& tensor : output.tensors) {
      for (const float actual : image.read(tensors.at(tensor))) {
        compare(actual, wanted[flat], result);
        if (result.mismatches != 0 && !result.first) {
          result.first = {expected[i].file, output.name, unravel(flat, output.dims), actual,
                          wanted[flat]};
        }
        ++flat;
      }
    }
    ++result.outputs;
  }
  return result;
}

}  // namespace tilewave
