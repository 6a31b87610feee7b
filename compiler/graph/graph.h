// The network as the user means it: tensors and operators in topological order, shapes checked as
// they are added. No tiling, no addresses.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/graph/operators.h"
#include "compiler/program/expression.h"
#include "compiler/program/tensor.h"
#include "compiler/program/vector_kernel.h"

namespace tilewave {

using TensorId = std::uint32_t;
using OperatorId = std::uint32_t;

struct Tensor {
  std::string name;
  Shape shape;
  TensorRole role = TensorRole::kIntermediate;
  ElementType type = ElementType::kF32;
  std::optional<OperatorId> producer;  ///< none for inputs and parameters
  std::vector<OperatorId> users;       ///< in creation order, once per use
  /// Of a parameter whose values are known: of each element's row x0 and column x1. None: somebody gives
  /// or draws them.
  Expression values = {};
};

/// output = kind(inputs), what else belongs to it applied afterwards:
///
///   matmul  a · b, or a · b + bias with the row vector `bias` added to every row; then, where it has
///           one, the ReLU or the expression: that of the product x0 and of the inputs behind, which
///           are broadcast to the product's shape; either factor may be read transposed
///   map     the expression of the inputs x0, x1, ..., broadcast to the shape of the result: equal,
///           row, column or single value
///   reduce  the same, but of the values of each row, or of each column, becomes one: M×1, or 1×N, of
///           f32
///   copy    x
///   slice   the rectangle `range` of x
///   concat  its inputs, one below the other or side by side (`axis`)
///
/// A product is of two f32, bf16 or f16, summed in f32, or of i8 and u8, less what stands for zero in
/// each, summed in i32; its bias and its ReLU are of the sum. Expressions are of values in f32, whatever
/// the types of what they read; their result is rounded to its type.
struct Operator {
  OperatorKind kind = OperatorKind::kMatMul;
  /// {a, b} or {a, b, bias}, with what `map` reads besides behind them; {x}; the parts of a concat.
  std::vector<TensorId> inputs = {};
  TensorId output = 0;
  bool has_bias = false;  ///< matmul only, as the next
  bool relu = false;      ///< fused activation; never with an expression
  Expression map = {};    ///< of a map; of a matmul: what is done with its product, often nothing
  /// Of the result; none: of a matmul without expression the sum's, of a map f32, of a copy x's.
  std::optional<ElementType> type = {};
  std::array<std::int16_t, 2> zeros = {};  ///< matmul of integers: what stands for zero in a and b
  std::array<bool, 2> transposed = {};     ///< matmul: a, and b
  Reduction reduction = {};                ///< reduce
  ElementRange range = {};                 ///< slice
  MatrixAxis axis = MatrixAxis::kRows;     ///< concat

  bool has_map() const { return !map.empty(); }
  bool is_product() const { return kind == OperatorKind::kMatMul; }
  /// Inputs of the product; the rest are operands of its expression. A map has none.
  std::size_t product_inputs() const;
  /// Those that the expression reads besides the product.
  std::span<const TensorId> map_inputs() const {
    return std::span(inputs).subspan(product_inputs());
  }
};

inline constexpr std::size_t kMaxNameBytes = 255;

/// A letter or '_', then letters, digits and any of "_./:-", at most kMaxNameBytes.
bool is_legal_name(std::string_view text);
/// `text` with what a name may not hold replaced by '_', for names that come from elsewhere (a
/// file, an ONNX model). Two texts may map to one name.
std::string to_legal_name(std::string_view text);

/// Append-only: an operator's inputs exist before it, so creation order is topological and a cycle
/// cannot be built. Every method that adds throws InputError, naming graph, operator, inputs and
/// shapes, and leaves the graph as it was; a TensorId of another graph is an InternalError.
class Graph {
 public:
  /// Throws InputError unless `name` is legal. So are tensor names checked, and each is used once.
  explicit Graph(std::string name);

