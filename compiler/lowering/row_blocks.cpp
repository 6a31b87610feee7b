// A run of operators grows until one reads something else than the rows that are there.
#include "compiler/lowering/row_blocks.h"

#include <algorithm>

namespace tilewave {
namespace {

/// A run that grows operator by operator.
class Run {
 public:
  Run(const Graph& graph, const std::vector<Placed>& placed, std::uint64_t rows)
      : graph_(graph), placed_(placed), rows_(rows) {}

  bool take(const Operator& oper) {
    if (is_view(oper.kind)) {
      return true;  // its users say how they read what it is a part of
    }
    if (graph_.tensor(oper.output).shape.rows != rows_) {
      return false;
    }
    for (std::size_t input = 0; input < oper.inputs.size(); ++input) {
      if (!may_read(oper, input)) {
        return false;
      }
    }
    results_.push_back(oper.output);
    return true;
  }

 private:
  bool may_read(const Operator& oper, std::size_t input) const {
    const TensorId id = oper.inputs[input];
    return std::ranges::all_of(results_, [&](TensorId result) {
      return !share_elements(graph_, placed_, result, id) ||
             (reads_rows(graph_, oper, input) && placed_[result].top == placed_[id].top &&
              graph_.tensor(id).shape.rows == rows_);
    });
  }

  const Graph& graph_;
  const std::vector<Placed>& placed_;
  std::uint64_t rows_;
  std::vector<TensorId> results_;
};

}  // namespace

bool reads_rows(const Graph& graph, const Operator& oper, std::size_t input) {
  if (input < oper.product_inputs()) {
    return input == 0 && !oper.transposed[0];
  }
  if (oper.kind == OperatorKind::kReduce && oper.reduction.over == FoldAxis::kRows) {
    return false;
  }
  const Broadcast broadcast =
      broadcast_of(graph.tensor(oper.inputs[input]).shape, work_shape(graph, oper));
  return broadcast == Broadcast::kNone || broadcast == Broadcast::kColumn;
}

OperatorId row_blocks_end(const Graph& graph, const std::vector<Placed>& placements,
                          OperatorId first, std::size_t most) {
  const std::vector<Operator>& operators = graph.operators();
  if (is_view(operators[first].kind)) {
    return first;
  }
  Run run(graph, placements, graph.tensor(operators[first].output).shape.rows);
  OperatorId end = first;
  for (OperatorId id = first; id < operators.size() && id - first < most && run.take(operators[id]);
       ++id) {
    end = is_view(operators[id].kind) ? end : id + 1;
  }
  return end;
}

OperatorId row_blocks_end(const Graph& graph, OperatorId first) {
  return row_blocks_end(graph, placements(graph), first, graph.operators().size());
}

std::optional<RowBlocks> blocks_of(const std::vector<RowBlocks>& blocks, OperatorId oper) {
  const auto found = std::ranges::find_if(
      blocks, [&](const RowBlocks& one) { return one.first <= oper && oper < one.end; });
  return found == blocks.end() ? std::nullopt : std::optional(*found);
}

}  // namespace tilewave
