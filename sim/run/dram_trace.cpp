// The player of DRAM traces; it trusts the reader.
#include "sim/run/dram_trace.h"

#include <algorithm>
#include <string>

#include "compiler/base/error.h"

namespace tilewave {

void DramTracePlayer::play(const DramTraceStep& step) {
  if (step.barrier) {
    wait_for_all();
  } else if (step.cycle == DramTraceStep::kUntimed) {
    issue(step);
  } else {
    issue_in_time(step);
  }
}

DramTraceResult DramTracePlayer::finish() {
  wait_for_all();
  total_ = std::max(total_, model_.drain());
  const std::uint64_t ticks = model_.ticks_per_picosecond();
  result_.total_ps = ceil_div(total_, ticks);
  if (result_.reads > 0) {
    result_.mean_read_latency_ns = static_cast<double>(latency_) / static_cast<double>(ticks) /
                                   1000.0 / static_cast<double>(result_.reads);
  }
  if (total_ > 0) {
    result_.bytes_per_second = static_cast<double>(result_.bytes) * 1e12 *
                               static_cast<double>(ticks) / static_cast<double>(total_);
  }
  return result_;
}

void DramTracePlayer::issue(const DramTraceStep& step) {
  while (in_flight_[step.write ? 1 : 0] >= options_.outstanding) {
    wait();
  }
  submit(step, next_issue_);
  next_issue_ += options_.clock;
}

/// What is over by then is taken first: slots are free then, and memory is bounded.
void DramTracePlayer::issue_in_time(const DramTraceStep& step) {
  next_issue_ = std::max(next_issue_, options_.cycle.begin_rounded_up(step.cycle));
  while (model_.next_event() <= next_issue_ && take(next_issue_)) {
  }
  while (in_flight_[step.write ? 1 : 0] >= options_.outstanding) {
    wait();
  }
  submit(step, next_issue_);
}

void DramTracePlayer::submit(const DramTraceStep& step, Picoseconds time) {
  ++in_flight_[step.write ? 1 : 0];
  model_.submit({step.address, step.bytes, step.write ? 1U : 0U, step.write}, time);
  result_.bytes += step.bytes;
  if (step.write) {
    ++result_.writes;
  } else {
    ++result_.reads;
    latency_ -= time;
  }
}

void DramTracePlayer::wait_for_all() {
  while (in_flight_[0] + in_flight_[1] > 0) {
    wait();
  }
}

/// Goes on to the model's next event and takes all completions there, whose slots are free a clock later.
void DramTracePlayer::wait() {
  const Picoseconds now = model_.next_event();
  if (now > kLongestDramTrace && now != kNever) {
    throw InputError(
        "the trace takes too long for this DRAM's times to be told in 64 bits; "
        "allowed are shorter traces and times");
  }
  const bool found = now != kNever && take(now);
  if (found) {
    next_issue_ = std::max(next_issue_, total_ + options_.clock);
  } else if (now == kNever || model_.next_event() <= now) {
    throw InternalError("the DRAM model has accesses in flight and no event behind " +
                        std::to_string(now == kNever ? total_ : now));
  }
}

/// All completions until `now`. False if there are none.
bool DramTracePlayer::take(Picoseconds now) {
  DramCompletion completion;
  bool found = false;
  while (model_.poll(now, completion)) {
    found = true;
    --in_flight_[completion.tag];
    total_ = completion.time;
    if (completion.tag == 0) {
      latency_ += completion.time;
    }
  }
  return found;
}

DramTraceResult play_dram_trace(const DramTrace& trace, const DramTraceOptions& options,
                                DramModel& model) {
  DramTracePlayer player(options, model);
  for (const DramTraceStep& step : trace.steps) {
    player.play(step);
  }
  return player.finish();
}

}  // namespace tilewave
