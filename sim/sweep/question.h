// What is asked of the results of a sweep: --where, --goal and --weight, which change nothing in what
// runs. It reads and answers them; the single parts are condition.h and goal.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace tilewave {

struct ResultTable;
struct SweepDefinition;
struct SweepSpace;

/// As on a command line.
struct Question {
  std::vector<std::string> where;    ///< "utilisation>0.5"; all have to hold
  std::optional<std::string> goal;   ///< "sum(cycles)"
  std::vector<std::string> weights;  ///< "gemm:64x64x64=10"

  bool operator==(const Question&) const = default;
};

/// Throws InputError if it makes no sense for such a sweep.
void check_question(const Question& question, const SweepSpace& space);

/// Marks which points are kept: those that fulfil all conditions; with a goal, those of machines whose
/// points all do, one of every model.
void keep_what_fulfils(const SweepDefinition& sweep, ResultTable& results);

}  // namespace tilewave
