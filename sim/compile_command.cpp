// `tilewave compile` and `tilewave check`: programs and every stage on the way to them, without a
// simulation.
#include <span>

#include "compiler/error.h"
#include "compiler/fusion.h"
#include "compiler/graph_text.h"
#include "compiler/lower.h"
#include "compiler/program_binary.h"
#include "compiler/program_canonical.h"
#include "compiler/program_text.h"
#include "compiler/program_verify.h"
#include "compiler/uop.h"
#include "sim/commands.h"
#include "sim/files.h"
#include "sim/model_source.h"
#include "sim/output_file.h"
#include "sim/pipeline.h"
#include "sim/schedule_text.h"

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

UopList lower_for(const Graph& fused, const TileShape& tile, const Config& config) {
  return lower(fused, tile,
               choose_loop_nests(fused, tile, config.schedule.loop_order, config.schedule.costs,
                                 config.schedule.sram_bytes));
}

std::string schedule_dump(const Graph& fused, const Config& config) {
  const TileShape tile;
  const UopList uops = lower_for(fused, tile, config);
  verify_uops(fused, uops);
  Schedule schedule = schedule_uops({fused, uops, config.schedule});
  const ScheduleStats stats = schedule.stats;
  return schedule_text(fused, uops, build_program(fused, tile, std::move(schedule)), stats);
}

std::string graph_dump(const Graph& graph, const CompileCommand& command) {
  switch (command.dump) {
    case DumpChoice::kGraph: return to_text(fuse(graph));
    case DumpChoice::kUops: {
      const Graph fused = fuse(graph);
      const UopList uops = lower_for(fused, TileShape{}, command.config);
      verify_uops(fused, uops);
      return to_text(fused, uops);
    }
    case DumpChoice::kSchedule: return schedule_dump(fuse(graph), command.config);
    case DumpChoice::kProgram:
    case DumpChoice::kCanonical:
      return program_dump(compile_model(graph, command.config).program, command);
  }
  throw InternalError("no such stage to dump");
}

/// A program file has only the last stages; printing it in another form converts it.
std::string dump(Model model, const CompileCommand& command) {
  if (const Graph* graph = std::get_if<Graph>(&model)) {
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
  output.write(dump(load_model(command.model), command));
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
