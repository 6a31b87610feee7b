// Any bytes as a graph file: a graph, or one InputError. What it accepts can be fused and printed,
// and the print can be read again.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "compiler/base/error.h"
#include "compiler/graph/fusion.h"
#include "compiler/graph/graph_text.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tilewave;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const Graph graph = parse_graph(text, "fuzz");
    fuzz::require(parse_graph(to_text(graph), "fuzz").tensors().size() == graph.tensors().size(),
                  "the graph's text is another graph");
    fuse(graph);
  } catch (const InputError& error) {
    fuzz::require_one_line(error);
  }
  return 0;
}
