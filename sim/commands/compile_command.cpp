// `tilewave compile` and `tilewave check`: programs and every stage on the way to them, without a
// simulation.
#include <span>

#include "compiler/base/error.h"
#include "compiler/graph/graph_text.h"
#include "compiler/program/forms/program_binary.h"
#include "compiler/program/forms/program_canonical.h"
#include "compiler/program/forms/program_text.h"
#include "compiler/program/verify/program_verify.h"
#include "compiler/schedule/fit.h"
#include "sim/base/files.h"
#include "sim/base/output_file.h"
#include "sim/commands/commands.h"
#include "sim/model/model_source.h"
#include "sim/report/loops_text.h"
#include "sim/report/schedule_text.h"
#include "sim/run/pipeline.h"

namespace tilewave {
namespace {

std::string binary_text(const Program& program) {
  const std::vector<std::byte> bytes = to_binary(program);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string program_dump(const Program& program, const CompileCommand& command) {
  if (command.dump == DumpChoice::kCanonical) {
    return canonical_text(program);
  }
  return command.format == ProgramFormat::kBinary ? binary_text(program) : to_text(program);
}

std::string graph_dump(const Graph& graph, const CompileCommand& command) {
  const Config& config = command.config;
  if (command.dump == DumpChoice::kProgram || command.dump == DumpChoice::kCanonical) {
    return program_dump(compile_model(graph, config).program, command);
  }
  CompiledSchedule compiled = compile_to_fit(graph, config.tile, config.schedule);
  const Graph& fused = compiled.fused;
  FittingSchedule& fitting = compiled.fitting;
  if (command.dump == DumpChoice::kGraph) {
    return to_text(fused);
  }
  if (command.dump == DumpChoice::kLoops) {
    return loops_text(fused, fitting.nests, config);
  }
  if (command.dump == DumpChoice::kUops) {
    return to_text(fused, fitting.uops);
  }
  const ScheduleStats stats = fitting.schedule.stats;
  return schedule_text(fused, fitting.uops,
                       build_program(fused, fitting.uops, std::move(fitting.schedule)), stats);
}

/// A program file has only the last stages; printing it in another form converts it.
std::string dump(Model model, const CompileCommand& command) {
  if (const Graph* graph = graph_of(model)) {
    return graph_dump(*graph, command);
  }
  const std::string name = one_line(command.model);
  if (command.dump != DumpChoice::kProgram && command.dump != DumpChoice::kCanonical) {
    throw InputError(name +
                     ": is a program, which has no graph, uOps or schedule; allowed: "
                     "--dump=program or canonical");
  }
  return program_dump(adopt_program(std::get<Program>(std::move(model)), name).program, command);
}

}  // namespace

ExitCode compile(const CompileCommand& command) {
  OutputFile output("--output", command.output_file);
  output.write(dump(load_model(command.model, command.onnx), command));
  output.commit();
  return ExitCode::kDone;
}

ExitCode check(const CheckCommand& command) {
  const std::string name = one_line(command.file);
  const Program program = load_program(command.file);
  const VerifyReport report = verify_program(program, name);
  write_standard_output(name + ": ok, " + std::to_string(program.ops.size()) + " ops (" +
                        std::to_string(report.loads) + " load, " + std::to_string(report.executes) +
                        " execute, " + std::to_string(report.stores) + " store), " +
                        std::to_string(report.peak_address) + " bytes of SRAM\n");
  return ExitCode::kDone;
}

}  // namespace tilewave
