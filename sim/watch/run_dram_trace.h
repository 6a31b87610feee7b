// The DRAM's requests of a run, written while it goes: in the order in which they reach the controller.
// How they look is sim/run/dram_trace_format.h.
#pragma once

#include <cstddef>
#include <optional>

#include "compiler/base/sorted_queue.h"
#include "platform/watch/run_observer.h"
#include "sim/base/output_stream.h"
#include "sim/run/dram_trace_format.h"

namespace tilewave {

/// Requests are told ahead of their time, and not in order of it. Memory: a buffer, and the requests that
/// have not arrived, at most as many as the DMA engines have in flight.
class RunDramTrace : public RunObserver {
 public:
  /// `file` is not standard output and outlives the run.
  RunDramTrace(OutputFile& file, DramTraceFormat format) : stream_(file), format_(format) {}

  /// Throws InputError if the machine's DRAM has nothing that the format needs.
  void on_begin(const ObservedRun& run) override;
  void on_request(const DramRequest& request, Cycle now) override;
  void on_end(Cycle cycles) override;

  /// Requests that wait for their turn.
  std::size_t held() const { return ahead_.size(); }

 private:
  void write_first();

  OutputStream stream_;
  DramTraceFormat format_;
  std::optional<DramTraceWriter> writer_;
  SortedQueue<DramRequest> ahead_;  // by time, then as told
};

}  // namespace tilewave
