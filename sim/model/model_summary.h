// What a model is, without a machine: what it consists of, what it asks for, and, of an ONNX model that
// cannot be imported, why. How that is shown is not decided here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/graph/graph.h"
#include "compiler/onnx/onnx_import.h"
#include "sim/model/onnx_files.h"

namespace tilewave {

enum class ModelKind : std::uint8_t { kBuiltin, kGraph, kOnnx };

const char* to_string(ModelKind kind);  ///< "built-in", "graph", "onnx"

/// Figures of values that the model has; none: not known, or 2^64 and more.
struct ModelFigures {
  std::optional<std::uint64_t> multiply_accumulates;  ///< of all products, M x N x K each
  std::optional<std::uint64_t> parameters;            ///< elements
  std::optional<std::uint64_t> parameter_bytes;
  std::optional<std::uint64_t> input_bytes;
  std::optional<std::uint64_t> output_bytes;
  /// Of tensors that operators compute and that are no outputs, at once, when operators run one after
  /// another, in order: each from the one that computes it up to and including the last that reads it.
  std::optional<std::uint64_t> peak_intermediate_bytes;
};

struct ModelSummary {
  std::string model;  ///< as given
  ModelKind kind = ModelKind::kGraph;
  std::size_t operators = 0;
  /// In the model's own words: op_type of ONNX, words of text graphs; the most frequent first.
  std::vector<OnnxOperatorCount> operator_counts;
  ModelFigures figures;
  std::vector<OnnxDeclaration> inputs;
  std::vector<OnnxDeclaration> outputs;
  std::vector<OnnxNodeProblem> problems;  ///< nodes that cannot be imported, all of them
  std::string error;  ///< one line that says why figures are unknown; empty if they are known
};

/// Of a graph as it is, before fusion.
ModelFigures graph_figures(const Graph& graph);

/// `model` is a built-in or a file name. An ONNX model that cannot be imported has a summary with an
/// error. Throws InputError for what is no model at all, and for a program.
ModelSummary summarize_model(const std::string& model, const OnnxArguments& arguments = {});

}  // namespace tilewave
