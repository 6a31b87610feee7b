// Splits the file into the sweep's own sections and the config that is left.
#include "sim/commands/sweep_file.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "compiler/base/error.h"
#include "compiler/base/nearest.h"
#include "compiler/base/text.h"
#include "compiler/graph/builtins.h"
#include "sim/base/files.h"
#include "sim/config/ini_text.h"
#include "sim/config/reader.h"

namespace po = boost::program_options;

namespace tilewave {
namespace {

/// Options that make no sense in a file, or only there.
constexpr std::array kCommandLineOnly = {"file", "help", "over"};
/// Options that a line gives several values, with commas between them.
constexpr std::array kLists = {"config", "size", "weight", "where"};
constexpr std::array kFileNames = {"config", "points", "store", "json", "csv", "report"};

/// Whether it is what may stand behind a comma of a built-in model, the "tokens=128" of bert:base,tokens=128.
bool is_size(std::string_view word) {
  const std::size_t equals = std::min(word.find('='), word.size());
  const std::string_view value = word.substr(std::min(equals + 1, word.size()));
  return std::ranges::all_of(word.substr(0, equals), [](char c) { return c >= 'a' && c <= 'z'; }) &&
         !value.empty() && (value.front() == '{' || (value.front() >= '0' && value.front() <= '9'));
}

class SweepFile {
 public:
  SweepFile(const std::string& path, const po::options_description& known)
      : path_(path), name_(one_line(path)), known_(known) {}

  Arguments read();

 private:
  [[noreturn]] void fail(const std::string& why) const {
    throw InputError(name_ + ":" + std::to_string(line_) + ": " + why);
  }
  void read_line(std::string_view line);
  void read_option(const std::string& key, const std::string& value);
  void read_flag(const std::string& key, const std::string& value);
  std::vector<std::string> words(std::string_view list) const;
  std::string beside(const std::string& file) const;
  std::vector<std::string> option_names() const;

  std::string path_;
  std::string name_;
  const po::options_description& known_;
  Arguments arguments_;
  std::string section_;
  std::string config_text_;  ///< the other sections, with all line numbers as they were
  bool has_config_ = false;
  std::size_t line_ = 0;
};

std::vector<std::string> SweepFile::option_names() const {
  std::vector<std::string> names = {"models"};
  for (const auto& option : known_.options()) {
    if (std::ranges::find(kCommandLineOnly, option->long_name()) == kCommandLineOnly.end()) {
      names.push_back(option->long_name());
    }
  }
  return names;
}

std::string SweepFile::beside(const std::string& file) const {
  return file == "-" ? file : (std::filesystem::path(path_).parent_path() / file).string();
}

std::vector<std::string> SweepFile::words(std::string_view list) const {
  std::vector<std::string> words;
  for (;;) {
    const std::size_t comma = list.find(',');
    const std::string_view word = trim(list.substr(0, comma));
    if (word.empty()) {
      fail("an entry of the list is empty");
    }
    if (!words.empty() && is_builtin(words.back()) && is_size(word)) {
      words.back() += "," + std::string(word);
    } else {
      words.emplace_back(word);
    }
    if (comma == std::string_view::npos) {
      return words;
    }
    list.remove_prefix(comma + 1);
  }
}

void SweepFile::read_flag(const std::string& key, const std::string& value) {
  if (value != "on" && value != "off") {
    fail(key + "=" + printable(value) + " is not a choice; allowed: on or off");
  }
  if (value == "on") {
    arguments_.options[key] = {""};
  }
}

void SweepFile::read_option(const std::string& key, const std::string& value) {
  if (arguments_.options.contains(key) || (key == "models" && !arguments_.positionals.empty())) {
    fail(key + " is given twice");
  }
  if (key == "models") {
    for (const std::string& model : words(value)) {
      arguments_.positionals.push_back(is_builtin(model) ? model : beside(model));
    }
    return;
  }
  const std::vector<std::string> names = option_names();
  if (std::ranges::find(names, key) == names.end()) {
    fail("unknown key " + in_quotes(key) + " of [sweep]" + did_you_mean(key, names));
  }
  if (known_.find(key, false).semantic()->max_tokens() == 0) {
    read_flag(key, value);
    return;
  }
  std::vector<std::string>& values = arguments_.options[key];
  values = std::ranges::find(kLists, key) != kLists.end() ? words(value)
                                                          : std::vector<std::string>{value};
  if (std::ranges::find(kFileNames, key) != kFileNames.end()) {
    std::ranges::transform(values, values.begin(), [&](const std::string& file) {
      return key == "config" && is_shipped_machine(file) ? file : beside(file);
    });
  }
}

void SweepFile::read_line(std::string_view line) {
  ++line_;
  const std::string_view text = without_comment(line);
  if (text.starts_with('[') && text.ends_with(']')) {
    section_ = text.substr(1, text.size() - 2);
  }
  const bool ours = section_ == "sweep" || section_ == "over";
  config_text_ += ours ? "" : std::string(line);
  config_text_ += '\n';
  if (text.empty() || text.starts_with('[')) {
    return;
  }
  if (!ours) {
    has_config_ = true;
    return;
  }
  const std::size_t equals = text.find('=');
  const std::string key(trim(text.substr(0, equals)));
  const std::string_view spelled =
      equals == std::string_view::npos ? "" : trim(text.substr(equals + 1));
  if (key.empty() || spelled.empty()) {
    fail("expected '[section]', 'key = value' or '# comment', not " + in_quotes(text));
  }
  std::string value;
  try {
    value = ini_value(spelled);
  } catch (const InputError& error) {
    fail(key + "=" + error.what());
  }
  if (section_ == "over") {
    arguments_.options["over"].push_back(key + "=" + value);
  } else {
    read_option(key, value);
  }
}

Arguments SweepFile::read() {
  const std::string all = read_file(path_, "sweep file", kMaxConfigFileBytes);
  std::string_view text = all;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    read_line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (arguments_.options.empty() && arguments_.positionals.empty() && !has_config_) {
    throw InputError(name_ + ": is empty; a sweep file has sections [sweep] and [over]");
  }
  if (has_config_) {
    arguments_.settings = parse_config_text(name_, config_text_);
  }
  return arguments_;
}

}  // namespace

Arguments with_sweep_file(const std::string& path, Arguments arguments,
                          const po::options_description& known) {
  Arguments file = SweepFile(path, known).read();
  for (auto& [name, values] : arguments.options) {
    file.options[name] = std::move(values);
  }
  if (!arguments.positionals.empty()) {
    file.positionals = std::move(arguments.positionals);
  }
  // Files of -c come before the keys of the sweep file, which come before the command line's.
  file.file_settings = std::move(file.settings);
  file.settings = std::move(arguments.settings);
  return file;
}

}  // namespace tilewave
