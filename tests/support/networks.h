// Random networks, and the whole compiler in one call: what several rooms' tests start from.
#pragma once

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "compiler/fusion.h"
#include "compiler/program_verify.h"
#include "compiler/schedule.h"

namespace tilewave::test {

/// A chain of one to six matmuls, adds and ReLUs over extents from 1 to `max_extent`. Adds take an
/// earlier value of the same shape, so they are residual connections where there is one.
inline Graph random_network(std::mt19937& random, std::uint32_t max_extent) {
  Graph graph("random");
  const auto extent = [&] { return std::uint64_t{1 + random() % max_extent}; };
  std::vector<TensorId> values{graph.add_input("x", {extent(), extent()})};
  const std::uint32_t operators = 1 + static_cast<std::uint32_t>(random() % 6);
  for (std::uint32_t i = 0; i < operators; ++i) {
    const std::string name = "t" + std::to_string(i);
    const TensorId last = values.back();
    const Shape shape = graph.tensor(last).shape;
    switch (random() % 6) {
      case 0: values.push_back(graph.add_relu(name, last)); break;
      case 1: {
        const TensorId other = values[random() % values.size()];
        const bool fits = graph.tensor(other).shape == shape;
        values.push_back(graph.add_add(name, fits ? other : last, last));
        break;
      }
      default: {
        const Shape weights{shape.cols, random() % 2 == 0 ? shape.cols : extent()};
        const TensorId parameter = graph.add_parameter("w" + std::to_string(i), weights);
        values.push_back(graph.add_matmul(name, last, parameter));
        break;
      }
    }
  }
  graph.mark_output(values.back());
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
      case 0: values.push_back(graph.add_relu(name, last)); break;
      case 1: values.push_back(graph.add_copy(name, last)); break;
      case 2:
        values.push_back(graph.add_add(name, row(shape.cols), last, random() % 2 == 0));
        break;
      case 3: {
        const TensorId other = values[random() % values.size()];
        const bool fits = graph.tensor(other).shape.cols == shape.cols &&
                          (graph.tensor(other).shape == shape || shape.rows == 1);
        values.push_back(graph.add_add(name, fits ? other : last, last));
        break;
      }
      default: {
        const TensorId left = chains ? last : input;
        const Shape shape_of_weights{graph.tensor(left).shape.cols, extent()};
        const TensorId parameter = graph.add_parameter("w" + std::to_string(i), shape_of_weights);
        const TensorId product = graph.add_matmul(name, left, parameter);
        values.push_back(random() % 2 == 0
                             ? product
                             : graph.add_add(name + "b", product, row(shape_of_weights.cols)));
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

inline constexpr LoopOrder kLoopOrders[] = {LoopOrder::kMnk, LoopOrder::kMkn, LoopOrder::kNmk,
                                            LoopOrder::kNkm, LoopOrder::kKmn, LoopOrder::kKnm};

struct Compiled {
  ScheduleStats stats;
  Program program;
};

/// Fuses, lowers, schedules and verifies; throws whatever a stage throws.
inline Compiled compile(const Graph& graph, const ScheduleOptions& options,
                        const TileShape& tile = {}) {
  const Graph fused = fuse(graph);
  const UopList uops = lower(fused, tile, options.loop_order);
  verify_uops(fused, uops);
  Schedule schedule = schedule_uops(fused, uops, options);
  Compiled compiled;
  compiled.stats = schedule.stats;
  compiled.program = build_program(fused, tile, std::move(schedule));
  verify_program(compiled.program);
  return compiled;
}

}  // namespace tilewave::test
