// Passes on to several observers what is told to one.
#include "platform/watch/run_observer.h"

namespace tilewave {

void RunObservers::on_begin(const ObservedRun& run) {
  for (RunObserver* observer : all_) {
    observer->on_begin(run);
  }
}

void RunObservers::on_fetch(std::uint32_t op, Cycle cycle) {
  for (RunObserver* observer : all_) {
    observer->on_fetch(op, cycle);
  }
}

void RunObservers::on_start(std::uint32_t op, Cycle cycle) {
  for (RunObserver* observer : all_) {
    observer->on_start(op, cycle);
  }
}

void RunObservers::on_issue(std::uint32_t op, Cycle cycle) {
  for (RunObserver* observer : all_) {
    observer->on_issue(op, cycle);
  }
}

void RunObservers::on_request(const DramRequest& request, Cycle now) {
  for (RunObserver* observer : all_) {
    observer->on_request(request, now);
  }
}

void RunObservers::on_burst(const BurstTimes& burst) {
  for (RunObserver* observer : all_) {
    observer->on_burst(burst);
  }
}

void RunObservers::on_complete(std::uint32_t op, Cycle cycle) {
  for (RunObserver* observer : all_) {
    observer->on_complete(op, cycle);
  }
}

void RunObservers::on_op(std::uint32_t op, const OpTimes& times) {
  for (RunObserver* observer : all_) {
    observer->on_op(op, times);
  }
}

void RunObservers::on_state(Engine engine, EngineState state, Cycle from, Cycle to) {
  for (RunObserver* observer : all_) {
    observer->on_state(engine, state, from, to);
  }
}

void RunObservers::on_end(Cycle cycles) {
  for (RunObserver* observer : all_) {
    observer->on_end(cycles);
  }
}

}  // namespace tilewave
