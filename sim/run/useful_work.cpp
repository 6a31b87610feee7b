// The definitions that docs/results.md gives, as code.
#include "sim/run/useful_work.h"

#include <algorithm>

#include "sim/base/ratio.h"
#include "sim/base/text_table.h"

namespace tilewave {

UsefulWork useful_work(const ComputeConfig& machine, const CompileFigures& compile,
                       const RunResult& result) {
  constexpr double kFlopsPerGflop = 1e9;
  const Cycle busy =
      result.engine(Engine::kCompute).cycles[static_cast<std::size_t>(EngineState::kBusy)];
  const std::uint64_t bytes = result.dram.read_bytes + result.dram.write_bytes;
  const double gflop = 2.0 * static_cast<double>(compile.macs) / kFlopsPerGflop;
  const double period = ratio(result.seconds, static_cast<double>(result.cycles));

  UsefulWork work;
  work.macs = compile.macs;
  work.padding_macs = result.macs() - compile.macs;
  work.peak_macs_per_cycle = machine.peak_macs_per_cycle(compile.factors);
  work.array_slots = result.cycles * work.peak_macs_per_cycle;
  work.step_slots = result.slots();
  work.utilisation = ratio(work.macs, work.array_slots);
  work.spatial = ratio(work.macs, busy * work.peak_macs_per_cycle);
  work.temporal = ratio(busy, result.cycles);
  work.fill = ratio(work.macs, work.step_slots);
  if (bytes != 0 && work.macs != 0) {
    work.intensity = 2.0 * static_cast<double>(work.macs) / static_cast<double>(bytes);
  }
  work.attainable_gflops =
      ratio(gflop, std::max(result.bounds.compute, result.bounds.dram) * period);
  work.achieved_gflops = ratio(gflop, result.seconds);
  return work;
}

std::vector<std::string> UsefulWork::warnings() const {
  constexpr double kLittle = 0.5;
  std::vector<std::string> lines;
  if (macs > 0 && fill < kLittle) {
    lines.push_back("the steps fill " + percent(fill) +
                    " of the array; the rest of what it could multiply meanwhile is idle");
  }
  return lines;
}

}  // namespace tilewave
