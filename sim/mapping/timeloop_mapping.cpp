// DRAM's loops become parts, those of the SRAM tiles of a part, and all below a tile.
#include "sim/mapping/timeloop_mapping.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/base/error.h"
#include "models/machine.h"
#include "sim/mapping/foreign_loops.h"

namespace tilewave {
namespace {

enum class Level : std::uint8_t { kDram, kSram, kRegisters };
enum class Directive : std::uint8_t { kTemporal, kSpatial, kBypass };

/// What levels are called, in small letters and without what is between words.
constexpr Words<Level, 17> kLevels = {{{"dram", Level::kDram},
                                       {"mainmemory", Level::kDram},
                                       {"sram", Level::kSram},
                                       {"globalbuffer", Level::kSram},
                                       {"sharedglb", Level::kSram},
                                       {"glb", Level::kSram},
                                       {"gbuf", Level::kSram},
                                       {"buffer", Level::kSram},
                                       {"scratchpad", Level::kSram},
                                       {"registers", Level::kRegisters},
                                       {"registerfile", Level::kRegisters},
                                       {"regfile", Level::kRegisters},
                                       {"reg", Level::kRegisters},
                                       {"rf", Level::kRegisters},
                                       {"pe", Level::kRegisters},
                                       {"core", Level::kRegisters},
                                       {"array", Level::kRegisters}}};
constexpr Words<Directive, 5> kDirectives = {{{"temporal", Directive::kTemporal},
                                              {"spatial", Directive::kSpatial},
                                              {"bypass", Directive::kBypass},
                                              {"datatype", Directive::kBypass},
                                              {"dataspace", Directive::kBypass}}};

/// Which operand a data space is: of M×K, K×N and M×N.
enum class Space : std::uint8_t { kLeft, kRight, kResult };
constexpr Words<Space, 9> kSpaces = {{{"Inputs", Space::kLeft},
                                      {"Weights", Space::kRight},
                                      {"Outputs", Space::kResult},
                                      {"Input", Space::kLeft},
                                      {"Weight", Space::kRight},
                                      {"Output", Space::kResult},
                                      {"A", Space::kLeft},
                                      {"B", Space::kRight},
                                      {"Z", Space::kResult}}};

/// Dimensions of a convolution without a counterpart here.
constexpr std::string_view kOnlyOnes = "RSPQGH";

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
bool is_letter(char c) { return upper(c) >= 'A' && upper(c) <= 'Z'; }

/// "C=4", or a letter of a permutation.
struct Token {
  char letter = ' ';
  std::optional<std::uint64_t> factor;
};

/// The loops of one directive.
struct Loops {
  const YamlNode* node = nullptr;
  std::vector<Token> factors;
  std::vector<Token> permutation;  ///< the innermost first
};

class Importer {
 public:
  Importer(const YamlDocument& document, const Graph& graph, const Config& config)
      : fields_(document), graph_(graph), config_(config) {}

  Mapping import() {
    const YamlNode& root = fields_.document().root;
    const YamlNode& list =
        root.is_list() ? root : fields_.required(fields_.map_of(root, {"mapping"}), "mapping");
    for (const YamlNode& item : fields_.expect(list, YamlNode::Kind::kList).items) {
      read_directive(item);
    }
    name_dimensions(list);
    return mapped(list);
  }

 private:
  void read_directive(const YamlNode& node) {
    fields_.map_of(node, {"target", "type", "factors", "permutation", "split", "keep", "bypass"});
    const YamlNode& target = fields_.required(node, "target");
    const Level level = level_of(target);
    const Directive type = fields_.word(fields_.required(node, "type"), kDirectives);
    if (!seen_.emplace(std::pair(level, type), &node).second) {
      fields_.fail(node, "target: " + printable(target.text) + " has a second directive of " +
                             (type == Directive::kBypass ? "residency" : "loops") +
                             "; this machine has one such memory");
    }
    if (type == Directive::kBypass) {
      refuse(node, {"factors", "permutation", "split"}, "bypass");
      bypasses_.emplace_back(level, &node);
      return;
    }
    refuse(node, {"keep", "bypass"}, "loops");
    if (const YamlNode* split = node.find("split");
        split != nullptr && type == Directive::kTemporal) {
      fields_.fail(*split, "split belongs to spatial loops");
    }
    Loops loops;
    loops.node = &node;
    for (const YamlNode* text : fields_.texts(fields_.required(node, "factors"))) {
      read_factors(*text, loops.factors);
    }
    if (const YamlNode* permutation = node.find("permutation")) {
      for (const YamlNode* text : fields_.texts(*permutation)) {
        read_permutation(*text, loops.permutation);
      }
    }
    loops_[{level, type}] = std::move(loops);
  }

