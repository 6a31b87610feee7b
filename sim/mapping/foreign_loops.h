// What mappings of other tools have in common: loops over the dimensions of a matrix product, which become
// tiles and a nest of ours, and what an array can take of them.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/graph/graph.h"
#include "compiler/lowering/loop_nest.h"
#include "sim/config/config.h"
#include "sim/mapping/fields.h"

namespace tilewave {

/// By dimension: m, n and k of M×K times K×N.
using Factors = std::array<std::uint64_t, 3>;

inline constexpr Factors kOnes = {1, 1, 1};
inline constexpr std::array<const char*, 3> kDimensionWords = {"m", "n", "k"};

/// A loop over one dimension.
struct ForeignLoop {
  std::size_t dimension = 0;
  std::uint64_t factor = 1;
};

/// A product of the fused graph.
struct Product {
  std::string name;  ///< of its result
  Factors extents = kOnes;
  ElementType factor = ElementType::kF32;  ///< of its left operand
};

/// Those of the graph as it is fused for such tiles. Throws InputError.
std::vector<Product> products_of(const Graph& graph, const Tiling& tile, const Config& config);

/// "h1, h2, y"; of many the first.
std::string names_of(const std::vector<Product>& products);

/// Saturates.
std::uint64_t times(std::uint64_t a, std::uint64_t b);
Factors times(const Factors& a, const Factors& b);

/// The order in which loops of these dimensions, the innermost first, are nested; dimensions that are not
/// there have one turn.
LoopOrder order_of(const std::vector<std::size_t>& innermost_first);

/// A nest of such parts, and loops inside.
LoopNest nest_of(const Factors& parts, LoopOrder outer, LoopOrder inner);

/// Throws InputError unless the array, which takes as much of a step at once as it can, unrolls a step of
/// `step` elements by `spatial`.
void check_unrolling(const Fields& fields, const YamlNode& node, const Factors& spatial,
                     const Factors& step, const Product& product, const Config& config);

}  // namespace tilewave
