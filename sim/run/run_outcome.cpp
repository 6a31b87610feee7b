// Rates, and what the outputs of a run are.
#include "sim/run/run_outcome.h"

#include "compiler/base/error.h"
#include "sim/base/ratio.h"

namespace tilewave {

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

double share_of_peak(std::uint64_t bytes, double peak_bytes_per_cycle, Cycle cycles) {
  return ratio(static_cast<double>(bytes), peak_bytes_per_cycle * static_cast<double>(cycles));
}

}  // namespace tilewave
