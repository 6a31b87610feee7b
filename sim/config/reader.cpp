// Boost parses the lines, one at a time: it does not say which line an error is in.
#include "sim/config/reader.h"

#include <algorithm>
#include <sstream>

#include <boost/program_options/errors.hpp>
#include <boost/program_options/parsers.hpp>

#include "compiler/base/error.h"
#include "compiler/base/nearest.h"
#include "compiler/base/text.h"
#include "sim/base/files.h"
#include "sim/config/keys.h"
#include "sim/config/options.h"

namespace po = boost::program_options;

namespace tilewave {
namespace {

std::string_view without_comment(std::string_view line) {
  line = line.substr(0, line.find('#'));
  const std::size_t first = line.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) {
    return {};
  }
  return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

std::vector<std::string> section_names() {
  std::vector<std::string> names;
  for (const ConfigKey& key : config_keys()) {
    if (names.empty() || names.back() != key.section()) {
      names.push_back(key.section());
    }
  }
  return names;
}

class Parser {
 public:
  explicit Parser(const std::string& name) : name_(name) {}

  void read_line(std::string_view line);
  SettingSource finish();

 private:
  void read_section(std::string_view section);
  void read_setting(std::string_view line);
  [[noreturn]] void fail(const std::string& why) const {
    throw InputError(name_ + ":" + std::to_string(line_) + ": " + why);
  }

  std::string name_;
  std::vector<std::string> sections_ = section_names();
  po::options_description options_ = config_options();
  std::string section_;
  std::size_t line_ = 0;
  std::vector<Setting> settings_;
};

void Parser::read_line(std::string_view line) {
  ++line_;
  line = without_comment(line);
  if (line.empty()) {
    return;
  }
  if (line.starts_with('[') && line.ends_with(']')) {
    read_section(line.substr(1, line.size() - 2));
  } else {
    read_setting(line);
  }
}

void Parser::read_section(std::string_view section) {
  if (std::ranges::find(sections_, section) == sections_.end()) {
    fail("unknown section " + in_quotes(section) + did_you_mean(section, sections_));
  }
  section_ = section;
}

void Parser::read_setting(std::string_view line) {
  const std::string header = section_.empty() ? "" : "[" + section_ + "]\n";
  std::istringstream text(header + std::string(line));
  std::vector<po::option> parsed;
  try {
    parsed = po::parse_config_file(text, options_, true).options;
  } catch (const po::error&) {
    parsed.clear();
  }
  if (parsed.size() != 1 || parsed[0].value.size() != 1) {
    fail("expected '[section]', 'key = value' or '# comment', not " + in_quotes(line));
  }
  const std::string& key = parsed[0].string_key;
  if (find_config_key(key) == nullptr) {
    if (key.find('.') == std::string::npos) {
      fail("key " + in_quotes(key) + " stands before any [section]");
    }
    fail(unknown_key_message(key));
  }
  const auto first = std::ranges::find(settings_, key, &Setting::key);
  if (first != settings_.end()) {
    fail(key + "=" + printable(parsed[0].value[0]) + " is given twice; first in line " +
         std::to_string(first->line) + " as " + printable(first->value));
  }
  settings_.push_back({key, parsed[0].value[0], line_});
}

SettingSource Parser::finish() {
  if (settings_.empty()) {
    throw InputError(name_ + (line_ == 0 ? ": is empty" : ": sets no key") +
                     std::string("; a config file needs at least one 'key = value'"));
  }
  return {name_, std::move(settings_)};
}

/// Text is everything but control characters other than tab, newline and carriage return.
void check_text(const std::string& name, std::string_view text) {
  const auto binary = std::ranges::find_if(text, [](char c) {
    return static_cast<unsigned char>(c) < 0x20U && c != '\t' && c != '\n' && c != '\r';
  });
  if (binary != text.end()) {
    throw InputError(name + ": is not a text file: byte " + printable(std::string(1, *binary)) +
                     " at offset " + std::to_string(binary - text.begin()));
  }
}

}  // namespace

SettingSource parse_config_text(const std::string& name, std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  check_text(name, text);
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  Parser parser(name);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    parser.read_line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parser.finish();
}

SettingSource read_config_file(const std::string& path) {
  return parse_config_text(one_line(path), read_file(path, "config file", kMaxConfigFileBytes));
}

}  // namespace tilewave
