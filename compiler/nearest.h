// Words for error messages: how to show a user's text on one line, and which known word was meant.
// Not a spell checker: it would rather say nothing than suggest something far-fetched.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tilewave {

/// The candidate with the fewest edits from `word` (insert, delete, replace, swap neighbours; case
/// is free), the first of equals. None if that takes more edits than a third of the longer word, or
/// more than four; one edit is always plausible, unless it replaces the whole word.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

/// "; did you mean 'relu'?", or "" if no candidate is near.
std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

/// `text` with bytes outside printable ASCII as \xNN, cut after 80 characters with "...".
std::string printable(std::string_view text);
/// The same in single quotes.
std::string in_quotes(std::string_view text);

}  // namespace tilewave
