// How large a built-in transformer is: the public sizes by name, keys for all else, and what does not go
// together. It builds nothing.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tilewave {

/// Zero: not given, or of no use to the network.
struct TransformerSizes {
  std::uint64_t layers = 0;
  std::uint64_t width = 0;  ///< columns of what passes from layer to layer
  std::uint64_t heads = 0;
  std::uint64_t ffn = 0;     ///< columns between the two products behind each attention
  std::uint64_t kv = 0;      ///< heads of keys and values
  std::uint64_t tokens = 0;  ///< rows
  std::uint64_t cache = 0;   ///< earlier tokens, whose keys and values are inputs
  std::uint64_t image = 0;   ///< rows and columns of pixels, as the next
  std::uint64_t patch = 0;
  std::uint64_t classes = 0;
};

struct TransformerKey {
  std::string_view name;
  std::uint64_t TransformerSizes::*size = nullptr;
  std::uint64_t most = 0;  ///< allowed: from 1 to it
};

struct TransformerPreset {
  std::string_view name;
  TransformerSizes sizes;
};

/// What a network's text may say.
struct TransformerText {
  std::span<const TransformerPreset> presets;
  std::span<const TransformerKey> keys;
  TransformerSizes otherwise;  ///< what needs not be given
};

// Keys of a network, all with layers, width, heads and ffn, which have to be given where no preset has them.
std::span<const TransformerKey> encoder_keys();          ///< and tokens
std::span<const TransformerKey> decoder_keys();          ///< and tokens and cache
std::span<const TransformerKey> grouped_decoder_keys();  ///< and kv, tokens and cache
std::span<const TransformerKey> image_keys();            ///< and image, patch and classes

/// "base", "base,tokens=128", "layers=2,width=64,heads=2,ffn=128": a preset, keys, or a preset and keys that
/// change it. Without tokens there are 128 of them, or with a cache one; without kv there are as many as heads.
/// Throws InputError, without a place, for an unknown preset or key, a key that is given twice or has no value in
/// its range, sizes that are missing, and a width that heads do not divide, heads that kv does not, an image that
/// patches do not.
TransformerSizes parse_transformer_sizes(std::string_view text, const TransformerText& allowed);

}  // namespace tilewave
