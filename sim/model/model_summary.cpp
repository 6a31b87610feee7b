// Sums over tensors and operators of the graph; what only the model knows comes from the survey of it.
#include "sim/model/model_summary.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/graph/builtins.h"
#include "compiler/graph/operator_words.h"
#include "compiler/graph/placement.h"
#include "sim/base/files.h"
#include "sim/model/model_source.h"

namespace tilewave {
namespace {

/// Adds up to what 64 bits hold.
void add(std::optional<std::uint64_t>& sum, std::optional<std::uint64_t> number) {
  const bool fits = sum && number && *number <= std::numeric_limits<std::uint64_t>::max() - *sum;
  sum = fits ? std::optional(*sum + *number) : std::nullopt;
}

std::uint64_t bytes_of(const Tensor& tensor) {
  return tensor.shape.elements() * element_bytes(tensor.type);
}

std::optional<std::uint64_t> multiply_accumulates(const Graph& graph) {
  std::optional<std::uint64_t> sum = 0;
  for (const Operator& oper : graph.operators()) {
    if (oper.is_product()) {
      add(sum, graph.tensor(oper.output).shape.elements() * product_depth(graph, oper));
    }
  }
  return sum;
}

/// What views are parts of counts once, from the first operator that computes some of it to the last that reads
/// some of it.
std::uint64_t peak_intermediate_bytes(const Graph& model) {
  const Graph graph = with_copied_parts(model);
  const std::vector<Placed> placed = placements(graph);
  std::vector<std::uint64_t> born(graph.operators().size());  // bytes, by operator
  std::vector<std::uint64_t> freed(graph.operators().size());
  std::vector<std::optional<OperatorId>> last_use(graph.tensors().size());  // by root
  std::vector<std::optional<OperatorId>> first(graph.tensors().size());
  for (OperatorId id = 0; id < graph.operators().size(); ++id) {
    const Operator& oper = graph.operators()[id];
    if (!is_view(oper.kind)) {
      std::optional<OperatorId>& computed = first[placed[oper.output].root];
      computed = computed.value_or(id);
      for (const TensorId input : oper.inputs) {
        last_use[placed[input].root] = id;
      }
    }
  }
  for (TensorId root = 0; root < first.size(); ++root) {
    const Tensor& tensor = graph.tensor(root);
    if (tensor.role == TensorRole::kIntermediate && first[root] && last_use[root]) {
      born[*first[root]] += bytes_of(tensor);
      freed[*last_use[root]] += bytes_of(tensor);
    }
  }
  std::uint64_t live = 0;
  std::uint64_t peak = 0;
  for (std::size_t i = 0; i < born.size(); ++i) {
    live += born[i];
    peak = std::max(peak, live);
    live -= freed[i];
  }
  return peak;
}

OnnxDeclaration declaration(const Tensor& tensor) {
  return {tensor.name, std::string(to_string(tensor.type)),
          std::vector<OnnxDimension>{{tensor.shape.rows, {}}, {tensor.shape.cols, {}}},
          bytes_of(tensor)};
}

void add_graph(ModelSummary& summary, const Graph& graph) {
  summary.operators = graph.operators().size();
  std::map<std::string, std::size_t> counts;
  for (const Operator& oper : graph.operators()) {
    ++counts[operator_name(oper)];
  }
  for (const auto& [name, count] : counts) {
    summary.operator_counts.push_back({name, count});
  }
  std::ranges::stable_sort(summary.operator_counts, std::greater<>(), &OnnxOperatorCount::nodes);
  for (const Tensor& tensor : graph.tensors()) {
    if (tensor.role == TensorRole::kInput) {
      summary.inputs.push_back(declaration(tensor));
    } else if (tensor.role == TensorRole::kOutput) {
      summary.outputs.push_back(declaration(tensor));
    }
  }
  summary.figures = graph_figures(graph);
}

/// Parameters as the model has them: each once, whole, however many tensors of the graph are made of it.
void count_parameters(ModelFigures& figures, const OnnxModel& model) {
  figures.parameters = 0;
  figures.parameter_bytes = 0;
  std::set<std::size_t> counted;
  for (const OnnxBinding& binding : model.bindings) {
    const OnnxSource& source = model.sources[binding.source];
    if (source.role == TensorRole::kParameter && counted.insert(binding.source).second) {
      const std::uint64_t elements = element_count(source.dims);
      add(figures.parameters, elements);
      add(figures.parameter_bytes, elements * element_bytes(source.type));
    }
  }
}

std::optional<std::uint64_t> bytes_of(const std::vector<OnnxDeclaration>& values) {
  std::optional<std::uint64_t> sum = 0;
  for (const OnnxDeclaration& value : values) {
    add(sum, value.bytes);
  }
  return sum;
}

std::string error_of(const OnnxSurvey& survey, const std::string& file) {
  if (survey.model) {
    return {};
  }
  const std::string place = one_line(file) + ": ";
  if (survey.problems.empty()) {
    return place + survey.other;
  }
  return place + std::to_string(survey.problems.size()) + " of " + std::to_string(survey.nodes) +
         " nodes cannot be imported" + (survey.other.empty() ? "" : "; besides, " + survey.other);
}

void add_survey(ModelSummary& summary, OnnxSurvey survey) {
  summary.error = error_of(survey, summary.model);
  summary.operators = survey.nodes;
  summary.operator_counts = std::move(survey.operators);
  summary.inputs = std::move(survey.inputs);
  summary.outputs = std::move(survey.outputs);
  summary.problems = std::move(survey.problems);
  if (survey.model) {
    ModelFigures& figures = summary.figures;
    figures = graph_figures(survey.model->graph);
    count_parameters(figures, *survey.model);
    figures.input_bytes = bytes_of(summary.inputs);
    figures.output_bytes = bytes_of(summary.outputs);
  }
}

}  // namespace

const char* to_string(ModelKind kind) {
  switch (kind) {
    case ModelKind::kBuiltin: return "built-in";
    case ModelKind::kGraph: return "graph";
    case ModelKind::kOnnx: return "onnx";
  }
  throw InternalError("model kind " + std::to_string(static_cast<int>(kind)));
}

ModelFigures graph_figures(const Graph& graph) {
  ModelFigures figures{.multiply_accumulates = multiply_accumulates(graph),
                       .parameters = 0,
                       .parameter_bytes = 0,
                       .input_bytes = 0,
                       .output_bytes = 0,
                       .peak_intermediate_bytes = peak_intermediate_bytes(graph)};
  for (const Tensor& tensor : graph.tensors()) {
    switch (tensor.role) {
      case TensorRole::kParameter:
        add(figures.parameters, tensor.shape.elements());
        add(figures.parameter_bytes, bytes_of(tensor));
        break;
      case TensorRole::kInput: add(figures.input_bytes, bytes_of(tensor)); break;
      case TensorRole::kOutput: add(figures.output_bytes, bytes_of(tensor)); break;
      case TensorRole::kIntermediate: break;
    }
  }
  return figures;
}

ModelSummary summarize_model(const std::string& model, const OnnxArguments& arguments) {
  ModelSummary summary;
  summary.model = model;
  if (names_onnx_model(model, arguments)) {
    summary.kind = ModelKind::kOnnx;
    add_survey(summary, survey_onnx_model(model, arguments));
    return summary;
  }
  summary.kind = is_builtin(model) ? ModelKind::kBuiltin : ModelKind::kGraph;
  const Model loaded = load_model(model, arguments);
  const Graph* graph = graph_of(loaded);
  if (graph == nullptr) {
    throw InputError(input_name(model) +
                     ": is a program, which is what a model becomes on a machine; 'tilewave check' "
                     "verifies programs, 'tilewave compile' prints them");
  }
  add_graph(summary, *graph);
  return summary;
}

}  // namespace tilewave
