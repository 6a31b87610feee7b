// A help text is taken apart into blocks, which are put together again in the order of a manual.
#include "sim/commands/man_page.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "compiler/base/build_identity.h"
#include "sim/commands/commands.h"

namespace tilewave {
namespace {

/// Text as roff takes it: nothing in it is a command, and minus signs can be copied.
std::string escaped(std::string_view text) {
  std::string roff;
  if (text.starts_with('.') || text.starts_with('\'')) {
    roff = "\\&";
  }
  for (const char c : text) {
    switch (c) {
      case '\\': roff += "\\e"; break;
      case '-': roff += "\\-"; break;
      case '\'': roff += "\\(aq"; break;
      case '`': roff += "\\(ga"; break;
      case '^': roff += "\\(ha"; break;
      case '~': roff += "\\(ti"; break;
      default: roff += c;
    }
  }
  return roff;
}

std::string upper(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char c) { return std::toupper(c); });
  return result;
}

std::size_t indentation(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

/// Lines without an empty one between them.
using Block = std::vector<std::string_view>;

std::vector<Block> blocks_of(std::string_view text) {
  std::vector<Block> blocks(1);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty()) {
      blocks.back().push_back(line);
    } else if (!blocks.back().empty()) {
      blocks.emplace_back();
    }
  }
  return blocks;
}

/// "-c, --config FILE|NAME" of "-c [ --config ] FILE|NAME", as manuals have it.
std::string option_text(std::string_view head) {
  const std::size_t open = head.find(" [ ");
  const std::size_t close = head.find(" ]");
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
    return std::string(head);
  }
  constexpr std::size_t kOpen = 3;
  constexpr std::size_t kClose = 2;
  return std::string(head.substr(0, open)) + ", " +
         std::string(head.substr(open + kOpen, close - open - kOpen)) +
         std::string(head.substr(close + kClose));
}

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(indentation(text));
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

constexpr std::size_t kIndent = 2;

/// Where the right column begins: where lines that go on do, else behind the first gap.
std::size_t right_column(const Block& lines) {
  for (const std::string_view line : lines) {
    if (indentation(line) > kIndent) {
      return indentation(line);
    }
  }
  const std::size_t gap = lines.front().find("  ", kIndent);
  return gap == std::string_view::npos ? gap : lines.front().find_first_not_of(' ', gap);
}

/// Two columns, as tagged paragraphs.
std::string entries(const Block& lines) {
  const std::size_t column = right_column(lines);
  std::string roff;
  for (const std::string_view line : lines) {
    if (indentation(line) > kIndent) {
      roff += escaped(trimmed(line)) + "\n";
      continue;
    }
    // A head that is too wide pushes its text away, or onto the next line.
    std::size_t end = std::min(column, line.size());
    if (line[end - 1] != ' ') {
      end = std::min(line.find("  ", kIndent), line.size());
    }
    const std::string_view text = trimmed(line.substr(end));
    roff += ".TP\n.B \"" + escaped(option_text(trimmed(line.substr(0, end)))) + "\"\n" +
            escaped(text) + (text.empty() ? "" : "\n");
  }
  return roff;
}

std::string verbatim(const Block& lines) {
  std::string roff = ".PP\n.nf\n.RS\n";
  for (const std::string_view line : lines) {
    roff += escaped(line.substr(std::min(indentation(line), kIndent))) + "\n";
  }
  return roff + ".RE\n.fi\n";
}

/// A paragraph, of which indented lines stay as they are.
std::string prose(const Block& lines) {
  std::string roff = ".PP\n";
  Block indented;
  for (const std::string_view line : lines) {
    if (indentation(line) > 0) {
      indented.push_back(line);
    } else {
      roff += escaped(line) + "\n";
    }
  }
  return roff + (indented.empty() ? "" : verbatim(indented));
}

/// The parts of a manual page, in its order.
struct Sections {
  std::string synopsis;
  std::string description;
  std::string commands;
  std::string options;
  std::string configuration;
  std::string examples;
  std::string exit_status;

  void add(const Block& block) {
    constexpr std::string_view kUsage = "Usage: ";
    const std::string_view first = block.front();
    const Block rest(block.begin() + 1, block.end());
    if (first.starts_with(kUsage)) {
      for (const std::string_view line : block) {
        synopsis += escaped(line.substr(std::min(kUsage.size(), line.size()))) + "\n";
      }
    } else if (rest.empty() || !first.ends_with(':') || indentation(rest.front()) == 0) {
      (options.empty() ? description : configuration) += prose(block);
    } else if (first == "Examples:" || first == "Example:") {
      examples += verbatim(rest);
    } else if (first == "Options:") {
      options += entries(rest);
    } else if (first == "Commands:") {
      commands += entries(rest);
    } else if (first == "Exit codes:") {
      exit_status += entries(rest);
    } else if (first.starts_with('[')) {
      configuration += ".SS " + escaped(first.substr(0, first.size() - 1)) + "\n" + entries(rest);
    } else {
      description += prose(block);
    }
  }
};

std::string section(const char* title, const std::string& text) {
  return text.empty() ? "" : std::string(".SH ") + title + "\n" + text;
}

}  // namespace

std::string man_page(const std::string& name, std::string_view summary, const std::string& help,
                     const std::string& see_also) {
  Sections sections;
  for (const Block& block : blocks_of(help)) {
    if (!block.empty()) {
      sections.add(block);
    }
  }
  // Neither hyphenated nor stretched: names and values are to be copied.
  return ".TH " + escaped(upper(name)) + " 1 \"\" \"tilewave " + escaped(version_number()) +
         "\" \"User Commands\"\n.nh\n.ad l\n" +
         section("NAME", escaped(name) + " \\- " + escaped(summary) + "\n") +
         section("SYNOPSIS", ".nf\n" + sections.synopsis + ".fi\n") +
         section("DESCRIPTION", sections.description) + section("COMMANDS", sections.commands) +
         section("OPTIONS", sections.options) + section("CONFIGURATION", sections.configuration) +
         section("EXAMPLES", sections.examples) + section("EXIT STATUS", sections.exit_status) +
         section("SEE ALSO", escaped(see_also) + "\n");
}

std::string man_page_name(std::string_view command) {
  return "tilewave" + (command.empty() ? "" : "-" + std::string(command));
}

std::string man_page_of(const std::string& command) {
  if (!command.empty()) {
    const CommandEntry& entry = known_command(command);
    return man_page(man_page_name(entry.name), entry.summary, command_help(entry), "tilewave(1)");
  }
  std::string others;
  for (const std::string& name : command_names()) {
    others += (others.empty() ? "" : ", ") + man_page_name(name) + "(1)";
  }
  return man_page(man_page_name(""), "compile neural networks and simulate them on an accelerator",
                  general_help(), others);
}

}  // namespace tilewave
