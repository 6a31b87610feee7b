// The network as the user means it: tensors and operators in topological order, shapes checked as
// they are added. No tiling, no addresses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/program/tensor.h"

namespace tilewave {

using TensorId = std::uint32_t;
using OperatorId = std::uint32_t;

enum class OperatorKind : std::uint8_t { kMatMul, kAdd, kRelu, kCopy };

const char* to_string(OperatorKind kind);  ///< "matmul", "add", "relu", "copy"

struct Tensor {
  std::string name;
  Shape shape;
  TensorRole role = TensorRole::kIntermediate;
  std::optional<OperatorId> producer;  ///< none for inputs and parameters
  std::vector<OperatorId> users;       ///< in creation order, once per use
};

/// output = kind(inputs), then ReLU if `relu`, which only matmul and add have.
///
///   matmul  a · b, or a · b + bias with the row vector `bias` added to every row
///   add     a + b; b may be a row vector, which is added to every row of a
///   relu    max(x, 0)
///   copy    x
struct Operator {
  OperatorKind kind = OperatorKind::kMatMul;
  std::vector<TensorId> inputs;  ///< {a, b}, {a, b, bias} or {x}
  TensorId output = 0;
  bool relu = false;  ///< fused activation

  bool has_bias() const { return kind == OperatorKind::kMatMul && inputs.size() == 3; }
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

  TensorId add_input(const std::string& name, Shape shape);
  TensorId add_parameter(const std::string& name, Shape shape);
  /// (M×K)·(K×N) + 1×N → M×N
  TensorId add_matmul(const std::string& output, TensorId a, TensorId b, bool relu = false,
                      std::optional<TensorId> bias = {});
  /// Equal shapes, or a row vector 1×N and M×N → M×N. The row vector becomes inputs[1], whichever
  /// operand it was.
  TensorId add_add(const std::string& output, TensorId a, TensorId b, bool relu = false);
  TensorId add_relu(const std::string& output, TensorId x);
  TensorId add_copy(const std::string& output, TensorId x);
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
  TensorId add_source(const std::string& name, Shape shape, TensorRole role);
  TensorId add_operator(OperatorKind kind, const std::string& output, std::vector<TensorId> inputs,
                        bool relu);
  TensorId append(Tensor tensor);
  /// Why a tensor of this name and shape cannot be added; empty if it can.
  std::string problem_with(const std::string& name, const Shape& shape) const;
  std::vector<Shape> shapes_of(const std::vector<TensorId>& tensors) const;
  std::string describe(OperatorKind kind, const std::string& output,
                       const std::vector<TensorId>& inputs) const;
  void verify_operator(OperatorId id) const;

  std::string name_;
  std::vector<Tensor> tensors_;
  std::vector<Operator> operators_;
  std::unordered_map<std::string, TensorId> ids_;
};

/// Whether `oper` adds a row vector, inputs[1], to every one of several rows.
bool is_row_broadcast(const Graph& graph, const Operator& oper);

}  // namespace tilewave
