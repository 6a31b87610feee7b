// Building and checking a Graph: names, shape inference and the invariants between tensors and
// operators. Text and built-in models are readers on top of it.
#include "compiler/graph/graph.h"

#include <algorithm>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/base/nearest.h"
#include "compiler/graph/operator_words.h"
#include "compiler/graph/shape_inference.h"
#include "compiler/program/program.h"

namespace tilewave {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool is_name_character(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '/' || c == ':' || c == '-';
}

const std::string& name_rule() {
  static const std::string kRule =
      "a name is a letter or _ followed by letters, digits and any of _ . / : -, at most " +
      std::to_string(kMaxNameBytes) + " bytes";
  return kRule;
}

std::string with_shape(const Tensor& tensor) {
  return tensor.name + " [" + to_string(tensor.shape) + type_suffix(tensor.type) + "]";
}

std::string shape_problem(const Shape& shape) {
  for (const std::uint64_t dimension : {shape.rows, shape.cols}) {
    if (dimension == 0 || dimension > kMaxDimension) {
      return "dimension " + std::to_string(dimension) + " is not in 1.." +
             std::to_string(kMaxDimension);
    }
  }
  if (shape.elements() > kMaxElements) {
    return to_string(shape) + " has " + std::to_string(shape.elements()) + " elements, at most " +
           std::to_string(kMaxElements) + " are allowed";
  }
  return "";
}

/// Why the expression cannot be that of row and column; empty if it can, or if there is none.
std::string table_problem(const Expression& values) {
  constexpr std::array kRowAndColumn = {ElementType::kF32, ElementType::kF32};
  if (values.empty()) {
    return "";
  }
  const std::size_t operands = operand_count(values);
  if (operands > kRowAndColumn.size()) {
    return "its values are of the row x0 and the column x1, not of x" +
           std::to_string(operands - 1);
  }
  // It need not read both.
  constexpr std::array<std::size_t, 2> kSame{};
  const std::string problem =
      expression_problem(with_operands(values, kSame), std::min<std::size_t>(operands, 1));
  return problem.empty() ? integers_problem(values, kRowAndColumn) : problem;
}

}  // namespace

const char* to_string(OperatorKind kind) {
  return by_kind(
      kind, [] { return "matmul"; }, [] { return "map"; }, [] { return "reduce"; },
      [] { return "copy"; }, [] { return "slice"; }, [] { return "concat"; });
}

const char* to_string(MatrixAxis axis) { return axis == MatrixAxis::kRows ? "rows" : "columns"; }

std::size_t Operator::product_inputs() const {
  if (!is_product()) {
    return 0;
  }
  return has_bias ? 3 : 2;
}

ElementType sum_type(const Graph& graph, const Operator& matmul) {
  return sum_type(graph.tensor(matmul.inputs[0]).type);
}

ElementTypes factor_types(const Graph& graph) {
  ElementTypes types;
  for (const Operator& oper : graph.operators()) {
    if (oper.product_inputs() > 0) {
      types.set(static_cast<std::size_t>(graph.tensor(oper.inputs[0]).type));
    }
  }
  return types;
}

Broadcast broadcast_of(const Shape& operand, const Shape& result) {
  const bool rows = operand.rows == result.rows;
  const bool cols = operand.cols == result.cols;
  return rows && cols ? Broadcast::kNone
         : cols       ? Broadcast::kRow
         : rows       ? Broadcast::kColumn
                      : Broadcast::kValue;
}

Shape factor_shape(const Graph& graph, const Operator& matmul, std::size_t factor) {
  const Shape& shape = graph.tensor(matmul.inputs[factor]).shape;
  return matmul.transposed[factor] ? shape.transposed() : shape;
}

std::uint64_t product_depth(const Graph& graph, const Operator& matmul) {
  return factor_shape(graph, matmul, 0).cols;
}

Shape work_shape(const Graph& graph, const Operator& oper) {
  Shape work = graph.tensor(oper.output).shape;
  if (oper.kind == OperatorKind::kReduce) {
    for (const TensorId input : oper.inputs) {
      const Shape& shape = graph.tensor(input).shape;
      work = {std::max(work.rows, shape.rows), std::max(work.cols, shape.cols)};
    }
  }
  return work;
}

bool is_legal_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxNameBytes && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(), is_name_character);
}

std::string to_legal_name(std::string_view text) {
  std::string name(text.substr(0, kMaxNameBytes - 1));
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !is_name_character(c); }, '_');
  return name.empty() || !is_letter(name.front()) ? "_" + name : name;
}

