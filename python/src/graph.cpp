// Graphs built operator by operator, models by name, and compiling them.
#include <map>

#include <pybind11/stl.h>

#include "compiler/graph/graph_text.h"
#include "compiler/program/functions.h"
#include "compiler/schedule/mapping.h"
#include "python/src/bindings.h"
#include "sim/model/model_source.h"
#include "sim/run/compile.h"

namespace tilewave::python {
namespace {

py::dict describe(const Graph& graph, TensorId id) {
  const Tensor& tensor = graph.tensor(id);
  py::dict text;
  text["name"] = tensor.name;
  text["shape"] = py::make_tuple(tensor.shape.rows, tensor.shape.cols);
  text["type"] = std::string(to_string(tensor.type));
  text["role"] = to_string(tensor.role);
  return text;
}

/// The words are checked in graph.py; the empty one is for runs without values.
OnnxWeights weights_of(const std::string& word) {
  return word == "drawn" ? OnnxWeights::kDrawn
         : word.empty()  ? OnnxWeights::kAsNeeded
                         : OnnxWeights::kRead;
}

/// A model by name, as on a command line: (graph or None, program or None, ONNX model or None). An
/// ONNX model's weights and arrangement stay with it.
py::tuple load(const std::string& name, std::optional<std::uint64_t> batch,
               const std::map<std::string, std::uint64_t>& sizes, const std::string& weights) {
  OnnxArguments arguments{.batch = batch};
  arguments.weights = weights_of(weights);
  for (const auto& [dimension, extent] : sizes) {
    arguments.sizes.push_back({dimension, extent});
  }
  Model model = load_model(name, arguments);
  if (auto* graph = std::get_if<Graph>(&model)) {
    return py::make_tuple(std::make_shared<Graph>(std::move(*graph)), py::none(), py::none());
  }
  if (auto* program = std::get_if<Program>(&model)) {
    return py::make_tuple(py::none(), std::make_shared<Program>(std::move(*program)), py::none());
  }
  auto onnx = std::make_shared<OnnxModel>(std::move(std::get<OnnxModel>(model)));
  auto graph = std::make_shared<Graph>(onnx->graph);
  return py::make_tuple(graph, py::none(), onnx);
}

Work compile(const Graph& graph, const Config& config, const std::shared_ptr<OnnxModel>& onnx) {
  auto work = std::make_shared<PreparedWork>(compile_work(graph, config));
  if (onnx) {
    work->onnx = *onnx;
  }
  return work;
}

/// What the compiler decides about a graph, as a file.
std::string mapping_text(const Graph& graph, const Config& config) {
  return to_text(mapping_of(compile_schedule(graph, choices_for(graph, config))));
}

}  // namespace

void add_graph(py::module_& module) {
  const py::class_<OnnxModel, std::shared_ptr<OnnxModel>> onnx_model(module, "OnnxModel");
  py::class_<Graph, std::shared_ptr<Graph>>(module, "Graph")
      .def(py::init<std::string>())
      .def_static("parse", &parse_graph)
      .def("text", [](const Graph& graph) { return to_text(graph); })
      .def("name", &Graph::name)
      .def("copy", [](const Graph& graph) { return std::make_shared<Graph>(graph); })
      .def("add_source",
           [](Graph& graph, const std::string& name, std::uint64_t rows, std::uint64_t cols,
              const std::string& type, bool parameter) {
             const Shape shape{rows, cols};
             return parameter ? graph.add_parameter(name, shape, read_element_type(type))
                              : graph.add_input(name, shape, read_element_type(type));
           })
      // Operators come by their line of the text form: what the register of functions gains, Python has.
      .def("add_statement", &add_statement)
      .def("mark_output", &Graph::mark_output)
      .def("find", &Graph::find)
      .def("tensor", &describe)
      .def("operators", [](const Graph& graph) { return graph.operators().size(); })
      .def("tensors", [](const Graph& graph) { return graph.tensors().size(); });
  module.def("load", &load);
  module.def("functions", [] {
    py::list all;
    for (const FunctionInfo& function : functions()) {
      py::list parameters;
      for (const FunctionParameter& parameter : function.parameters) {
        parameters.append(py::make_tuple(std::string(parameter.name), parameter.otherwise));
      }
      all.append(py::make_tuple(std::string(function.word), function.arity, parameters));
    }
    return all;
  });
  module.def("compile", &compile);
  module.def("mapping", &mapping_text);
}

}  // namespace tilewave::python
