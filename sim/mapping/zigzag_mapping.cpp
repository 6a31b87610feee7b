// Loops from the innermost outwards: first those of a tile, then two levels of loops over tiles.
#include "sim/mapping/zigzag_mapping.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/mapping/foreign_loops.h"

namespace tilewave {
namespace {

constexpr const char* kDefault = "default";
/// Kinds of layers that are matrix products.
constexpr std::array<std::string_view, 2> kKinds = {"MatMul", "Gemm"};

/// A loop as it is written; no factor for what is left.
struct WrittenLoop {
  const YamlNode* node = nullptr;
  std::optional<std::size_t> dimension;  ///< none for one of a convolution
  std::optional<std::uint64_t> factor;
};

class Importer {
 public:
  Importer(const YamlDocument& document, const Graph& graph, const Config& config)
      : fields_(document), config_(config), products_(products_of(graph, config.tile, config)) {}

  Mapping import() {
    const YamlNode& root = fields_.document().root;
    std::map<std::string, const YamlNode*> layers;
    for (const YamlNode& layer : root.items) {
      const YamlNode& name = check_layer(layer);
      if (!layers.emplace(name.text, &layer).second) {
        fields_.fail(name, in_quotes(name.text) + " is mapped twice");
      }
    }
    Mapping mapping;
    mapping.file = fields_.document().name;
    for (const Product& product : products_) {
      if (const YamlNode* layer = layer_of(product, layers)) {
        mapping.operators.push_back(mapped(*layer, product));
      }
    }
    return mapping;
  }

 private:
  /// Its name.
  const YamlNode& check_layer(const YamlNode& layer) const {
    fields_.map_of(layer, {"name", "core_allocation", "spatial_mapping", "temporal_ordering",
                           "memory_operand_links"});
    const YamlNode& name = fields_.expect(fields_.required(layer, "name"), YamlNode::Kind::kText);
    std::vector<std::string> known = {kDefault};
    known.insert(known.end(), kKinds.begin(), kKinds.end());
    for (const Product& product : products_) {
      known.push_back(product.name);
    }
    if (std::ranges::find(known, name.text) == known.end()) {
      fields_.fail(name, "the model has no product " + in_quotes(name.text) +
                             did_you_mean(name.text, known) + "; allowed: default, MatMul, Gemm" +
                             (products_.empty() ? "" : ", " + names_of(products_)));
    }
    if (const YamlNode* cores = layer.find("core_allocation")) {
      if (const std::size_t count = fields_.texts(*cores).size(); count != 1) {
        fields_.fail(
            *cores, "core_allocation of " + std::to_string(count) + " cores; this machine has one");
      }
    }
    if (const YamlNode* links = layer.find("memory_operand_links")) {
      fields_.map_of(*links, {"O", "I", "W"});
      for (const auto& [operand, memory] : {std::pair{"O", "O"}, {"I", "I1"}, {"W", "I2"}}) {
        const YamlNode& link = fields_.required(*links, operand);
        if (!link.is_text() || link.text != memory) {
          fields_.fail(link, "memory_operand_links: " + std::string(operand) + ": " +
                                 printable(link.text) +
                                 "; this machine has one SRAM for all; allowed: " + memory);
        }
      }
    }
    return name;
  }

  static const YamlNode* layer_of(const Product& product,
                                  const std::map<std::string, const YamlNode*>& layers) {
    for (const std::string_view name :
         {std::string_view(product.name), kKinds[0], kKinds[1], std::string_view(kDefault)}) {
      if (const auto found = layers.find(std::string(name)); found != layers.end()) {
        return found->second;
      }
    }
    return nullptr;
  }

