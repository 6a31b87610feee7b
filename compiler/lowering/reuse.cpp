// Looks back from every read to the last touch.
#include "compiler/lowering/reuse.h"

#include <algorithm>

namespace tilewave {
namespace {

/// Touches of one root through which a look back goes; what is behind them was long ago.
constexpr std::size_t kMostLooks = 256;

}  // namespace

Reuse::Reuse(const Graph& graph, const std::vector<Placed>& placements, double usable,
             bool forwarding)
    : graph_(graph),
      placed_(placements),
      usable_(usable),
      forwarding_(forwarding),
      loaded_(graph.operators().size()),
      losses_(graph.tensors().size()),
      of_root_(graph.tensors().size()),
      seen_(graph.tensors().size()) {
  for (OperatorId id = 0; id < graph.operators().size(); ++id) {
    const Operator& oper = graph.operators()[id];
    if (is_view(oper.kind)) {
      continue;
    }
    for (std::size_t input = 0; input < oper.inputs.size(); ++input) {
      const auto before = oper.inputs.begin() + static_cast<std::ptrdiff_t>(input);
      const bool again = std::find(oper.inputs.begin(), before, oper.inputs[input]) != before;
      loaded_[id].push_back(again ? 0 : lost(id, oper.inputs[input]));
    }
    for (const TensorId input : oper.inputs) {
      touch(id, input);
    }
    touch(id, oper.output);
  }
}

double Reuse::bytes_of(TensorId id) const {
  const Tensor& tensor = graph_.tensor(id);
  return static_cast<double>(tensor.shape.elements() * element_bytes(tensor.type));
}

double Reuse::stored(TensorId tensor, OperatorId first, OperatorId end) const {
  if (graph_.tensor(placed_[tensor].root).role == TensorRole::kOutput) {
    return bytes_of(tensor);
  }
  double most = 0;
  for (const Loss& loss : losses_[tensor]) {
    most = loss.user < first || loss.user >= end ? std::max(most, loss.bytes) : most;
  }
  return std::min(most, bytes_of(tensor));
}

void Reuse::touch(OperatorId oper, TensorId tensor) {
  of_root_[placed_[tensor].root].push_back(touches_.size());
  touches_.push_back({oper, tensor});
}

/// What was touched last of the elements of `tensor` may be a whole of which it is a part.
double Reuse::lost(OperatorId oper, TensorId tensor) {
  const double bytes = bytes_of(tensor);
  const std::vector<std::size_t>& list = of_root_[placed_[tensor].root];
  std::size_t last = touches_.size();
  for (std::size_t back = 0; back < std::min(list.size(), kMostLooks); ++back) {
    const std::size_t at = list[list.size() - 1 - back];
    if (share_elements(graph_, placed_, touches_[at].tensor, tensor)) {
      last = at;
      break;
    }
  }
  const bool known = last < touches_.size();
  ++looks_;
  seen_[tensor] = looks_;
  double distance = bytes;
  for (std::size_t at = touches_.size(); known && at-- > last && distance < usable_ + bytes;) {
    const TensorId other = touches_[at].tensor;
    if (seen_[other] != looks_ && !(at == last && other != tensor)) {
      seen_[other] = looks_;
      distance += bytes_of(other);
    }
  }
  double lost = known && forwarding_ ? std::clamp(distance - usable_, 0.0, bytes) : bytes;
  for (std::size_t back = 0; back < std::min(list.size(), kMostLooks); ++back) {
    const Touch& at = touches_[list[list.size() - 1 - back]];
    const std::optional<OperatorId>& producer = graph_.tensor(at.tensor).producer;
    if (producer && *producer == at.oper && share_elements(graph_, placed_, at.tensor, tensor)) {
      losses_[at.tensor].push_back({oper, lost});
    }
  }
  return lost;
}

}  // namespace tilewave
