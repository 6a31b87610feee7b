// Keeps requests until nothing can arrive before them any more.
#include "sim/watch/run_dram_trace.h"

namespace tilewave {

void RunDramTrace::on_begin(const ObservedRun& run) {
  writer_.emplace(format_, run.machine);
  writer_->append_head(stream_.text());
}

void RunDramTrace::on_request(const DramRequest& request, Cycle now) {
  while (!ahead_.empty() && ahead_.front().cycle <= now) {
    write_first();
  }
  ahead_.push(request,
              [](const DramRequest& a, const DramRequest& b) { return a.cycle < b.cycle; });
}

void RunDramTrace::on_end(Cycle /*cycles*/) {
  while (!ahead_.empty()) {
    write_first();
  }
  stream_.finish();
}

void RunDramTrace::write_first() {
  writer_->append(stream_.text(), ahead_.front());
  ahead_.pop();
  stream_.flush_if_full();
}

}  // namespace tilewave
