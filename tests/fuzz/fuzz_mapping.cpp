// Any bytes as a mapping, in any of the formats, of a small network: a program that verifies, or one
// InputError. The mapping that such a program has is printed and read again, and gives the same.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "compiler/base/error.h"
#include "compiler/graph/builtins.h"
#include "compiler/program/forms/program_text.h"
#include "sim/mapping/mapping_file.h"
#include "sim/run/compile.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace tilewave;

void try_mapping(const Graph& graph, const YamlDocument& document) {
  Config config;
  config.mapping = std::make_shared<const YamlDocument>(document);
  const std::string mapping =
      to_text(mapping_of(compile_schedule(graph, choices_for(graph, config))));
  const std::string program = to_text(compile_model(graph, config).program);
  config.mapping = parse_mapping(mapping, "printed");
  fuzz::require(to_text(compile_model(graph, config).program) == program,
                "the printed mapping gives another program");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Graph kProduct = build_builtin("gemm:128x256x64");
  static const Graph kNetwork = build_builtin("mlp:64x64x64x64");
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const Graph* graph : {&kProduct, &kNetwork}) {
    try {
      try_mapping(*graph, *parse_mapping(text, "fuzz"));
    } catch (const InputError& error) {
      fuzz::require_one_line(error);
    }
  }
  return 0;
}
