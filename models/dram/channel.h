// One memory controller with its channel: queues accesses and chooses commands, FR-FCFS, open page.
// It works in cycles and knows neither picoseconds nor how bursts were cut; models/dram/banked.h
// does both. Nothing happens per clock: it jumps from one command to the next.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "models/dram/arrivals.h"
#include "models/dram/bank.h"
#include "models/dram/bursts.h"
#include "models/dram/config.h"
#include "models/dram/model.h"
#include "models/dram/queue.h"
#include "models/dram/standard.h"

namespace tilewave {

struct DramControllerOptions {
  unsigned read_entries = 32;
  unsigned write_entries = 32;
  /// Writes are drained from above `write_high` down to `write_low` entries, and while no read
  /// waits.
  unsigned write_low = 6;
  unsigned write_high = 26;
  /// Row hits that may pass their bank's oldest access before it is served: without a limit it
  /// could starve. Known as FR-FCFS+Cap (Mutlu and Moscibroda, MICRO 2007); 16 is Ramulator 1's.
  unsigned hit_limit = 16;
  bool refresh = true;
  DramWriteAck write_ack = DramWriteAck::kAccepted;
  /// For how long others may go before an access that waits in its queue.
  Picoseconds max_age = kDefaultDramMaxAge;
};

/// The rules, in the order they are applied at each decision:
///  0. An access that has waited for `max_age` goes before all others, the oldest first: nothing
///  but
///     its commands is issued until its column is, except that a bank opened for an access of the
///     other direction serves that access before it is closed.
///  1. A refresh that is due stops everything until all banks are closed and REF is issued. If it
///     keeps accesses waiting, one is served before the next refresh at least, however late that
///     gets: no part does nothing but refresh itself.
///  2. Reads or writes have the turn (watermarks); only their commands are considered, except that
///     a bank opened for an access of the other direction serves that access before it is closed.
///  3. A bank wants the column of its oldest hit; without a hit ACT or PRE for its oldest access.
///     Hits do not hold a row for ever: once it has served more accesses than wait for it, the bank
///     also wants PRE for its oldest other access, and whichever is ready first is issued. This is
///     between Ramulator 2.1's FR-FCFS, which closes a row for any ready PRE, and DRAMSys, which
///     never closes one that has hits. A closed bank serves its oldest access, whichever row it is.
///  4. Of all banks, the command that leaves the command pins first wins; of several, the column of
///     an access whose row was opened for it, then the oldest access's.
class DramChannel {
 public:
  DramChannel(const DramTiming& timing, const DramControllerOptions& options, const AddressMap& map,
              DramBursts& bursts, DramCounters& counters);

  /// Accesses that reach the controller not before the last advance()'s limit.
  void submit(const DramRun& run) {
    arrivals_.push(run);
    look_at_arrivals();
    next_work_ = std::min(next_work_, run.cycle);
    // It may change what any access waits for, not only its own.
    earliest_done_ = std::min(earliest_done_, run.cycle + least_latency());
  }
  /// Takes all decisions at cycles before `limit`.
  void advance(DramCycle limit) {
    if (next_work_ < limit) {
      decide(limit);
    }
  }
  /// No access not yet reported is done before this cycle, whatever is submitted until then;
  /// kNoDramCycle if no initiator waits.
  DramCycle earliest_done() const { return earliest_done_; }
  /// The cycle of the next decision about an access, kNoDramCycle if none is on its way or waits.
  DramCycle next_decision() const {
    const bool idle = reads_.size() + writes_.size() == 0 && arrivals_.earliest() == kNoDramCycle;
    return idle ? kNoDramCycle : next_work_;
  }
  /// The cycle after the last WR, 0 if there was none.
  DramCycle written() const { return written_; }

 private:
  enum class Command : std::uint8_t { kNone, kColumn, kActivate, kPrecharge };
  /// A command that could be issued: at `time`, off the command pins at `end`, for the access of
  /// age `age`; rank 0 is the column of an access whose row was opened for it, 1 all others.
  struct Plan {
    DramCycle end = kNoDramCycle;
    std::uint64_t age = 0;
    DramCycle time = kNoDramCycle;
    std::uint32_t bank = 0;
    std::uint32_t rank = 1;
    Command command = Command::kNone;
    DramDirection direction = DramDirection::kRead;
  };