  OperatorMapping mapped(const YamlNode& layer, const Product& product) const {
    const TileShape& tile = config_.tile;
    const std::array<std::uint32_t, 3> edges = {tile.m, tile.n, tile.k};
    Factors step = kOnes;
    for (std::size_t i = 0; i < step.size(); ++i) {
      step[i] = std::min<std::uint64_t>(edges[i], product.extents[i]);
    }
    OperatorMapping stated;
    stated.name = {product.name, layer.line};
    Factors spatial = kOnes;
    const YamlNode* unrolled = layer.find("spatial_mapping");
    if (unrolled != nullptr) {
      spatial = spatial_of(*unrolled);
      check_unrolling(fields_, *unrolled, spatial, step, product, config_);
    }
    if (const YamlNode* ordering = layer.find("temporal_ordering")) {
      std::vector<ForeignLoop> loops = loops_of(*ordering, spatial, product);
      take_step(*ordering, loops, spatial, step);
      stated.loops = {nest(*ordering, loops), ordering->line};
    }
    return stated;
  }

  WrittenLoop loop_of(const YamlNode& node, const std::string& letters, const YamlNode* number,
                      const std::string& factor) const {
    WrittenLoop loop;
    loop.node = &node;
    if (letters == "D" || letters == "B") {
      loop.dimension = 0;
    } else if (letters == "K") {
      loop.dimension = 1;
    } else if (letters == "C") {
      loop.dimension = 2;
    } else if (!std::set<std::string>{"OX", "OY", "FX", "FY", "G", "H"}.contains(letters)) {
      fields_.fail(node, "dimension " + printable(letters) +
                             " is none of a matrix product; allowed: D or B for rows, K for "
                             "columns, C for the reduction");
    }
    if (factor != "*") {
      YamlNode named = number != nullptr ? *number : node;
      named.key = "factor of " + letters;
      named.text = factor;
      loop.factor = fields_.number(named, 1, kMaxDimension);
    }
    if (!loop.dimension && loop.factor != 1U) {
      fields_.fail(node, letters + ", " + factor +
                             ": convolutions and heads are not mapped yet; allowed: " + letters +
                             ", 1");
    }
    return loop;
  }

  /// "K, 32" or [K, 32].
  WrittenLoop read_loop(const YamlNode& node) const {
    if (node.is_text()) {
      const std::size_t comma = node.text.find(',');
      if (comma != std::string::npos) {
        return loop_of(node, std::string(trim(node.text.substr(0, comma))), nullptr,
                       std::string(trim(node.text.substr(comma + 1))));
      }
    } else if (node.is_list() && node.items.size() == 2 && node.items[0].is_text() &&
               node.items[1].is_text()) {
      return loop_of(node, node.items[0].text, &node.items[1], node.items[1].text);
    }
    fields_.fail(node, "is no loop; allowed: a dimension and a factor, such as [K, 32]");
  }

  Factors spatial_of(const YamlNode& node) const {
    fields_.expect(node, YamlNode::Kind::kMap);
    Factors spatial = kOnes;
    for (const YamlNode& side : node.items) {
      for (const YamlNode& item : fields_.expect(side, YamlNode::Kind::kList).items) {
        const WrittenLoop loop = read_loop(item);
        if (!loop.factor) {
          fields_.fail(item, "spatial_mapping takes no '*'; allowed: a number");
        }
        if (loop.dimension) {
          spatial[*loop.dimension] = times(spatial[*loop.dimension], *loop.factor);
        }
      }
    }
    return spatial;
  }

  /// The innermost first, without those of one turn. They have to cover the product.
  std::vector<ForeignLoop> loops_of(const YamlNode& node, const Factors& spatial,
                                    const Product& product) const {
    std::vector<WrittenLoop> written;
    Factors whole = spatial;
    std::array<const YamlNode*, 3> rest{};
    for (const YamlNode& item : fields_.expect(node, YamlNode::Kind::kList).items) {
      const WrittenLoop loop = read_loop(item);
      if (!loop.dimension) {
        continue;
      }
      const std::size_t dimension = *loop.dimension;
      if (loop.factor) {
        whole[dimension] = times(whole[dimension], *loop.factor);
      } else if (std::exchange(rest[dimension], &item) != nullptr) {
        fields_.fail(item, "a second '*' of the same dimension");
      }
      written.push_back(loop);
    }
    std::vector<ForeignLoop> loops;
    for (const WrittenLoop& loop : written) {
      const std::size_t dimension = *loop.dimension;
      const std::uint64_t extent = product.extents[dimension];
      const bool divides = extent % whole[dimension] == 0;
      const std::uint64_t factor = loop.factor.value_or(divides ? extent / whole[dimension] : 0);
      if (factor > 1) {
        loops.push_back({dimension, factor});
      }
    }
    for (std::size_t i = 0; i < whole.size(); ++i) {
      const std::uint64_t extent = product.extents[i];
      if (rest[i] != nullptr ? extent % whole[i] != 0 : whole[i] != extent) {
        fields_.fail(rest[i] != nullptr ? *rest[i] : node,
                     std::string("the factors of ") + kDimensionWords[i] + " multiply to " +
                         std::to_string(whole[i]) +
                         "; allowed: " + (rest[i] != nullptr ? "a divisor of " : "") +
                         std::to_string(extent) + ", the extent of " + in_quotes(product.name));
      }
    }
    return loops;
  }

