// The text is taken for hostile: its size, its depth and every word of it.
#include "sim/diff/result_document.h"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "compiler/base/error.h"
#include "compiler/base/text.h"
#include "sim/base/files.h"

namespace tilewave {
namespace {

using Json = nlohmann::ordered_json;

/// A result of the largest network that can be read has some tens of megabytes.
constexpr std::size_t kMaxBytes = std::size_t{64} << 20U;
/// Results have five.
constexpr int kMaxDepth = 32;
/// Results have some tens. Objects that keep their order are searched from their beginning.
constexpr std::size_t kMaxMembers = 512;

/// Members that name an object in a list.
constexpr const char* kNaming = "layer";

std::string kinds_text(std::span<const DocumentKind> kinds) {
  std::string text;
  for (const DocumentKind& kind : kinds) {
    text += (text.empty() ? "" : " and ") + std::string(kind.schema) + " " +
            std::to_string(kind.version);
  }
  return text;
}

Json parse(const std::string& file, const std::string& text) {
  std::array<std::size_t, kMaxDepth + 2> members{};  // so far, of the object at each depth
  const auto check = [&](int depth, Json::parse_event_t event, Json&) {
    if (depth > kMaxDepth) {
      throw InputError(file + ": is nested more than " + std::to_string(kMaxDepth) +
                       " deep, which no result is");
    }
    const auto place = static_cast<std::size_t>(depth);
    if (event == Json::parse_event_t::object_start) {
      members[place + 1] = 0;
    } else if (event == Json::parse_event_t::key && ++members[place] > kMaxMembers) {
      throw InputError(file + ": has an object of more than " + std::to_string(kMaxMembers) +
                       " members, which no result has");
    }
    return true;
  };
  try {
    return Json::parse(text, check);
  } catch (const nlohmann::json::parse_error& error) {
    const std::size_t byte = std::min(error.byte, text.size());
    const auto line =
        std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(byte), '\n');
    throw InputError(file + ":" + std::to_string(line + 1) + ": is no JSON from byte " +
                     std::to_string(byte) + " on; results are written by --json");
  } catch (const nlohmann::json::exception&) {
    throw InputError(file + ": is no JSON that can be read: a number in it is out of range");
  }
}

/// Whether each element is an object with a name of its own.
bool are_named(const Json& list) {
  std::unordered_set<std::string> names;
  return std::ranges::all_of(list, [&names](const Json& element) {
    const auto name = element.is_object() ? element.find(kNaming) : element.end();
    return name != element.end() && name->is_string() &&
           names.insert(printable(name->get<std::string>())).second;
  });
}

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

class Flattening {
 public:
  explicit Flattening(std::vector<Figure>& figures) : figures_(figures) {}

  void add(const std::string& name, const Json& value) {
    if (value.is_object()) {
      for (const auto& [key, member] : value.items()) {
        add((name.empty() ? "" : name + ".") + printable(key), member);
      }
    } else if (value.is_array()) {
      add_list(name, value);
    } else if (names_.insert(name).second) {
      figures_.push_back({name, value});
    }
  }

 private:
  void add_list(const std::string& name, const Json& list) {
    if (std::ranges::none_of(list, [](const Json& element) { return element.is_structured(); })) {
      std::vector<std::string> words;
      std::ranges::transform(list, std::back_inserter(words), text_of);
      add(name, Json(joined(words)));
      return;
    }
    const bool named = are_named(list);
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string word =
          named ? printable(list[i].at(kNaming).get<std::string>()) : std::to_string(i);
      add(name + "[" + word + "]", list[i]);
    }
  }

  std::vector<Figure>& figures_;
  std::unordered_set<std::string> names_;
};

}  // namespace

std::string_view Figure::group() const {
  const std::size_t end = name.find_first_of(".[");
  return std::string_view(name).substr(0, end == std::string::npos ? 0 : end);
}

ResultDocument parse_result_document(const std::string& file, const std::string& text,
                                     std::span<const DocumentKind> kinds) {
  Json json = parse(file, text);
  const auto schema = json.is_object() ? json.find("schema") : json.end();
  if (schema == json.end() || !schema->is_string()) {
    throw InputError(file + ": is JSON, but no result: it does not say of which \"schema\" it is");
  }
  const auto kind =
      std::ranges::find(kinds, schema->get_ref<const std::string&>(), &DocumentKind::schema);
  const auto version = json.find("version");
  const std::string given = version == json.end() ? "none" : printable(version->dump());
  if (kind == kinds.end() || given != std::to_string(kind->version)) {
    throw InputError(file + ": has schema " + in_quotes(schema->get<std::string>()) + ", version " +
                     given + "; allowed: " + kinds_text(kinds));
  }
  ResultDocument document{file, *kind, {}};
  json.erase("schema");
  json.erase("version");
  Flattening(document.figures).add("", json);
  return document;
}

ResultDocument read_result_document(const std::string& path, std::span<const DocumentKind> kinds) {
  return parse_result_document(input_name(path), read_file(path, "JSON result", kMaxBytes), kinds);
}

}  // namespace tilewave
