// Reads and prints the text form of a graph. One pass over the lines drives a Graph, which checks
// names and shapes; only when a name is unknown are the later lines searched for the reason.
#include "compiler/graph_text.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <ranges>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compiler/error.h"
#include "compiler/nearest.h"
#include "compiler/program.h"

namespace tilewave {

namespace {

using Words = std::vector<std::string_view>;

constexpr std::size_t kOutputLineBytes = 100;  // longer output statements are continued
constexpr std::size_t kMostCycleTensors = 10;  // shown of a cycle

const std::vector<std::string>& keywords() {
  static const std::vector<std::string> kWords = {"graph", "input", "param", "output"};
  return kWords;
}

const std::vector<std::string>& operator_names() {
  static const std::vector<std::string> kWords = {"matmul", "matmul+relu", "add", "relu"};
  return kWords;
}

bool contains(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Walks over the lines of a text; "\r\n" ends a line like "\n".
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

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

/// The words of a line without its comment; '=' is a word of its own.
Words split(std::string_view line) {
  line = line.substr(0, line.find('#'));
  Words words;
  while (true) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (line.empty()) {
      return words;
    }
    const std::size_t end =
        line.front() == '=' ? 1 : std::min(line.find_first_of(" \t="), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

/// Comments may hold any text, statements ASCII only, neither a control character but tab.
void check_bytes(std::string_view line) {
  if (line.size() > kMaxGraphLineBytes) {
    throw InputError("a line of " + std::to_string(line.size()) + " bytes; at most " +
                     std::to_string(kMaxGraphLineBytes) + " are allowed");
  }
  const std::size_t comment = line.find('#');
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto byte = static_cast<unsigned char>(line[i]);
    if ((byte < 0x20 && byte != '\t') || byte == 0x7f || (byte > 0x7f && i < comment)) {
      throw InputError("byte " + in_quotes(line.substr(i, 1)) + " in column " +
                       std::to_string(i + 1) + "; a graph file is ASCII text");
    }
  }
}

/// The statement that defines a tensor, read leniently: faults in it are reported when it is
/// reached.
struct Definition {
  std::size_t line = 0;
  Words operands;
};

using Definitions = std::unordered_map<std::string_view, Definition>;

Definitions definitions_in(std::string_view text) {
  Definitions found;
  for (Lines lines(text); found.size() < kMaxTensors && lines.next();) {
    if (lines.text().size() > kMaxGraphLineBytes) {
      continue;
    }
    const Words words = split(lines.text());
    if (words.size() >= 3 && words[1] == "=") {
      const auto first = words.begin() + 3;
      const auto last = first + std::min<std::ptrdiff_t>(2, words.end() - first);
      found.try_emplace(words[0], Definition{lines.number(), Words(first, last)});
    } else if (words.size() >= 2 && (words[0] == "input" || words[0] == "param")) {
      found.try_emplace(words[1], Definition{lines.number(), {}});
    }
  }
  return found;
}

/// Tensors a, b, ..., a of which each uses the next, found depth first from `start`; empty if none.
Words find_cycle(const Definitions& definitions, std::string_view start) {
  struct Step {
    std::string_view name;
    std::size_t next_operand;
  };
  enum class State { kOnPath, kDone };
  std::unordered_map<std::string_view, State> states = {{start, State::kOnPath}};
  std::vector<Step> path = {{start, 0}};
  while (!path.empty()) {
    const auto found = definitions.find(path.back().name);
    if (found == definitions.end() || path.back().next_operand == found->second.operands.size()) {
      states[path.back().name] = State::kDone;
      path.pop_back();
      continue;
    }
    const std::string_view operand = found->second.operands[path.back().next_operand++];
    const auto [state, is_new] = states.try_emplace(operand, State::kOnPath);
    if (is_new) {
      path.push_back({operand, 0});
    } else if (state->second == State::kOnPath) {
      Words cycle;
      for (const Step& step : path) {
        if (!cycle.empty() || step.name == operand) {
          cycle.push_back(step.name);
        }
      }
      cycle.push_back(operand);
      return cycle;
    }
  }
  return {};
}

std::string to_string(const Words& cycle) {
  std::string text = printable(cycle.front());
  for (std::size_t i = 1; i < cycle.size(); ++i) {
    if (i == kMostCycleTensors && cycle.size() > kMostCycleTensors + 2) {
      text += " -> (" + std::to_string(cycle.size() - 1 - i) + " more)";
      i = cycle.size() - 1;
    }
    text += " -> " + printable(cycle[i]);
  }
  return text;
}

Shape parse_shape(std::string_view text) {
  try {
    const std::vector<std::uint64_t> extents = parse_dimensions(text);
    if (extents.size() == 2) {
      return {extents[0], extents[1]};
    }
  } catch (const InputError& error) {
    throw InputError("shape " + in_quotes(text) + ": " + error.what());
  }
  throw InputError("shape " + in_quotes(text) + ": expected ROWSxCOLS, such as 128x64");
}

/// Methods throw InputErrors without a place; parse() adds it.
class Parser {
 public:
  Parser(std::string_view text, const std::string& file_name)
      : text_(text), file_name_(file_name) {}

  Graph parse() {
    try {
      read_statements();
      check_tensors_used();
      graph_->verify();
    } catch (const InputError& error) {
      throw InputError(file_name_ + ":" + std::to_string(line_) + ": " + error.what());
    }
    return std::move(*graph_);
  }

 private:
  void read_statements();
  void statement(const Words& words);
  void source(const Words& words);
  void outputs(const Words& words);
  void operation(const Words& words);
  void define(TensorId id);
  void check_new(std::string_view name) const;
  void check_tensors_used();
  /// `user` is the tensor that the statement defines, empty for an output statement.
  TensorId operand(std::string_view name, std::string_view user) const;
  [[noreturn]] void explain_unknown(std::string_view name, std::string_view user) const;

  std::string_view text_;
  const std::string& file_name_;
  std::size_t line_ = 1;  ///< where a fault is
  std::optional<Graph> graph_;
  std::vector<std::size_t> definition_lines_;  ///< by TensorId
};

void Parser::read_statements() {
  if (text_.size() > kMaxGraphFileBytes) {
    throw InputError("the file is larger than " + std::to_string(kMaxGraphFileBytes) + " bytes");
  }
  for (Lines lines(text_); lines.next();) {
    line_ = lines.number();
    check_bytes(lines.text());
    const Words words = split(lines.text());
    if (!words.empty()) {
      statement(words);
    }
  }
  if (!graph_) {
    throw InputError("no statement; a graph needs input, param, NAME = OPERATOR and output");
  }
}

void Parser::statement(const Words& words) {
  const bool is_operation = words.size() > 1 && words[1] == "=";
  if (!is_operation && words[0] == "graph") {
    if (graph_ || words.size() != 2) {
      throw InputError("expected one 'graph NAME' as the first statement");
    }
    graph_.emplace(std::string(words[1]));
    return;
  }
  if (!graph_) {
    graph_.emplace(to_legal_name(std::filesystem::path(file_name_).stem().string()));
  }
  if (is_operation) {
    operation(words);
  } else if (words[0] == "input" || words[0] == "param") {
    source(words);
  } else if (words[0] == "output") {
    outputs(words);
  } else if (words.size() > 1 && words[0] != "=" && contains(operator_names(), words[1])) {
    throw InputError("'=' is missing between " + in_quotes(words[0]) + " and " +
                     in_quotes(words[1]));
  } else {
    throw InputError("unknown statement " + in_quotes(words[0]) +
                     "; expected graph, input, param, output or NAME = OPERATOR" +
                     did_you_mean(words[0], keywords()));
  }
}

void Parser::source(const Words& words) {
  if (words.size() != 3) {
    throw InputError("expected '" + std::string(words[0]) + " NAME ROWSxCOLS', such as '" +
                     std::string(words[0]) + " x 128x64'");
  }
  const std::string name(words[1]);
  check_new(name);
  const Shape shape = parse_shape(words[2]);
  define(words[0] == "input" ? graph_->add_input(name, shape) : graph_->add_parameter(name, shape));
}

void Parser::outputs(const Words& words) {
  if (words.size() < 2) {
    throw InputError("expected 'output NAME...'");
  }
  for (std::size_t i = 1; i < words.size(); ++i) {
    graph_->mark_output(operand(words[i], ""));
  }
}

void Parser::operation(const Words& words) {
  const std::string name(words[0]);
  check_new(name);
  const std::string_view kind = words.size() > 2 ? words[2] : "";
  if (!contains(operator_names(), kind)) {
    throw InputError("unknown operator " + in_quotes(kind) +
                     "; expected matmul, matmul+relu, add or relu" +
                     did_you_mean(kind, operator_names()));
  }
  const std::size_t given = words.size() - 3;
  const std::size_t wanted = kind == "relu" ? 1 : 2;
  if (given != wanted) {
    throw InputError(std::string(kind) + " " + in_quotes(name) + " takes " +
                     std::to_string(wanted) + (wanted == 1 ? " operand, " : " operands, ") +
                     std::to_string(given) + " given");
  }
  const TensorId a = operand(words[3], name);
  const TensorId b = wanted == 2 ? operand(words[4], name) : a;
  if (kind == "add") {
    define(graph_->add_add(name, a, b));
  } else if (kind == "relu") {
    define(graph_->add_relu(name, a));
  } else {
    define(graph_->add_matmul(name, a, b, kind == "matmul+relu"));
  }
}

void Parser::define(TensorId id) {
  definition_lines_.resize(std::size_t{id} + 1);
  definition_lines_[id] = line_;
}

void Parser::check_new(std::string_view name) const {
  if (const std::optional<TensorId> earlier = graph_->find(name)) {
    throw InputError("tensor " + in_quotes(name) + " is already defined on line " +
                     std::to_string(definition_lines_[*earlier]));
  }
}

void Parser::check_tensors_used() {
  const std::size_t last_line = line_;
  const bool has_output = std::ranges::any_of(
      graph_->tensors(), [](const Tensor& tensor) { return tensor.role == TensorRole::kOutput; });
  if (!has_output) {
    throw InputError("no output statement; expected 'output NAME...' after the operators");
  }
  for (TensorId id = 0; id < graph_->tensors().size(); ++id) {
    const Tensor& tensor = graph_->tensor(id);
    if (tensor.users.empty() && tensor.role != TensorRole::kOutput) {
      line_ = definition_lines_[id];
      throw InputError("tensor " + in_quotes(tensor.name) + " is neither used nor an output");
    }
  }
  line_ = last_line;
}

TensorId Parser::operand(std::string_view name, std::string_view user) const {
  const std::optional<TensorId> id = graph_->find(name);
  if (!id) {
    explain_unknown(name, user);
  }
  return *id;
}

void Parser::explain_unknown(std::string_view name, std::string_view user) const {
  const Definitions definitions = definitions_in(text_);
  const auto found = definitions.find(name);
  if (found == definitions.end()) {
    std::vector<std::string> known;
    for (const Tensor& tensor : graph_->tensors()) {
      known.push_back(tensor.name);
    }
    throw InputError("no line defines tensor " + in_quotes(name) + did_you_mean(name, known));
  }
  const std::string definition = std::to_string(found->second.line);
  const std::string here = std::to_string(line_);
  const std::string late = in_quotes(name) + " is defined only on line " + definition;
  if (user.empty()) {
    throw InputError(late + "; an output statement follows its tensor: move line " + here +
                     " after line " + definition);
  }
  const Words cycle = find_cycle(definitions, user);
  if (!cycle.empty()) {
    throw InputError("operators form a cycle: " + to_string(cycle) + " (each uses the next)");
  }
  throw InputError(late + "; operators stand in topological order: move line " + definition +
                   " before line " + here);
}

}  // namespace

Graph parse_graph(std::string_view text, const std::string& file_name) {
  return Parser(text, file_name).parse();
}

Graph parse_graph(std::istream& in, const std::string& file_name) {
  std::string text;
  std::vector<char> block(std::size_t{64} << 10U);
  while (in && text.size() <= kMaxGraphFileBytes) {
    in.read(block.data(), static_cast<std::streamsize>(block.size()));
    text.append(block.data(), static_cast<std::size_t>(in.gcount()));
  }
  if (in.bad() || (in.fail() && !in.eof())) {
    throw InputError(file_name + ":1: the file cannot be read");
  }
  return parse_graph(text, file_name);
}

std::string to_text(const Graph& graph) {
  std::string text = "graph " + graph.name() + "\n";
  for (const Tensor& tensor : graph.tensors()) {
    if (!tensor.producer) {
      text += std::string(to_string(tensor.role)) + " " + tensor.name + " " +
              to_string(tensor.shape) + "\n";
      continue;
    }
    const Operator& op = graph.operators()[*tensor.producer];
    text += tensor.name + " = " + to_string(op.kind) + (op.relu ? "+relu" : "");
    for (const TensorId input : op.inputs) {
      text += " " + graph.tensor(input).name;
    }
    text += "\n";
  }
  std::string line;
  for (const Tensor& tensor : graph.tensors()) {
    if (tensor.role != TensorRole::kOutput) {
      continue;
    }
    if (line.size() + 1 + tensor.name.size() > kOutputLineBytes && !line.empty()) {
      text += line + "\n";
      line.clear();
    }
    line += (line.empty() ? "output " : " ") + tensor.name;
  }
  return line.empty() ? text : text + line + "\n";
}

}  // namespace tilewave
