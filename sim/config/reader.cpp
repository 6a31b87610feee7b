// Line by line: sections, keys and values, each complaint with its line.
#include "sim/config/reader.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/base/nearest.h"
#include "compiler/base/text.h"
#include "sim/base/files.h"
#include "sim/config/ini_text.h"
#include "sim/config/keys.h"
#include "sim/config/shipped_machines.h"

namespace tilewave {
namespace {

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
  const std::size_t equals = line.find('=');
  const std::string_view name = trim(line.substr(0, equals));
  if (equals == std::string_view::npos || name.empty()) {
    fail("expected '[section]', 'key = value' or '# comment', not " + in_quotes(line));
  }
  const std::string key = (section_.empty() ? "" : section_ + ".") + std::string(name);
  if (find_config_key(key) == nullptr) {
    if (key.find('.') == std::string::npos) {
      fail("key " + in_quotes(key) + " stands before any [section]");
    }
    fail(unknown_key_message(key));
  }
  std::string value;
  try {
    value = ini_value(trim(line.substr(equals + 1)));
  } catch (const InputError& error) {
    fail(key + "=" + error.what());
  }
  const auto first = std::ranges::find(settings_, key, &Setting::key);
  if (first != settings_.end()) {
    fail(key + "=" + printable(value) + " is given twice; first in line " +
         std::to_string(first->line) + " as " + printable(first->value));
  }
  settings_.push_back({key, std::move(value), line_});
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
  return parse_config_text(input_name(path), read_file(path, "config file", kMaxConfigFileBytes));
}

bool is_shipped_machine(std::string_view name) {
  const std::vector<EmbeddedText>& machines = shipped_machines();
  return std::ranges::find(machines, name, &EmbeddedText::name) != machines.end();
}

SettingSource read_config(const std::string& name) {
  std::vector<std::string> known;
  for (const EmbeddedText& machine : shipped_machines()) {
    if (machine.name == name) {
      return parse_config_text(name, machine.text);
    }
    known.emplace_back(machine.name);
  }
  std::error_code error;
  const bool may_be_name = name.find('/') == std::string::npos && !name.ends_with(".ini") &&
                           name != "-" && !std::filesystem::exists(name, error);
  if (may_be_name) {
    throw InputError(one_line(name) + ": no such config file, and no machine of that name" +
                     did_you_mean(name, known) + "; there are " + joined(known));
  }
  return read_config_file(name);
}

}  // namespace tilewave
