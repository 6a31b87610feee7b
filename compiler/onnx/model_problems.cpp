// Groups equal reasons in one pass over the nodes.
#include "compiler/onnx/model_problems.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "compiler/onnx/node_import.h"

namespace tilewave {
namespace {

/// A line that is longer is not read by anybody, and cut by whoever prints it.
constexpr std::size_t kMostBytes = 2400;

struct Reason {
  const OnnxNodeProblem* first = nullptr;
  std::size_t nodes = 0;
};

/// One for each operator and reason, in the order of their first nodes.
std::vector<Reason> reasons_of(const std::vector<OnnxNodeProblem>& problems) {
  std::vector<Reason> reasons;
  std::unordered_map<std::string, std::size_t> known;
  for (const OnnxNodeProblem& problem : problems) {
    const auto [found, is_new] =
        known.try_emplace(problem.operator_name + '\n' + problem.reason, reasons.size());
    if (is_new) {
      reasons.push_back({&problem, 0});
    }
    ++reasons[found->second].nodes;
  }
  return reasons;
}

/// "node #5 'x' (Softmax) and 11 like it: the operator is not supported"
std::string text_of(const Reason& reason) {
  return reason.first->place +
         (reason.nodes > 1 ? " and " + std::to_string(reason.nodes - 1) + " like it" : "") + ": " +
         reason.first->reason;
}

std::string several_text(const std::vector<OnnxNodeProblem>& problems) {
  const std::vector<Reason> reasons = reasons_of(problems);
  std::string text = std::to_string(problems.size()) + " nodes cannot be imported";
  std::size_t named = 0;
  for (const Reason& reason : reasons) {
    const std::string more = text_of(reason);
    if (named == kMaxReasons || (named > 0 && text.size() + more.size() > kMostBytes)) {
      break;
    }
    text += (named++ == 0 ? ": " : "; ") + more;
  }
  if (const std::size_t left = reasons.size() - named; left > 0) {
    text += "; and " + std::to_string(left) + (left == 1 ? " more reason" : " more reasons") +
            ", all of which 'tilewave model' lists";
  }
  if (std::ranges::any_of(problems, &OnnxNodeProblem::unknown_operator)) {
    text += "; docs/formats.md has the operators that are supported";
  }
  return text;
}

std::string single_text(const OnnxNodeProblem& problem) {
  return problem.place + ": " + problem.reason +
         (problem.unknown_operator ? "; supported are " + supported_operators() : "");
}

}  // namespace

std::string problem_text(const OnnxSurvey& survey) {
  if (survey.problems.empty()) {
    return survey.other;
  }
  return (survey.problems.size() == 1 ? single_text(survey.problems.front())
                                      : several_text(survey.problems)) +
         (survey.other.empty() ? "" : "; besides, " + survey.other);
}

}  // namespace tilewave
