// The built-in models. A gemm is a perceptron of one layer under another name.
#include "compiler/graph/builtins.h"

#include <array>
#include <cstddef>
#include <limits>
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

/// `dimensions` are the batch and then the features before and after each layer.
Graph build_perceptron(const std::string& name, const std::vector<std::uint64_t>& dimensions) {
  Graph graph(name);
  const std::size_t layers = dimensions.size() - 2;
  TensorId activation = graph.add_input("x", {dimensions[0], dimensions[1]});
  std::vector<TensorId> weights;
  for (std::size_t layer = 1; layer <= layers; ++layer) {
    weights.push_back(graph.add_parameter("w" + std::to_string(layer),
                                          {dimensions[layer], dimensions[layer + 1]}));
  }
  for (std::size_t layer = 1; layer < layers; ++layer) {
    const TensorId sum =
        graph.add_matmul("h" + std::to_string(layer), activation, weights[layer - 1]);
    activation = graph.add_map("a" + std::to_string(layer), "relu", {sum});
  }
  graph.mark_output(graph.add_matmul("out", activation, weights.back()));
  graph.verify();
  return graph;
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

bool is_builtin(std::string_view model) { return find_builtin(model) != nullptr; }

Graph build_builtin(std::string_view model) {
  const Builtin* builtin = find_builtin(model);
  if (builtin == nullptr) {
    throw InternalError("model " + in_quotes(model) + " is not built in");
  }
  try {
    const std::string_view text = model.substr(builtin->name.size() + 1);
    return build_perceptron(std::string(builtin->name), builtin_dimensions(*builtin, text));
  } catch (const InputError& error) {
    throw InputError("model " + in_quotes(model) + ": " + error.what() + "; expected " +
                     std::string(builtin->form) + ", such as " + std::string(builtin->example));
  }
}

}  // namespace tilewave
