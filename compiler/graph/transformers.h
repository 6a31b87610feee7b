// Built-in transformers of public architecture: which parts each has, in which order, and its public sizes.
// Their weights come from elsewhere, as those of any graph; embeddings of words and the product with the
// vocabulary are left out.
#pragma once

#include <span>
#include <string_view>

#include "compiler/graph/graph.h"
#include "compiler/graph/transformer_sizes.h"

namespace tilewave {

/// What a transformer's products may be of.
inline constexpr std::array kTransformerTypes = {ElementType::kF32, ElementType::kBf16,
                                                 ElementType::kF16};

struct TransformerArchitecture {
  std::string_view name;     ///< "bert"
  std::string_view summary;  ///< in a few words
  std::string_view example;  ///< behind "bert:"
  TransformerText text;
  Graph (*build)(const TransformerSizes& sizes, ElementType type) = nullptr;
};

/// All of them. Of every graph the input is x and the result out; layer i has the names li.NAME.
///
///   bert   encoder: x (tokens × width) are embedded tokens; norms behind attention and FFN, GELU
///   gpt2   decoder: x likewise, positions included; a causal mask, norms in front, GELU by tanh
///   vit    encoder of images: x ((image/patch)² × 3·patch²) are flattened patches; a row for the class in
///          front of them, positions, norms in front, GELU; out (1 × classes) is made of that row
///   llama  decoder: x likewise; RMS norms in front, rotary positions, kv heads of keys and values, SwiGLU, no biases
///
/// A decoder with a cache has inputs li.attention.k_cache and li.attention.v_cache (cache × width of all kv heads);
/// the rows to be added to them, li.attention.k, of llama li.attention.k_turned, and li.attention.v, are outputs.
/// Masks and the cosines and sines of rotary positions are tables (Graph::add_table).
std::span<const TransformerArchitecture> transformers();

/// The verified graph of an architecture and the sizes behind its name. Throws InputError without a place: see
/// parse_transformer_sizes(); besides, heads of an odd size where positions are rotary, and what a graph cannot hold.
Graph build_transformer(const TransformerArchitecture& architecture, std::string_view sizes,
                        ElementType type);

}  // namespace tilewave
