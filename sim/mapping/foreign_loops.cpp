// Products of a model, orders of loops, and the limits of the array.
#include "sim/mapping/foreign_loops.h"

#include <algorithm>
#include <limits>

#include "compiler/schedule/fit.h"
#include "models/machine.h"

namespace tilewave {
namespace {

constexpr std::size_t kMostNames = 8;

const char* word_of(Dataflow dataflow) {
  switch (dataflow) {
    case Dataflow::kOutputStationary: return "os";
    case Dataflow::kWeightStationary: return "ws";
    case Dataflow::kInputStationary: return "is";
    case Dataflow::kSimd: return "simd";
  }
  return "?";
}

}  // namespace

std::vector<Product> products_of(const Graph& graph, const Tiling& tile, const Config& config) {
  const Graph fused = fuse_to_fit(graph, tile, config.schedule);
  std::vector<Product> products;
  for (const Operator& oper : fused.operators()) {
    if (oper.is_product()) {
      const Tensor& result = fused.tensor(oper.output);
      products.push_back({result.name,
                          {result.shape.rows, result.shape.cols, product_depth(fused, oper)},
                          fused.tensor(oper.inputs[0]).type});
    }
  }
  return products;
}

std::string names_of(const std::vector<Product>& products) {
  std::string text;
  for (std::size_t i = 0; i < std::min(products.size(), kMostNames); ++i) {
    text += (i == 0 ? "" : ", ") + products[i].name;
  }
  return text + (products.size() > kMostNames ? ", ..." : "");
}

std::uint64_t times(std::uint64_t a, std::uint64_t b) {
  std::uint64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? std::numeric_limits<std::uint64_t>::max()
                                                : product;
}

Factors times(const Factors& a, const Factors& b) {
  return {times(a[0], b[0]), times(a[1], b[1]), times(a[2], b[2])};
}

LoopOrder order_of(const std::vector<std::size_t>& innermost_first) {
  std::vector<std::size_t> outermost_first;
  for (std::size_t dimension = 0; dimension < 3; ++dimension) {
    if (std::ranges::find(innermost_first, dimension) == innermost_first.end()) {
      outermost_first.push_back(dimension);
    }
  }
  outermost_first.insert(outermost_first.end(), innermost_first.rbegin(), innermost_first.rend());
  for (const auto& [word, order] : kOrderWords) {
    if (std::ranges::equal(loops_of(order), outermost_first)) {
      return order;
    }
  }
  throw InternalError("loops that are no order");
}

LoopNest nest_of(const Factors& parts, LoopOrder outer, LoopOrder inner) {
  LoopNest nest;
  nest.inner = inner;
  nest.parts = {static_cast<std::uint32_t>(parts[0]), static_cast<std::uint32_t>(parts[1]),
                static_cast<std::uint32_t>(parts[2])};
  if (parts != kOnes) {
    nest.outer = outer;
  }
  return nest;
}

void check_unrolling(const Fields& fields, const YamlNode& node, const Factors& spatial,
                     const Factors& step, const Product& product, const Config& config) {
  const ComputeConfig& compute = config.machine.compute;
  const std::string dataflow = std::string("compute.dataflow=") + word_of(compute.dataflow);
  if (compute.dataflow == Dataflow::kSimd) {
    const std::uint64_t all = times(times(spatial[0], spatial[1]), spatial[2]);
    const std::uint64_t most = compute.macs_per_cycle * compute.rate_of(product.factor);
    if (all > most) {
      fields.fail(node, "spatial factors of " + std::to_string(all) + " together; allowed with " +
                            dataflow + ": up to " + std::to_string(most));
    }
    return;
  }
  for (std::size_t i = 0; i < spatial.size(); ++i) {
    const std::uint64_t side = config.schedule.costs.array[i];
    const std::string stated =
        std::string("spatial factor ") + kDimensionWords[i] + "=" + std::to_string(spatial[i]);
    if (side == 0) {
      if (spatial[i] != 1) {
        fields.fail(node, stated + ": with " + dataflow + " " + kDimensionWords[i] +
                              " streams through the array; allowed: 1");
      }
      continue;
    }
    // Where the reduction lies in the array, an element holds several products.
    const std::uint64_t most = i == 2 ? side * compute.rate_of(product.factor) : side;
    if (spatial[i] > most) {
      fields.fail(node,
                  stated + " is more than the array has; allowed: 1.." + std::to_string(most));
    }
    const std::uint64_t taken = std::min(step[i], most);
    if (spatial[i] != taken) {
      fields.fail(node, stated + ": the array takes as much of a step of " +
                            std::to_string(step[i]) +
                            " as it can; allowed: " + std::to_string(taken));
    }
  }
}

}  // namespace tilewave
