// Each pass decides first what becomes one operator and where it stands, then rebuilds the graph
// tensor by tensor.
#include "compiler/graph/fusion.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "compiler/graph/copy_source.h"
#include "compiler/graph/operator_order.h"
#include "compiler/graph/placement.h"
#include "compiler/graph/running_softmax.h"
#include "compiler/graph/shape_inference.h"
#include "compiler/graph/softmax.h"

namespace tilewave {

namespace {

/// The one operator that uses `tensor`, as often as it likes; null if there are others or none, or the
/// tensor is an output.
const Operator* only_user(const Graph& graph, TensorId id) {
  const Tensor& tensor = graph.tensor(id);
  const bool only = !tensor.users.empty() && tensor.role != TensorRole::kOutput &&
                    std::ranges::all_of(tensor.users, [&](OperatorId user) {
                      return user == tensor.users.front();
                    });
  return only ? &graph.operators()[tensor.users.front()] : nullptr;
}

bool is_one_step(const Operator& oper, std::string_view function) {
  return oper.kind == OperatorKind::kMap && oper.map.steps.size() == 1 &&
         function_info(oper.map.steps.front().function).word == function;
}

/// Where `tensor` stands in `list`, behind which it is put if it is not there.
std::size_t place_of(std::vector<TensorId>& list, TensorId tensor) {
  const auto found = std::ranges::find(list, tensor);
  const auto place = static_cast<std::size_t>(found - list.begin());
  if (found == list.end()) {
    list.push_back(tensor);
  }
  return place;
}

/// What is left of `user` if its first step, an add of `product` and a row vector, is done by the
/// product's operator: nothing, or a ReLU. None if it is no such add.
struct BiasUse {
  TensorId bias = 0;
  bool relu = false;
};
std::optional<BiasUse> bias_use(const Graph& graph, const Operator& user, TensorId product) {
  const std::vector<ExpressionStep>& steps = user.map.steps;
  const auto step_is = [&](std::size_t index, std::string_view word) {
    return function_info(steps[index].function).word == word;
  };
  const bool plain = user.kind == OperatorKind::kMap && user.inputs.size() == 2 &&
                     step_is(0, "add") &&
                     (steps.size() == 1 || (steps.size() == 2 && step_is(1, "relu")));
  if (!plain || steps[0].arguments[0].kind != Argument::Kind::kOperand ||
      steps[0].arguments[1].kind != Argument::Kind::kOperand) {
    return std::nullopt;
  }
  const TensorId bias = user.inputs[user.inputs[0] == product ? 1 : 0];
  if (bias == product || !is_row_vector_of(graph.tensor(bias).shape, graph.tensor(product).shape)) {
    return std::nullopt;
  }
  return BiasUse{bias, steps.size() == 2};
}

/// Whether all that an operator reads or yields, but for a product's factors, is of f32.
bool is_of_f32(const Graph& graph, const Operator& oper) {
  const std::size_t factors = oper.kind == OperatorKind::kMatMul ? 2 : 0;
  return graph.tensor(oper.output).type == ElementType::kF32 &&
         std::ranges::all_of(std::span(oper.inputs).subspan(factors), [&](TensorId input) {
           return graph.tensor(input).type == ElementType::kF32;
         });
}

/// One pass: every operator in order absorbs users as long as `absorb` finds one that it may.
class Pass {
 public:
  /// An operator of the new graph, in terms of the old one.
  struct Fused {
    Operator oper;       ///< its output is the tensor of the last operator absorbed
    TensorId place = 0;  ///< stands where this tensor's operator stood
  };
  /// Makes `user`, the only one of the result, part of `fused`, or leaves both as they are.
  using Absorb = std::function<bool(Fused& fused, const Operator& user)>;

  Pass(const Graph& graph, Absorb absorb)
      : graph_(graph),
        absorb_(std::move(absorb)),
        absorbed_(graph.operators().size()),
        at_(graph.tensors().size()) {}