  TensorId add_input(const std::string& name, Shape shape, ElementType type = ElementType::kF32);
  TensorId add_parameter(const std::string& name, Shape shape,
                         ElementType type = ElementType::kF32);
  /// A parameter with known values, such as a mask or a table of sines: those of an expression of row x0 and
  /// column x1, from 0 on, as a map of them would have them.
  TensorId add_table(const std::string& name, Shape shape, Expression values,
                     ElementType type = ElementType::kF32);
  /// (M×K)·(K×N) + 1×N → M×N
  TensorId add_matmul(const std::string& output, TensorId a, TensorId b, bool relu = false,
                      std::optional<TensorId> bias = {});
  /// The same with an expression of the product x0 and of `others` x1, x2, ..., which are broadcast
  /// to its shape.
  TensorId add_matmul(const std::string& output, TensorId a, TensorId b,
                      std::optional<TensorId> bias, Expression map,
                      const std::vector<TensorId>& others);
  /// An elementwise expression of one to four tensors. They are broadcast against each other: M×N
  /// where each is M×N, 1×N, M×1 or 1×1.
  TensorId add_map(const std::string& output, Expression map, std::vector<TensorId> inputs);
  /// The map of one function: "add" of a and b, "relu" of x.
  TensorId add_map(const std::string& output, std::string_view function,
                   std::vector<TensorId> inputs);
  /// Over the values of such an expression.
  TensorId add_reduce(const std::string& output, const Reduction& reduction, Expression map,
                      std::vector<TensorId> inputs);
  TensorId add_copy(const std::string& output, TensorId x);
  TensorId add_slice(const std::string& output, TensorId x, const ElementRange& range);
  TensorId add_concat(const std::string& output, MatrixAxis axis, std::vector<TensorId> parts);
  /// Any operator; its output is set.
  TensorId add(const std::string& output, Operator oper);
  /// Makes a computed tensor a result of the graph. It may still have users.
  void mark_output(TensorId tensor);

  const std::string& name() const { return name_; }
  const std::vector<Tensor>& tensors() const { return tensors_; }
  const std::vector<Operator>& operators() const { return operators_; }
  const Tensor& tensor(TensorId id) const { return tensors_.at(id); }
  std::optional<TensorId> find(std::string_view tensor_name) const;

  /// The legal form of a finished graph: at least one operator and one output, every tensor used or
  /// an output (else InputError); producers, users and shapes consistent (else InternalError).
  void verify() const;

 private:
  TensorId add_source(Tensor source);
  TensorId append(Tensor tensor);
  /// Why a tensor of this name and shape cannot be added; empty if it can.
  std::string problem_with(const std::string& name, const Shape& shape) const;
  std::vector<Shape> shapes_of(const std::vector<TensorId>& tensors) const;
  std::vector<ElementType> types_of(const std::vector<TensorId>& tensors) const;
  std::string describe(const Operator& oper, const std::string& output) const;
  void verify_operator(OperatorId id) const;

  std::string name_;
  std::vector<Tensor> tensors_;
  std::vector<Operator> operators_;
  std::unordered_map<std::string, TensorId> ids_;
};

/// What a matmul's products are summed in.
ElementType sum_type(const Graph& graph, const Operator& matmul);
/// The types of the left factors of its products.
ElementTypes factor_types(const Graph& graph);

/// How an operand of an expression meets what it is evaluated for.
Broadcast broadcast_of(const Shape& operand, const Shape& result);

/// Factor 0 or 1 of a matmul as it is multiplied: M×K, K×N.
Shape factor_shape(const Graph& graph, const Operator& matmul, std::size_t factor);
/// Products in each sum of a matmul.
std::uint64_t product_depth(const Graph& graph, const Operator& matmul);
/// What an operator's expression is evaluated for: its result, or what a reduce makes that of.
Shape work_shape(const Graph& graph, const Operator& oper);

}  // namespace tilewave