  /// Takes from `loops` what lies in a step: what the array does not unroll of it has to be innermost.
  void take_step(const YamlNode& node, std::vector<ForeignLoop>& loops, const Factors& spatial,
                 const Factors& step) const {
    Factors left = kOnes;
    for (std::size_t i = 0; i < left.size(); ++i) {
      if (step[i] % spatial[i] != 0) {
        fail_step(node, i, step[i]);
      }
      left[i] = step[i] / spatial[i];
    }
    bool outside = false;
    for (ForeignLoop& loop : loops) {
      std::uint64_t& wanted = left[loop.dimension];
      if (wanted > 1) {
        const std::uint64_t taken = std::min(wanted, loop.factor);
        if (outside || wanted % taken != 0 || loop.factor % taken != 0) {
          fail_step(node, loop.dimension, step[loop.dimension]);
        }
        wanted /= taken;
        loop.factor /= taken;
      }
      outside = outside || loop.factor > 1;
    }
    for (std::size_t i = 0; i < left.size(); ++i) {
      if (left[i] > 1) {
        fail_step(node, i, step[i]);
      }
    }
    std::erase_if(loops, [](const ForeignLoop& loop) { return loop.factor == 1; });
  }

  [[noreturn]] void fail_step(const YamlNode& node, std::size_t dimension,
                              std::uint64_t edge) const {
    const std::string word = kDimensionWords[dimension];
    fields_.fail(node, "the innermost loops do not make up a tile, of " + word + "=" +
                           std::to_string(edge) + "; allowed: loops that do, or another tile." +
                           word);
  }

  /// What is left becomes tiles of a part, then parts.
  LoopNest nest(const YamlNode& node, const std::vector<ForeignLoop>& loops) const {
    std::array<std::vector<std::size_t>, 2> orders;
    std::array<Factors, 2> factors = {kOnes, kOnes};
    std::size_t level = 0;
    for (std::size_t i = 0; i < loops.size(); ++i) {
      const auto [dimension, factor] = loops[i];
      std::vector<std::size_t>* order = &orders[level];
      const bool again = !order->empty() && order->back() == dimension;
      if (!again && std::ranges::find(*order, dimension) != order->end()) {
        if (++level == orders.size()) {
          fields_.fail(node,
                       std::string("loops over tiles of three levels, the third from one over ") +
                           kDimensionWords[dimension] +
                           " on; allowed are two: parts, and tiles of a part");
        }
        order = &orders[level];
      }
      if (!again) {
        order->push_back(dimension);
      }
      factors[level][dimension] = times(factors[level][dimension], factor);
    }
    return nest_of(factors[1], order_of(orders[1]), order_of(orders[0]));
  }

  Fields fields_;
  const Config& config_;
  std::vector<Product> products_;
};

}  // namespace

bool is_zigzag_mapping(const YamlDocument& document) {
  const YamlNode& root = document.root;
  return root.is_list() && !root.items.empty() && root.items.front().find("name") != nullptr;
}

Mapping import_zigzag(const YamlDocument& document, const Graph& graph, const Config& config) {
  return Importer(document, graph, config).import();
}

}  // namespace tilewave
