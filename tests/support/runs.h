// Programs run on machines: values by tensor name in, values and the result out; and the same
// network computed plainly.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/program/hazards.h"
#include "compiler/program/verify/program_verify.h"
#include "models/dram/image.h"
#include "platform/platform.h"

namespace tilewave::test {

using Values = std::map<std::string, std::vector<float>>;  // by tensor, row-major, unpadded

struct Outcome {
  RunResult result;
  Values outputs;
};

inline bool is_source(TensorRole role) {
  return role == TensorRole::kInput || role == TensorRole::kParameter;
}

/// Uniform in [-1, 1] for every input and parameter of a graph or a program.
template <typename Tensors>
Values random_sources(const Tensors& tensors, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(-1.0F, 1.0F);
  Values values;
  for (const auto& tensor : tensors) {
    if (is_source(tensor.role)) {
      std::vector<float>& drawn = values[tensor.name];
      drawn.resize(tensor.shape.elements());
      std::generate(drawn.begin(), drawn.end(), [&] { return uniform(random); });
    }
  }
  return values;
}

/// Each engine's states add up to the total; everything else is check_invariants().
inline void expect_accounted(const RunResult& result, const Program& program) {
  for (const Engine unit : result.units.all()) {
    const EngineResult& engine = result.engine(unit);
    EXPECT_EQ(std::accumulate(engine.cycles.begin(), engine.cycles.end(), Cycle{0}), result.cycles);
  }
  EXPECT_NO_THROW(check_invariants(result, program));
}

/// Verifies, runs, and reads back every output.
inline Outcome run(const Program& program, const MachineConfig& config, const Values& sources,
                   RunObserver* observer = nullptr) {
  verify_program(program);
  DramImage image(program, config.dram.layout);
  for (std::uint32_t id = 0; id < program.tensors.size(); ++id) {
    if (is_source(program.tensors[id].role)) {
      image.write(id, sources.at(program.tensors[id].name));
    }
  }
  RunOptions options;
  options.kernel = &reference_kernel();
  options.dram = image.bytes();
  options.observer = observer;
  Outcome outcome;
  outcome.result = run_program(program, find_hazards(program), config, options);
  expect_accounted(outcome.result, program);
  for (std::uint32_t id = 0; id < program.tensors.size(); ++id) {
    if (program.tensors[id].role == TensorRole::kOutput) {
      outcome.outputs[program.tensors[id].name] = image.read(id);
    }
  }
  return outcome;
}

/// The same cycles without any data.
inline RunResult run_timing_only(const Program& program, const MachineConfig& config) {
  const RunResult result = run_program(program, find_hazards(program), config, {});
  expect_accounted(result, program);
  return result;
}

/// The value of a counter, which there has to be.
inline std::uint64_t counted(const CounterRegister& counters, const std::string& name) {
  const auto found = std::ranges::find(counters.all(), name, &Counter::name);
  EXPECT_NE(found, counters.all().end()) << name;
  return found == counters.all().end() ? 0 : found->value();
}

/// Everything that two runs of one machine and program must have in common.
inline void expect_same_result(const RunResult& a, const RunResult& b) {
  EXPECT_EQ(a.cycles, b.cycles);
  EXPECT_EQ(a.overlap_cycles, b.overlap_cycles);
  const CounterRegister ours = a.counters();
  const CounterRegister others = b.counters();
  ASSERT_EQ(ours.all().size(), others.all().size());
  for (std::size_t i = 0; i < ours.all().size(); ++i) {
    EXPECT_EQ(ours.all()[i].value(), others.all()[i].value()) << ours.all()[i].name();
  }
  for (std::size_t i = 0; i < a.engines.size(); ++i) {
    EXPECT_EQ(a.engines[i].cycles, b.engines[i].cycles) << to_string(static_cast<Engine>(i));
  }
}

}  // namespace tilewave::test
