// Small help with text that users write: trimming it, and showing it in a one-line message.
// It is not a parser and knows no format; the machine's side may include it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tilewave {

/// `text` without spaces, tabs and carriage returns at both ends.
std::string_view trim(std::string_view text);

/// `text` with bytes outside printable ASCII as \xNN, cut after `limit` characters with "...".
std::string printable(std::string_view text, std::size_t limit = 80);
/// The same in single quotes.
std::string in_quotes(std::string_view text);

/// "a, b, c"
std::string joined(const std::vector<std::string>& items);

}  // namespace tilewave
