// A run of neighbouring dimensions at a time, as columns where it is the last one, else as rows.
#include "compiler/onnx/folds_of_values.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/onnx/operand_views.h"

namespace tilewave {
namespace {

/// Dimensions [first, end).
struct Run {
  std::size_t first = 0;
  std::size_t end = 0;
};

/// The dimensions in runs, the last one first. What is 1 between two of them belongs to both.
std::vector<Run> runs_of(const Dims& dims, std::vector<std::size_t> dimensions) {
  std::ranges::sort(dimensions);
  std::vector<Run> runs;
  for (std::size_t i = dimensions.size(); i-- > 0;) {
    const std::size_t at = dimensions[i];
    const bool joins =
        !runs.empty() && std::all_of(dims.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                                     dims.begin() + static_cast<std::ptrdiff_t>(runs.back().first),
                                     [](std::uint64_t dim) { return dim == 1; });
    if (joins) {
      runs.back().first = at;
    } else {
      runs.push_back({at, at + 1});
    }
  }
  return runs;
}

class FoldOfValues {
 public:
  FoldOfValues(GraphBuilder& builder, const Expression& expression, std::vector<Value> operands)
      : builder_(builder),
        expression_(expression),
        operands_(std::move(operands)),
        dims_(broadcast_of(operands_)) {}

  Value over(const std::string& output, Fold fold, const Run& run) const {
    const std::uint64_t before = elements(0, run.first);
    const std::uint64_t folded = elements(run.first, run.end);
    const std::uint64_t behind = elements(run.end, dims_.size());
    std::vector<MatrixView> columns;
    std::vector<MatrixView> rows;
    if (behind == 1) {
      columns = candidate_views(builder_, operands_, dims_);
      columns.push_back({1, {before, folded}});
      std::erase_if(columns, [&](const MatrixView& view) { return view.matrix.cols != folded; });
    }
    rows.push_back({before, {folded, behind}});
    for (const auto& [axis, views] :
         {std::pair(FoldAxis::kColumns, columns), std::pair(FoldAxis::kRows, rows)}) {
      if (const auto view = best_view(builder_, operands_, dims_, views)) {
        return made(output, {fold, axis}, *view, run);
      }
    }
    throw InputError("cannot reduce " + to_string(dims_) +
                     ", of computed values that would have to be rearranged in memory for it");
  }

 private:
  std::uint64_t elements(std::size_t first, std::size_t end) const {
    return element_count(std::span(dims_).subspan(first, end - first));
  }

  Value made(const std::string& output, const Reduction& reduction, const MatrixView& view,
             const Run& run) const {
    const auto inputs = inputs_in_view(builder_, operands_, dims_, view);
    std::vector<TensorId> results;
    for (std::size_t i = 0; i < view.slices; ++i) {
      results.push_back(builder_.graph().add_reduce(builder_.slice_name(output, i, view.slices),
                                                    reduction, expression_, inputs[i]));
    }
    Dims dims = dims_;
    std::fill(dims.begin() + static_cast<std::ptrdiff_t>(run.first),
              dims.begin() + static_cast<std::ptrdiff_t>(run.end), 1);
    return computed_value(std::move(dims), std::move(results));
  }

  GraphBuilder& builder_;
  const Expression& expression_;
  std::vector<Value> operands_;
  Dims dims_;
};

}  // namespace

Value fold_values(GraphBuilder& builder, const std::string& output, Fold fold,
                  const Expression& expression, std::vector<Value> operands,
                  const std::vector<std::size_t>& dimensions) {
  Expression of = expression;
  std::vector<Run> runs = runs_of(broadcast_of(operands), dimensions);
  if (runs.empty()) {  // of a scalar
    runs.push_back({0, 0});
  }
  Value result = operands.front();
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::string name = i + 1 == runs.size() ? output : output + "." + std::to_string(i);
    result = FoldOfValues(builder, of, std::move(operands)).over(name, fold, runs[i]);
    of = apply("identity");
    operands = {result};
  }
  return result;
}

}  // namespace tilewave
