// The parser is libyaml's, event by event; the tree is built here, where the bounds are.
#include "sim/base/yaml.h"

#include <algorithm>
#include <set>

#include <yaml.h>

#include "compiler/base/error.h"
#include "compiler/base/text.h"

namespace tilewave {
namespace {

/// libyaml's parser, with its events released in time.
class Events {
 public:
  Events(std::string_view text, const std::string& name) : text_(text), name_(name) {
    if (yaml_parser_initialize(&parser_) == 0) {
      throw std::bad_alloc();
    }
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
  }
  ~Events() {
    release();
    yaml_parser_delete(&parser_);
  }
  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;

  const yaml_event_t& next() {
    release();
    if (yaml_parser_parse(&parser_, &event_) == 0) {
      fail_syntax();
    }
    held_ = true;
    return event_;
  }

  std::size_t line() const { return event_.start_mark.line + 1; }

  [[noreturn]] void fail(std::size_t line, const std::string& why) const {
    throw InputError(name_ + ":" + std::to_string(line) + ": " + why);
  }

 private:
  void release() {
    if (held_) {
      yaml_event_delete(&event_);
      held_ = false;
    }
  }

  [[noreturn]] void fail_syntax() const {
    if (parser_.error == YAML_MEMORY_ERROR) {
      throw std::bad_alloc();
    }
    // What is wrong with the bytes has an offset and no line.
    const std::size_t offset = std::min(parser_.problem_offset, text_.size());
    const auto before =
        std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(offset), '\n');
    const std::size_t line = parser_.error == YAML_READER_ERROR ? static_cast<std::size_t>(before)
                                                                : parser_.problem_mark.line;
    fail(line + 1, std::string("is not YAML: ") +
                       (parser_.problem != nullptr ? printable(parser_.problem) : "?"));
  }

  std::string_view text_;
  const std::string& name_;
  yaml_parser_t parser_{};
  yaml_event_t event_{};
  bool held_ = false;
};

class Tree {
 public:
  Tree(std::string_view text, const std::string& name) : events_(text, name) {}

  YamlNode read() {
    expect(YAML_STREAM_START_EVENT);
    if (events_.next().type != YAML_DOCUMENT_START_EVENT) {
      events_.fail(1, "is empty");
    }
    YamlNode root = node(events_.next(), 0);
    expect(YAML_DOCUMENT_END_EVENT);
    if (events_.next().type != YAML_STREAM_END_EVENT) {
      events_.fail(events_.line(), "a second document; allowed: one a file");
    }
    return root;
  }

 private:
  void expect(yaml_event_type_t type) {
    if (events_.next().type != type) {
      throw InternalError("libyaml's events are out of order");
    }
  }

  void refuse_properties(const unsigned char* anchor, const unsigned char* tag) const {
    if (anchor != nullptr || tag != nullptr) {
      events_.fail(events_.line(), anchor != nullptr ? "anchors are not understood; write it out"
                                                     : "tags are not understood; leave them out");
    }
  }

  // NOLINTNEXTLINE(misc-no-recursion): kMaxYamlDepth bounds it
  YamlNode node(const yaml_event_t& event, std::size_t depth) {
    YamlNode node;
    node.line = events_.line();
    if (++nodes_ > kMaxYamlNodes) {
      events_.fail(node.line,
                   "has more than " + std::to_string(kMaxYamlNodes) + " lists, mappings and texts");
    }
    if (depth > kMaxYamlDepth) {
      events_.fail(node.line,
                   "lists and mappings are nested deeper than " + std::to_string(kMaxYamlDepth));
    }
    switch (event.type) {
      case YAML_ALIAS_EVENT: events_.fail(node.line, "aliases are not understood; write it out");
      case YAML_SCALAR_EVENT: {
        const auto& scalar = event.data.scalar;
        refuse_properties(scalar.anchor, scalar.tag);
        node.text.assign(reinterpret_cast<const char*>(scalar.value), scalar.length);
        return node;
      }
      case YAML_SEQUENCE_START_EVENT:
        refuse_properties(event.data.sequence_start.anchor, event.data.sequence_start.tag);
        node.kind = YamlNode::Kind::kList;
        fill_list(node, depth);
        return node;
      case YAML_MAPPING_START_EVENT:
        refuse_properties(event.data.mapping_start.anchor, event.data.mapping_start.tag);
        node.kind = YamlNode::Kind::kMap;
        fill_map(node, depth);
        return node;
      default: throw InternalError("an event of libyaml that begins nothing");
    }
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  void fill_list(YamlNode& list, std::size_t depth) {
    for (;;) {
      const yaml_event_t& event = events_.next();
      if (event.type == YAML_SEQUENCE_END_EVENT) {
        return;
      }
      list.items.push_back(node(event, depth + 1));
    }
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  void fill_map(YamlNode& map, std::size_t depth) {
    std::set<std::string, std::less<>> keys;
    for (;;) {
      const yaml_event_t& event = events_.next();
      if (event.type == YAML_MAPPING_END_EVENT) {
        return;
      }
      YamlNode key = node(event, depth + 1);
      if (!key.is_text()) {
        events_.fail(key.line,
                     "a key is " + std::string(to_string(key.kind)) + "; allowed: a text");
      }
      if (!keys.insert(key.text).second) {
        events_.fail(key.line, in_quotes(key.text) + " is given twice");
      }
      YamlNode value = node(events_.next(), depth + 1);
      value.key = std::move(key.text);
      value.key_line = key.line;
      map.items.push_back(std::move(value));
    }
  }

  Events events_;
  std::size_t nodes_ = 0;
};

}  // namespace

const YamlNode* YamlNode::find(std::string_view wanted) const {
  if (!is_map()) {
    return nullptr;
  }
  const auto found = std::ranges::find(items, wanted, &YamlNode::key);
  return found == items.end() ? nullptr : &*found;
}

const char* to_string(YamlNode::Kind kind) {
  switch (kind) {
    case YamlNode::Kind::kText: return "a text";
    case YamlNode::Kind::kList: return "a list";
    case YamlNode::Kind::kMap: return "a mapping";
  }
  return "?";
}

YamlDocument parse_yaml(std::string_view text, const std::string& name) {
  if (text.size() > kMaxYamlBytes) {
    throw InputError(name + ": has " + std::to_string(text.size()) + " bytes; allowed are " +
                     std::to_string(kMaxYamlBytes));
  }
  return {name, Tree(text, name).read()};
}

void fail_at(const YamlDocument& document, std::size_t line, const std::string& why) {
  throw InputError(document.name + ":" + std::to_string(line) + ": " + why);
}

}  // namespace tilewave
