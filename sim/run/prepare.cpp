// Loads what the user named and compiles it, or adopts the program as it is.
#include "sim/run/prepare.h"

#include <utility>

#include "compiler/base/error.h"
#include "sim/base/files.h"
#include "sim/model/model_source.h"

namespace tilewave {

void fail_scheduled_already(const std::string& setting, const std::string& program) {
  throw InputError("command line: " + setting + " has no effect on " + input_name(program) +
                   ", a program that is scheduled already");
}

PreparedWork prepare(const WorkNames& names, const Config& config) {
  PreparedWork work;
  if (names.model.empty()) {
    const std::string& file = names.program_file.value();
    work.compiled = adopt_program(load_program(file), input_name(file));
    return work;
  }
  Model model = load_model(names.model, names.onnx);
  const Graph* graph = graph_of(model);
  if (names.program_file) {
    if (graph == nullptr) {
      throw InputError("--program " + input_name(*names.program_file) + ": the MODEL " +
                       input_name(names.model) + " is a program already");
    }
    work.compiled =
        adopt_program(load_program(*names.program_file), input_name(*names.program_file), graph);
  } else if (graph != nullptr) {
    work.compiled = compile_model(*graph, config);
    work.source = *graph;
  } else if (!names.schedule_setting.empty()) {
    fail_scheduled_already(names.schedule_setting, names.model);
  } else {
    work.compiled = adopt_program(std::get<Program>(std::move(model)), input_name(names.model));
  }
  if (auto* onnx = std::get_if<OnnxModel>(&model)) {
    work.onnx = std::move(*onnx);
  }
  return work;
}

}  // namespace tilewave
