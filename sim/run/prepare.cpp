// Loads what the user named and compiles it, or adopts the program as it is.
#include "sim/run/prepare.h"

#include <utility>

#include "compiler/base/error.h"
#include "sim/base/files.h"
#include "sim/model/model_source.h"

namespace tilewave {

PreparedWork prepare(const WorkNames& names, const Config& config) {
  PreparedWork work;
  if (names.model.empty()) {
    const std::string& file = names.program_file.value();
    work.compiled = adopt_program(load_program(file), one_line(file));
    return work;
  }
  Model model = load_model(names.model, names.onnx);
  const Graph* graph = graph_of(model);
  if (names.program_file) {
    if (graph == nullptr) {
      throw InputError("--program " + one_line(*names.program_file) + ": the MODEL " +
                       one_line(names.model) + " is a program already");
    }
    work.compiled =
        adopt_program(load_program(*names.program_file), one_line(*names.program_file), graph);
  } else if (graph != nullptr) {
    work.compiled = compile_model(*graph, config);
    work.source = *graph;
  } else if (!names.schedule_setting.empty()) {
    throw InputError("command line: " + names.schedule_setting + " has no effect on " +
                     one_line(names.model) + ", a program that is scheduled already");
  } else {
    work.compiled = adopt_program(std::get<Program>(std::move(model)), one_line(names.model));
  }
  if (auto* onnx = std::get_if<OnnxModel>(&model)) {
    work.onnx = std::move(*onnx);
  }
  return work;
}

}  // namespace tilewave
