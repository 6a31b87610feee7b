#include "sim/prepare.h"

#include "compiler/error.h"
#include "sim/files.h"
#include "sim/model_source.h"

namespace tilewave {

PreparedWork prepare(const WorkNames& names, const Config& config) {
  if (names.model.empty()) {
    const std::string& file = names.program_file.value();
    return {std::nullopt, adopt_program(load_program(file), one_line(file))};
  }
  Model model = load_model(names.model);
  const Graph* graph = std::get_if<Graph>(&model);
  if (names.program_file) {
    if (graph == nullptr) {
      throw InputError("--program " + one_line(*names.program_file) + ": the MODEL " +
                       one_line(names.model) + " is a program already");
    }
    return {std::nullopt,
            adopt_program(load_program(*names.program_file), one_line(*names.program_file), graph)};
  }
  if (graph != nullptr) {
    CompiledModel compiled = compile_model(*graph, config);
    return {std::get<Graph>(std::move(model)), std::move(compiled)};
  }
  if (!names.schedule_setting.empty()) {
    throw InputError("command line: " + names.schedule_setting + " has no effect on " +
                     one_line(names.model) + ", a program that is scheduled already");
  }
  return {std::nullopt, adopt_program(std::get<Program>(std::move(model)), one_line(names.model))};
}

}  // namespace tilewave
