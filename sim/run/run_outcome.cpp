// Rates and quotients of a run; none of them divides by zero.
#include "sim/run/run_outcome.h"

#include <algorithm>

#include "compiler/base/error.h"
#include "sim/base/text_table.h"

namespace tilewave {
namespace {

double ratio(double numerator, double denominator) {
  return denominator > 0 ? numerator / denominator : 0.0;
}

}  // namespace

double HostFigures::cycles_per_second(const RunResult& result) const {
  return ratio(static_cast<double>(result.cycles), simulation_seconds);
}

double HostFigures::uops_per_second(const CompileFigures& figures) const {
  return ratio(static_cast<double>(figures.scheduled_ops), simulation_seconds);
}

const char* to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::kNotVerified: return "not verified";
    case Verdict::kConsistent: return "consistent";
    case Verdict::kVerified: return "verified";
    case Verdict::kWrong: return "wrong";
  }
  throw InternalError("no such verdict");
}

Verdict RunOutcome::verdict() const {
  if (!passed()) {
    return Verdict::kWrong;
  }
  if (expected || (verification && verification->by_graph)) {
    return Verdict::kVerified;
  }
  return verification ? Verdict::kConsistent : Verdict::kNotVerified;
}

std::optional<double> RunOutcome::arithmetic_intensity() const {
  const std::uint64_t bytes = result.dram.read_bytes + result.dram.write_bytes;
  if (bytes == 0 || compile.macs == 0) {
    return std::nullopt;
  }
  return flops() / static_cast<double>(bytes);
}

double RunOutcome::attainable_gflops() const {
  return ratio(flops() * 1e-9,
               std::max(result.bounds.compute, result.bounds.dram) * period_seconds());
}

double RunOutcome::achieved_gflops() const { return ratio(flops() * 1e-9, result.seconds); }

std::uint64_t RunOutcome::array_slots() const {
  return result.cycles * config.machine.compute.peak_macs_per_cycle();
}

double RunOutcome::utilisation() const {
  return ratio(static_cast<double>(compile.macs), static_cast<double>(array_slots()));
}

double RunOutcome::spatial_utilisation() const {
  const double busy = temporal_utilisation() * static_cast<double>(array_slots());
  return ratio(static_cast<double>(compile.macs), busy);
}

double RunOutcome::temporal_utilisation() const {
  const Cycle busy =
      result.engine(Engine::kCompute).cycles[static_cast<std::size_t>(EngineState::kBusy)];
  return ratio(static_cast<double>(busy), static_cast<double>(result.cycles));
}

double RunOutcome::array_fill() const {
  return ratio(static_cast<double>(compile.macs), static_cast<double>(result.slots()));
}

std::vector<std::string> RunOutcome::warnings() const {
  constexpr double kLittle = 0.5;
  std::vector<std::string> lines;
  if (compile.macs > 0 && array_fill() < kLittle) {
    lines.push_back("the steps fill " + percent(array_fill()) +
                    " of the array; the rest of its rows and columns has no work");
  }
  return lines;
}

double share_of_peak(std::uint64_t bytes, double peak_bytes_per_cycle, Cycle cycles) {
  return ratio(static_cast<double>(bytes), peak_bytes_per_cycle * static_cast<double>(cycles));
}

}  // namespace tilewave
