// Help as manual pages: the same words with the marks of man(7). A page says nothing that the help
// does not.
#pragma once

#include <string>
#include <string_view>

namespace tilewave {

/// The page of `name`, "tilewave-run", out of a help text: prose and "Usage:", and blocks with titles,
/// "Options:", "[sram]:", "Examples:", "Exit codes:", of lines that are indented. `summary` is what it
/// does, in a few words; `see_also` the names of other pages of section 1.
std::string man_page(const std::string& name, std::string_view summary, const std::string& help,
                     const std::string& see_also);

/// "tilewave", "tilewave-run": what the page of a command is called; of none, that of the program.
std::string man_page_name(std::string_view command);

/// The page of a command, or of the program if the name is empty. Throws InputError for a name that
/// no command has.
std::string man_page_of(const std::string& command);

}  // namespace tilewave
