// Rebuilds the graph; where a product goes over parts, they take the place of it and of its softmax.
#include "compiler/graph/running_softmax.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "compiler/graph/copy_source.h"
#include "compiler/graph/softmax_parts.h"

namespace tilewave {
namespace {

constexpr const char* kFirstScores = ".part0.scores";
constexpr std::size_t kLongestSuffix = 40;  ///< ".part" with a number, and what follows

/// The operators of one attention, by their results.
struct Attention {
  OperatorId product = 0;
  TensorId exponentials = 0;
  TensorId sum = 0;
  TensorId largest = 0;
  TensorId scores = 0;
};

std::optional<Attention> attention_of(const Graph& graph, OperatorId id) {
  const Operator& product = graph.operators()[id];
  if (!product.is_product() || product.transposed[0] || product.has_bias ||
      product.map_inputs().empty()) {
    return std::nullopt;
  }
  const ExpressionStep& first = product.map.steps.front();
  const bool divides = is_step(first, "div") && first.arguments[0] == Argument::operand(0) &&
                       first.arguments[1].kind == Argument::Kind::kOperand &&
                       first.arguments[1].index == 1;
  const TensorId exponentials = product.inputs[0];
  const TensorId sum = product.map_inputs()[0];
  const Operator* power = producer(graph, exponentials, OperatorKind::kMap);
  const Operator* fold = producer(graph, sum, OperatorKind::kReduce);
  if (!divides || power == nullptr || fold == nullptr || !folds_columns(*fold, Fold::kSum) ||
      !folds_itself(*fold) || fold->inputs[0] != exponentials) {
    return std::nullopt;
  }
  const auto of = exponentials_of(*power);
  if (!of || power->map.steps.size() != 2 || !is_to_the_largest(graph, *of) ||
      !is_used_by_only(graph, exponentials, {sum, product.output}) ||
      !is_used_by_only(graph, sum, {product.output}) ||
      !is_used_by_only(graph, of->largest, {exponentials}) ||
      !is_used_by_only(graph, of->scores, {of->largest, exponentials})) {
    return std::nullopt;
  }
  const Operator* scores = producer(graph, of->scores, OperatorKind::kMatMul);
  return scores != nullptr && !is_integer(graph.tensor(scores->inputs[0]).type)
             ? std::optional(Attention{id, exponentials, sum, of->largest, of->scores})
             : std::nullopt;
}

class Rewriter {
 public:
  Rewriter(const Graph& graph, const std::map<std::string, std::uint64_t>& keys)
      : graph_(graph), rewritten_(graph.name()), ids_(graph.tensors().size()), gone_(ids_.size()) {
    for (OperatorId id = 0; id < graph.operators().size(); ++id) {
      const auto stated = keys.find(graph.tensor(graph.operators()[id].output).name);
      const auto attention = stated != keys.end() ? attention_of(graph, id) : std::nullopt;
      if (attention && has_names(stated->first) && stated->second > 0 &&
          stated->second < graph.tensor(attention->scores).shape.cols) {
        attentions_[graph.operators()[id].output] = {*attention, stated->second};
        for (const TensorId part :
             {attention->exponentials, attention->sum, attention->largest, attention->scores}) {
          gone_[part] = true;
        }
      }
    }
  }

  Graph run() {
    for (TensorId id = 0; id < ids_.size(); ++id) {
      const Tensor& tensor = graph_.tensor(id);
      if (!tensor.producer) {
        ids_[id] = copy_source(rewritten_, tensor);
      } else if (const auto found = attentions_.find(id); found != attentions_.end()) {
        in_parts(found->second.first, found->second.second);
      } else if (!gone_[id]) {
        add(graph_.operators()[*tensor.producer], id);
      }
    }
    rewritten_.verify();
    return std::move(rewritten_);
  }

 private:
  /// Whether its parts can be called by its name.
  bool has_names(const std::string& result) const {
    return result.size() <= kMaxNameBytes - kLongestSuffix && !graph_.find(result + ".part0") &&
           !graph_.find(result + kFirstScores);
  }

  void add(Operator oper, TensorId old) {
    for (TensorId& input : oper.inputs) {
      input = ids_[input];
    }
    finish(rewritten_.add(graph_.tensor(old).name, std::move(oper)), old);
  }

  void finish(TensorId result, TensorId old) {
    ids_[old] = result;
    if (graph_.tensor(old).role == TensorRole::kOutput) {
      rewritten_.mark_output(result);
    }
  }

  /// What is there after a part.
  struct Running {
    TensorId largest = 0;
    TensorId sum = 0;
    TensorId product = 0;
  };

  void in_parts(const Attention& attention, std::uint64_t keys) {
    const Operator& product = graph_.operators()[attention.product];
    const std::uint64_t all = graph_.tensor(attention.scores).shape.cols;
    std::optional<Running> before;
    for (std::uint64_t begin = 0; begin < all; begin += keys) {
      before = part(attention, begin, std::min(begin + keys, all), before, begin / keys);
    }
    // All else that is done with the product, the division first.
    Operator rest{OperatorKind::kMap, {before->product, before->sum}};
    for (const TensorId input : product.map_inputs().subspan(1)) {
      rest.inputs.push_back(ids_[input]);
    }
    rest.map = product.map;
    rest.type = product.type;
    finish(rewritten_.add(graph_.tensor(product.output).name, std::move(rest)), product.output);
  }

