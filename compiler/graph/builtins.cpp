// The register of built-in models. A gemm is a perceptron of one layer under another name.
#include "compiler/graph/builtins.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/base/text.h"
#include "compiler/graph/transformers.h"

namespace tilewave {

namespace {

/// What follows the sum of a hidden layer: a ReLU, and for integers a factor by which sums over `depth`
/// products of two that are uniform over −128 to 127, of standard deviation 128²/3 · √depth, become
/// values of about 64.
Expression activation_of(ElementType type, std::uint64_t depth) {
  Expression expression = apply("relu");
  if (is_integer(type)) {
    const double deviation = 128.0 * 128.0 / 3.0 * std::sqrt(static_cast<double>(depth));
    expression.steps.push_back(make_step(
        "mul", {Argument::step(0), Argument::number(static_cast<float>(64.0 / deviation))}));
  }
  return expression;
}

/// `dimensions` are the batch and then the features before and after each layer. Products of `type`; of
/// integers the last sums are the result, of others it is of `type`.
Graph build_perceptron(const std::string& name, const std::vector<std::uint64_t>& dimensions,
                       ElementType type) {
  Graph graph(name);
  const std::size_t layers = dimensions.size() - 2;
  TensorId activation = graph.add_input("x", {dimensions[0], dimensions[1]}, type);
  std::vector<TensorId> weights;
  for (std::size_t layer = 1; layer <= layers; ++layer) {
    weights.push_back(graph.add_parameter("w" + std::to_string(layer),
                                          {dimensions[layer], dimensions[layer + 1]}, type));
  }
  const std::optional<ElementType> narrow =
      type == ElementType::kF32 ? std::nullopt : std::optional(type);
  for (std::size_t layer = 1; layer < layers; ++layer) {
    const TensorId sum =
        graph.add_matmul("h" + std::to_string(layer), activation, weights[layer - 1]);
    activation =
        graph.add("a" + std::to_string(layer), {.kind = OperatorKind::kMap,
                                                .inputs = {sum},
                                                .map = activation_of(type, dimensions[layer]),
                                                .type = narrow});
  }
  Operator last{.inputs = {activation, weights.back()}};
  if (type != sum_type(type) && !is_integer(type)) {
    last.map = apply("identity");
    last.type = type;
  }
  graph.mark_output(graph.add("out", std::move(last)));
  graph.verify();
  return graph;
}

/// A model of extents, or a transformer.
struct Builtin {
  std::string name;
  std::string form;
  std::string example;
  std::string summary;
  std::span<const ElementType> types;
  std::size_t min_dimensions = 0;
  std::size_t max_dimensions = 0;
  const TransformerArchitecture* transformer = nullptr;
};

Graph build(const Builtin& builtin, std::string_view text, ElementType type) {
  if (builtin.transformer != nullptr) {
    return build_transformer(*builtin.transformer, text, type);
  }
  if (text.empty()) {
    throw InputError("no dimensions");
  }
  const std::vector<std::uint64_t> dimensions = parse_dimensions(text);
  if (dimensions.size() < builtin.min_dimensions || dimensions.size() > builtin.max_dimensions) {
    throw InputError(std::to_string(dimensions.size()) +
                     (dimensions.size() == 1 ? " dimension" : " dimensions"));
  }
  return build_perceptron(builtin.name, dimensions, type);
}

std::vector<Builtin> make_builtins() {
  std::vector<Builtin> all = {
      {"mlp", "mlp:BATCHxD0xD1x...", "mlp:128x128x64x32", "layers with ReLU after all but the last",
       kProductTypes, 3, std::numeric_limits<std::size_t>::max()},
      {"gemm", "gemm:MxKxN", "gemm:128x256x64", "one matrix product", kProductTypes, 3, 3},
  };
  for (const TransformerArchitecture& each : transformers()) {
    const std::string name(each.name);
    all.push_back({.name = name,
                   .form = name + ":SIZE,KEY=N,...",
                   .example = name + ":" + std::string(each.example),
                   .summary = std::string(each.summary),
                   .types = kTransformerTypes,
                   .transformer = &each});
  }
  return all;
}

const std::vector<Builtin>& builtins() {
  static const std::vector<Builtin> kAll = make_builtins();
  return kAll;
}

const Builtin* find_builtin(std::string_view model) {
  const std::size_t colon = model.find(':');
  for (const Builtin& builtin : builtins()) {
    if (colon != std::string_view::npos && model.substr(0, colon) == builtin.name) {
      return &builtin;
    }
  }
  return nullptr;
}

std::vector<std::string> words_of(std::span<const ElementType> types) {
  std::vector<std::string> words;
  for (const ElementType type : types) {
    words.emplace_back(to_string(type));
  }
  return words;
}

/// The "i8" of "128x256x64:i8", which is taken from the end of `text`; else f32.
ElementType take_type(std::string_view& text, std::span<const ElementType> types) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    return ElementType::kF32;
  }
  const std::string_view word = text.substr(colon + 1);
  const std::optional<ElementType> type = parse_element_type(word);
  if (!type || std::ranges::find(types, *type) == types.end()) {
    throw InputError("type " + in_quotes(word) +
                     " of a product; allowed: " + joined(words_of(types)));
  }
  text = text.substr(0, colon);
  return *type;
}

