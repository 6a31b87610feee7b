// Random networks, and the whole compiler in one call: what several rooms' tests start from.
#pragma once

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "compiler/graph/fusion.h"
#include "compiler/lowering/lower.h"
#include "compiler/program/verify/program_verify.h"
#include "compiler/schedule/fit.h"
#include "compiler/schedule/schedule.h"

namespace tilewave::test {

/// relu(x0 + x1)
inline Expression add_relu() {
  Expression expression = apply("add");
  expression.steps.push_back(make_step("relu", {Argument::step(0)}));
  return expression;
}

/// kBasic: matmul, add and ReLU; kAll: also biases, row vectors and copies; kViews: also slices,
/// concats, products of computed values, transposed or not, and reductions, about as many as all others.
enum class Operators { kBasic, kAll, kViews };

/// A product of the last of `values` with another one, or with itself, either transposed as it fits.
inline TensorId random_computed_product(Graph& graph, std::mt19937& random,
                                        const std::vector<TensorId>& values,
                                        const std::string& name) {
  const TensorId last = values.back();
  Operator oper{.inputs = {last, last}, .transposed = {false, true}};
  const TensorId other = values[random() % values.size()];
  for (int way = 0; way < 4; ++way) {
    Operator tried{.inputs = {last, other}, .transposed = {way % 2 == 1, way / 2 == 1}};
    const Shape& a = graph.tensor(last).shape;
    const Shape& b = graph.tensor(other).shape;
    if ((tried.transposed[0] ? a.rows : a.cols) == (tried.transposed[1] ? b.cols : b.rows) &&
        random() % 2 == 0) {
      oper = tried;
    }
  }
  return graph.add(name, oper);
}

/// Of the last of `values`, or of its distance from its own mean or maximum: what norms and softmax are made of.
inline TensorId random_reduction(Graph& graph, std::mt19937& random,
                                 const std::vector<TensorId>& values, const std::string& name) {
  const TensorId last = values.back();
  const Shape shape = graph.tensor(last).shape;
  const FoldAxis over = random() % 3 == 0 ? FoldAxis::kRows : FoldAxis::kColumns;
  switch (random() % 4) {
    case 0: return graph.add_reduce(name, {Fold::kSum, over}, apply("identity"), {last});
    case 1: return graph.add_reduce(name, {Fold::kMin, over}, apply("abs"), {last});
    case 2: {
      const TensorId most =
          graph.add_reduce(name + "m", {Fold::kMax, over}, apply("identity"), {last});
      return graph.add_map(name, "sub", {last, most});
    }
    default: {
      const std::uint64_t count = over == FoldAxis::kRows ? shape.rows : shape.cols;
      const TensorId sum =
          graph.add_reduce(name + "s", {Fold::kSum, over}, apply("identity"), {last});
      Expression distance{
          {make_step("div", {Argument::operand(1), Argument::number(static_cast<float>(count))}),
           make_step("sub", {Argument::operand(0), Argument::step(0)}),
           make_step("mul", {Argument::step(1), Argument::step(1)})}};
      return graph.add_reduce(name, {Fold::kSum, over}, distance, {last, sum});
    }
  }
}

/// A slice of the last of `values`, or a concat of it and of others that fit, itself among them.
inline TensorId random_view(Graph& graph, std::mt19937& random, const std::vector<TensorId>& values,
                            const std::string& name) {
  constexpr std::uint64_t kEdge = 8;
  const TensorId last = values.back();
  const Shape shape = graph.tensor(last).shape;
  const auto range = [&](std::uint64_t extent) {  // every other one at multiples of kEdge
    std::uint64_t first = random() % extent;
    std::uint64_t end = first + 1 + random() % (extent - first);
    if (random() % 2 == 0) {
      first = first / kEdge * kEdge;
      end = std::min(extent, ceil_div(end, kEdge) * kEdge);
    }
    return std::pair(first, end);
  };
  if (random() % 2 == 0) {
    const auto rows = range(shape.rows);
    const auto cols = range(shape.cols);
    return graph.add_slice(name, last, {rows.first, rows.second, cols.first, cols.second});
  }
  const MatrixAxis axis = random() % 2 == 0 ? MatrixAxis::kRows : MatrixAxis::kColumns;
  std::vector<TensorId> parts = {last};
  do {
    const TensorId other = values[random() % values.size()];
    const Shape& others = graph.tensor(other).shape;
    const bool fits =
        axis == MatrixAxis::kRows ? others.cols == shape.cols : others.rows == shape.rows;
    parts.insert(parts.begin() + static_cast<std::ptrdiff_t>(random() % (parts.size() + 1)),
                 fits ? other : last);
  } while (random() % 3 == 0);
  return graph.add_concat(name, axis, parts);
}

/// One more operator behind `values`, the tensors computed so far and the input.
inline TensorId random_operator(Graph& graph, std::mt19937& random, std::uint32_t max_extent,
                                Operators operators, const std::vector<TensorId>& values) {
  const std::string number = std::to_string(values.size() - 1);
  const std::string name = "t" + number;
  const auto extent = [&] { return std::uint64_t{1 + random() % max_extent}; };
  const TensorId last = values.back();
  const Shape shape = graph.tensor(last).shape;
  if (operators == Operators::kViews && random() % 2 == 0) {
    switch (random() % 4) {
      case 0: return random_computed_product(graph, random, values, name);
      case 1: return random_reduction(graph, random, values, name);
      default: return random_view(graph, random, values, name);
    }
  }
  switch (random() % (operators == Operators::kBasic ? 6 : 10)) {
    case 0: return graph.add_map(name, "relu", {last});
    case 1: {
      const TensorId other = values[random() % values.size()];
      const bool fits = graph.tensor(other).shape == shape;
      return graph.add_map(name, "add", {fits ? other : last, last});
    }
    case 6: return graph.add_copy(name, last);
    case 7:
      return graph.add_map(name, random() % 2 == 0 ? test::add_relu() : apply("add"),
                           {last, graph.add_parameter("b" + number, {1, shape.cols})});
    case 8: {
      const TensorId weights = graph.add_parameter("w" + number, {shape.cols, extent()});
      const TensorId bias =
          graph.add_parameter("b" + number, {1, graph.tensor(weights).shape.cols});
      return graph.add_matmul(name, last, weights, random() % 2 == 0, bias);
    }
    default: {
      const Shape weights{shape.cols, random() % 2 == 0 ? shape.cols : extent()};
      return graph.add_matmul(name, last, graph.add_parameter("w" + number, weights));
    }
  }
}

/// A chain of one to six operators over extents from 1 to `max_extent`. Adds take an earlier value
/// of the same shape, so they are residual connections where there is one; sometimes a value in the
/// middle is an output too.
inline Graph random_network(std::mt19937& random, std::uint32_t max_extent,
                            Operators operators = Operators::kBasic) {
  Graph graph("random");
  const auto extent = [&] { return std::uint64_t{1 + random() % max_extent}; };
  std::vector<TensorId> values{graph.add_input("x", {extent(), extent()})};
  const std::uint32_t count = 1 + static_cast<std::uint32_t>(random() % 6);
  for (std::uint32_t i = 0; i < count; ++i) {
    values.push_back(random_operator(graph, random, max_extent, operators, values));
  }
  if (operators != Operators::kBasic && random() % 4 == 0) {
    graph.mark_output(values[1 + random() % count]);
  }
  if (graph.tensor(values.back()).role != TensorRole::kOutput) {
    graph.mark_output(values.back());
  }
  graph.verify();
  return graph;
}

/// The same with row vectors, biases and copies, and with several outputs. Without `chains` all
/// matmuls start from the input, so that the tile's m, n and k may all differ.
inline Graph random_mixed_network(std::mt19937& random, std::uint32_t max_extent,
                                  bool chains = true) {
  Graph graph("mixed");
  const auto extent = [&] { return std::uint64_t{1 + random() % max_extent}; };
  const TensorId input = graph.add_input("x", {extent(), extent()});
  const TensorId weights = graph.add_parameter("w", {graph.tensor(input).shape.cols, extent()});
  std::vector<TensorId> values{graph.add_matmul("first", input, weights)};
  const std::uint32_t operators = 1 + static_cast<std::uint32_t>(random() % 7);
  for (std::uint32_t i = 0; i < operators; ++i) {
    const std::string name = "t" + std::to_string(i);
    const TensorId last = values.back();
    const Shape shape = graph.tensor(last).shape;
    const auto row = [&](std::uint64_t cols) {
      return graph.add_parameter("v" + std::to_string(i), {1, cols});
    };
    switch (random() % 7) {
      case 0: values.push_back(graph.add_map(name, "relu", {last})); break;
      case 1: values.push_back(graph.add_copy(name, last)); break;
      case 2:
        values.push_back(graph.add_map(name, random() % 2 == 0 ? test::add_relu() : apply("add"),
                                       {row(shape.cols), last}));
        break;
      case 3: {
        const TensorId other = values[random() % values.size()];
        const bool fits = graph.tensor(other).shape.cols == shape.cols &&
                          (graph.tensor(other).shape == shape || shape.rows == 1);
        values.push_back(graph.add_map(name, "add", {fits ? other : last, last}));
        break;
      }
      default: {
        const TensorId left = chains ? last : input;
        const Shape shape_of_weights{graph.tensor(left).shape.cols, extent()};
        const TensorId parameter = graph.add_parameter("w" + std::to_string(i), shape_of_weights);
        const TensorId product = graph.add_matmul(name, left, parameter);
        values.push_back(random() % 2 == 0 ? product
                                           : graph.add_map(name + "b", "add",
                                                           {product, row(shape_of_weights.cols)}));
        break;
      }
    }
  }
  for (const TensorId id : values) {
    if (graph.tensor(id).users.empty()) {
      graph.mark_output(id);
    }
  }
  if (graph.tensor(values.front()).role != TensorRole::kOutput) {
    graph.mark_output(values.front());
  }
  graph.verify();
  return graph;
}

/// An operator of `last` that gives a result of some type: a product with weights of a type that goes
/// with it, or an expression, which may be of integers.
inline TensorId random_typed_operator(Graph& graph, std::mt19937& random, std::uint32_t max_extent,
                                      TensorId last, const std::string& number) {
  using enum ElementType;
  const Tensor from = graph.tensor(last);
  const bool bytes = from.type == kI8 || from.type == kU8;
  const auto zero = [&random](ElementType type) {
    const int values = random() % 2 == 0 ? 0 : static_cast<int>(random() % 256);
    return static_cast<std::int16_t>(type == kI8 ? std::max(values - 128, -128) : values);
  };
  if (from.type != kI32 && random() % 2 == 0) {
    const ElementType type = !bytes ? from.type : random() % 2 == 0 ? kI8 : kU8;
    Operator oper{.kind = OperatorKind::kMatMul};
    const std::uint64_t columns = 1 + random() % max_extent;
    oper.inputs = {last, graph.add_parameter("w" + number, {from.shape.cols, columns}, type)};
    if (bytes) {
      oper.zeros = {zero(from.type), zero(type)};
    }
    if (random() % 2 == 0) {
      oper.has_bias = true;
      oper.inputs.push_back(graph.add_parameter("b" + number, {1, columns}, bytes ? kI32 : kF32));
    }
    oper.relu = random() % 3 == 0;
    return graph.add("t" + number, oper);
  }
  Operator oper{.kind = OperatorKind::kMap};
  oper.inputs = {last};
  const auto row = [&](const char* name) {
    oper.inputs.push_back(graph.add_parameter(name + number, {1, from.shape.cols}, kI32));
  };
  const bool integers = is_integer(from.type);
  switch (random() % 5) {
    case 0: oper.map = parse_expression("mul x0 0.01; round t0; add t1 5"); break;
    case 1: oper.map = parse_expression("sigmoid x0; mul t0 200"); break;
    case 2: oper.map = parse_expression("tanh x0; leakyrelu t0"); break;
    case 3:
      oper.map = parse_expression(integers ? "rescale x0 1234 -99 div=65536" : "mul x0 x0");
      break;
    default:
      if (integers) {
        row("m");
        row("a");
      }
      oper.map = parse_expression(integers ? "rescale x0 x1 x2 div=1000003" : "abs x0; sqrt t0");
      break;
  }
  constexpr std::array kTypes = {kF32, kBf16, kF16, kI8, kU8, kI8, kU8, kI32};
  oper.type = kTypes[random() % kTypes.size()];
  return graph.add("t" + number, oper);
}

/// A chain of operators over tensors of all types; every result is an output, or read by the next.
inline Graph random_typed_network(std::mt19937& random, std::uint32_t max_extent) {
  Graph graph("typed");
  constexpr std::size_t kFactors = 5;  // types that can be multiplied
  const auto type = static_cast<ElementType>(random() % kFactors);
  TensorId last =
      graph.add_input("x", {1 + random() % max_extent, 1 + random() % max_extent}, type);
  const std::uint32_t operators = 1 + static_cast<std::uint32_t>(random() % 6);
  for (std::uint32_t i = 0; i < operators; ++i) {
    last = random_typed_operator(graph, random, max_extent, last, std::to_string(i));
    if (i + 1 == operators || random() % 4 == 0) {
      graph.mark_output(last);
    }
  }
  graph.verify();
  return graph;
}

inline constexpr LoopOrder kLoopOrders[] = {LoopOrder::kMnk, LoopOrder::kMkn, LoopOrder::kNmk,
                                            LoopOrder::kNkm, LoopOrder::kKmn, LoopOrder::kKnm};

inline LoopNest random_nest(std::mt19937& random, const std::array<std::uint32_t, 3>& tiles) {
  LoopNest nest;
  nest.outer = kLoopOrders[random() % 6];
  nest.inner = kLoopOrders[random() % 6];
  nest.serpentine = random() % 2 == 0;
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    nest.parts[i] = 1 + static_cast<std::uint32_t>(random() % tiles[i]);
  }
  return nest;
}

/// tileflow's policies: what golden figures stand for.
inline ScheduleOptions baseline(std::uint64_t sram_bytes = 256 * 1024) {
  return {.sram_bytes = sram_bytes,
          .eviction = Eviction::kLru,
          .buffering = Buffering::kSingle,
          .loop_order = LoopOrder::kMnk,
          .forwarding = false};
}

struct Compiled {
  ScheduleStats stats;
  std::uint64_t load_uops = 0;
  Program program;
};

/// Fuses, lowers, schedules and verifies; throws whatever a stage throws.
inline Compiled compile(const Graph& graph, const ScheduleOptions& options, const Tiling& tile = {},
                        const Pinned& pinned = {}) {
  const Graph fused = fuse(graph);
  FittingSchedule fitting = schedule_to_fit(fused, tile, options, pinned);
  const UopList& uops = fitting.uops;
  Schedule& schedule = fitting.schedule;
  Compiled compiled;
  compiled.stats = schedule.stats;
  compiled.load_uops =
      static_cast<std::uint64_t>(std::ranges::count(uops.uops, UopKind::kLoad, &Uop::kind));
  compiled.program = build_program(fused, uops, std::move(schedule));
  verify_program(compiled.program);
  return compiled;
}

}  // namespace tilewave::test