  Running part(const Attention& attention, std::uint64_t begin, std::uint64_t end,
               const std::optional<Running>& before, std::uint64_t number) {
    const Operator& product = graph_.operators()[attention.product];
    prefix_ = graph_.tensor(product.output).name + ".part" + std::to_string(number);
    slices_ = 0;
    const TensorId scores =
        scores_of(graph_.operators()[*graph_.tensor(attention.scores).producer], begin, end);
    Running now;
    const TensorId most = rewritten_.add_reduce(prefix_ + ".max", {Fold::kMax, FoldAxis::kColumns},
                                                apply("identity"), {scores});
    now.largest =
        before ? map(".largest", apply("max"), {most, before->largest})
               : map(".largest",
                     {{make_step("max", {Argument::operand(0),
                                         Argument::number(std::numeric_limits<float>::lowest())})}},
                     {most});
    Operator power{OperatorKind::kMap, {scores, now.largest}};
    power.map = exponential_of_difference();
    power.type = graph_.tensor(attention.exponentials).type;
    const TensorId exponentials = rewritten_.add(prefix_ + ".exp", std::move(power));
    now.sum = rewritten_.add_reduce(prefix_ + ".sum", {Fold::kSum, FoldAxis::kColumns},
                                    apply("identity"), {exponentials});
    Operator factor{OperatorKind::kMatMul, {exponentials, 0}};
    const bool transposed = product.transposed[1];
    const std::uint64_t width = graph_.tensor(product.output).shape.cols;
    factor.inputs[1] = slice(product.inputs[1], transposed ? ElementRange{0, width, begin, end}
                                                           : ElementRange{begin, end, 0, width});
    factor.transposed[1] = transposed;
    if (before) {
      const TensorId fade =
          map(".fade", exponential_of_difference(), {before->largest, now.largest});
      now.sum = map(".total",
                    {{make_step("mul", {Argument::operand(1), Argument::operand(2)}),
                      make_step("add", {Argument::operand(0), Argument::step(0)})}},
                    {now.sum, before->sum, fade});
      factor.inputs.insert(factor.inputs.end(), {before->product, fade});
      factor.map = {{make_step("mul", {Argument::operand(1), Argument::operand(2)}),
                     make_step("add", {Argument::operand(0), Argument::step(0)})}};
    }
    now.product = rewritten_.add(prefix_, std::move(factor));
    return now;
  }

  /// Columns [begin, end) of the scores.
  TensorId scores_of(const Operator& scores, std::uint64_t begin, std::uint64_t end) {
    Operator oper = scores;
    const Shape& shape = graph_.tensor(scores.output).shape;
    for (std::size_t input = 0; input < oper.inputs.size(); ++input) {
      const TensorId old = scores.inputs[input];
      const Shape& whole = graph_.tensor(old).shape;
      if (input == 1) {
        oper.inputs[1] = slice(old, scores.transposed[1] ? ElementRange{begin, end, 0, whole.cols}
                                                         : ElementRange{0, whole.rows, begin, end});
      } else if (input > 0 && whole.cols == shape.cols && shape.cols > 1) {
        oper.inputs[input] = slice(old, {0, whole.rows, begin, end});
      } else {
        oper.inputs[input] = ids_[old];
      }
    }
    return rewritten_.add(prefix_ + ".scores", std::move(oper));
  }

  TensorId slice(TensorId old, const ElementRange& range) {
    return rewritten_.add_slice(prefix_ + ".slice" + std::to_string(slices_++), ids_[old], range);
  }

  TensorId map(const char* suffix, Expression expression, std::vector<TensorId> inputs) {
    return rewritten_.add_map(prefix_ + suffix, std::move(expression), std::move(inputs));
  }

  const Graph& graph_;
  Graph rewritten_;
  std::vector<TensorId> ids_;                                           // old → new
  std::vector<bool> gone_;                                              // by old tensor
  std::map<TensorId, std::pair<Attention, std::uint64_t>> attentions_;  // by result
  std::string prefix_;                                                  // of a part's names
  std::size_t slices_ = 0;
};

}  // namespace

std::vector<SoftmaxProduct> softmax_products(const Graph& graph) {
  std::vector<SoftmaxProduct> found;
  for (OperatorId id = 0; id < graph.operators().size(); ++id) {
    if (const auto attention = attention_of(graph, id)) {
      const Shape& scores = graph.tensor(attention->scores).shape;
      const Tensor& result = graph.tensor(graph.operators()[id].output);
      const std::uint64_t depth =
          product_depth(graph, graph.operators()[*graph.tensor(attention->scores).producer]);
      found.push_back({result.name, scores.rows, scores.cols, depth + result.shape.cols});
    }
  }
  return found;
}

Graph with_running_softmax(const Graph& graph, const std::map<std::string, std::uint64_t>& keys) {
  return Rewriter(graph, keys).run();
}

std::optional<OperatorId> first_of_running_softmax(const Graph& graph, const std::string& result) {
  const auto scores = graph.find(result + kFirstScores);
  return scores ? graph.tensor(*scores).producer : std::nullopt;
}

}  // namespace tilewave
