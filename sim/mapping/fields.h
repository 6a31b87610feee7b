// What the readers of mappings ask of a YAML tree: this key, a number, a word, nothing else. Every fault is
// an InputError with file and line.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/nearest.h"
#include "compiler/base/text.h"
#include "compiler/schedule/mapping_words.h"
#include "sim/base/yaml.h"

namespace tilewave {

/// Reads the nodes of one document.
class Fields {
 public:
  explicit Fields(const YamlDocument& document) : document_(document) {}

  const YamlDocument& document() const { return document_; }
  [[noreturn]] void fail(const YamlNode& node, const std::string& why) const {
    fail_at(document_, node.line, why);
  }

  /// What a node is called in messages: its key, or "an entry" in a list.
  static std::string name_of(const YamlNode& node);

  /// Throws unless the node is of that kind.
  const YamlNode& expect(const YamlNode& node, YamlNode::Kind kind) const;
  /// A mapping with no other keys than these.
  const YamlNode& map_of(const YamlNode& node, std::initializer_list<std::string_view> keys) const;
  /// Of a mapping, which has to have it.
  const YamlNode& required(const YamlNode& map, std::string_view key) const;
  /// A plain decimal number within the limits.
  std::uint64_t number(const YamlNode& node, std::uint64_t least, std::uint64_t most) const;
  /// A list of texts, or one text.
  std::vector<const YamlNode*> texts(const YamlNode& node) const;

  /// The value that a text is a word for.
  template <typename Value, std::size_t N>
  Value word(const YamlNode& node, const Words<Value, N>& words) const {
    expect(node, YamlNode::Kind::kText);
    std::vector<std::string> known;
    for (const auto& [text, value] : words) {
      if (node.text == text) {
        return value;
      }
      known.emplace_back(text);
    }
    fail(node, name_of(node) + ": " + printable(node.text) + " is not a choice" +
                   did_you_mean(node.text, known) + "; allowed: " + joined(known));
  }
  template <typename Value, std::size_t N>
  Stated<Value> stated_word(const YamlNode& node, const Words<Value, N>& words) const {
    return {word(node, words), node.line};
  }

 private:
  const YamlDocument& document_;
};

}  // namespace tilewave
