// A mapping as a file: a small part of YAML, which sim/mapping/ reads.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "compiler/schedule/mapping.h"
#include "compiler/schedule/mapping_words.h"

namespace tilewave {
namespace {

/// A name that YAML takes for nothing else stands as it is, others in quotes, which no name holds.
std::string name_text(const std::string& name) {
  constexpr std::array<std::string_view, 8> kOtherwise = {"true", "false", "yes",  "no",
                                                          "on",   "off",   "null", "y"};
  std::string lower = name;
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const bool plain = name.find(':') == std::string::npos && lower != "n" &&
                     std::ranges::find(kOtherwise, lower) == kOtherwise.end();
  return plain ? name : '"' + name + '"';
}

/// "{m: 128, n: 64, k: 32}"; without k if that is 0.
template <typename Extents>
std::string extents_text(const Extents& extents) {
  std::string text = "{m: " + std::to_string(extents[0]) + ", n: " + std::to_string(extents[1]);
  return text + (extents[2] != 0 ? ", k: " + std::to_string(extents[2]) : "") + "}";
}

std::string loops_text(const LoopNest& nest) {
  const std::string inner = std::string("inner: ") + to_string(nest.inner);
  if (nest.parts == std::array<std::uint32_t, 3>{1, 1, 1}) {
    return "{" + inner + "}";
  }
  return "{parts: " + extents_text(nest.parts) + ", outer: " + to_string(nest.outer) + ", " +
         inner + ", walk: " + word_of(kWalkWords, nest.serpentine) + "}";
}

std::string operator_text(const OperatorMapping& stated) {
  std::string text = "  - name: " + name_text(stated.name.value) + "\n";
  if (stated.extents) {
    text += "    extents: " + extents_text(stated.extents->value) + "\n";
  }
  if (stated.tile) {
    const TileShape& tile = stated.tile->value;
    text += "    tile: " + extents_text(std::array{tile.m, tile.n, tile.k}) + "\n";
  }
  if (stated.loops) {
    text += "    loops: " + loops_text(stated.loops->value) + "\n";
  }
  if (stated.kept) {
    text += std::string("    result: ") + word_of(kResultWords, stated.kept->value) + "\n";
  }
  return text;
}

std::string fusion_text(const FusionMapping& fusion) {
  std::string text =
      std::string("fusion:\n  bias: ") + word_of(kOnOffWords, fusion.bias) + "\n  joined: [";
  for (const Stated<std::string>& name : fusion.joined) {
    text += (&name == &fusion.joined.front() ? "" : ", ") + name_text(name.value);
  }
  text += "]\n";
  if (!fusion.running.empty()) {
    text += "  running:\n";
    for (const auto& [name, keys] : fusion.running) {
      text += "    - {name: " + name_text(name.value) + ", keys: " + std::to_string(keys) + "}\n";
    }
  }
  return text;
}

std::string row_blocks_text(const std::vector<RowBlocksMapping>& list) {
  if (list.empty()) {
    return "row_blocks: []\n";
  }
  std::string text = "row_blocks:\n";
  for (const RowBlocksMapping& blocks : list) {
    text += "  - {first: " + name_text(blocks.first.value) +
            ", last: " + name_text(blocks.last.value) +
            ", rows: " + std::to_string(blocks.rows.value) +
            (blocks.second ? ", second: " + name_text(blocks.second->value) : "") + "}\n";
  }
  return text;
}

}  // namespace

std::string to_text(const Mapping& mapping) {
  std::string text =
      "# tilewave compile --dump mapping; docs/mappings.md says what it means\n"
      "schema: tilewave-mapping\nversion: 1\n";
  if (mapping.fusion) {
    text += fusion_text(*mapping.fusion);
  }
  std::string residency;
  const auto add = [&](const char* key, const auto& stated, const auto& word) {
    if (stated) {
      residency += std::string("  ") + key + ": " + word(stated->value) + "\n";
    }
  };
  add("eviction", mapping.eviction, [](Eviction value) { return word_of(kEvictionWords, value); });
  add("buffering", mapping.buffering,
      [](Buffering value) { return word_of(kBufferingWords, value); });
  add("lookahead", mapping.lookahead, [](std::uint32_t value) { return std::to_string(value); });
  add("forwarding", mapping.forwarding, [](bool value) { return word_of(kOnOffWords, value); });
  add("places", mapping.places, [](Places value) { return word_of(kPlacesWords, value); });
  text += residency.empty() ? "" : "residency:\n" + residency;
  if (mapping.edges) {
    text += std::string("edges: ") + word_of(kEdgeWords, mapping.edges->value) + "\n";
  }
  if (mapping.row_blocks) {
    text += row_blocks_text(mapping.row_blocks->value);
  }
  if (!mapping.operators.empty()) {
    text += "operators:\n";
    for (const OperatorMapping& stated : mapping.operators) {
      text += operator_text(stated);
    }
  }
  return text;
}

}  // namespace tilewave