/// "sizes tiny, base"
template <typename Named>
std::string list_line(const std::string& indent, const std::string& what,
                      std::span<const Named> all) {
  std::vector<std::string> names;
  for (const Named& each : all) {
    names.emplace_back(each.name);
  }
  return indent + what + " " + joined(names) + "\n";
}

}  // namespace

std::vector<std::string> builtin_names() {
  std::vector<std::string> names;
  for (const Builtin& builtin : builtins()) {
    names.emplace_back(builtin.name);
  }
  return names;
}

bool is_builtin(std::string_view model) { return find_builtin(model) != nullptr; }

bool names_type(std::string_view model) {
  return model.find(':', model.find(':') + 1) != std::string_view::npos;
}

std::string with_type(std::string_view model, ElementType type) {
  return std::string(model) + ":" + std::string(to_string(type));
}

std::string builtin_forms(const std::string& joint) {
  std::string text;
  for (const Builtin& builtin : builtins()) {
    const bool last = &builtin == &builtins().back();
    text += (text.empty() ? "" : last ? " " + joint + " " : ", ") + builtin.form;
  }
  return text;
}

std::string builtin_help() {
  constexpr std::size_t kColumn = 24;
  const std::string indent(kColumn, ' ');
  std::string text;
  for (const Builtin& builtin : builtins()) {
    std::string line = "  " + builtin.form;
    line.resize(std::max(kColumn, line.size() + 2), ' ');
    text += line + builtin.summary + ": " + builtin.example + "\n";
    if (builtin.transformer != nullptr) {
      text += list_line(indent, "sizes", builtin.transformer->text.presets);
      text += list_line(indent, "keys", builtin.transformer->text.keys);
    }
  }
  const std::vector<Builtin>& all = builtins();
  return text + indent + "without embeddings and vocabulary; SIZE, or keys, or both\n" + indent +
         "a type may stand behind: " + all.front().example + ":i8 (" +
         joined(words_of(all.front().types)) + "),\n" + indent + all.back().example + ":bf16 (" +
         joined(words_of(all.back().types)) + ")\n";
}

Graph build_builtin(std::string_view model) {
  const Builtin* builtin = find_builtin(model);
  if (builtin == nullptr) {
    throw InternalError("model " + in_quotes(model) + " is not built in");
  }
  try {
    std::string_view text = model.substr(builtin->name.size() + 1);
    const ElementType type = take_type(text, builtin->types);
    return build(*builtin, text, type);
  } catch (const InputError& error) {
    throw InputError("model " + in_quotes(model) + ": " + error.what() + "; expected " +
                     builtin->form + ", such as " + builtin->example);
  }
}

}  // namespace tilewave