  /// Banks by what they want.
  struct Wants {
    std::uint64_t columns = 0;
    std::uint64_t owed = 0;  ///< a column in the direction that does not have the turn
    std::uint64_t precharges = 0;
    std::uint64_t activates = 0;
  };

  DramQueue& queue(DramDirection direction) {
    return direction == DramDirection::kRead ? reads_ : writes_;
  }
  const DramQueue& queue(DramDirection direction) const {
    return direction == DramDirection::kRead ? reads_ : writes_;
  }
  bool acknowledges_early() const { return options_.write_ack == DramWriteAck::kAccepted; }
  /// The least that lies between a decision and a completion, of all that are waited for.
  DramCycle least_latency() const {
    const bool writes = arrivals_.writes() + (acknowledges_early() ? 0 : writes_.size()) > 0;
    return writes ? std::min(read_latency_, write_latency_) : read_latency_;
  }
  bool is_waited_for() const {
    return reads_.size() > 0 || arrivals_.earliest() != kNoDramCycle ||
           (!acknowledges_early() && writes_.size() > 0);
  }
  /// When REF comes next; kNoDramCycle while an access must be served before it.
  DramCycle refresh_due() const { return passed_over_ ? kNoDramCycle : next_refresh_; }
  void decide(DramCycle limit);
  void rest(DramCycle limit);
  /// To be called when the first of arrivals_ or a queue's being full may have changed.
  void look_at_arrivals() {
    const bool held = arrivals_.front_is_write() ? writes_.full() : reads_.full();
    arrival_ = held ? kNoDramCycle : arrivals_.earliest();
  }
  void admit(DramCycle until);
  void enqueue(const DramRun& run);
  void choose_direction();
  Wants wants() const;
  void choose();
  bool choose_oldest(const Wants& wants);
  void choose_best(const Wants& wants);
  void choose_overdue(DramCycle overdue);
  bool row_command_before(const Wants& wants, DramCycle end);
  template <typename Ready, typename Age>
  void consider(std::uint64_t mask, Command command, DramDirection direction, DramCycle any_ready,
                const Ready& ready, const Age& age_of, unsigned rank);
  std::uint64_t owed_to(DramDirection direction) const {
    return direction == DramDirection::kWrite ? owed_writes_ : owed_ & ~owed_writes_;
  }
  void issue();
  void issue_activate();
  void issue_precharge();
  void issue_column();
  DramCycle skip_idle_refreshes(DramCycle limit);
  void refresh(DramCycle now);

  DramTiming timing_;
  DramControllerOptions options_;
  DramBursts& bursts_;
  DramCounters& counters_;
  DramBanks banks_;
  DramQueue reads_;
  DramQueue writes_;
  DramArrivals arrivals_;
  /// When the first access on its way may enter; kNoDramCycle if a full queue holds it up.
  DramCycle arrival_ = kNoDramCycle;
  DramDirection direction_ = DramDirection::kRead;
  std::uint64_t owed_ = 0;         ///< banks opened for an access not yet served
  std::uint64_t owed_writes_ = 0;  ///< ... of which for a write
  DramCycle row_bus_ = 0;          ///< first cycle the pins take a row command
  DramCycle column_bus_ = 0;       ///< ... a column command; the same pins unless the bus is split
  DramCycle now_ = 0;              ///< latest arrival admitted: no decision lies before it
  DramCycle next_work_ = 0;        ///< nothing is to be decided before it
  DramCycle earliest_done_ = kNoDramCycle;
  DramCycle next_refresh_ = kNoDramCycle;
  bool passed_over_ = false;  ///< an access waited when REF came, and none was served since
  DramCycle entered_ = 0;     ///< when the latest access entered its queue, or one could have
  DramCycle written_ = 0;
  std::uint64_t next_age_ = 0;
  std::array<DramCycle, 4> bus_cycles_ = {};  ///< by Command
  DramCycle read_latency_ = 0;                ///< column command to done
  DramCycle write_latency_ = 0;               ///< ... or entering the queue, if that is enough
  DramCycle max_age_ = 0;
  Plan plan_;  ///< the next command, if nothing arrives before it
  bool planned_ = false;
  DramCycle row_ready_ = 0;  ///< of the following banks, no row command is ready before it
  std::uint64_t row_precharges_ = 0;
  std::uint64_t row_activates_ = 0;
};

}  // namespace tilewave
