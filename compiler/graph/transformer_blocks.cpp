// Softmax and norms have the form that the ONNX importer gives them (compiler/onnx/reduction_operators.cpp).
#include "compiler/graph/transformer_blocks.h"

#include <cmath>
#include <utility>

namespace tilewave {
namespace {

Argument operand(std::size_t index) { return Argument::operand(index); }
Argument step(std::size_t index) { return Argument::step(index); }
Argument number(double value) { return Argument::number(static_cast<float>(value)); }

/// 1 / √(x0 / count + epsilon)
Expression inverse_root_of_mean(std::uint64_t count, float epsilon) {
  return {{make_step("div", {operand(0), number(static_cast<double>(count))}),
           make_step("add", {step(0), Argument::number(epsilon)}), make_step("sqrt", {step(1)}),
           make_step("reciprocal", {step(2)})}};
}

}  // namespace

std::optional<ElementType> TransformerBuilder::narrow() const {
  return type_ == ElementType::kF32 ? std::nullopt : std::optional(type_);
}

TensorId TransformerBuilder::input(const std::string& name, const Shape& shape) {
  return graph_.add_input(name, shape, type_);
}

TensorId TransformerBuilder::parameter(const std::string& name, const Shape& shape) {
  return graph_.add_parameter(name, shape, type_);
}

TensorId TransformerBuilder::bias_row(const std::string& name, std::uint64_t columns) {
  return graph_.add_parameter(name + ".b", {1, columns});
}

TensorId TransformerBuilder::table(const std::string& name, const Shape& shape, Expression values) {
  return graph_.add_table(name, shape, std::move(values), type_);
}

TensorId TransformerBuilder::linear(const std::string& name, TensorId x, std::uint64_t columns,
                                    bool bias) {
  if (!narrow()) {
    return sums(name, x, columns, bias);
  }
  Operator product{.inputs = {x, parameter(name + ".w", {shape(x).cols, columns})},
                   .has_bias = bias,
                   .map = apply("identity"),
                   .type = narrow()};
  if (bias) {
    product.inputs.push_back(bias_row(name, columns));
  }
  return graph_.add(name, std::move(product));
}

TensorId TransformerBuilder::sums(const std::string& name, TensorId x, std::uint64_t columns,
                                  bool bias) {
  const TensorId weights = parameter(name + ".w", {shape(x).cols, columns});
  const auto row = bias ? std::optional(bias_row(name, columns)) : std::optional<TensorId>();
  return graph_.add_matmul(name, x, weights, false, row);
}

TensorId TransformerBuilder::map(const std::string& name, Expression expression,
                                 std::vector<TensorId> operands) {
  return graph_.add(name, {.kind = OperatorKind::kMap,
                           .inputs = std::move(operands),
                           .map = std::move(expression),
                           .type = narrow()});
}

TensorId TransformerBuilder::f32_map(const std::string& name, Expression expression,
                                     std::vector<TensorId> operands) {
  return graph_.add_map(name, std::move(expression), std::move(operands));
}

TensorId TransformerBuilder::add(const std::string& name, TensorId a, TensorId b) {
  return map(name, apply("add"), {a, b});
}

TensorId TransformerBuilder::row_sum(const std::string& name, Expression expression,
                                     std::vector<TensorId> operands) {
  return graph_.add_reduce(name, {Fold::kSum, FoldAxis::kColumns}, std::move(expression),
                           std::move(operands));
}

TensorId TransformerBuilder::layer_norm(const std::string& name, TensorId x, float epsilon) {
  const std::uint64_t width = shape(x).cols;
  const TensorId sum = row_sum(name + ".sum", apply("identity"), {x});
  const TensorId mean =
      f32_map(name + ".mean",
              {{make_step("div", {operand(0), number(static_cast<double>(width))})}}, {sum});
  const TensorId squares =
      row_sum(name + ".squares",
              {{make_step("sub", {operand(0), operand(1)}), make_step("mul", {step(0), step(0)})}},
              {x, mean});
  const TensorId deviation =
      f32_map(name + ".deviation", inverse_root_of_mean(width, epsilon), {squares});
  const TensorId scaled =
      f32_map(name + ".scaled",
              {{make_step("sub", {operand(0), operand(1)}), make_step("mul", {step(0), operand(2)}),
                make_step("mul", {step(1), operand(3)})}},
              {x, mean, deviation, parameter(name + ".gain", {1, width})});
  return map(name, apply("add"), {scaled, parameter(name + ".shift", {1, width})});
}

TensorId TransformerBuilder::rms_norm(const std::string& name, TensorId x, float epsilon) {
  const std::uint64_t width = shape(x).cols;
  const TensorId squares =
      row_sum(name + ".squares", {{make_step("mul", {operand(0), operand(0)})}}, {x});
  const TensorId deviation =
      f32_map(name + ".deviation", inverse_root_of_mean(width, epsilon), {squares});
  return map(
      name, {{make_step("mul", {operand(0), operand(1)}), make_step("mul", {step(0), operand(2)})}},
      {x, deviation, parameter(name + ".gain", {1, width})});
}

TensorId TransformerBuilder::columns(const std::string& name, TensorId x, std::uint64_t first,
                                     std::uint64_t count) {
  const Shape& whole = shape(x);
  return count == whole.cols ? x : graph_.add_slice(name, x, {0, whole.rows, first, first + count});
}

TensorId TransformerBuilder::side_by_side(const std::string& name, std::vector<TensorId> parts) {
  return parts.size() == 1 ? parts.front()
                           : graph_.add_concat(name, MatrixAxis::kColumns, std::move(parts));
}

/// Of each head the first half of the columns, a, and the second, b, become a·cos − b·sin and b·cos + a·sin.
TensorId TransformerBuilder::rotated(const std::string& name, TensorId x, std::uint64_t heads,
                                     std::uint64_t size, const RotaryTables& tables) {
  const std::uint64_t half = size / 2;
  const auto turn = [](std::string_view joint) {
    return Expression{{make_step("mul", {operand(0), operand(1)}),
                       make_step("mul", {operand(2), operand(3)}),
                       make_step(joint, {step(0), step(1)})}};
  };
  std::vector<TensorId> parts;
  for (std::uint64_t i = 0; i < heads; ++i) {
    const std::string head = name + std::to_string(i + 1);
    const TensorId a = columns(head + ".a", x, i * size, half);
    const TensorId b = columns(head + ".b", x, i * size + half, half);
    parts.push_back(map(head + ".a_turned", turn("sub"), {a, tables.cosines, b, tables.sines}));
    parts.push_back(map(head + ".b_turned", turn("add"), {b, tables.cosines, a, tables.sines}));
  }
  return side_by_side(name, std::move(parts));
}

TensorId TransformerBuilder::with_cache(const std::string& name, TensorId rows,
                                        std::uint64_t cached) {
  graph_.mark_output(rows);
  const TensorId cache = input(name + "_cache", {cached, shape(rows).cols});
  return graph_.add_concat(name + "_all", MatrixAxis::kRows, {cache, rows});
}

TensorId TransformerBuilder::softmax(const std::string& name, TensorId scores) {
  const TensorId most = graph_.add_reduce(name + ".max", {Fold::kMax, FoldAxis::kColumns},
                                          apply("identity"), {scores});
  const TensorId exponents = f32_map(
      name + ".exp", {{make_step("sub", {operand(0), operand(1)}), make_step("exp", {step(0)})}},
      {scores, most});
  const TensorId sum = row_sum(name + ".sum", apply("identity"), {exponents});
  return map(name, apply("div"), {exponents, sum});
}

TensorId TransformerBuilder::head(const std::string& name, TensorId q, TensorId k, TensorId v,
                                  std::optional<TensorId> mask) {
  const double scale = 1 / std::sqrt(static_cast<double>(shape(q).cols));
  const TensorId products =
      graph_.add(name + ".products", {.inputs = {q, k}, .transposed = {false, true}});
  Expression scaling{{make_step("mul", {operand(0), number(scale)})}};
  std::vector<TensorId> operands = {products};
  if (mask) {
    scaling.steps.push_back(make_step("add", {step(0), operand(1)}));
    operands.push_back(*mask);
  }
  const TensorId scores = f32_map(name + ".scores", std::move(scaling), std::move(operands));
  Operator product{.inputs = {softmax(name + ".weights", scores), v}};
  if (narrow()) {
    product.map = apply("identity");
    product.type = narrow();
  }
  return graph_.add(name, std::move(product));
}

TensorId TransformerBuilder::attention(const std::string& name, TensorId x,
                                       const AttentionHeads& heads,
                                       const AttentionOptions& options) {
  TensorId q = linear(name + ".q", x, heads.width(), options.bias);
  TensorId k = linear(name + ".k", x, heads.key_width(), options.bias);
  TensorId v = linear(name + ".v", x, heads.key_width(), options.bias);
  if (options.rotary) {
    q = rotated(name + ".q_turned", q, heads.heads, heads.size, *options.rotary);
    k = rotated(name + ".k_turned", k, heads.key_heads, heads.size, *options.rotary);
  }
  if (options.cached) {
    k = with_cache(name + ".k", k, *options.cached);
    v = with_cache(name + ".v", v, *options.cached);
  }
  const std::uint64_t group = heads.heads / heads.key_heads;
  std::vector<TensorId> parts;
  for (std::uint64_t j = 0; j < heads.key_heads; ++j) {
    const std::string pair = name + ".kv" + std::to_string(j + 1);
    const TensorId head_k = columns(pair + ".k", k, j * heads.size, heads.size);
    const TensorId head_v = columns(pair + ".v", v, j * heads.size, heads.size);
    for (std::uint64_t i = j * group; i < (j + 1) * group; ++i) {
      const std::string own = name + ".h" + std::to_string(i + 1);
      const TensorId head_q = columns(own + ".q", q, i * heads.size, heads.size);
      parts.push_back(head(own, head_q, head_k, head_v, options.mask));
    }
  }
  return sums(name, side_by_side(name + ".heads", std::move(parts)), shape(x).cols, options.bias);
}

}  // namespace tilewave
