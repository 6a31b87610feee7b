// How a line of an INI file is spelled: comments, and values in quotes where they need them.
#pragma once

#include <string>
#include <string_view>

namespace tilewave {

/// The line without blanks at its ends and without what follows a '#' outside quotes. Quotes are
/// those of a value: the first thing behind the '='.
std::string_view without_comment(std::string_view line);

/// What a value stands for: itself, or what its quotes hold. Throws InputError, which begins with
/// the value, if the quotes do not end where the value does, or hold an escape that there is not.
std::string ini_value(std::string_view text);

/// The value as ini_value() reads it: as it is, or else in quotes, with \" and \\ for these two and
/// \xNN for control characters.
std::string ini_text(std::string_view value);

}  // namespace tilewave
