// Loads what the user named and compiles it, or adopts the program as it is.
#include "sim/run/prepare.h"

#include <string>
#include <utility>

#include "compiler/base/error.h"
#include "sim/base/files.h"
#include "sim/model/model_source.h"

namespace tilewave {

void fail_scheduled_already(const std::string& setting, const std::string& program) {
  throw InputError("command line: " + setting + " has no effect on " + input_name(program) +
                   ", a program that is scheduled already");
}

namespace {

/// The program that the user calls `name`, of `source` if that is known.
CompiledModel adopt_named(const std::string& name, Program program, const Config& config,
                          const Graph* source = nullptr) {
  CompiledModel compiled = adopt_program(std::move(program), input_name(name), source);
  if (compiled.program.sram_bytes > config.machine.sram.size_bytes) {
    throw InputError(input_name(name) + ": needs " + std::to_string(compiled.program.sram_bytes) +
                     " bytes of SRAM, sram.size is " +
                     std::to_string(config.machine.sram.size_bytes));
  }
  return compiled;
}

}  // namespace

PreparedWork prepare(const WorkNames& names, const Config& config) {
  PreparedWork work;
  if (config.mapping && (names.model.empty() || names.program_file)) {
    fail_scheduled_already("--mapping " + config.mapping->name, names.program_file.value());
  }
  if (names.model.empty()) {
    const std::string& file = names.program_file.value();
    work.compiled = adopt_named(file, load_program(file), config);
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
        adopt_named(*names.program_file, load_program(*names.program_file), config, graph);
  } else if (graph != nullptr) {
    work.compiled = compile_named(names.model, [&] { return compile_model(*graph, config); });
    work.source = *graph;
  } else if (config.mapping) {
    fail_scheduled_already("--mapping " + config.mapping->name, names.model);
  } else if (!names.schedule_setting.empty()) {
    fail_scheduled_already(names.schedule_setting, names.model);
  } else {
    work.compiled = adopt_named(names.model, std::get<Program>(std::move(model)), config);
  }
  if (auto* onnx = std::get_if<OnnxModel>(&model)) {
    work.onnx = std::move(*onnx);
  }
  return work;
}

}  // namespace tilewave