  void refuse(const YamlNode& node, std::initializer_list<const char*> keys,
              const std::string& type) const {
    for (const char* key : keys) {
      if (const YamlNode* found = node.find(key)) {
        fields_.fail(*found, std::string(key) + " has no effect on a directive of " + type);
      }
    }
  }

  Level level_of(const YamlNode& target) const {
    fields_.expect(target, YamlNode::Kind::kText);
    std::string name;
    for (const char c : target.text) {
      if (c != '_' && c != '-' && c != ' ') {
        name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      }
    }
    for (const auto& [word, level] : kLevels) {
      if (name == word) {
        return level;
      }
    }
    fields_.fail(target,
                 "target: " + printable(target.text) +
                     " is no level of this machine; allowed: DRAM or MainMemory, SRAM or "
                     "GlobalBuffer, RegisterFile or PE, and other names in docs/mappings.md");
  }

  /// "C=1 M=4", "C1 M4", with commas or without.
  void read_factors(const YamlNode& node, std::vector<Token>& tokens) const {
    const std::string& text = node.text;
    for (std::size_t i = 0; i < text.size();) {
      if (text[i] == ' ' || text[i] == ',' || text[i] == '\n') {
        ++i;
        continue;
      }
      std::size_t end = i;
      while (end < text.size() && text[end] != ' ' && text[end] != ',' && text[end] != '\n') {
        ++end;
      }
      const std::string token = text.substr(i, end - i);
      i = end;
      if (!is_letter(token[0])) {
        fields_.fail(node, "factors: " + printable(token) +
                               " names no dimension; allowed: such as C=4, one factor each");
      }
      YamlNode number = node;
      number.key = "factor " + token;
      number.text = token.substr(token.size() > 1 && token[1] == '=' ? 2 : 1);
      add(node, tokens, {upper(token[0]), fields_.number(number, 1, kMaxDimension)});
    }
  }

  void read_permutation(const YamlNode& node, std::vector<Token>& tokens) const {
    for (const char c : node.text) {
      if (is_letter(c)) {
        add(node, tokens, {upper(c), std::nullopt});
      } else if (c != ' ' && c != ',') {
        fields_.fail(node, "permutation: " + printable(node.text) +
                               "; allowed: dimensions, the innermost first, such as CNM");
      }
    }
  }

  void add(const YamlNode& node, std::vector<Token>& tokens, const Token& token) const {
    if (std::ranges::find(tokens, token.letter, &Token::letter) != tokens.end()) {
      fields_.fail(node,
                   Fields::name_of(node) + ": " + std::string(1, token.letter) + " is given twice");
    }
    tokens.push_back(token);
  }

  /// A product that is called by M, N and K, or a convolution of 1x1 with C inputs and M, or K, outputs.
  void name_dimensions(const YamlNode& list) {
    std::string letters;
    for (const auto& [key, loops] : loops_) {
      for (const std::vector<Token>* tokens : {&loops.factors, &loops.permutation}) {
        for (const Token& token : *tokens) {
          letters += token.letter;
        }
      }
    }
    const auto has = [&](char letter) { return letters.find(letter) != std::string::npos; };
    if (!has('C')) {
      dimensions_ = {{'M', 0}, {'N', 1}, {'K', 2}};
      return;
    }
    if (has('M') && has('K')) {
      fields_.fail(list,
                   "both M and K beside C; allowed: M, N and K of a product, or C, N and "
                   "either M or K of a convolution");
    }
    dimensions_ = {{'N', 0}, {has('K') ? 'K' : 'M', 1}, {'C', 2}};
  }

