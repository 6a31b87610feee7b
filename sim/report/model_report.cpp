// One block of lines, or one object, for each part of the summary.
#include "sim/report/model_report.h"

#include <vector>

#include "compiler/base/build_identity.h"
#include "sim/base/files.h"
#include "sim/base/text_table.h"

namespace tilewave {
namespace {

using Json = nlohmann::ordered_json;
using Figure = std::optional<std::uint64_t>;

std::string figure_text(const Figure& figure, const std::string& unit) {
  return figure ? with_separators(*figure) + " " + unit : "unknown";
}

/// "[8,128]", "[N,?]"
std::string dims_text(const OnnxDeclaration& value) {
  if (!value.dims) {
    return "of unknown shape";
  }
  std::string text;
  for (const OnnxDimension& dim : *value.dims) {
    text += (text.empty() ? "" : ",") + (dim.number         ? std::to_string(*dim.number)
                                         : dim.name.empty() ? "?"
                                                            : one_line(dim.name));
  }
  return "[" + text + "]";
}

std::string operators_text(const ModelSummary& summary) {
  const bool is_onnx = summary.kind == ModelKind::kOnnx;
  TextTable table;
  for (const OnnxOperatorCount& count : summary.operator_counts) {
    table.add({one_line(count.name), with_separators(count.nodes),
               count.supported ? "" : "not supported"});
  }
  return headed_line("operators", count_text(summary.operators, is_onnx ? "node" : "operator")) +
         table.text();
}

std::string values_text(const std::string& heading, const std::vector<OnnxDeclaration>& values,
                        const Figure& bytes) {
  std::string text = headed_line(heading, figure_text(bytes, "B"));
  TextTable table;
  for (const OnnxDeclaration& value : values) {
    table.add({one_line(value.name), dims_text(value),
               value.type.empty() ? "no tensor" : one_line(value.type)});
  }
  return text + table.text();
}

std::string problems_text(const ModelSummary& summary) {
  if (summary.problems.empty()) {
    return {};
  }
  std::string text = headed_line("problems", count_text(summary.problems.size(), "node"));
  for (const OnnxNodeProblem& problem : summary.problems) {
    text += "  " + problem.place + ": " + problem.reason + "\n";
  }
  return text;
}

template <typename Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json values_json(const std::vector<OnnxDeclaration>& values) {
  Json list = Json::array();
  for (const OnnxDeclaration& value : values) {
    Json dims = nullptr;
    if (value.dims) {
      dims = Json::array();
      for (const OnnxDimension& dim : *value.dims) {
        dims.push_back(dim.number ? Json(*dim.number) : Json(dim.name));
      }
    }
    list.push_back({{"name", value.name},
                    {"type", value.type.empty() ? Json(nullptr) : Json(value.type)},
                    {"dims", std::move(dims)},
                    {"bytes", or_null(value.bytes)}});
  }
  return list;
}

Json operators_json(const ModelSummary& summary) {
  Json list = Json::array();
  for (const OnnxOperatorCount& count : summary.operator_counts) {
    list.push_back({{"name", count.name}, {"count", count.nodes}, {"supported", count.supported}});
  }
  return list;
}

Json problems_json(const ModelSummary& summary) {
  Json list = Json::array();
  for (const OnnxNodeProblem& problem : summary.problems) {
    list.push_back({{"node", problem.number},
                    {"name", problem.name},
                    {"operator", problem.operator_name},
                    {"reason", problem.reason}});
  }
  return list;
}

}  // namespace

std::string model_text(const ModelSummary& summary) {
  const ModelFigures& figures = summary.figures;
  return headed_line("model", one_line(summary.model)) + operators_text(summary) +
         headed_line("work", figure_text(figures.multiply_accumulates, "multiply-accumulates")) +
         headed_line("parameters", figures.parameters
                                       ? figure_text(figures.parameters, "elements") + ", " +
                                             figure_text(figures.parameter_bytes, "B")
                                       : "unknown") +
         values_text("inputs", summary.inputs, figures.input_bytes) +
         values_text("outputs", summary.outputs, figures.output_bytes) +
         headed_line("peak", figure_text(figures.peak_intermediate_bytes,
                                         "B of intermediate tensors at once")) +
         problems_text(summary);
}

Json model_json(const ModelSummary& summary) {
  const ModelFigures& figures = summary.figures;
  return {{"schema", kModelSchema},
          {"version", kModelVersion},
          {"tilewave", version_number()},
          {"build", build_id()},
          {"model", summary.model},
          {"kind", to_string(summary.kind)},
          {"operators", summary.operators},
          {"operator_counts", operators_json(summary)},
          {"multiply_accumulates", or_null(figures.multiply_accumulates)},
          {"parameters", or_null(figures.parameters)},
          {"parameter_bytes", or_null(figures.parameter_bytes)},
          {"input_bytes", or_null(figures.input_bytes)},
          {"output_bytes", or_null(figures.output_bytes)},
          {"peak_intermediate_bytes", or_null(figures.peak_intermediate_bytes)},
          {"inputs", values_json(summary.inputs)},
          {"outputs", values_json(summary.outputs)},
          {"problems", problems_json(summary)},
          {"error", summary.error.empty() ? Json(nullptr) : Json(summary.error)}};
}

}  // namespace tilewave
