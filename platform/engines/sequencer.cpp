// Runs ahead of simulated time as far as the queues have room.
#include "platform/engines/sequencer.h"

namespace tilewave {

Sequencer::Sequencer(sc_core::sc_module_name name, const Program& program,
                     const SequencerConfig& config, const Units& units, const CoreClock& clock,
                     std::array<OpQueue*, kEngineCount> queues, Scoreboard& scoreboard,
                     ObserverFeed* feed, std::atomic<std::uint64_t>* fetched)
    : sc_module(name),
      program_(program),
      config_(config),
      units_(units),
      clock_(clock),
      queues_(queues),
      scoreboard_(scoreboard),
      feed_(feed),
      fetched_(fetched) {
  SC_HAS_PROCESS(Sequencer);
  SC_METHOD(run);
}

void Sequencer::run() {
  fetch();
  if (fetched_ != nullptr) {
    fetched_->store(next_, std::memory_order_relaxed);
  }
}

/// Fetches until something holds it, and waits for that.
void Sequencer::fetch() {
  if (held_) {
    held_ = false;
    // Fetching runs ahead of simulated time, so it may have been held for nothing.
    if (clock_.now() > fetch_) {
      fetch_ = held_until_ = clock_.now();
    }
  }
  for (; next_ < program_.ops.size(); ++next_) {
    if (!config_.overlap && next_ > 0 && !scoreboard_.is_complete(next_ - 1)) {
      held_ = true;
      next_trigger(scoreboard_.when_complete(next_ - 1, Phase::kSequencer));
      return;
    }
    OpQueue& queue = *queues_[index_of(units_.queue_of(program_.ops[next_]))];
    if (queue.full()) {
      held_ = true;
      next_trigger(queue.popped());
      return;
    }
    queue.push({next_, fetch_, held_until_});
    if (feed_ != nullptr) {
      feed_->fetched(next_, fetch_);
    }
    ++fetch_;
  }
}

}  // namespace tilewave
