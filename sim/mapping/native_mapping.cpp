// One function for each mapping of the document.
#include "sim/mapping/native_mapping.h"

#include <set>
#include <string>

#include "compiler/base/error.h"
#include "compiler/program/tensor.h"
#include "sim/mapping/fields.h"

namespace tilewave {
namespace {

constexpr const char* kSchema = "tilewave-mapping";
constexpr std::uint64_t kVersion = 1;
constexpr std::uint64_t kMostLookahead = 65536;

class Reader {
 public:
  explicit Reader(const YamlDocument& document) : fields_(document) {}

  Mapping read() {
    const YamlNode& root = fields_.map_of(
        fields_.document().root,
        {"schema", "version", "fusion", "residency", "edges", "row_blocks", "operators"});
    const YamlNode& schema = fields_.required(root, "schema");
    fields_.expect(schema, YamlNode::Kind::kText);
    if (schema.text != kSchema) {
      fields_.fail(schema, "schema: " + printable(schema.text) + "; allowed: " + kSchema);
    }
    fields_.number(fields_.required(root, "version"), kVersion, kVersion);
    mapping_.file = fields_.document().name;
    if (const YamlNode* node = root.find("fusion")) {
      read_fusion(*node);
    }
    if (const YamlNode* node = root.find("residency")) {
      read_residency(*node);
    }
    if (const YamlNode* node = root.find("edges")) {
      mapping_.edges = fields_.stated_word(*node, kEdgeWords);
    }
    if (const YamlNode* node = root.find("row_blocks")) {
      read_row_blocks(*node);
    }
    if (const YamlNode* node = root.find("operators")) {
      for (const YamlNode& item : fields_.expect(*node, YamlNode::Kind::kList).items) {
        read_operator(item);
      }
    }
    return std::move(mapping_);
  }

 private:
  void read_fusion(const YamlNode& node) {
    fields_.map_of(node, {"bias", "joined", "running"});
    FusionMapping& fusion = mapping_.fusion.emplace();
    fusion.bias = fields_.word(fields_.required(node, "bias"), kOnOffWords);
    const YamlNode& joined = fields_.required(node, "joined");
    std::set<std::string> names;
    for (const YamlNode& item : fields_.expect(joined, YamlNode::Kind::kList).items) {
      fusion.joined.push_back(read_name(item, names));
    }
    if (const YamlNode* running = node.find("running")) {
      names.clear();
      for (const YamlNode& item : fields_.expect(*running, YamlNode::Kind::kList).items) {
        fields_.map_of(item, {"name", "keys"});
        fusion.running.emplace_back(
            read_name(fields_.required(item, "name"), names),
            fields_.number(fields_.required(item, "keys"), 1, kMaxDimension));
      }
    }
  }

  void read_residency(const YamlNode& node) {
    fields_.map_of(node, {"eviction", "buffering", "lookahead", "forwarding", "places"});
    if (const YamlNode* item = node.find("eviction")) {
      mapping_.eviction = fields_.stated_word(*item, kEvictionWords);
    }
    if (const YamlNode* item = node.find("buffering")) {
      mapping_.buffering = fields_.stated_word(*item, kBufferingWords);
    }
    if (const YamlNode* item = node.find("lookahead")) {
      mapping_.lookahead = {static_cast<std::uint32_t>(fields_.number(*item, 0, kMostLookahead)),
                            item->line};
    }
    if (const YamlNode* item = node.find("forwarding")) {
      mapping_.forwarding = fields_.stated_word(*item, kOnOffWords);
    }
    if (const YamlNode* item = node.find("places")) {
      mapping_.places = fields_.stated_word(*item, kPlacesWords);
    }
  }

