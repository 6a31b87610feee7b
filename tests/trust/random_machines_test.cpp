// Random models on random machines: the outputs are right, every cycle is accounted for, moving
// data takes no time, and overlap never costs any.
#include <algorithm>
#include <cstdio>
#include <random>

#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "models/dram/image.h"
#include "models/dram/tile_runs.h"
#include "sim/run/useful_work.h"
#include "sim/verify/verification.h"
#include "tests/support/networks.h"
#include "tests/trust/machines.h"
#include "tests/trust/random_settings.h"

namespace tilewave::trust {
namespace {

constexpr int kShards = 16;
constexpr int kMachinesPerShard = 40;  // 16 · 40 = 640

/// Overlap may cost time where loads and stores meet in a banked DRAM: docs/trust.md, "Anomalies".
double overlap_tolerance(const MachineConfig& machine) {
  return machine.dram.kind == DramKind::kBanked ? 1.4 : 1.01;
}

Graph draw_model(std::mt19937& random) {
  constexpr std::array<std::uint32_t, 8> kExtents = {8, 33, 33, 64, 64, 100, 100, 200};
  const std::uint32_t extent = kExtents[random() % kExtents.size()];
  switch (random() % 8) {
    case 0: return parse_graph(kResidual, "residual");
    case 1: {
      std::string name = "gemm:";
      for (const char* separator : {"x", "x", ""}) {
        name += std::to_string(1 + random() % extent) + separator;
      }
      return build_builtin(name);
    }
    case 2:
    case 3: return test::random_mixed_network(random, extent);
    case 4:
    case 5: return test::random_typed_network(random, extent);
    default: return test::random_network(random, extent);
  }
}

struct Machine {
  std::string arguments;
  std::string graph;
  Config config;
  CompiledModel model;
  int refused = 0;  // draws before that do not go together
};

/// A tensor may have roles that ask for different tiles, an SRAM may be too small for one step, and
/// padding is not what stands for zero.
/// Any other refusal of a model is a failure.
bool may_refuse(const std::string& error) {
  return error.find("must be equal") != std::string::npos ||
         error.find("and are padded with 0") != std::string::npos ||
         error.find("bytes of SRAM for its tiles") != std::string::npos;
}

Machine draw_machine(std::mt19937& random) {
  Machine machine;
  for (;; ++machine.refused) {
    const Settings settings = random_settings(random);
    const Graph graph = draw_model(random);
    machine.arguments = to_arguments(settings);
    machine.graph = to_text(graph);
    try {
      machine.config = configured(settings);
    } catch (const InputError&) {
      continue;
    }
    try {
      machine.model = compile_model(graph, machine.config);
      return machine;
    } catch (const InputError& error) {
      EXPECT_TRUE(may_refuse(error.what())) << error.what() << "\n"
                                            << machine.arguments << "\n"
                                            << machine.graph;
    }
  }
}

struct Functional {
  RunResult result;
  std::vector<std::byte> dram;  // afterwards
};

Functional run_with_data(const CompiledModel& model, const MachineConfig& machine) {
  const TensorValues sources = draw_tensors(1, model.program);
  DramImage image(model.program, machine.dram.layout);
  write_loaded(sources, model.program, image);
  RunOptions options;
  options.kernel = &select_kernel(KernelKind::kAuto);
  options.dram = image.bytes();
  Functional run;
  run.result = run_program(model.program, model.hazards, machine, options);
  test::expect_accounted(run.result, model.program);
  const Verification verification =
      verify_outputs(&*model.graph, model.program, sources, image, Coverage::kFull, 1);
  EXPECT_TRUE(verification.passed()) << verification.mismatches << " wrong elements";
  EXPECT_GT(verification.elements, 0U);
  run.dram.assign(image.bytes().begin(), image.bytes().end());
  return run;
}

/// Beats of all bursts of one direction.
Cycle beats_on_bus(Opcode opcode, const Program& program, const MachineConfig& machine) {
  Cycle beats = 0;
  for (const Op& op : program.ops) {
    if (op.opcode == opcode) {
      BurstCursor bursts(TilePieces(program, machine.dram.layout, op), machine.dma.burst_bytes);
      while (!bursts.done()) {
        beats += ceil_div(bursts.next().bytes, machine.bus.bytes_per_cycle);
      }
    }
  }
  return beats;
}

/// An engine is busy for the beats of its bursts, so that a bus that limits shows as `busy`. It has
/// its direction of the bus to itself: nothing is left to wait for.
void expect_busy_with_beats(const RunResult& result, const Program& program,
                            const MachineConfig& machine) {
  for (const auto& [engine, opcode] :
       {std::pair(Engine::kLoadDma, Opcode::kLoad), std::pair(Engine::kStoreDma, Opcode::kStore)}) {
    const auto& cycles = result.engine(engine).cycles;
    const Cycle busy = cycles[static_cast<std::size_t>(EngineState::kBusy)];
    const Cycle beats = beats_on_bus(opcode, program, machine);
    if (machine.dma.shared) {  // both directions at once are given to one of its two columns
      EXPECT_LE(busy, beats);
    } else {
      EXPECT_EQ(busy, beats);
    }
    EXPECT_EQ(cycles[static_cast<std::size_t>(EngineState::kWaitBus)], 0U);
  }
}

/// The array does what the model asks for, in slots that it has, in its own time.
void expect_useful_work(const Config& config, const CompiledModel& model, const RunResult& result) {
  const UsefulWork work = useful_work(config.machine.compute, model.figures, result);
  const auto macs = static_cast<double>(model.figures.macs);
  const auto peak = static_cast<double>(work.peak_macs_per_cycle);
  EXPECT_NEAR(work.utilisation * static_cast<double>(result.cycles) * peak, macs, 1e-9 * macs);
  EXPECT_NEAR(work.spatial * work.temporal, work.utilisation, 1e-9);
  EXPECT_LE(work.utilisation, 1);
  EXPECT_LE(model.figures.macs, result.macs());
  EXPECT_LE(result.macs(), result.slots());
  if (config.tile.edges == TileEdges::kReal) {
    EXPECT_EQ(model.figures.macs, result.macs());
  }
}

void check_machine(const Config& config, const CompiledModel& model) {
  const Functional given = run_with_data(model, config.machine);
  test::expect_same_result(timed(model, config.machine), given.result);
  expect_useful_work(config, model, given.result);
  expect_busy_with_beats(given.result, model.program, config.machine);

  MachineConfig other = config.machine;
  other.sequencer.overlap = !other.sequencer.overlap;
  const Functional changed = run_with_data(model, other);
  expect_busy_with_beats(changed.result, model.program, other);
  EXPECT_EQ(changed.dram, given.dram) << "overlap changes a bit of the results";
  const bool is_on = config.machine.sequencer.overlap;
  const RunResult& on = is_on ? given.result : changed.result;
  const RunResult& off = is_on ? changed.result : given.result;
  EXPECT_LE(static_cast<double>(on.cycles),
            overlap_tolerance(config.machine) * static_cast<double>(off.cycles));
  if (verbose() && on.cycles > off.cycles) {
    std::printf("overlap costs: %lu cycles instead of %lu\n", on.cycles, off.cycles);
  }
  EXPECT_EQ(off.overlap_cycles, 0U);
}

class RandomMachines : public ::testing::TestWithParam<int> {};

TEST_P(RandomMachines, AccountVerifyAndOverlap) {
  int refused = 0;
  for (int i = 0; i < kMachinesPerShard; ++i) {
    const int number = GetParam() * kMachinesPerShard + i;
    std::seed_seq seed{trust_seed(), static_cast<std::uint32_t>(number)};
    std::mt19937 random(seed);
    const Machine machine = draw_machine(random);
    refused += machine.refused;
    const std::string name =
        "machine " + std::to_string(number) + ": " + machine.arguments + "\n" + machine.graph;
    SCOPED_TRACE(name);
    if (verbose()) {
      std::printf("%s", name.c_str());
    }
    ASSERT_NO_THROW(check_machine(machine.config, machine.model));
    ASSERT_FALSE(HasFailure());
  }
  RecordProperty("refused", refused);
  // The cross checks were exercised, and do not leave only a corner of the machines.
  EXPECT_GT(refused, 0);
  EXPECT_LT(refused, 10 * kMachinesPerShard);
}

INSTANTIATE_TEST_SUITE_P(Shard, RandomMachines, ::testing::Range(0, kShards));

}  // namespace
}  // namespace tilewave::trust
