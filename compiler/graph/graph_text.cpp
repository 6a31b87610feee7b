// Reads and prints the text form of a graph. One pass over the lines drives a Graph, which checks
// names and shapes; only when a name is unknown are the later lines searched for the reason.
#include "compiler/graph/graph_text.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <ranges>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/base/nearest.h"
#include "compiler/graph/graph_definitions.h"
#include "compiler/graph/graph_values.h"
#include "compiler/graph/operator_words.h"
#include "compiler/graph/shape_inference.h"
#include "compiler/program/program.h"

namespace tilewave {

namespace {

constexpr std::size_t kOutputLineBytes = 100;  // longer output statements are continued

const std::vector<std::string>& keywords() {
  static const std::vector<std::string> kWords = {"graph", "input", "param", "output"};
  return kWords;
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

  /// The text is a line that defines one tensor more of a graph, which comes back whatever happens.
  TensorId add_to(Graph& graph) {
    graph_ = std::move(graph);
    try {
      check_bytes(text_);
      const GraphLine line = split_graph_line(text_);
      expression_ = line.expression;
      if (line.words.size() < 2 || line.words[1] != "=") {
        throw InputError("expected 'NAME = OPERATOR OPERAND...'");
      }
      operation(line.words);
    } catch (...) {
      graph = std::move(*graph_);
      throw;
    }
    graph = std::move(*graph_);
    return static_cast<TensorId>(graph.tensors().size() - 1);
  }

 private:
  void read_statements();
  void statement(const Words& words);
  void source(const Words& words);
  void outputs(const Words& words);
  /// NAME = WORD ...
  struct OperatorStatement {
    const std::string& name;
    std::string_view operator_word;
    const OperatorWord& word;
    std::span<const std::string_view> words;  ///< its operands
    std::optional<ElementType> type = {};
    std::array<std::int16_t, 2> zeros = {};
    std::array<bool, 2> transposed = {};
  };
  void operation(const Words& words);
  static void take_ending(OperatorStatement& statement);
  TensorId matmul(const OperatorStatement& statement);
  TensorId map(const OperatorStatement& statement);
  TensorId chain(const OperatorStatement& statement);
  TensorId reduce(const OperatorStatement& statement);
  TensorId slice(const OperatorStatement& statement);
  bool names_operand(std::string_view word) const;
  static void check_operand_count(const OperatorStatement& statement, std::size_t given,
                                  std::size_t wanted);
  std::vector<TensorId> operands(const OperatorStatement& statement,
                                 std::span<const std::string_view> names) const;
  void define(TensorId id);
  void check_new(std::string_view name) const;
  void check_tensors_used();
  /// `user` is the tensor that the statement defines, empty for an output statement.
  TensorId operand(std::string_view name, std::string_view user) const;
  [[noreturn]] void explain_unknown(std::string_view name, std::string_view user) const;

  std::string_view text_;
  const std::string& file_name_;
  std::size_t line_ = 1;         ///< where a fault is
  std::string_view expression_;  ///< of the statement, behind its '|'
  std::optional<Graph> graph_;
  std::vector<std::size_t> definition_lines_;  ///< by TensorId
};

void Parser::read_statements() {
  if (text_.size() > kMaxGraphFileBytes) {
    throw InputError("the file is larger than " + std::to_string(kMaxGraphFileBytes) + " bytes");
  }
  for (GraphLines lines(text_); lines.next();) {
    line_ = lines.number();
    check_bytes(lines.text());
    const GraphLine line = split_graph_line(lines.text());
    expression_ = line.expression;
    if (!line.words.empty()) {
      statement(line.words);
    }
  }
  if (!graph_) {
    throw InputError("no statement; a graph needs input, param, NAME = OPERATOR and output");
  }
}

void Parser::statement(const Words& words) {
  const bool is_operation = words.size() > 1 && words[1] == "=";
  if (!is_operation && words[0] != "param" && !expression_.empty()) {
    throw InputError(
        "an expression behind '|' belongs to an operator, such as 'y = map a b | ...', or to a "
        "param");
  }
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
  } else if (words.size() > 1 && words[0] != "=" && find_operator_word(words[1])) {
    throw InputError("'=' is missing between " + in_quotes(words[0]) + " and " +
                     in_quotes(words[1]));
  } else {
    throw InputError("unknown statement " + in_quotes(words[0]) +
                     "; expected graph, input, param, output or NAME = OPERATOR" +
                     did_you_mean(words[0], keywords()));
  }
}

void Parser::source(const Words& words) {
  if (words.size() != 3 && words.size() != 4) {
    throw InputError("expected '" + std::string(words[0]) + " NAME ROWSxCOLS', such as '" +
                     std::string(words[0]) + " x 128x64', and a type if it is not f32");
  }
  const std::string name(words[1]);
  check_new(name);
  const Shape shape = parse_shape(words[2]);
  const ElementType type = words.size() == 4 ? read_element_type(words[3]) : ElementType::kF32;
  define(words[0] == "input" ? graph_->add_input(name, shape, type)
         : expression_.empty()
             ? graph_->add_parameter(name, shape, type)
             : graph_->add_table(name, shape, parse_expression(expression_), type));
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
  const std::string_view text = words.size() > 2 ? words[2] : "";
  const std::optional<OperatorWord> word = find_operator_word(text);
  if (!word) {
    throw InputError(unknown_operator_message(text));
  }
  OperatorStatement statement{name, text, *word,
                              std::span(words).subspan(std::min<std::size_t>(3, words.size()))};
  take_ending(statement);
  const bool takes_expression = word->functions.empty() && (word->kind == OperatorKind::kMatMul ||
                                                            word->kind == OperatorKind::kMap ||
                                                            word->kind == OperatorKind::kReduce);
  if (!expression_.empty() && !takes_expression) {
    throw InputError(std::string(text) + " " + in_quotes(name) +
                     ": an expression behind '|' belongs to a map, a reduce or a matmul");
  }
  define(by_kind(
      word->kind, [&] { return matmul(statement); },
      [&] { return word->functions.empty() ? map(statement) : chain(statement); },
      [&] { return reduce(statement); },
      [&] {
        check_operand_count(statement, statement.words.size(), 1);
        return graph_->add(name, {.kind = OperatorKind::kCopy,
                                  .inputs = operands(statement, statement.words),
                                  .type = statement.type});
      },
      [&] { return slice(statement); },
      [&] {
        return graph_->add(name, {.kind = OperatorKind::kConcat,
                                  .inputs = operands(statement, statement.words),
                                  .type = statement.type,
                                  .axis = word->axis});
      }));
}

/// "-> i8", and before it the "transposed=b zeros=-3,0" of a matmul.
void Parser::take_ending(OperatorStatement& statement) {
  std::span<const std::string_view>& words = statement.words;
  if (words.size() >= 2 && words[words.size() - 2] == "->") {
    statement.type = read_element_type(words.back());
    words = words.first(words.size() - 2);
  }
  const auto ends_with = [&](std::string_view key) {
    return statement.word.kind == OperatorKind::kMatMul && words.size() >= 3 &&
           words[words.size() - 3] == key && words[words.size() - 2] == "=";
  };
  if (ends_with("zeros")) {
    statement.zeros = parse_zeros(words.back());
    words = words.first(words.size() - 3);
  }
  if (ends_with("transposed")) {
    statement.transposed = parse_transposed(words.back());
    words = words.first(words.size() - 3);
  }
}

void Parser::check_operand_count(const OperatorStatement& statement, std::size_t given,
                                 std::size_t wanted) {
  if (given != wanted) {
    throw InputError(std::string(statement.operator_word) + " " + in_quotes(statement.name) +
                     " takes " + std::to_string(wanted) +
                     (wanted == 1 ? " operand, " : " operands, ") + std::to_string(given) +
                     " given");
  }
}

std::vector<TensorId> Parser::operands(const OperatorStatement& statement,
                                       std::span<const std::string_view> names) const {
  std::vector<TensorId> inputs;
  for (const std::string_view operand_name : names) {
    inputs.push_back(operand(operand_name, statement.name));
  }
  return inputs;
}

TensorId Parser::matmul(const OperatorStatement& statement) {
  const std::size_t wanted = statement.word.bias ? 3 : 2;
  if (expression_.empty()) {
    check_operand_count(statement, statement.words.size(), wanted);
  } else if (statement.word.relu || statement.words.size() < wanted) {
    throw InputError(std::string(statement.operator_word) + " " + in_quotes(statement.name) +
                     ": expected 'matmul A B | EXPRESSION' or 'matmul+bias A B BIAS | EXPRESSION',"
                     " more operands before the '|' if the expression reads them");
  }
  return graph_->add(statement.name,
                     {.inputs = operands(statement, statement.words),
                      .has_bias = statement.word.bias,
                      .relu = statement.word.relu,
                      .map = expression_.empty() ? Expression{} : parse_expression(expression_),
                      .type = statement.type,
                      .zeros = statement.zeros,
                      .transposed = statement.transposed});
}

TensorId Parser::map(const OperatorStatement& statement) {
  if (expression_.empty()) {
    throw InputError("map " + in_quotes(statement.name) +
                     ": expected 'map OPERAND... | EXPRESSION', such as 'map a b | sub 1 x0; mul t0"
                     " x1'");
  }
  return graph_->add(statement.name, {.kind = OperatorKind::kMap,
                                      .inputs = operands(statement, statement.words),
                                      .map = parse_expression(expression_),
                                      .type = statement.type});
}

/// Of the operand itself, or of an expression.
TensorId Parser::reduce(const OperatorStatement& statement) {
  if (expression_.empty()) {
    check_operand_count(statement, statement.words.size(), 1);
  }
  return graph_->add(statement.name, {.kind = OperatorKind::kReduce,
                                      .inputs = operands(statement, statement.words),
                                      .map = expression_.empty() ? apply("identity")
                                                                 : parse_expression(expression_),
                                      .type = statement.type,
                                      .reduction = statement.word.reduction});
}

TensorId Parser::slice(const OperatorStatement& statement) {
  if (statement.words.size() != 3) {
    throw InputError("slice " + in_quotes(statement.name) +
                     ": expected 'slice OPERAND ROWS COLUMNS', such as 'slice x 0:128 64:128'");
  }
  Operator oper{.kind = OperatorKind::kSlice,
                .inputs = operands(statement, statement.words.first(1)),
                .type = statement.type};
  std::tie(oper.range.row, oper.range.row_end) = parse_range(statement.words[1]);
  std::tie(oper.range.col, oper.range.col_end) = parse_range(statement.words[2]);
  return graph_->add(statement.name, std::move(oper));
}

/// Rather than a number: "inf" and "nan" may be either.
bool Parser::names_operand(std::string_view word) const {
  const bool number = word == "inf" || word == "nan" || word.starts_with("nan:0x");
  return is_legal_name(word) && (!number || graph_->find(word));
}

/// "mul a 0.5", "leakyrelu x alpha=0.1", "add+relu a b": numbers may stand for operands.
TensorId Parser::chain(const OperatorStatement& statement) {
  const FunctionId function = statement.word.functions.front();
  std::string text(function_info(function).word);
  std::vector<std::string_view> names;
  std::size_t given = 0;
  const std::span<const std::string_view> words = statement.words;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i + 2 < words.size() && words[i + 1] == "=") {
      ((((text += ' ') += words[i]) += '=') += words[i + 2]);
      i += 2;
    } else if (names_operand(words[i])) {
      ++given;
      (text += " x") += std::to_string(std::min(names.size(), kMaxMapOperands));
      names.push_back(words[i]);
    } else {
      ++given;
      (text += ' ') += words[i];
    }
  }
  check_operand_count(statement, given, function_info(function).arity);
  const std::vector<TensorId> inputs = operands(statement, names);
  Expression expression = parse_expression(text);
  for (std::size_t i = 1; i < statement.word.functions.size(); ++i) {
    expression.steps.push_back(
        make_step(function_info(statement.word.functions[i]).word, {Argument::step(i - 1)}));
  }
  return graph_->add(statement.name, {.kind = OperatorKind::kMap,
                                      .inputs = inputs,
                                      .map = std::move(expression),
                                      .type = statement.type});
}

