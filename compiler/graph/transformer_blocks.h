// The parts that transformers are made of: linear layers, norms, attention and what stands between, each as the
// operators that an importer would make of it. Which parts a network has is transformers.cpp's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/graph/graph.h"

namespace tilewave {

/// Heads of `size` columns each; keys and values have `key_heads`, each for as many neighbouring heads.
struct AttentionHeads {
  std::uint64_t heads = 0;
  std::uint64_t key_heads = 0;
  std::uint64_t size = 0;

  std::uint64_t width() const { return heads * size; }
  std::uint64_t key_width() const { return key_heads * size; }
};

/// Cosines and sines of the angles by which positions turn: a row for each token, a column for each pair of
/// columns of a head.
struct RotaryTables {
  TensorId cosines = 0;
  TensorId sines = 0;
};

/// What an attention has besides heads and projections.
struct AttentionOptions {
  bool bias = true;                          ///< of the four projections
  std::optional<TensorId> mask = {};         ///< added to the scores
  std::optional<RotaryTables> rotary = {};   ///< of queries and keys
  std::optional<std::uint64_t> cached = {};  ///< rows of keys and values of earlier tokens
};

/// Adds parts to a graph. What passes from one to the next, inputs and all parameters but biases are of one type;
/// sums, biases and what becomes of sums on the way are of f32. `name` is that of a part's result, and stands before
/// the names of its other tensors.
class TransformerBuilder {
 public:
  /// `type` is f32, bf16 or f16.
  TransformerBuilder(const std::string& graph, ElementType type) : graph_(graph), type_(type) {}

  Graph& graph() { return graph_; }
  TensorId input(const std::string& name, const Shape& shape);
  TensorId parameter(const std::string& name, const Shape& shape);
  TensorId table(const std::string& name, const Shape& shape, Expression values);

  /// x·W, W of `columns`, or x·W + b: parameters NAME.w and NAME.b.
  TensorId linear(const std::string& name, TensorId x, std::uint64_t columns, bool bias = true);
  /// The same, in f32, for a map that follows.
  TensorId sums(const std::string& name, TensorId x, std::uint64_t columns, bool bias = true);
  TensorId map(const std::string& name, Expression expression, std::vector<TensorId> operands);
  /// a + b of the same shape.
  TensorId add(const std::string& name, TensorId a, TensorId b);
  /// Rows of mean 0 and variance 1, times the row NAME.gain, plus the row NAME.shift.
  TensorId layer_norm(const std::string& name, TensorId x, float epsilon);
  /// Rows of mean square 1, times the row NAME.gain.
  TensorId rms_norm(const std::string& name, TensorId x, float epsilon);
  /// Softmax of q·kᵀ / √size of each head times v, projected back to the columns of x: sums in f32. With a
  /// cache, inputs NAME.k_cache and NAME.v_cache stand before the rows of x's own keys and values, NAME.k, or
  /// NAME.k_turned with rotary positions, and NAME.v, which are outputs then.
  TensorId attention(const std::string& name, TensorId x, const AttentionHeads& heads,
                     const AttentionOptions& options);

 private:
  std::optional<ElementType> narrow() const;
  TensorId bias_row(const std::string& name, std::uint64_t columns);
  const Shape& shape(TensorId tensor) const { return graph_.tensor(tensor).shape; }
  TensorId f32_map(const std::string& name, Expression expression, std::vector<TensorId> operands);
  TensorId row_sum(const std::string& name, Expression expression, std::vector<TensorId> operands);
  TensorId scaled_sums(const std::string& name, TensorId x, TensorId sums, float epsilon);
  TensorId columns(const std::string& name, TensorId x, std::uint64_t first, std::uint64_t count);
  TensorId side_by_side(const std::string& name, std::vector<TensorId> parts);
  TensorId rotated(const std::string& name, TensorId x, std::uint64_t heads, std::uint64_t size,
                   const RotaryTables& tables);
  TensorId with_cache(const std::string& name, TensorId rows, std::uint64_t cached);
  TensorId softmax(const std::string& name, TensorId scores);
  TensorId head(const std::string& name, TensorId q, TensorId k, TensorId v,
                std::optional<TensorId> mask);

  Graph graph_;
  ElementType type_;
};

}  // namespace tilewave
