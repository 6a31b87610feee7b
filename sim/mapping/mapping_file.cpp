// Which format a document is of, and what a config says with a mapping.
#include "sim/mapping/mapping_file.h"

#include "compiler/base/error.h"
#include "compiler/base/text.h"
#include "compiler/schedule/mapping_words.h"
#include "sim/base/files.h"
#include "sim/config/keys.h"
#include "sim/mapping/native_mapping.h"
#include "sim/mapping/timeloop_mapping.h"
#include "sim/mapping/zigzag_mapping.h"

namespace tilewave {
namespace {

/// Holds what was set against what the mapping says.
class Agreement {
 public:
  Agreement(const Config& config, const Mapping& mapping) : config_(config), mapping_(mapping) {}

  void check() const {
    check_tiles();
    if (mapping_.edges) {
      agree("tile.edges", config_.tile.edges == mapping_.edges->value, mapping_.edges->line,
            std::string("edges: ") + word_of(kEdgeWords, mapping_.edges->value));
    }
    check_scheduler();
    check_loops();
    const bool blocks = mapping_.row_blocks && !mapping_.row_blocks->value.empty();
    agree("schedule.row_blocks", !blocks || config_.schedule.row_blocks,
          blocks ? mapping_.row_blocks->line : 0, "row_blocks");
    const bool joins = mapping_.fusion && !mapping_.fusion->joined.empty();
    agree("schedule.joins", !joins || config_.schedule.joins != Joins::kOff,
          joins ? mapping_.fusion->joined.front().line : 0, "joined operators");
  }

 private:
  void agree(const char* key, bool agrees, std::size_t line, const std::string& said) const {
    const auto chosen = config_.chosen.find(key);
    if (agrees || chosen == config_.chosen.end() || !find_config_key(key)->has_effect(config_)) {
      return;
    }
    throw InputError(chosen->second + " contradicts " + mapping_.file + ":" + std::to_string(line) +
                     ": " + said + "; allowed: one of the two, or the same in both");
  }

  void check_tiles() const {
    for (const OperatorMapping& stated : mapping_.operators) {
      if (!stated.tile) {
        continue;
      }
      const TileShape& tile = stated.tile->value;
      const TileShape& keys = config_.tile_keys;
      const auto edge = [&](const char* key, std::uint32_t given, std::uint32_t said) {
        agree(key, given == 0 || given == said, stated.tile->line,
              "a tile of m=" + std::to_string(tile.m) + ", n=" + std::to_string(tile.n) +
                  ", k=" + std::to_string(tile.k));
      };
      edge("tile.m", keys.m, tile.m);
      edge("tile.n", keys.n, tile.n);
      edge("tile.k", keys.k, tile.k);
      return;  // the others have the same
    }
  }

  bool is_apart() const { return mapping_.places && mapping_.places->value == Places::kApart; }

  /// Where memory is tight the compiler gives up what keys allow: it keeps tiles apart, or takes LRU's
  /// schedule because that loads less.
  void check_scheduler() const {
    const ScheduleOptions& schedule = config_.schedule;
    if (const auto& stated = mapping_.eviction) {
      agree("schedule.eviction",
            schedule.eviction == Eviction::kBelady || stated->value == Eviction::kLru, stated->line,
            std::string("eviction: ") + word_of(kEvictionWords, stated->value));
    }
    if (const auto& stated = mapping_.buffering) {
      agree("schedule.buffering",
            schedule.buffering == stated->value ||
                (is_apart() && stated->value == Buffering::kSingle &&
                 schedule.buffering == Buffering::kPingPong),
            stated->line, std::string("buffering: ") + word_of(kBufferingWords, stated->value));
    }
    if (const auto& stated = mapping_.lookahead) {
      agree("schedule.lookahead", schedule.lookahead == stated->value, stated->line,
            "lookahead: " + std::to_string(stated->value));
    }
    if (const auto& stated = mapping_.forwarding) {
      agree("schedule.forwarding",
            schedule.forwarding == stated->value || (is_apart() && !stated->value), stated->line,
            std::string("forwarding: ") + word_of(kOnOffWords, stated->value));
    }
  }

  /// A named order may have been cut into blocks, which keep it inside.
  void check_loops() const {
    if (!config_.schedule.loop_order || is_apart()) {
      return;
    }
    for (const OperatorMapping& stated : mapping_.operators) {
      if (stated.loops) {
        const LoopNest& nest = stated.loops->value;
        agree("schedule.loop_order", nest.inner == *config_.schedule.loop_order && !nest.serpentine,
              stated.loops->line,
              "loops of " + in_quotes(stated.name.value) + ", " + to_string(nest));
      }
    }
  }

  const Config& config_;
  const Mapping& mapping_;
};

}  // namespace

std::shared_ptr<const YamlDocument> load_mapping(const std::string& path) {
  return parse_mapping(read_file(path, "mapping", kMaxYamlBytes), input_name(path));
}

std::shared_ptr<const YamlDocument> parse_mapping(std::string_view text, const std::string& name) {
  auto document = std::make_shared<const YamlDocument>(parse_yaml(text, name));
  if (!is_native_mapping(*document) && !is_timeloop_mapping(*document) &&
      !is_zigzag_mapping(*document)) {
    fail_at(*document, document->root.line,
            "is no mapping; allowed: schema: tilewave-mapping, Timeloop's list of targets, or "
            "ZigZag's list of layers");
  }
  return document;
}

Mapping mapping_for(const Graph& graph, const Config& config) {
  const YamlDocument& document = *config.mapping;
  return is_native_mapping(document)     ? read_native_mapping(document)
         : is_timeloop_mapping(document) ? import_timeloop(document, graph, config)
                                         : import_zigzag(document, graph, config);
}

Config mapped_config(const Config& config, const Mapping& mapping) {
  Agreement(config, mapping).check();
  Config mapped = config;
  mapped.schedule = mapped_options(mapping, config.schedule);
  mapped.tile = mapped_tiling(mapping, config.tile);
  for (const OperatorMapping& stated : mapping.operators) {
    if (stated.tile) {
      mapped.tile_keys = mapped.tile;
      break;
    }
  }
  return mapped;
}

}  // namespace tilewave
