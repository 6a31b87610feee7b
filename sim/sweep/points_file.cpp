// The points of a CSV file (sim/sweep/space.h).
#include <algorithm>
#include <map>

#include "compiler/base/error.h"
#include "compiler/base/nearest.h"
#include "compiler/base/text.h"
#include "sim/sweep/space.h"

namespace tilewave {
namespace {

constexpr const char* kModelColumn = "model";

/// Records of RFC 4180, one after another. A line break inside quotes is not supported: no value of
/// ours has one.
class CsvReader {
 public:
  CsvReader(const std::string& name, std::string_view text) : name_(name), text_(text) {}

  /// False at the end; skips blank lines.
  bool read(std::vector<std::string>& record) {
    while (!text_.empty()) {
      const std::size_t end = std::min(text_.find('\n'), text_.size());
      const std::string_view line = trim(text_.substr(0, end));
      text_.remove_prefix(std::min(end + 1, text_.size()));
      ++line_;
      if (!line.empty()) {
        record = split(line);
        return true;
      }
    }
    return false;
  }

  [[noreturn]] void fail(const std::string& why) const {
    throw InputError(name_ + ":" + std::to_string(line_) + ": " + why);
  }

 private:
  std::vector<std::string> split(std::string_view line) const {
    std::vector<std::string> fields;
    for (;;) {
      line = trim(line);
      fields.push_back(line.starts_with('"') ? quoted(line) : plain(line));
      if (line.empty()) {
        return fields;
      }
      line.remove_prefix(1);  // the comma
      if (line.empty()) {     // ends in an empty field
        fields.emplace_back();
        return fields;
      }
    }
  }

  static std::string plain(std::string_view& line) {
    const std::size_t comma = std::min(line.find(','), line.size());
    const std::string field(trim(line.substr(0, comma)));
    line.remove_prefix(comma);
    return field;
  }

  std::string quoted(std::string_view& line) const {
    std::string field;
    std::size_t i = 1;
    for (; i < line.size(); ++i) {
      if (line[i] != '"') {
        field += line[i];
      } else if (i + 1 < line.size() && line[i + 1] == '"') {
        field += line[i++];
      } else {
        break;
      }
    }
    if (i >= line.size()) {
      fail("a quoted field does not end");
    }
    line.remove_prefix(i + 1);
    line = trim(line);
    if (!line.empty() && line[0] != ',') {
      fail("expected a comma after a quoted field, not " + in_quotes(line));
    }
    return field;
  }

  std::string name_;
  std::string_view text_;
  std::size_t line_ = 0;
};

/// The header: which column is which key, and which the model.
struct Columns {
  static constexpr std::size_t kModel = ~std::size_t{0};
  std::vector<std::size_t> key_of;  ///< by column; or kModel

  Columns(const CsvReader& csv, const std::vector<std::string>& header, SweepSpace& space) {
    std::map<std::string, int> seen;
    for (const std::string& name : header) {
      if (++seen[name] > 1) {
        csv.fail("column " + in_quotes(name) + " is there twice");
      }
      if (name == kModelColumn) {
        key_of.push_back(kModel);
        continue;
      }
      const ConfigKey* key = find_config_key(name);
      if (key == nullptr) {
        csv.fail(unknown_key_message(name) +
                 "; the first line names a config key, or 'model', for "
                 "each column");
      }
      key_of.push_back(space.keys.size());
      space.keys.push_back(key);
    }
  }
};

std::uint32_t model_number(SweepSpace& space, const std::string& model) {
  const auto found = std::ranges::find(space.models, model);
  const auto number = static_cast<std::uint32_t>(found - space.models.begin());
  if (found == space.models.end()) {
    space.models.push_back(model);
  }
  return number;
}

}  // namespace

SweepSpace points_space(std::vector<std::string> models, const std::string& name,
                        std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  const auto given = static_cast<std::uint32_t>(models.size());
  SweepSpace space;
  space.models = std::move(models);
  CsvReader csv(name, text);
  std::vector<std::string> record;
  if (!csv.read(record)) {
    throw InputError(name + ": is empty; its first line has to name the columns");
  }
  const Columns columns(csv, record, space);
  while (csv.read(record)) {
    if (record.size() != columns.key_of.size()) {
      csv.fail("has " + std::to_string(record.size()) + " fields, the first line " +
               std::to_string(columns.key_of.size()));
    }
    SweepPoint point{0, std::vector<std::string>(space.keys.size())};
    std::string model;
    for (std::size_t i = 0; i < record.size(); ++i) {
      if (columns.key_of[i] == Columns::kModel) {
        model = record[i];
      } else if (!record[i].empty()) {
        const std::size_t key = columns.key_of[i];
        try {
          point.values[key] = swept_value(*space.keys[key], record[i]);
        } catch (const InputError& error) {
          csv.fail(error.what());
        }
      }
    }
    if (!model.empty()) {
      point.model = model_number(space, model);
      space.points.push_back(point);
    } else if (given == 0) {
      csv.fail("names no model, and neither does the command line");
    }
    for (std::uint32_t i = 0; model.empty() && i < given; ++i) {
      point.model = i;
      space.points.push_back(point);
    }
    if (space.points.size() > kMaxPoints) {
      csv.fail("more than " + std::to_string(kMaxPoints) + " points");
    }
  }
  if (space.points.empty()) {
    throw InputError(name + ": has no points below its first line");
  }
  return space;
}

}  // namespace tilewave
