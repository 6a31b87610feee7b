// Scaled dot-product attention of the model's values, made of products, maps and softmax, whoever calls it what. Heads
// are views of the projections: nothing is moved for them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/onnx/graph_builder.h"
#include "compiler/onnx/value.h"

namespace tilewave {

/// Of scores [batch, heads, queries, keys], to which it broadcasts: added to them, or, of BOOL as UINT8, hiding those
/// where it is 0.
struct ScoreMask {
  Value value;
  bool hides = false;
};

/// Query i sees the keys up to i + `before`, and of them, if there is a window, so many.
struct CausalMask {
  std::uint64_t before = 0;
  std::optional<std::uint64_t> window = {};
};

struct AttentionOptions {
  std::string output;
  float scale = 1;
  float softcap = 0;  ///< scores become softcap · tanh(score / softcap); 0: as they are
  std::vector<ScoreMask> masks = {};
  std::optional<CausalMask> causal = {};
};

/// [batch, positions, heads · size] as [batch, heads, positions, size].
Value split_heads(GraphBuilder& builder, const Value& value, std::uint64_t heads);
/// The way back.
Value merged_heads(GraphBuilder& builder, const Value& value);

/// softmax(q·kᵀ·scale + masks)·v in the type of v, of [batch, heads, positions, size]; keys and values may have fewer heads,
/// each for a group of neighbouring heads of the queries. Throws InputError if shapes do not fit.
Value attend(GraphBuilder& builder, const AttentionOptions& options, const Value& q, const Value& k,
             const Value& v);

/// 1 / √size where no scale is given.
float attention_scale(std::optional<float> given, std::uint64_t size);

/// How a pair of elements is turned by the angle of its position.
struct Rotation {
  Value cosines;  ///< [batch or 1, 1, positions, pairs]
  Value sines;
  bool interleaved = false;  ///< pairs are neighbours, else halves
};

/// At these positions, of [batch or 1, positions], of two caches [all positions, pairs]. Throws InputError if a position has no
/// place in them.
Rotation rotation_at(GraphBuilder& builder, const std::string& name, const Value& cosines,
                     const Value& sines, std::vector<std::int64_t> positions,
                     std::uint64_t batches);

/// Rotary embedding of [batch, heads, positions, size], whose first 2 · pairs elements are turned.
Value rotated(GraphBuilder& builder, const std::string& output, const Value& x,
              const Rotation& rotation);

}  // namespace tilewave