  /// Which of ours it is; none for one of a convolution, of which there is one.
  std::optional<std::size_t> dimension_of(const YamlNode& node, const Token& token) const {
    if (const auto found = dimensions_.find(token.letter); found != dimensions_.end()) {
      return found->second;
    }
    const std::string name(1, token.letter);
    if (kOnlyOnes.find(token.letter) == std::string_view::npos) {
      fields_.fail(node, "dimension " + name +
                             " is none of a matrix product; allowed: M, N and K, "
                             "or C, N and either M or K of a convolution");
    }
    if (token.factor.value_or(1) != 1) {
      fields_.fail(node, "factor " + name + "=" + std::to_string(*token.factor) +
                             ": convolutions are not mapped yet; allowed: " + name + "=1");
    }
    return std::nullopt;
  }

  Factors factors_of(Level level, Directive type) const {
    Factors factors = kOnes;
    if (const auto found = loops_.find({level, type}); found != loops_.end()) {
      for (const Token& token : found->second.factors) {
        if (const auto dimension = dimension_of(*found->second.node, token)) {
          factors[*dimension] = *token.factor;
        }
      }
    }
    return factors;
  }

  /// Of the loops of more than one turn, which the permutation has to have.
  LoopOrder temporal_order(Level level, const Factors& factors) const {
    std::vector<std::size_t> order;
    const auto found = loops_.find({level, Directive::kTemporal});
    if (found == loops_.end()) {
      return LoopOrder::kMnk;
    }
    for (const Token& token : found->second.permutation) {
      if (const auto dimension = dimension_of(*found->second.node, token)) {
        order.push_back(*dimension);
      }
    }
    const auto turns = std::ranges::count_if(factors, [](std::uint64_t f) { return f > 1; });
    for (std::size_t i = 0; turns > 1 && i < factors.size(); ++i) {
      if (factors[i] > 1 && std::ranges::find(order, i) == order.end()) {
        fields_.fail(*found->second.node, std::string("permutation has no loop of ") +
                                              kDimensionWords[i] + ", which has " +
                                              std::to_string(factors[i]) + " turns");
      }
    }
    return order_of(order);
  }

  void require_ones(Level level, const std::string& why) const {
    const auto found = loops_.find({level, Directive::kSpatial});
    if (found != loops_.end() && factors_of(level, Directive::kSpatial) != kOnes) {
      fields_.fail(*found->second.node, why);
    }
  }

  /// An order of loops inside of a step, where the array has its own.
  void check_step(const Factors& inside) const {
    const auto found = loops_.find({Level::kRegisters, Directive::kTemporal});
    if (found != loops_.end() && !found->second.permutation.empty() &&
        std::ranges::count_if(inside, [](std::uint64_t f) { return f > 1; }) > 1) {
      fields_.fail(
          *found->second.node,
          "permutation below the SRAM has no effect: the array has its own order inside of "
          "a step; allowed: none, or one loop of more than one turn");
    }
  }

  void check_bypasses() const {
    for (const auto& [level, node] : bypasses_) {
      for (const char* key : {"keep", "bypass"}) {
        if (const YamlNode* list = node->find(key)) {
          for (const YamlNode* text : fields_.texts(*list)) {
            YamlNode named = *text;
            named.key = key;
            check_space(level, named, fields_.word(named, kSpaces), key == std::string("keep"));
          }
        }
      }
    }
  }

  void check_space(Level level, const YamlNode& node, Space space, bool keep) const {
    if (level != Level::kRegisters) {
      if (!keep) {
        fields_.fail(node, "bypass: " + printable(node.text) + ": no data goes around the " +
                               (level == Level::kDram ? "DRAM" : "SRAM") + "; allowed: keep");
      }
      return;
    }
    const Dataflow dataflow = config_.machine.compute.dataflow;
    const bool stays = (dataflow == Dataflow::kOutputStationary && space == Space::kResult) ||
                       (dataflow == Dataflow::kWeightStationary && space == Space::kRight) ||
                       (dataflow == Dataflow::kInputStationary && space == Space::kLeft);
    if (keep != stays) {
      fields_.fail(node, std::string(keep ? "keep" : "bypass") + ": " + printable(node.text) +
                             ": the array of this compute.dataflow " +
                             (stays ? "keeps it" : "does not keep it") +
                             "; allowed: " + (stays ? "keep" : "bypass"));
    }
  }

