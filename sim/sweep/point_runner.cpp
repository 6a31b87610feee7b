// Keeps the last program and the last reference values for the next point.
#include "sim/sweep/point_runner.h"

#include "compiler/base/error.h"
#include "compiler/graph/graph_text.h"
#include "sim/base/files.h"
#include "sim/base/sha256.h"
#include "sim/run/compile.h"
#include "sim/run/simulate.h"
#include "sim/sweep/metrics.h"

namespace tilewave {
namespace {

/// Programs are run in an order in which equal ones are neighbours: one would do, but for a second
/// model beside it.
constexpr std::size_t kProgramsKept = 2;

}  // namespace

PointRunner::PointRunner(const SweepDefinition& sweep, const SweepPlan& plan)
    : sweep_(sweep), plan_(plan) {}

const CompiledModel& PointRunner::compiled(const CompileChoice& choice, const Config& config) {
  for (auto kept = programs_.begin(); kept != programs_.end(); ++kept) {
    if (kept->choice == choice) {
      programs_.splice(programs_.begin(), programs_, kept);
      return kept->model;
    }
  }
  const Model& model = plan_.models[choice.model];
  const Graph* graph = graph_of(model);
  CompiledModel made =
      graph != nullptr
          ? compile_model(*graph, config)
          : adopt_program(std::get<Program>(model), one_line(sweep_.space.models[choice.model]));
  if (made.graph) {
    Sha256 hash;
    hash.add(to_text(*made.graph));
    made.graph_name = hex_text(hash.digest());
  }
  if (programs_.size() == kProgramsKept) {
    programs_.pop_back();
  }
  programs_.push_front({choice, std::move(made)});
  return programs_.front().model;
}

PointResult PointRunner::run(std::uint32_t number) {
  const SweepPoint& point = sweep_.space.points[number];
  try {
    RunOutcome outcome;
    outcome.model = sweep_.space.models[point.model];
    outcome.config = sweep_.config_of(point);
    outcome.seed = sweep_.seed;
    outcome.timing_only = sweep_.timing_only;
    const CompileChoice choice = compile_choice(plan_.models, point.model, outcome.config);
    const CompiledModel& program = compiled(choice, outcome.config);
    outcome.compile = program.figures;
    simulate(choice, program, outcome);
    return summarise(outcome);
  } catch (const InputError& error) {
    PointResult result;
    result.status = PointStatus::kInvalid;
    result.message = message_line(error.what());
    return result;
  }
}

void PointRunner::simulate(const CompileChoice& choice, const CompiledModel& program,
                           RunOutcome& outcome) {
  if (sweep_.timing_only) {
    simulate_timing(program, {}, outcome);
    return;
  }
  if (values_of_ != choice.model) {  // graphs may be alike and their weights not
    values_ = {};
    values_of_ = choice.model;
  }
  const auto* onnx = std::get_if<OnnxModel>(&plan_.models[choice.model]);
  simulate_values(program, {KernelChoice::kAuto, sweep_.verify, onnx}, std::nullopt, {}, values_,
                  outcome);
}

}  // namespace tilewave
