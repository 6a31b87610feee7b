// The built-in models. A gemm is a perceptron of one layer under another name.
#include "compiler/graph/builtins.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/base/text.h"

namespace tilewave {

namespace {

struct Builtin {
  std::string_view name;
  std::string_view form;
  std::string_view example;
  std::size_t min_dimensions;
  std::size_t max_dimensions;
};

constexpr std::array<Builtin, 2> kBuiltins = {{
    {"mlp", "mlp:BATCHxD0xD1x...", "mlp:128x128x64x32", 3, std::numeric_limits<std::size_t>::max()},
    {"gemm", "gemm:MxKxN", "gemm:128x256x64", 3, 3},
}};

const Builtin* find_builtin(std::string_view model) {
  const std::size_t colon = model.find(':');
  for (const Builtin& builtin : kBuiltins) {
    if (colon != std::string_view::npos && model.substr(0, colon) == builtin.name) {
      return &builtin;
    }
  }
  return nullptr;
}

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

/// The "i8" of "128x256x64:i8", which is taken from the end of `text`; else `otherwise`.
ElementType take_type(std::string_view& text, ElementType otherwise) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    return otherwise;
  }
  const std::string_view word = text.substr(colon + 1);
  const std::optional<ElementType> type = parse_element_type(word);
  if (!type || std::ranges::find(kProductTypes, *type) == kProductTypes.end()) {
    std::vector<std::string> allowed;
    for (const ElementType each : kProductTypes) {
      allowed.emplace_back(to_string(each));
    }
    throw InputError("type " + in_quotes(word) + " of a product; allowed: " + joined(allowed));
  }
  text = text.substr(0, colon);
  return *type;
}

std::vector<std::uint64_t> builtin_dimensions(const Builtin& builtin, std::string_view text) {
  if (text.empty()) {
    throw InputError("no dimensions");
  }
  std::vector<std::uint64_t> dimensions = parse_dimensions(text);
  if (dimensions.size() < builtin.min_dimensions || dimensions.size() > builtin.max_dimensions) {
    throw InputError(std::to_string(dimensions.size()) +
                     (dimensions.size() == 1 ? " dimension" : " dimensions"));
  }
  return dimensions;
}

}  // namespace

std::vector<std::string> builtin_names() {
  std::vector<std::string> names;
  for (const Builtin& builtin : kBuiltins) {
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

std::string builtin_forms() {
  std::string text;
  for (const Builtin& builtin : kBuiltins) {
    text += (text.empty() ? "" : " and ") + std::string(builtin.form);
  }
  return text;
}

Graph build_builtin(std::string_view model) {
  const Builtin* builtin = find_builtin(model);
  if (builtin == nullptr) {
    throw InternalError("model " + in_quotes(model) + " is not built in");
  }
  try {
    std::string_view text = model.substr(builtin->name.size() + 1);
    const ElementType type = take_type(text, ElementType::kF32);
    return build_perceptron(std::string(builtin->name), builtin_dimensions(*builtin, text), type);
  } catch (const InputError& error) {
    throw InputError("model " + in_quotes(model) + ": " + error.what() + "; expected " +
                     std::string(builtin->form) + ", such as " + std::string(builtin->example));
  }
}

}  // namespace tilewave
