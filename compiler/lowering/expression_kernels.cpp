// An operand of the product first, then those of the expression.
#include "compiler/lowering/expression_kernels.h"

#include "compiler/lowering/tiling.h"

namespace tilewave {

VectorKernel expression_kernel(const Graph& graph, const Operator& oper,
                               const std::vector<TileExtent>& tiles,
                               const std::vector<Shape>& stored) {
  VectorKernel kernel{{}, oper.map};
  kernel.result = graph.tensor(oper.output).type;
  if (oper.kind == OperatorKind::kReduce) {
    kernel.reduction = oper.reduction;
  }
  if (oper.product_inputs() > 0) {
    kernel.operands.push_back({OperandForm::kTile, sum_type(graph, oper)});
  }
  for (const TensorId input : oper.map_inputs()) {
    const Tensor& tensor = graph.tensor(input);
    kernel.operands.push_back({operand_form(broadcast_of(tensor.shape, work_shape(graph, oper)),
                                            largest_tile(stored[input], tiles[input])),
                               tensor.type});
  }
  return kernel;
}

}  // namespace tilewave