Graph::Graph(std::string name) : name_(std::move(name)) {
  if (!is_legal_name(name_)) {
    throw InputError("graph " + in_quotes(name_) + ": " + name_rule());
  }
}

TensorId Graph::add_input(const std::string& name, Shape shape, ElementType type) {
  return add_source({name, shape, TensorRole::kInput, type, std::nullopt, {}});
}

TensorId Graph::add_parameter(const std::string& name, Shape shape, ElementType type) {
  return add_source({name, shape, TensorRole::kParameter, type, std::nullopt, {}});
}

TensorId Graph::add_table(const std::string& name, Shape shape, Expression values,
                          ElementType type) {
  return add_source(
      {name, shape, TensorRole::kParameter, type, std::nullopt, {}, std::move(values)});
}

TensorId Graph::add_matmul(const std::string& output, TensorId a, TensorId b, bool relu,
                           std::optional<TensorId> bias) {
  Operator oper{.inputs = {a, b}, .has_bias = bias.has_value(), .relu = relu};
  if (bias) {
    oper.inputs.push_back(*bias);
  }
  return add(output, std::move(oper));
}

TensorId Graph::add_matmul(const std::string& output, TensorId a, TensorId b,
                           std::optional<TensorId> bias, Expression map,
                           const std::vector<TensorId>& others) {
  Operator oper{.inputs = {a, b}, .has_bias = bias.has_value(), .map = std::move(map)};
  if (bias) {
    oper.inputs.push_back(*bias);
  }
  oper.inputs.insert(oper.inputs.end(), others.begin(), others.end());
  return add(output, std::move(oper));
}

TensorId Graph::add_map(const std::string& output, Expression map, std::vector<TensorId> inputs) {
  return add(output,
             {.kind = OperatorKind::kMap, .inputs = std::move(inputs), .map = std::move(map)});
}

TensorId Graph::add_map(const std::string& output, std::string_view function,
                        std::vector<TensorId> inputs) {
  return add_map(output, apply(function), std::move(inputs));
}

TensorId Graph::add_reduce(const std::string& output, const Reduction& reduction, Expression map,
                           std::vector<TensorId> inputs) {
  return add(output, {.kind = OperatorKind::kReduce,
                      .inputs = std::move(inputs),
                      .map = std::move(map),
                      .reduction = reduction});
}

TensorId Graph::add_copy(const std::string& output, TensorId x) {
  return add(output, {.kind = OperatorKind::kCopy, .inputs = {x}});
}

TensorId Graph::add_slice(const std::string& output, TensorId x, const ElementRange& range) {
  return add(output, {.kind = OperatorKind::kSlice, .inputs = {x}, .range = range});
}

TensorId Graph::add_concat(const std::string& output, MatrixAxis axis,
                           std::vector<TensorId> parts) {
  return add(output, {.kind = OperatorKind::kConcat, .inputs = std::move(parts), .axis = axis});
}

void Graph::mark_output(TensorId id) {
  if (id >= tensors_.size()) {
    throw InternalError("graph " + in_quotes(name_) + ": no tensor #" + std::to_string(id));
  }
  Tensor& tensor = tensors_[id];
  const std::string place = "graph " + in_quotes(name_) + ": ";
  if (!tensor.producer) {
    throw InputError(place + to_string(tensor.role) + " " + with_shape(tensor) +
                     " cannot be an output: only the result of an operator can");
  }
  if (tensor.role == TensorRole::kOutput) {
    throw InputError(place + with_shape(tensor) + " is already an output");
  }
  tensor.role = TensorRole::kOutput;
}

std::optional<TensorId> Graph::find(std::string_view tensor_name) const {
  const auto found = ids_.find(std::string(tensor_name));
  return found != ids_.end() ? std::optional(found->second) : std::nullopt;
}

TensorId Graph::add_source(Tensor source) {
  std::string problem = problem_with(source.name, source.shape);
  if (problem.empty()) {
    problem = table_problem(source.values);
  }
  if (!problem.empty()) {
    throw InputError("graph " + in_quotes(name_) + ": " + to_string(source.role) + " " +
                     in_quotes(source.name) + " [" + to_string(source.shape) + "]: " + problem);
  }
  return append(std::move(source));
}

