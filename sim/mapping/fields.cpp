// Questions to a YAML tree, and what is said if the answer is wrong.
#include "sim/mapping/fields.h"

#include <algorithm>

#include "compiler/base/error.h"
#include "sim/base/units.h"

namespace tilewave {

std::string Fields::name_of(const YamlNode& node) {
  return node.key.empty() ? "an entry" : printable(node.key);
}

const YamlNode& Fields::expect(const YamlNode& node, YamlNode::Kind kind) const {
  if (node.kind != kind) {
    fail(node, name_of(node) + " is " + to_string(node.kind) + "; allowed: " + to_string(kind));
  }
  return node;
}

const YamlNode& Fields::map_of(const YamlNode& node,
                               std::initializer_list<std::string_view> keys) const {
  expect(node, YamlNode::Kind::kMap);
  for (const YamlNode& item : node.items) {
    if (std::ranges::find(keys, item.key) == keys.end()) {
      const std::vector<std::string> known(keys.begin(), keys.end());
      fail_at(document_, item.key_line,
              "unknown key " + in_quotes(item.key) + did_you_mean(item.key, known) +
                  "; allowed: " + joined(known));
    }
  }
  return node;
}

const YamlNode& Fields::required(const YamlNode& map, std::string_view key) const {
  const YamlNode* found = map.find(key);
  if (found == nullptr) {
    fail(map, (map.key.empty() ? "" : name_of(map) + " ") + "has no " + std::string(key));
  }
  return *found;
}

std::uint64_t Fields::number(const YamlNode& node, std::uint64_t least, std::uint64_t most) const {
  expect(node, YamlNode::Kind::kText);
  const std::string allowed = "; allowed: " + std::to_string(least) + ".." + std::to_string(most);
  std::uint64_t value = 0;
  try {
    value = parse_count(node.text);
  } catch (const InputError& error) {
    fail(node, name_of(node) + ": " + error.what() + allowed);
  }
  if (value < least || value > most) {
    fail(node, name_of(node) + ": " + printable(node.text) + " is out of range" + allowed);
  }
  return value;
}

std::vector<const YamlNode*> Fields::texts(const YamlNode& node) const {
  if (node.is_text()) {
    return {&node};
  }
  expect(node, YamlNode::Kind::kList);
  std::vector<const YamlNode*> list;
  for (const YamlNode& item : node.items) {
    list.push_back(&expect(item, YamlNode::Kind::kText));
  }
  return list;
}

}  // namespace tilewave
