// Words for error messages: which known word was meant, to be shown with compiler/base/text.h.
// Not a spell checker: it would rather say nothing than suggest something far-fetched.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "compiler/base/text.h"

namespace tilewave {

/// The candidate with the fewest edits from `word` (insert, delete, replace, swap neighbours; case
/// is free), the first of equals. None if that takes more edits than a third of the longer word, or
/// more than four; one edit is always plausible, unless it replaces the whole word. Before all of them comes
/// the first that has the word as its parts before or behind a dot, or is such parts of it.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

/// "; did you mean 'relu'?", or "" if no candidate is near.
std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

}  // namespace tilewave