  /// The first of these that is there, to be blamed; else the whole list.
  const YamlNode& node_of(std::initializer_list<std::pair<Level, Directive>> keys,
                          const YamlNode& list) const {
    for (const auto& key : keys) {
      if (const auto found = loops_.find(key); found != loops_.end()) {
        return *found->second.node;
      }
    }
    return list;
  }

  Mapping mapped(const YamlNode& list) const {
    require_ones(Level::kDram,
                 "spatial loops below the DRAM: this machine has one core; allowed: 1");
    require_ones(Level::kRegisters,
                 "spatial loops below the registers: nothing is below them; "
                 "allowed: spatial loops of the SRAM, over the array");
    const Factors spatial = factors_of(Level::kSram, Directive::kSpatial);
    const Factors inside = factors_of(Level::kRegisters, Directive::kTemporal);
    const Factors parts = factors_of(Level::kDram, Directive::kTemporal);
    const Factors tiles = factors_of(Level::kSram, Directive::kTemporal);
    const Factors step = times(spatial, inside);
    const YamlNode& step_node = node_of(
        {{Level::kRegisters, Directive::kTemporal}, {Level::kSram, Directive::kSpatial}}, list);
    for (std::size_t i = 0; i < step.size(); ++i) {
      if (step[i] > kMaxTileEdge) {
        fields_.fail(step_node, std::string("a tile of ") + kDimensionWords[i] + "=" +
                                    std::to_string(step[i]) +
                                    ", the factors below the SRAM; allowed: 1.." +
                                    std::to_string(kMaxTileEdge));
      }
    }
    check_step(inside);
    check_bypasses();
    const TileShape tile{static_cast<std::uint32_t>(step[0]), static_cast<std::uint32_t>(step[1]),
                         static_cast<std::uint32_t>(step[2])};
    const std::vector<Product> products = [&] {
      try {
        return products_of(graph_, Tiling(tile, config_.tile.edges), config_);
      } catch (const InputError& error) {
        fields_.fail(step_node, std::string("the tile does not suit the model: ") + error.what());
      }
    }();
    if (products.size() != 1) {
      fields_.fail(list, "maps one product, and the model has " + std::to_string(products.size()) +
                             (products.empty() ? "" : ": " + names_of(products)));
    }
    const Product& product = products.front();
    check_extents(list, times(times(parts, tiles), step), product);
    check_unrolling(fields_, node_of({{Level::kSram, Directive::kSpatial}}, step_node), spatial,
                    step, product, config_);
    Mapping mapping;
    mapping.file = fields_.document().name;
    OperatorMapping& stated = mapping.operators.emplace_back();
    stated.name = {product.name, list.line};
    stated.tile = {tile, step_node.line};
    stated.loops = {
        nest_of(parts, temporal_order(Level::kDram, parts), temporal_order(Level::kSram, tiles)),
        node_of({{Level::kSram, Directive::kTemporal}, {Level::kDram, Directive::kTemporal}}, list)
            .line};
    return mapping;
  }

  void check_extents(const YamlNode& list, const Factors& whole, const Product& product) const {
    for (std::size_t i = 0; i < whole.size(); ++i) {
      if (whole[i] != product.extents[i]) {
        fields_.fail(list, std::string("the factors of ") + kDimensionWords[i] + " multiply to " +
                               std::to_string(whole[i]) +
                               "; allowed: " + std::to_string(product.extents[i]) +
                               ", the extent of " + in_quotes(product.name));
      }
    }
  }

  Fields fields_;
  const Graph& graph_;
  const Config& config_;
  std::map<std::pair<Level, Directive>, const YamlNode*> seen_;
  std::map<std::pair<Level, Directive>, Loops> loops_;
  std::vector<std::pair<Level, const YamlNode*>> bypasses_;
  std::map<char, std::size_t> dimensions_;  // of the file's letters
};

}  // namespace

bool is_timeloop_mapping(const YamlDocument& document) {
  const YamlNode& root = document.root;
  const YamlNode* list = root.is_list() ? &root : root.find("mapping");
  return list != nullptr && (!root.is_list() || (!list->items.empty() &&
                                                 list->items.front().find("target") != nullptr));
}

Mapping import_timeloop(const YamlDocument& document, const Graph& graph, const Config& config) {
  return Importer(document, graph, config).import();
}

}  // namespace tilewave
