// Conditions and goals put to the results.
#include "sim/sweep/question.h"

#include <algorithm>

#include "compiler/base/error.h"
#include "compiler/base/text.h"
#include "sim/sweep/condition.h"
#include "sim/sweep/goal.h"

namespace tilewave {
namespace {

std::vector<Condition> parse_conditions(const Question& question, const SweepSpace& space) {
  std::vector<Condition> conditions;
  for (const std::string& text : question.where) {
    conditions.push_back(parse_condition("command line: --where", text, space));
  }
  return conditions;
}

/// A machine is kept if all its points are, one of every model.
void keep_whole_machines(const SweepSpace& space, ResultTable& results) {
  const SweepMachines machines = machines_of(space);
  std::vector<bool> whole(machines.points.size());
  for (std::size_t machine = 0; machine < whole.size(); ++machine) {
    whole[machine] = machines.is_complete(machine) &&
                     std::ranges::all_of(machines.points[machine], [&results](std::uint32_t point) {
                       return results.kept[point];
                     });
  }
  for (std::size_t point = 0; point < results.points(); ++point) {
    results.kept[point] = whole[machines.of[point]];
  }
}

}  // namespace

void check_question(const Question& question, const SweepSpace& space) {
  parse_conditions(question, space);
  if (!question.goal) {
    if (!question.weights.empty()) {
      throw InputError("command line: --weight has no effect without --goal");
    }
    return;
  }
  parse_goal(*question.goal, question.weights, space);
  const SweepMachines machines = machines_of(space);
  bool any = false;
  for (std::size_t machine = 0; machine < machines.points.size(); ++machine) {
    any = any || machines.is_complete(machine);
  }
  if (!any) {
    throw InputError("command line: --goal " + printable(*question.goal) +
                     ": no config has a point of each of the " +
                     std::to_string(space.models.size()) +
                     " models, so there is none to compare them on");
  }
}

void keep_what_fulfils(const SweepDefinition& sweep, ResultTable& results) {
  const std::vector<Condition> conditions = parse_conditions(sweep.question, sweep.space);
  if (conditions.empty()) {
    return;
  }
  for (std::uint32_t point = 0; point < results.points(); ++point) {
    results.kept[point] = std::ranges::all_of(conditions, [&](const Condition& condition) {
      return fulfils(condition, sweep, results, point);
    });
  }
  if (sweep.question.goal) {
    keep_whole_machines(sweep.space, results);
  }
}

}  // namespace tilewave
