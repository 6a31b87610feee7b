// Reads "base,tokens=128" from left to right, then looks at it as a whole.
#include "compiler/graph/transformer_sizes.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/base/nearest.h"
#include "compiler/program/tensor.h"

namespace tilewave {
namespace {

/// Up to here every position is a number of f32, in which masks and angles are computed.
constexpr std::uint64_t kMostTokens = 1U << 24U;
constexpr std::uint64_t kDefaultTokens = 128;

constexpr TransformerKey kLayers{"layers", &TransformerSizes::layers, kMaxDimension};
constexpr TransformerKey kWidth{"width", &TransformerSizes::width, kMaxDimension};
constexpr TransformerKey kHeads{"heads", &TransformerSizes::heads, kMaxDimension};
constexpr TransformerKey kFfn{"ffn", &TransformerSizes::ffn, kMaxDimension};
constexpr TransformerKey kKv{"kv", &TransformerSizes::kv, kMaxDimension};
constexpr TransformerKey kTokens{"tokens", &TransformerSizes::tokens, kMostTokens};
constexpr TransformerKey kCache{"cache", &TransformerSizes::cache, kMostTokens};
constexpr TransformerKey kImage{"image", &TransformerSizes::image, kMaxDimension};
constexpr TransformerKey kPatch{"patch", &TransformerSizes::patch, kMaxDimension};
constexpr TransformerKey kClasses{"classes", &TransformerSizes::classes, kMaxDimension};

constexpr std::array kCommon = {kLayers, kWidth, kHeads, kFfn};
constexpr std::array kEncoder = {kLayers, kWidth, kHeads, kFfn, kTokens};
constexpr std::array kDecoder = {kLayers, kWidth, kHeads, kFfn, kTokens, kCache};
constexpr std::array kGroupedDecoder = {kLayers, kWidth, kHeads, kKv, kFfn, kTokens, kCache};
constexpr std::array kImages = {kLayers, kWidth, kHeads, kFfn, kImage, kPatch, kClasses};

template <typename Named>
std::vector<std::string> names_of(std::span<const Named> all) {
  std::vector<std::string> names;
  for (const Named& each : all) {
    names.emplace_back(each.name);
  }
  return names;
}

template <typename Named>
const Named& find_named(std::string_view kind, std::string_view name, std::span<const Named> all) {
  const auto found = std::ranges::find(all, name, &Named::name);
  if (found == all.end()) {
    const std::vector<std::string> names = names_of(all);
    throw InputError("unknown " + std::string(kind) + " " + in_quotes(name) +
                     "; allowed: " + joined(names) + did_you_mean(name, names));
  }
  return *found;
}

bool has_key(const TransformerText& allowed, const TransformerKey& key) {
  return std::ranges::find(allowed.keys, key.name, &TransformerKey::name) != allowed.keys.end();
}

std::uint64_t parse_value(const TransformerKey& key, std::string_view text) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || value == 0 || value > key.most) {
    throw InputError(std::string(key.name) + "=" + printable(text) +
                     " is not a whole number in 1.." + std::to_string(key.most));
  }
  return value;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t comma = 0; comma != std::string_view::npos;) {
    comma = text.find(',');
    words.push_back(text.substr(0, comma));
    text.remove_prefix(std::min(text.size(), comma) + (comma < text.size() ? 1 : 0));
  }
  return words;
}

/// What the keys of the text say; zero what they do not.
TransformerSizes given_sizes(std::span<const std::string_view> words,
                             std::span<const TransformerKey> keys) {
  TransformerSizes given;
  for (const std::string_view word : words) {
    const std::size_t equals = word.find('=');
    if (equals == std::string_view::npos) {
      throw InputError(in_quotes(word) + " is not KEY=N");
    }
    const TransformerKey& key = find_named("key", word.substr(0, equals), keys);
    if (given.*key.size != 0) {
      throw InputError(std::string(key.name) + " is given twice");
    }
    given.*key.size = parse_value(key, word.substr(equals + 1));
  }
  return given;
}

/// The same with the sizes of `otherwise` where there is none.
TransformerSizes or_else(TransformerSizes sizes, const TransformerSizes& otherwise,
                         std::span<const TransformerKey> keys) {
  for (const TransformerKey& key : keys) {
    if (sizes.*key.size == 0) {
      sizes.*key.size = otherwise.*key.size;
    }
  }
  return sizes;
}

void check_given(const TransformerSizes& sizes) {
  std::vector<std::string> missing;
  for (const TransformerKey& key : kCommon) {
    if (sizes.*key.size == 0) {
      missing.emplace_back(key.name);
    }
  }
  if (!missing.empty()) {
    throw InputError("without a size it needs all of layers, width, heads, ffn; missing: " +
                     joined(missing));
  }
}

void check_multiple(const TransformerSizes& sizes, const TransformerKey& whole,
                    const TransformerKey& part) {
  if (sizes.*whole.size % (sizes.*part.size) != 0) {
    throw InputError(std::string(whole.name) + "=" + std::to_string(sizes.*whole.size) +
                     " is not a multiple of " + std::string(part.name) + "=" +
                     std::to_string(sizes.*part.size));
  }
}

}  // namespace

std::span<const TransformerKey> encoder_keys() { return kEncoder; }
std::span<const TransformerKey> decoder_keys() { return kDecoder; }
std::span<const TransformerKey> grouped_decoder_keys() { return kGroupedDecoder; }
std::span<const TransformerKey> image_keys() { return kImages; }

TransformerSizes parse_transformer_sizes(std::string_view text, const TransformerText& allowed) {
  const std::vector<std::string_view> words = words_of(text);
  std::span<const std::string_view> rest = words;
  TransformerSizes preset;
  if (text.empty()) {
    throw InputError("no size");
  }
  if (words.front().find('=') == std::string_view::npos) {
    preset = find_named("size", words.front(), allowed.presets).sizes;
    rest = rest.subspan(1);
  }
  TransformerSizes sizes = or_else(or_else(given_sizes(rest, allowed.keys), preset, allowed.keys),
                                   allowed.otherwise, allowed.keys);
  check_given(sizes);
  check_multiple(sizes, kWidth, kHeads);
  if (sizes.kv == 0) {
    sizes.kv = sizes.heads;
  }
  check_multiple(sizes, kHeads, kKv);
  if (has_key(allowed, kImage)) {
    check_multiple(sizes, kImage, kPatch);
  }
  if (sizes.tokens == 0) {
    sizes.tokens = sizes.cache == 0 ? kDefaultTokens : 1;
  }
  return sizes;
}

}  // namespace tilewave
