// The stages in order, each verified and timed.
#include "compiler/pipeline.h"

#include <algorithm>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/base/stopwatch.h"
#include "compiler/graph/fusion.h"
#include "compiler/lowering/tiling.h"
#include "compiler/lowering/uop.h"
#include "compiler/program/dataflow.h"
#include "compiler/program/verify/program_verify.h"
#include "compiler/schedule/fit.h"
#include "compiler/schedule/mapping.h"
#include "compiler/schedule/schedule.h"

namespace tilewave {
namespace {

class StageTimer {
 public:
  explicit StageTimer(std::vector<StageTime>& times) : times_(times) {}

  /// What `stage` returns; its time is noted.
  template <typename Stage>
  auto operator()(const char* name, Stage&& stage) {
    const Stopwatch watch;
    auto result = stage();
    times_.push_back({name, watch.seconds()});
    return result;
  }

 private:
  std::vector<StageTime>& times_;
};

void count_products(CompileFigures& figures, const Program& program) {
  const UsefulProducts products = useful_products(program);
  figures.macs = products.count;
  figures.factors = products.factors;
  figures.tile = program.tile;
}

CompileFigures figures_of(const ScheduleStats& stats, const Program& program) {
  CompileFigures figures;
  figures.uops = stats.uops;
  figures.scheduled_ops = program.ops.size();
  figures.loads = stats.loads;
  figures.loads_eliminated = stats.loads_eliminated;
  figures.executes = stats.executes;
  figures.stores = stats.stores;
  count_products(figures, program);
  figures.evictions = stats.evictions;
  figures.peak_sram_bytes = stats.peak_sram_bytes;
  figures.final_live_bytes = stats.final_live_bytes;
  return figures;
}

void require_counts(const CompileFigures& figures, const VerifyReport& report) {
  if (figures.loads != report.loads || figures.executes != report.executes ||
      figures.stores != report.stores) {
    throw InternalError("the schedule's statistics differ from the program's ops");
  }
}

/// Our own program has to be legal; if not, it is no fault of the user's.
VerifyReport verify_own(const Program& program) {
  try {
    return verify_program(program);
  } catch (const InputError& error) {
    throw InternalError(std::string("the compiler made an illegal program: ") + error.what());
  }
}

bool crosses_boundary(TensorRole role) { return role != TensorRole::kIntermediate; }

ElementType type_of(const Tensor& tensor) { return tensor.type; }
ElementType type_of(const ProgramTensor& tensor) { return tensor.type(); }

template <typename Entry>
std::string describe(const Entry& entry) {
  const ElementType type = type_of(entry);
  return std::string(to_string(entry.role)) + " " + entry.name + " " + to_string(entry.shape) +
         (type == ElementType::kF32 ? "" : " " + std::string(to_string(type)));
}

/// Every boundary tensor of `wanted` is one of `present`, alike in shape, type and role.
template <typename Wanted, typename Present>
void require_tensors(const std::vector<Wanted>& wanted, const std::string& wanted_in,
                     const std::vector<Present>& present, const std::string& file) {
  for (const Wanted& tensor : wanted) {
    if (!crosses_boundary(tensor.role)) {
      continue;
    }
    const auto match = std::ranges::find(present, tensor.name, &Present::name);
    if (match == present.end()) {
      throw InputError(file + ": the program does not match the model: only " + wanted_in +
                       " has '" + describe(tensor) + "'");
    }
    if (match->shape != tensor.shape || type_of(*match) != type_of(tensor) ||
        match->role != tensor.role) {
      throw InputError(file + ": the program does not match the model: " + wanted_in + " has '" +
                       describe(tensor) + "', the other '" + describe(*match) + "'");
    }
  }
}

}  // namespace

double CompiledModel::seconds() const {
  double sum = 0;
  for (const StageTime& time : times) {
    sum += time.seconds;
  }
  return sum;
}

CompiledModel compile_model(const Graph& graph, const Tiling& tile, const ScheduleOptions& options,
                            const Mapping* mapping) {
  CompiledModel compiled;
  StageTimer timed(compiled.times);
  CompiledSchedule scheduled = timed("fuse, lower and schedule", [&] {
    return mapping == nullptr ? compile_to_fit(graph, tile, options)
                              : compile_mapped(graph, tile, options, *mapping);
  });
  compiled.graph = std::move(scheduled.fused);
  FittingSchedule& fitting = scheduled.fitting;
  const ScheduleStats stats = fitting.schedule.stats;
  const VerifyReport report = timed("verify", [&] {
    compiled.program = build_program(*compiled.graph, fitting.uops, std::move(fitting.schedule),
                                     options.dram_bytes);
    return verify_own(compiled.program);
  });
  compiled.hazards = timed("hazards", [&] { return find_hazards(compiled.program); });
  compiled.figures = figures_of(stats, compiled.program);
  compiled.figures.operators = graph.operators().size();
  compiled.figures.operators_fused = compiled.graph->operators().size();
  require_counts(compiled.figures, report);
  return compiled;
}

CompiledModel adopt_program(Program program, const std::string& file, const Graph* graph) {
  CompiledModel compiled;
  StageTimer timed(compiled.times);
  compiled.program = std::move(program);
  const VerifyReport report =
      timed("verify", [&] { return verify_program(compiled.program, file); });
  compiled.figures.scheduled_ops = compiled.program.ops.size();
  compiled.figures.loads = report.loads;
  compiled.figures.executes = report.executes;
  compiled.figures.stores = report.stores;
  count_products(compiled.figures, compiled.program);
  if (graph != nullptr) {
    require_tensors(graph->tensors(), "the model", compiled.program.tensors, file);
    require_tensors(compiled.program.tensors, "the program", graph->tensors(), file);
    compiled.graph = timed("fuse", [&] { return fuse(*graph); });
    compiled.figures.operators = graph->operators().size();
    compiled.figures.operators_fused = compiled.graph->operators().size();
  }
  compiled.hazards = timed("hazards", [&] { return find_hazards(compiled.program); });
  return compiled;
}

}  // namespace tilewave
