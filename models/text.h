// Small help for reading text files that users write: trimming, and quoting for messages.
// It is not a parser and knows no format.
#pragma once

#include <string>
#include <string_view>

namespace tilewave {

/// `text` without spaces, tabs and carriage returns at both ends.
inline std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// `text` as it may appear in a one-line message: without control characters, at most `limit` long.
inline std::string clipped(std::string_view text, std::size_t limit) {
  std::string out;
  for (const char c : text.substr(0, limit)) {
    out += (c >= ' ' && c <= '~') ? c : '?';
  }
  return out + (text.size() > limit ? "..." : "");
}

inline std::string quoted(std::string_view text, std::size_t limit = 40) {
  return "'" + clipped(text, limit) + "'";
}

}  // namespace tilewave
