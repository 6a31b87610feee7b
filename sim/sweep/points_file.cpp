// The points of a CSV file (sim/sweep/space.h).
#include <algorithm>
#include <map>
#include <set>

#include "compiler/base/error.h"
#include "compiler/base/nearest.h"
#include "compiler/base/text.h"
#include "sim/sweep/space_maker.h"

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
      const ConfigKey* key = space.model_keys.find(name);
      if (key == nullptr) {
        csv.fail(space.model_keys.unknown_key_message(name) +
                 "; the first line names a key, or 'model', for each column");
      }
      key_of.push_back(space.keys.size());
      space.keys.push_back(key);
    }
  }
};

/// What is wrong becomes wrong in the line just read.
template <typename Function>
auto in_line(const CsvReader& csv, const Function& function) {
  try {
    return function();
  } catch (const InputError& error) {
    csv.fail(error.what());
  }
}

/// The models that the file's own column has, each once, behind `models`: the keys of the first line
/// may be theirs.
std::vector<std::string> with_own_models(std::vector<std::string> models, CsvReader csv,
                                         const ModelNaming& named) {
  std::vector<std::string> record;
  std::set<std::string> seen(models.begin(), models.end());
  csv.read(record);
  const auto column =
      static_cast<std::size_t>(std::ranges::find(record, kModelColumn) - record.begin());
  const bool has_column = column < record.size();
  while (has_column && csv.read(record)) {
    if (column >= record.size() || record[column].empty()) {
      continue;
    }
    std::string model =
        in_line(csv, [&] { return named ? named(record[column]) : record[column]; });
    if (seen.insert(model).second) {
      models.push_back(std::move(model));
    }
  }
  return models;
}

/// A value for a placeholder needs a model that has it.
void check_model_values(const SpaceMaker& maker, const SweepSpace& space, std::uint32_t pattern,
                        const std::vector<std::string>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i].empty() && !maker.concerns(*space.keys[i], pattern)) {
      throw InputError(space.keys[i]->name + " has no effect on " +
                       in_quotes(space.patterns[pattern]) + ", which has no {" +
                       placeholder_of(*space.keys[i]) + "}");
    }
  }
}

}  // namespace

SweepSpace points_space(const std::vector<std::string>& models, const std::string& name,
                        std::string_view text, const ModelNaming& named) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  CsvReader csv(name, text);
  std::vector<std::string> record;
  SpaceMaker maker(with_own_models(models, csv, named));
  if (!csv.read(record)) {
    throw InputError(name + ": is empty; its first line has to name the columns");
  }
  maker.number_plain_models();
  SweepSpace& space = maker.space();
  const Columns columns(csv, record, space);
  while (csv.read(record)) {
    if (record.size() != columns.key_of.size()) {
      csv.fail("has " + std::to_string(record.size()) + " fields, the first line " +
               std::to_string(columns.key_of.size()));
    }
    std::vector<std::string> values(space.keys.size());
    std::string model;
    for (std::size_t i = 0; i < record.size(); ++i) {
      if (columns.key_of[i] == Columns::kModel) {
        model = record[i];
      } else if (!record[i].empty()) {
        const std::size_t key = columns.key_of[i];
        values[key] = in_line(csv, [&] { return swept_value(*space.keys[key], record[i]); });
      }
    }
    if (model.empty() && models.empty()) {
      csv.fail("names no model, and neither does the command line");
    }
    in_line(csv, [&] {
      if (!model.empty()) {
        const std::uint32_t pattern = maker.pattern(named ? named(model) : model);
        check_model_values(maker, space, pattern, values);
        maker.add(pattern, values);
      }
      for (std::uint32_t i = 0; model.empty() && i < models.size(); ++i) {
        maker.add(i, values);
      }
    });
  }
  if (space.points.empty()) {
    throw InputError(name + ": has no points below its first line");
  }
  return std::move(space);
}

}  // namespace tilewave
