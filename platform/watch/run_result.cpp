// Bounds and shares from counts; the invariants that every run has to pass.
#include "platform/watch/run_result.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "compiler/base/error.h"

namespace tilewave {
namespace {

void require(bool holds, const std::string& what) {
  if (!holds) {
    throw InternalError("invariant broken: " + what);
  }
}

void require_below_peak(double bound, Cycle cycles, const char* resource) {
  // One cycle of tolerance for bandwidths that are no whole number of bytes per cycle.
  require(bound <= static_cast<double>(cycles) + 1,
          std::string(resource) + " moved more than its peak allows: " + std::to_string(bound) +
              " cycles at peak in " + std::to_string(cycles));
}

}  // namespace

double Bounds::max() const { return std::max({compute, vector, sram, bus, dram}); }

CounterRegister RunResult::counters() const {
  MachineCounters machine{{}, sram, bus, dram};
  for (const Engine unit : units.all()) {
    machine.units[index_of(unit)] = &engine(unit).counted;
  }
  return machine.registered();
}

std::uint64_t RunResult::total(std::uint64_t UnitCounters::*counter) const {
  std::uint64_t sum = 0;
  for (const EngineResult& engine : engines) {
    sum += engine.counted.*counter;
  }
  return sum;
}

double RunResult::efficiency() const {
  return cycles == 0 ? 0.0 : bounds.max() / static_cast<double>(cycles);
}

void check_invariants(const RunResult& result, const Program& program) {
  std::array<std::uint64_t, kEngineCount> ops{};
  std::uint64_t loaded = 0;
  std::uint64_t stored = 0;
  for (const Op& op : program.ops) {
    ++ops[index_of(result.units.account_of(op))];
    const std::uint64_t bytes = program.tile_at(op).bytes();
    loaded += is_load(op) ? bytes : 0;
    stored += is_store(op) ? bytes : 0;
  }
  for (const Engine unit : result.units.all()) {
    const EngineResult& engine = result.engine(unit);
    const std::string name = to_string(unit);
    const Cycle sum = std::accumulate(engine.cycles.begin(), engine.cycles.end(), Cycle{0});
    require(*std::ranges::max_element(engine.cycles) <= result.cycles,
            name + " is in one state for longer than the run: a stall is negative");
    require(sum == result.cycles, name + " accounts for " + std::to_string(sum) + " cycles of " +
                                      std::to_string(result.cycles));
    const std::uint64_t expected = ops[index_of(unit)];
    require(engine.ops == expected, name + " completed " + std::to_string(engine.ops) + " ops of " +
                                        std::to_string(expected));
  }
  require(result.dram.read_bytes == loaded && result.bus.read_bytes == loaded,
          "bytes read differ from the program's " + std::to_string(loaded));
  require(result.dram.write_bytes == stored && result.bus.write_bytes == stored,
          "bytes written differ from the program's " + std::to_string(stored));
  require_below_peak(result.bounds.compute, result.cycles, "compute");
  require_below_peak(result.bounds.vector, result.cycles, "vector");
  require_below_peak(result.bounds.sram, result.cycles, "sram");
  require_below_peak(result.bounds.bus, result.cycles, "bus");
  require_below_peak(result.bounds.dram, result.cycles, "dram");
  require(result.overlap_cycles <= result.cycles, "more overlap than cycles");
}

}  // namespace tilewave