  void read_row_blocks(const YamlNode& node) {
    mapping_.row_blocks.emplace().line = node.line;
    for (const YamlNode& item : fields_.expect(node, YamlNode::Kind::kList).items) {
      fields_.map_of(item, {"first", "last", "rows", "second"});
      const YamlNode& rows = fields_.required(item, "rows");
      RowBlocksMapping blocks{text(fields_.required(item, "first")),
                              text(fields_.required(item, "last")),
                              {fields_.number(rows, 1, kMaxDimension), rows.line}};
      if (const YamlNode* second = item.find("second")) {
        blocks.second = text(*second);
      }
      mapping_.row_blocks->value.push_back(std::move(blocks));
    }
  }

  Stated<std::string> text(const YamlNode& node) const {
    return {fields_.expect(node, YamlNode::Kind::kText).text, node.line};
  }

  /// A name that is not one of `names`, which it joins.
  Stated<std::string> read_name(const YamlNode& node, std::set<std::string>& names) const {
    Stated<std::string> name = text(node);
    if (!names.insert(node.text).second) {
      fields_.fail(node, in_quotes(node.text) + " is named twice");
    }
    return name;
  }

  void read_operator(const YamlNode& node) {
    fields_.map_of(node, {"name", "extents", "tile", "loops", "result"});
    OperatorMapping stated;
    stated.name = read_name(fields_.required(node, "name"), names_);
    if (const YamlNode* item = node.find("extents")) {
      fields_.map_of(*item, {"m", "n", "k"});
      stated.extents = {{extent(*item, "m"), extent(*item, "n"),
                         item->find("k") == nullptr ? 0 : extent(*item, "k")},
                        item->line};
    }
    if (const YamlNode* item = node.find("tile")) {
      fields_.map_of(*item, {"m", "n", "k"});
      stated.tile = {{edge(*item, "m"), edge(*item, "n"), edge(*item, "k")}, item->line};
    }
    if (const YamlNode* item = node.find("loops")) {
      stated.loops = {read_loops(*item), item->line};
    }
    if (const YamlNode* item = node.find("result")) {
      stated.kept = fields_.stated_word(*item, kResultWords);
    }
    mapping_.operators.push_back(std::move(stated));
  }

  std::uint64_t extent(const YamlNode& map, const char* key) const {
    return fields_.number(fields_.required(map, key), 1, kMaxDimension);
  }
  std::uint32_t edge(const YamlNode& map, const char* key) const {
    return static_cast<std::uint32_t>(fields_.number(fields_.required(map, key), 1, kMaxTileEdge));
  }
  std::uint32_t parts(const YamlNode& map, const char* key) const {
    return static_cast<std::uint32_t>(fields_.number(fields_.required(map, key), 1, kMaxDimension));
  }

  LoopNest read_loops(const YamlNode& node) const {
    fields_.map_of(node, {"parts", "outer", "inner", "walk"});
    LoopNest nest;
    nest.inner = fields_.word(fields_.required(node, "inner"), kOrderWords);
    if (const YamlNode* item = node.find("parts")) {
      fields_.map_of(*item, {"m", "n", "k"});
      nest.parts = {parts(*item, "m"), parts(*item, "n"), parts(*item, "k")};
    }
    const bool one_part = nest.parts == std::array<std::uint32_t, 3>{1, 1, 1};
    for (const char* key : {"outer", "walk"}) {
      const YamlNode* item = node.find(key);
      if (item != nullptr && one_part) {
        fields_.fail(*item, std::string(key) + " has no effect without parts");
      }
      if (item == nullptr && !one_part) {
        fields_.fail(node, std::string("loops with parts have no ") + key);
      }
    }
    if (!one_part) {
      nest.outer = fields_.word(*node.find("outer"), kOrderWords);
      nest.serpentine = fields_.word(*node.find("walk"), kWalkWords);
    }
    return nest;
  }

  Fields fields_;
  Mapping mapping_;
  std::set<std::string> names_;  // of operators
};

}  // namespace

bool is_native_mapping(const YamlDocument& document) {
  return document.root.find("schema") != nullptr;
}

Mapping read_native_mapping(const YamlDocument& document) { return Reader(document).read(); }

}  // namespace tilewave
