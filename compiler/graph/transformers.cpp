// One function for each network, and the register of them.
#include "compiler/graph/transformers.h"

#include <array>
#include <string>

#include "compiler/base/error.h"
#include "compiler/graph/transformer_blocks.h"

namespace tilewave {
namespace {

/// Added to scores that no token may see: exp of it is 0, and every type has it, or nearly.
constexpr float kHidden = -10000;
constexpr float kRotaryBase = 500000;
constexpr float kBertEpsilon = 1e-12F;
constexpr float kGptEpsilon = 1e-5F;
constexpr float kVitEpsilon = 1e-6F;
constexpr float kLlamaEpsilon = 1e-5F;
constexpr std::uint64_t kColours = 3;

constexpr std::array<TransformerPreset, 6> kBertSizes = {{
    {"tiny", {.layers = 2, .width = 128, .heads = 2, .ffn = 512}},
    {"mini", {.layers = 4, .width = 256, .heads = 4, .ffn = 1024}},
    {"small", {.layers = 4, .width = 512, .heads = 8, .ffn = 2048}},
    {"medium", {.layers = 8, .width = 512, .heads = 8, .ffn = 2048}},
    {"base", {.layers = 12, .width = 768, .heads = 12, .ffn = 3072}},
    {"large", {.layers = 24, .width = 1024, .heads = 16, .ffn = 4096}},
}};

constexpr std::array<TransformerPreset, 4> kGptSizes = {{
    {"small", {.layers = 12, .width = 768, .heads = 12, .ffn = 3072}},
    {"medium", {.layers = 24, .width = 1024, .heads = 16, .ffn = 4096}},
    {"large", {.layers = 36, .width = 1280, .heads = 20, .ffn = 5120}},
    {"xl", {.layers = 48, .width = 1600, .heads = 25, .ffn = 6400}},
}};

constexpr std::array<TransformerPreset, 7> kVitSizes = {{
    {"ti16", {.layers = 12, .width = 192, .heads = 3, .ffn = 768, .patch = 16}},
    {"s16", {.layers = 12, .width = 384, .heads = 6, .ffn = 1536, .patch = 16}},
    {"b16", {.layers = 12, .width = 768, .heads = 12, .ffn = 3072, .patch = 16}},
    {"b32", {.layers = 12, .width = 768, .heads = 12, .ffn = 3072, .patch = 32}},
    {"l16", {.layers = 24, .width = 1024, .heads = 16, .ffn = 4096, .patch = 16}},
    {"l32", {.layers = 24, .width = 1024, .heads = 16, .ffn = 4096, .patch = 32}},
    {"h14", {.layers = 32, .width = 1280, .heads = 16, .ffn = 5120, .patch = 14}},
}};

/// Llama 3.1 and 3.2.
constexpr std::array<TransformerPreset, 3> kLlamaSizes = {{
    {"1b", {.layers = 16, .width = 2048, .heads = 32, .ffn = 8192, .kv = 8}},
    {"3b", {.layers = 28, .width = 3072, .heads = 24, .ffn = 8192, .kv = 8}},
    {"8b", {.layers = 32, .width = 4096, .heads = 32, .ffn = 14336, .kv = 8}},
}};

Argument operand(std::size_t index) { return Argument::operand(index); }
Argument step(std::size_t index) { return Argument::step(index); }

std::string layer_name(std::uint64_t layer) { return "l" + std::to_string(layer) + "."; }

AttentionHeads heads_of(const TransformerSizes& sizes) {
  return {sizes.heads, sizes.kv, sizes.width / sizes.heads};
}

Graph finished(TransformerBuilder& build, TensorId out) {
  build.graph().mark_output(out);
  build.graph().verify();
  return std::move(build.graph());
}

/// Row and column count from 0, but the rows are tokens behind those of the cache.
std::vector<ExpressionStep> position_steps(std::uint64_t cache, Argument& position) {
  position = cache == 0 ? operand(0) : step(0);
  return cache == 0 ? std::vector<ExpressionStep>{}
                    : std::vector{make_step(
                          "add", {operand(0), Argument::number(static_cast<float>(cache))})};
}

/// Of each token those behind it. A single one behind a cache sees all.
std::optional<TensorId> causal_mask(TransformerBuilder& build, const TransformerSizes& sizes) {
  if (sizes.tokens == 1) {
    return std::nullopt;
  }
  Argument position;
  Expression hidden{position_steps(sizes.cache, position)};
  hidden.steps.push_back(make_step("greater", {operand(1), position}));
  hidden.steps.push_back(
      make_step("mul", {step(hidden.steps.size() - 1), Argument::number(kHidden)}));
  return build.table("mask", {sizes.tokens, sizes.cache + sizes.tokens}, std::move(hidden));
}

/// `function` of position · base^(−column / columns).
TensorId rotary_table(TransformerBuilder& build, const std::string& name, std::string_view function,
                      const TransformerSizes& sizes) {
  const std::uint64_t pairs = sizes.width / sizes.heads / 2;
  Argument position;
  Expression angle{position_steps(sizes.cache, position)};
  const auto then = [&](std::string_view word, std::vector<Argument> arguments) {
    angle.steps.push_back(make_step(word, std::move(arguments)));
    return step(angle.steps.size() - 1);
  };
  const Argument exponent = then("div", {operand(1), Argument::number(-static_cast<float>(pairs))});
  const Argument frequency = then("pow", {Argument::number(kRotaryBase), exponent});
  then(function, {then("mul", {position, frequency})});
  return build.table(name, {sizes.tokens, pairs}, std::move(angle));
}

std::optional<std::uint64_t> cached(const TransformerSizes& sizes) {
  return sizes.cache == 0 ? std::nullopt : std::optional(sizes.cache);
}

/// Two products with a function between; sums in f32.
TensorId feed_forward(TransformerBuilder& build, const std::string& layer, TensorId x,
                      const TransformerSizes& sizes, std::string_view function) {
  const TensorId wide = build.sums(layer + "ffn1", x, sizes.ffn);
  const TensorId active =
      build.map(layer + "ffn1." + std::string(function), apply(function), {wide});
  return build.sums(layer + "ffn2", active, sizes.width);
}

Graph build_bert(const TransformerSizes& sizes, ElementType type) {
  TransformerBuilder build("bert", type);
  TensorId x = build.input("x", {sizes.tokens, sizes.width});
  for (std::uint64_t i = 1; i <= sizes.layers; ++i) {
    const std::string layer = layer_name(i);
    const TensorId seen = build.attention(layer + "attention", x, heads_of(sizes), {});
    x = build.layer_norm(layer + "norm1", build.add(layer + "sum1", seen, x), kBertEpsilon);
    const TensorId thought = feed_forward(build, layer, x, sizes, "gelu");
    x = build.layer_norm(i == sizes.layers ? "out" : layer + "norm2",
                         build.add(layer + "sum2", thought, x), kBertEpsilon);
  }
  return finished(build, x);
}

/// Layers with their norms in front.
TensorId pre_norm_layers(TransformerBuilder& build, TensorId x, const TransformerSizes& sizes,
                         const AttentionOptions& options, std::string_view function,
                         float epsilon) {
  for (std::uint64_t i = 1; i <= sizes.layers; ++i) {
    const std::string layer = layer_name(i);
    const TensorId normed = build.layer_norm(layer + "norm1", x, epsilon);
    x = build.add(layer + "sum1",
                  build.attention(layer + "attention", normed, heads_of(sizes), options), x);
    const TensorId again = build.layer_norm(layer + "norm2", x, epsilon);
    x = build.add(layer + "sum2", feed_forward(build, layer, again, sizes, function), x);
  }
  return x;
}

Graph build_gpt2(const TransformerSizes& sizes, ElementType type) {
  TransformerBuilder build("gpt2", type);
  const TensorId x = build.input("x", {sizes.tokens, sizes.width});
  const AttentionOptions options{.mask = causal_mask(build, sizes), .cached = cached(sizes)};
  const TensorId last = pre_norm_layers(build, x, sizes, options, "gelutanh", kGptEpsilon);
  return finished(build, build.layer_norm("out", last, kGptEpsilon));
}

Graph build_vit(const TransformerSizes& sizes, ElementType type) {
  TransformerBuilder build("vit", type);
  const std::uint64_t side = sizes.image / sizes.patch;
  const std::uint64_t patches = side * side;
  const TensorId x = build.input("x", {patches, sizes.patch * sizes.patch * kColours});
  const TensorId projected = build.linear("patches", x, sizes.width);
  const TensorId of_class = build.parameter("class", {1, sizes.width});
  const TensorId joined =
      build.graph().add_concat("joined", MatrixAxis::kRows, {of_class, projected});
  const TensorId positions = build.parameter("positions", {patches + 1, sizes.width});
  const TensorId last = pre_norm_layers(build, build.add("embedded", joined, positions), sizes, {},
                                        "gelu", kVitEpsilon);
  // A norm is of each row by itself, and only this one is looked at.
  const TensorId first = build.graph().add_slice("first", last, {0, 1, 0, sizes.width});
  const TensorId normed = build.layer_norm("norm", first, kVitEpsilon);
  return finished(build, build.linear("out", normed, sizes.classes));
}

/// silu(x·gate) · (x·up), and the product with `down`.
TensorId gated_feed_forward(TransformerBuilder& build, const std::string& layer, TensorId x,
                            const TransformerSizes& sizes) {
  const TensorId gate = build.sums(layer + "gate", x, sizes.ffn, false);
  const TensorId open = build.map(
      layer + "gate.silu",
      {{make_step("sigmoid", {operand(0)}), make_step("mul", {operand(0), step(0)})}}, {gate});
  const TensorId up = build.sums(layer + "up", x, sizes.ffn, false);
  const TensorId gated = build.map(layer + "gated", apply("mul"), {up, open});
  return build.sums(layer + "down", gated, sizes.width, false);
}

Graph build_llama(const TransformerSizes& sizes, ElementType type) {
  const AttentionHeads heads = heads_of(sizes);
  if (heads.size % 2 != 0) {
    throw InputError("width / heads is " + std::to_string(heads.size) +
                     "; rotary positions turn pairs of columns, so it has to be even");
  }
  TransformerBuilder build("llama", type);
  TensorId x = build.input("x", {sizes.tokens, sizes.width});
  AttentionOptions options{
      .bias = false, .mask = causal_mask(build, sizes), .cached = cached(sizes)};
  options.rotary = {rotary_table(build, "cosines", "cos", sizes),
                    rotary_table(build, "sines", "sin", sizes)};
  for (std::uint64_t i = 1; i <= sizes.layers; ++i) {
    const std::string layer = layer_name(i);
    const TensorId normed = build.rms_norm(layer + "norm1", x, kLlamaEpsilon);
    x = build.add(layer + "sum1", build.attention(layer + "attention", normed, heads, options), x);
    const TensorId again = build.rms_norm(layer + "norm2", x, kLlamaEpsilon);
    x = build.add(layer + "sum2", gated_feed_forward(build, layer, again, sizes), x);
  }
  return finished(build, build.rms_norm("out", x, kLlamaEpsilon));
}

}  // namespace

std::span<const TransformerArchitecture> transformers() {
  static const std::array<TransformerArchitecture, 4> kAll = {{
      {"bert",
       "encoder of embedded tokens",
       "base,tokens=128",
       {kBertSizes, encoder_keys(), {}},
       build_bert},
      {"gpt2",
       "decoder of embedded tokens, behind a cache too",
       "small,cache=1023",
       {kGptSizes, decoder_keys(), {}},
       build_gpt2},
      {"vit",
       "encoder of an image's patches",
       "b16,image=224",
       {kVitSizes, image_keys(), {.image = 224, .patch = 16, .classes = 1000}},
       build_vit},
      {"llama",
       "decoder with rotary positions, groups of heads, SwiGLU",
       "1b,tokens=256",
       {kLlamaSizes, grouped_decoder_keys(), {}},
       build_llama},
  }};
  return kAll;
}

Graph build_transformer(const TransformerArchitecture& architecture, std::string_view sizes,
                        ElementType type) {
  return architecture.build(parse_transformer_sizes(sizes, architecture.text), type);
}

}  // namespace tilewave