  Graph run() {
    for (OperatorId id = 0; id < graph_.operators().size(); ++id) {
      if (absorbed_[id]) {
        continue;
      }
      const Operator& oper = graph_.operators()[id];
      Fused fused{oper, oper.output};
      while (const Operator* user = only_user(graph_, fused.oper.output)) {
        const OperatorId user_id = *graph_.tensor(user->output).producer;
        if (absorbed_[user_id] || !absorb_(fused, *user)) {
          break;
        }
        absorbed_[user_id] = true;
        fused.oper.output = user->output;
        if (std::ranges::any_of(fused.oper.inputs,
                                [&](TensorId input) { return input > fused.place; })) {
          fused.place = user->output;
        }
      }
      at_[fused.place] = std::move(fused);
    }
    return rebuild();
  }

 private:
  Graph rebuild() const {
    Graph graph(graph_.name());
    std::vector<TensorId> ids(at_.size());  // old → new
    for (TensorId old = 0; old < at_.size(); ++old) {
      const Tensor& tensor = graph_.tensor(old);
      if (!tensor.producer) {
        ids[old] = copy_source(graph, tensor);
      } else if (at_[old]) {
        Operator oper = at_[old]->oper;
        const Tensor& result = graph_.tensor(oper.output);
        for (TensorId& input : oper.inputs) {
          input = ids[input];
        }
        const TensorId id = graph.add(result.name, std::move(oper));
        if (result.role == TensorRole::kOutput) {
          graph.mark_output(id);
        }
        ids[at_[old]->oper.output] = id;
      }
    }
    graph.verify();
    return graph;
  }