TensorId Graph::add(const std::string& output, Operator oper) {
  for (const TensorId input : oper.inputs) {
    if (input >= tensors_.size()) {
      throw InternalError("graph " + in_quotes(name_) + ": " + to_string(oper.kind) + " " +
                          in_quotes(output) + ": no tensor #" + std::to_string(input));
    }
  }
  auto [shape, problem] = infer_shape(oper, shapes_of(oper.inputs));
  InferredType inferred;
  if (problem.empty()) {
    inferred = infer_type(oper, types_of(oper.inputs));
    problem = inferred.problem;
  }
  if (problem.empty()) {
    problem = problem_with(output, shape);
  }
  if (!problem.empty()) {
    throw InputError(describe(oper, output) + ": " + problem);
  }
  const auto id = static_cast<OperatorId>(operators_.size());
  oper.output = append({output, shape, TensorRole::kIntermediate, inferred.type, id, {}});
  for (const TensorId input : oper.inputs) {
    tensors_[input].users.push_back(id);
  }
  operators_.push_back(std::move(oper));
  return operators_.back().output;
}

TensorId Graph::append(Tensor tensor) {
  const auto id = static_cast<TensorId>(tensors_.size());
  ids_.emplace(tensor.name, id);
  tensors_.push_back(std::move(tensor));
  return id;
}

std::string Graph::problem_with(const std::string& name, const Shape& shape) const {
  if (!is_legal_name(name)) {
    return name_rule();
  }
  if (const std::optional<TensorId> earlier = find(name)) {
    const Tensor& other = tensors_[*earlier];
    return std::string("the name is taken by ") + to_string(other.role) + " " + with_shape(other);
  }
  if (tensors_.size() >= kMaxTensors) {
    return "a graph has at most " + std::to_string(kMaxTensors) + " tensors";
  }
  return shape_problem(shape);
}

std::vector<Shape> Graph::shapes_of(const std::vector<TensorId>& tensors) const {
  std::vector<Shape> shapes;
  shapes.reserve(tensors.size());
  for (const TensorId id : tensors) {
    shapes.push_back(tensors_[id].shape);
  }
  return shapes;
}

std::vector<ElementType> Graph::types_of(const std::vector<TensorId>& tensors) const {
  std::vector<ElementType> types;
  types.reserve(tensors.size());
  for (const TensorId id : tensors) {
    types.push_back(tensors_[id].type);
  }
  return types;
}

std::string Graph::describe(const Operator& oper, const std::string& output) const {
  std::string text =
      "graph " + in_quotes(name_) + ": " + operator_name(oper) + " " + in_quotes(output);
  const char* joint = " of ";
  for (const TensorId input : oper.inputs) {
    text += joint + with_shape(tensors_[input]);
    joint = " and ";
  }
  return text;
}

void Graph::verify_operator(OperatorId id) const {
  const Operator& op = operators_[id];
  const auto require = [&](bool holds, const char* what) {
    if (!holds) {
      throw InternalError("graph " + in_quotes(name_) + ": operator #" + std::to_string(id) + ": " +
                          what);
    }
  };
  require(op.output < tensors_.size(), "no output tensor");
  for (const TensorId input : op.inputs) {
    require(input < op.output, "operand is created after the result");
  }
  const InferredShape inferred = infer_shape(op, shapes_of(op.inputs));
  require(inferred.problem.empty() && inferred.shape == tensors_[op.output].shape,
          "operands that do not fit");
  const InferredType type = infer_type(op, types_of(op.inputs));
  require(type.problem.empty() && type.type == tensors_[op.output].type, "types that do not fit");
  require(tensors_[op.output].producer == id, "not the producer of its result");
}

void Graph::verify() const {
  const std::string place = "graph " + in_quotes(name_) + ": ";
  if (operators_.empty()) {
    throw InputError(place + "no operator");
  }
  if (std::none_of(tensors_.begin(), tensors_.end(),
                   [](const Tensor& tensor) { return tensor.role == TensorRole::kOutput; })) {
    throw InputError(place + "no output");
  }
  std::vector<std::vector<OperatorId>> users(tensors_.size());
  for (OperatorId id = 0; id < operators_.size(); ++id) {
    verify_operator(id);
    for (const TensorId input : operators_[id].inputs) {
      users[input].push_back(id);
    }
  }
  for (TensorId id = 0; id < tensors_.size(); ++id) {
    const Tensor& tensor = tensors_[id];
    const bool is_output = tensor.role == TensorRole::kOutput;
    const bool is_computed = is_output || tensor.role == TensorRole::kIntermediate;
    const bool has_producer = tensor.producer && *tensor.producer < operators_.size() &&
                              operators_[*tensor.producer].output == id;
    if (tensor.users != users[id] || tensor.producer.has_value() != is_computed ||
        has_producer != is_computed || find(tensor.name) != id) {
      throw InternalError(place + "tensor " + with_shape(tensor) + " contradicts the operators");
    }
    if (!is_output && tensor.users.empty()) {
      throw InputError(place + to_string(tensor.role) + " " + with_shape(tensor) +
                       " is neither used nor an output");
    }
  }
}

}  // namespace tilewave
