// What operators load and store when they run one after another: a model of which tensors are still in the SRAM when
// they are read again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "compiler/graph/graph.h"
#include "compiler/graph/placement.h"

namespace tilewave {

/// A tensor that was touched, read or computed, is found again as far as it and all that was touched since have room in
/// `usable` bytes: the reuse distance of R. L. Mattson et al., "Evaluation techniques for storage hierarchies", IBM
/// Systems Journal 9(2), 1970, in tensors. What is not found is loaded, and had to be stored if it is computed.
class Reuse {
 public:
  /// Both outlive it. Without forwarding nothing that is computed is found.
  Reuse(const Graph& graph, const std::vector<Placed>& placements, double usable, bool forwarding);

  /// Bytes that an operator loads of an input; of one that it has twice, for the first.
  double loaded(OperatorId oper, std::size_t input) const { return loaded_[oper][input]; }
  /// Bytes of a computed tensor that are stored for its users, less those in [first, end).
  double stored(TensorId tensor, OperatorId first, OperatorId end) const;
  double bytes_of(TensorId tensor) const;

 private:
  struct Touch {
    OperatorId oper = 0;
    TensorId tensor = 0;
  };
  struct Loss {
    OperatorId user = 0;
    double bytes = 0;
  };

  double lost(OperatorId oper, TensorId tensor);
  void touch(OperatorId oper, TensorId tensor);

  const Graph& graph_;
  const std::vector<Placed>& placed_;
  double usable_;
  bool forwarding_;
  std::vector<std::vector<double>> loaded_;  // by operator, by input
  std::vector<std::vector<Loss>>
      losses_;  // by computed tensor that shares elements with what is read
  std::vector<Touch> touches_;
  std::vector<std::vector<std::size_t>> of_root_;  // touches
  std::vector<std::size_t> seen_;  // by tensor: the look back that counted it last, from 1
  std::size_t looks_ = 0;
};

}  // namespace tilewave
