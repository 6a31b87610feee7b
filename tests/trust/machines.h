// Machines as users make them, from `section.key=value` settings, and models compiled for them:
// what all trust tests start from. docs/trust.md says what they guarantee.
#pragma once

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/graph/builtins.h"
#include "compiler/graph/graph_text.h"
#include "sim/config/config.h"
#include "sim/run/compile.h"
#include "tests/support/runs.h"

namespace tilewave::trust {

using Settings = std::vector<Setting>;

/// As if given on the command line.
inline Config configured(const Settings& settings) {
  const std::vector<SettingSource> sources = {{"command line", settings}};
  return resolve_config(sources);
}

/// `base` with the values of `more` in place of its own.
inline Settings with(Settings base, const Settings& more) {
  for (const Setting& setting : more) {
    std::erase_if(base, [&](const Setting& old) { return old.key == setting.key; });
    base.push_back(setting);
  }
  return base;
}

/// "--sram.size=12KiB --sram.banks=3": what reproduces a machine.
inline std::string to_arguments(const Settings& settings) {
  std::string text;
  for (const Setting& setting : settings) {
    text += (text.empty() ? "--" : " --") + setting.key + "=" + setting.value;
  }
  return text;
}

/// A network with a residual connection, extents that fill no tile, and every operator.
inline constexpr const char* kResidual =
    "input x 70x70\nparam w1 70x70\nh = matmul+relu x w1\ns = add h x\nparam w2 70x33\n"
    "t = matmul s w2\ny = relu t\noutput y\n";
/// With functions of every cost, and operands broadcast in every way.
inline constexpr const char* kResidualGelu =
    "input x 70x70\nparam w 70x70\nparam row 1x70\nparam col 70x1\nparam one 1x1\n"
    "h = matmul x w\na = gelu h\nr = add a x\ns = mul r row\nd = div s col\n"
    "e = sigmoid d\ny = sub e one\noutput y\n";

/// A built-in, or the text of a graph.
inline CompiledModel compiled(const std::string& model, const Config& config) {
  const Graph graph = is_builtin(model) ? build_builtin(model) : parse_graph(model, "graph");
  return compile_model(graph, config);
}

/// In timing only; the account is checked.
inline RunResult timed(const CompiledModel& model, const MachineConfig& machine) {
  const RunResult result = run_program(model.program, model.hazards, machine, {});
  test::expect_accounted(result, model.program);
  return result;
}

inline RunResult timed(const std::string& model, const Settings& settings) {
  const Config config = configured(settings);
  return timed(compiled(model, config), config.machine);
}

/// TILEWAVE_TRUST_SEED, or what every run without it uses.
inline std::uint32_t trust_seed() {
  const char* text = std::getenv("TILEWAVE_TRUST_SEED");
  return text == nullptr ? 1 : static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10));
}

/// TILEWAVE_TRUST_VERBOSE is set: print what is measured.
inline bool verbose() { return std::getenv("TILEWAVE_TRUST_VERBOSE") != nullptr; }

}  // namespace tilewave::trust
