// Which line of a text graph defines which tensor, in whatever order: read only to explain a name
// that is unknown where it is used. Parsing proper is graph_text.cpp.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tilewave {

using Words = std::vector<std::string_view>;

/// Walks over the lines of a text; "\r\n" ends a line like "\n".
class GraphLines {
 public:
  explicit GraphLines(std::string_view text) : rest_(text) {}

  bool next() {
    if (rest_.empty()) {
      return false;
    }
    const std::size_t end = rest_.find('\n');
    text_ = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    if (text_.ends_with('\r')) {
      text_.remove_suffix(1);
    }
    ++number_;
    return true;
  }
  std::string_view text() const { return text_; }
  std::size_t number() const { return number_; }  ///< from 1

 private:
  std::string_view rest_;
  std::string_view text_;
  std::size_t number_ = 0;
};

struct GraphLine {
  Words words;                  ///< '=' is a word of its own
  std::string_view expression;  ///< what stands behind a '|'
};

/// A line without its comment.
GraphLine split_graph_line(std::string_view line);

/// The statement that defines a tensor, read leniently: faults in it are reported when it is
/// reached.
struct Definition {
  std::size_t line = 0;
  Words operands;
};

using Definitions = std::unordered_map<std::string_view, Definition>;

/// Every definition of the text; the first counts.
Definitions graph_definitions(std::string_view text);

/// Tensors a, b, ..., a of which each uses the next, found depth first from `start`; empty if none.
Words find_cycle(const Definitions& definitions, std::string_view start);

/// "a -> b -> a", a long one cut short in the middle.
std::string cycle_text(const Words& cycle);

}  // namespace tilewave