void Parser::define(TensorId id) {
  definition_lines_.resize(std::size_t{id} + 1);
  definition_lines_[id] = line_;
}

void Parser::check_new(std::string_view name) const {
  if (const std::optional<TensorId> earlier = graph_->find(name)) {
    const bool has_line = *earlier < definition_lines_.size() && definition_lines_[*earlier] != 0;
    throw InputError("tensor " + in_quotes(name) + " is already defined" +
                     (has_line ? " on line " + std::to_string(definition_lines_[*earlier]) : ""));
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
  const Definitions definitions = graph_definitions(text_);
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
    throw InputError("operators form a cycle: " + cycle_text(cycle) + " (each uses the next)");
  }
  throw InputError(late + "; operators stand in topological order: move line " + definition +
                   " before line " + here);
}

}  // namespace

Graph parse_graph(std::string_view text, const std::string& file_name) {
  return Parser(text, file_name).parse();
}

TensorId add_statement(Graph& graph, std::string_view statement) {
  return Parser(statement, graph.name()).add_to(graph);
}

std::string to_text(const Graph& graph) {
  std::string text = "graph " + graph.name() + "\n";
  for (const Tensor& tensor : graph.tensors()) {
    if (!tensor.producer) {
      text += std::string(to_string(tensor.role)) + " " + tensor.name + " " +
              to_string(tensor.shape) + type_suffix(tensor.type) +
              (tensor.values.empty() ? "" : " | " + to_text(tensor.values)) + "\n";
      continue;
    }
    const Operator& op = graph.operators()[*tensor.producer];
    text += tensor.name + " = " + operator_text(graph, op) + "\n";
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
