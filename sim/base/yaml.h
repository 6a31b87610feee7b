// A small part of YAML as a tree, with line numbers for messages: lists, mappings and plain texts. What
// files of decisions need and no more, so that a hostile one is refused: no anchors and aliases, no
// tags, one document, bounds on depth and number. It knows no meaning.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tilewave {

inline constexpr std::size_t kMaxYamlBytes = std::size_t{16} << 20U;
inline constexpr std::size_t kMaxYamlNodes = 1'000'000;
inline constexpr std::size_t kMaxYamlDepth = 16;

struct YamlNode {
  enum class Kind : std::uint8_t { kText, kList, kMap };

  Kind kind = Kind::kText;
  std::size_t line = 0;         ///< where it begins, from 1
  std::string text = {};        ///< of a text: whatever stands there, "32" as well as "on"
  std::string key = {};         ///< of what is in a mapping
  std::size_t key_line = 0;     ///< likewise
  std::vector<YamlNode> items;  ///< of a list, or of a mapping in order; no key twice

  bool is_text() const { return kind == Kind::kText; }
  bool is_list() const { return kind == Kind::kList; }
  bool is_map() const { return kind == Kind::kMap; }
  /// Of a mapping; null if there is none.
  const YamlNode* find(std::string_view wanted) const;
};

/// "a text", "a list", "a mapping"
const char* to_string(YamlNode::Kind kind);

struct YamlDocument {
  std::string name;  ///< for messages
  YamlNode root;
};

/// Every fault is an InputError "FILE:LINE: ...".
YamlDocument parse_yaml(std::string_view text, const std::string& name);

/// Throws InputError: "FILE:LINE: why".
[[noreturn]] void fail_at(const YamlDocument& document, std::size_t line, const std::string& why);

}  // namespace tilewave