  const Graph& graph_;
  Absorb absorb_;
  std::vector<bool> absorbed_;
  std::vector<std::optional<Fused>> at_;  ///< by the tensor in whose place it stands
};

Graph fuse_biases_and_relus(const Graph& graph, const FusionOptions& options) {
  return Pass(graph,
              [&](Pass::Fused& fused, const Operator& user) {
                Operator& oper = fused.oper;
                if (oper.kind != OperatorKind::kMatMul || oper.relu || oper.has_map() ||
                    !is_of_f32(graph, oper) || !is_of_f32(graph, user)) {
                  return false;
                }
                if (is_one_step(user, "relu")) {
                  oper.relu = true;
                  return true;
                }
                const auto bias = bias_use(graph, user, oper.output);
                if (!options.bias || oper.has_bias || !bias) {
                  return false;
                }
                oper.inputs.push_back(bias->bias);
                oper.has_bias = true;
                oper.relu = bias->relu;
                return true;
              })
      .run();
}

/// `outer`, a map, with the result of `inner`, its operands being the others of `inputs`, in place of
/// its operand `product`; inputs[0] itself if `inner` has no step. `inputs` grows by what `outer`
/// reads besides. None if that is too much for one map of `most` operands.
std::optional<Expression> composed(const Operator& outer, TensorId product, const Expression& inner,
                                   std::vector<TensorId>& inputs, std::size_t most) {
  std::vector<TensorId> all;
  std::vector<std::size_t> inner_places;
  for (const TensorId input : inputs) {
    inner_places.push_back(place_of(all, input));
  }
  std::vector<std::size_t> outer_places;
  std::optional<std::size_t> place;
  Expression expression = outer.map;
  for (std::size_t i = 0; i < outer.inputs.size(); ++i) {
    if (outer.inputs[i] != product) {
      outer_places.push_back(place_of(all, outer.inputs[i]));
      continue;
    }
    outer_places.push_back(0);
    if (!place) {
      place = i;
      continue;
    }
    for (ExpressionStep& step : expression.steps) {  // the product a second time
      for (Argument& argument : arguments_of(step)) {
        if (argument.kind == Argument::Kind::kOperand && argument.index == i) {
          argument = Argument::operand(*place);
        }
      }
    }
  }
  if (all.size() > most || inner.steps.size() + expression.steps.size() > kMaxExpressionSteps) {
    return std::nullopt;
  }
  inputs = std::move(all);
  if (inner.empty()) {
    return with_operands(std::move(expression), outer_places);
  }
  return compose(expression, *place, inner, outer_places, inner_places);
}

Graph fuse_maps_once(const Graph& graph) {
  return Pass(graph,
              [&](Pass::Fused& fused, const Operator& user) {
                Operator& oper = fused.oper;
                if (oper.kind != OperatorKind::kMap || user.kind != OperatorKind::kMap ||
                    graph.tensor(oper.output).shape != graph.tensor(user.output).shape ||
                    graph.tensor(oper.output).type != ElementType::kF32) {
                  return false;
                }
                auto map = composed(user, oper.output, oper.map, oper.inputs, kMaxMapOperands);
                if (map) {
                  oper.map = std::move(*map);
                  oper.type = user.type;
                }
                return map.has_value();
              })
      .run();
}

/// An operator that was absorbed by one of its operands' operators may be what another is followed by.
Graph fuse_maps(const Graph& graph) {
  Graph fused = fuse_maps_once(graph);
  for (std::size_t before = graph.operators().size(); fused.operators().size() < before;) {
    before = fused.operators().size();
    fused = fuse_maps_once(fused);
  }
  return fused;
}

bool reads_whole_tensors(const Graph& graph, const Operator& map, TensorId product) {
  return std::ranges::any_of(map.inputs, [&](TensorId input) {
    return input != product && broadcast_of(graph.tensor(input).shape,
                                            graph.tensor(map.output).shape) == Broadcast::kNone;
  });
}

/// Whether `map` can become the expression of the matmul `oper`, or part of it: of the sum itself, or
/// of what an expression of it is before it is rounded to another type.
bool can_join(const Graph& graph, const Operator& oper, const Operator& map) {
  if (oper.kind != OperatorKind::kMatMul || map.kind != OperatorKind::kMap) {
    return false;
  }
  const Tensor& product = graph.tensor(oper.output);
  const bool exact = product.type == ElementType::kF32 || (!oper.has_map() && !oper.relu);
  return exact && product.shape == graph.tensor(map.output).shape;
}

/// The expression of a product that is a matmul's own so far.
Expression own_expression(const Operator& oper) { return oper.relu ? apply("relu") : oper.map; }

/// Joins the two if their operands allow it.
bool join(Operator& oper, const Operator& map) {
  const auto first = oper.inputs.begin() + static_cast<std::ptrdiff_t>(oper.product_inputs());
  std::vector<TensorId> mapped = {oper.output};  // x0
  mapped.insert(mapped.end(), first, oper.inputs.end());
  const Expression own = own_expression(oper);
  std::optional<Expression> whole = composed(map, oper.output, own, mapped, kMaxMapOperands);
  if (!whole) {
    return false;
  }
  oper.relu = false;
  oper.map = std::move(*whole);
  oper.type = map.type;
  oper.inputs.resize(oper.product_inputs());
  oper.inputs.insert(oper.inputs.end(), mapped.begin() + 1, mapped.end());
  return true;
}

Graph join_maps(const Graph& graph, const FusionOptions& options) {
  return Pass(graph,
              [&](Pass::Fused& fused, const Operator& user) {
                Operator& oper = fused.oper;
                const Tensor& product = graph.tensor(oper.output);
                return can_join(graph, oper, user) &&
                       (options.all_maps || options.joined.contains(product.name) ||
                        !reads_whole_tensors(graph, user, oper.output)) &&
                       join(oper, user);
              })
      .run();
}

}  // namespace

Graph fuse(const Graph& graph, const FusionOptions& options) {
  Graph fused = fuse_biases_and_relus(graph, options);
  const bool maps = std::ranges::any_of(
      fused.operators(), [](const Operator& oper) { return oper.kind == OperatorKind::kMap; });
  if (maps) {
    fused = join_maps(with_late_normalization(fuse_maps(fused)), options);
    if (!options.running.empty()) {
      fused = join_maps(with_running_softmax(fused, options.running), options);
    }
  }
  return has_views(fused) ? depth_first(with_copied_parts(fused)) : fused;
}

std::optional<TensorId> joinable_product(const Graph& fused, const Operator& oper) {
  if (oper.kind != OperatorKind::kMap) {
    return std::nullopt;
  }
  for (const TensorId input : oper.inputs) {
    const Tensor& product = fused.tensor(input);
    if (!product.producer || only_user(fused, input) != &oper) {
      continue;
    }
    Operator whole = fused.operators()[*product.producer];
    if (can_join(fused, whole, oper) && join(whole, oper)) {
      return input;
    }
  }
  return std::nullopt;
}

}  // namespace tilewave
