// One bank of the SRAM: the reservations of bursts, and what they leave of its slots to a stream.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tilewave {

/// Time inside a bank is counted in accesses of its ports: slot s belongs to cycle s / ports.
using PortSlot = std::uint64_t;

/// Bursts are served first come, first served. While the stream wants the bank too, the two alternate
/// access by access: the n-th access that a burst leaves to the stream is the 2n-th slot of its
/// reservation. What nobody has reserved is the stream's.
///
/// Reserving behind everything else costs the same however many reservations there are; filling a gap
/// costs as many steps as reservations from there on.
class SramBank {
 public:
  /// A burst that wants `accesses` slots from `at` on, asked for at `now` ≤ `at`; no later call has an
  /// earlier `now`. It gets the first gap that holds them and as many of the stream's in between.
  /// Returns the slot behind its last.
  PortSlot reserve(PortSlot now, PortSlot at, PortSlot accesses) {
    if (last_.end <= now && behind_.remaining == 0) {  // nothing is in the way
      earlier_.clear();
      before_.remaining = 0;
      last_ = {at, at + accesses, accesses};
      return last_.end;
    }
    return at >= last_.end ? append(now, at, accesses) : reserve_between(now, at, accesses);
  }

  /// The same for `times` more like the one that has just got slots behind everything else, whose gaps
  /// they do not fit into either. Costs the same for any number.
  PortSlot repeat(PortSlot now, PortSlot accesses, std::uint64_t times);

  /// Accesses of the next stream, besides those that begin_stream() is told of.
  void want(PortSlot accesses) { wanted_ += accesses; }
  PortSlot wanted() const { return wanted_; }

  /// The stream before is over, and another one begins at `now` with what it wants and `more`
  /// accesses; there may be none.
  void begin_stream(PortSlot now, PortSlot more);
  /// The slot behind the stream's last if no more bursts arrive, 0 if it has no accesses here.
  PortSlot stream_end() const {
    return behind_.remaining > 0 ? behind_.time + behind_.remaining : behind_.end;
  }

  /// The slot behind the last reservation.
  PortSlot reserved_until() const { return last_.end; }

  /// Whether the same calls would get the same answers from both, as far as that is seen at once.
  bool is_like(const SramBank& other) const {
    return last_ == other.last_ && wanted_ == other.wanted_ && stream_end() == other.stream_end() &&
           behind_.is_like(other.behind_) && before_.is_like(other.before_) && earlier_.empty() &&
           other.earlier_.empty();
  }

 private:
  struct Reservation {
    PortSlot start = 0;
    PortSlot end = 0;
    PortSlot accesses = 0;  // the rest of [start, end) is left to the stream

    bool operator==(const Reservation&) const = default;
    PortSlot share() const { return end - start - accesses; }
    /// Whether the stream is left nothing, or every second slot up to the end, in both.
    bool is_shared_like(const Reservation& other) const {
      return (share() == 0 && other.share() == 0) ||
             (share() == accesses && other.share() == other.accesses);
    }
  };

  struct Stream {
    PortSlot time = 0;       // everything before is settled
    PortSlot remaining = 0;  // accesses left at `time`
    PortSlot end = 0;        // valid once remaining is 0

    /// As far as it is still to come.
    bool is_like(const Stream& other) const {
      return remaining == other.remaining && (remaining == 0 || time == other.time);
    }
    /// It has every slot before `until`.
    void use_gap(PortSlot until) {
      if (remaining > 0 && until > time) {
        const PortSlot taken = std::min(remaining, until - time);
        remaining -= taken;
        end = time + taken;
        time = until;
      }
    }
    /// It has what is free up to the reservation's end.
    void pass(const Reservation& reservation);
  };

  PortSlot append(PortSlot now, PortSlot at, PortSlot accesses) {
    const bool over = last_.end <= now;  // whatever was there
    if (over) {
      earlier_.clear();
      before_ = behind_;
    }
    behind_.use_gap(at);
    const Reservation added{at, at + accesses + std::min(accesses, behind_.remaining), accesses};
    if (over) {
      last_ = added;
    } else {
      add_to_last(now, added);
    }
    if (behind_.remaining > 0) {
      behind_.pass(added);
    }
    return added.end;
  }

  void add_to_last(PortSlot now, const Reservation& added);
  PortSlot reserve_between(PortSlot now, PortSlot at, PortSlot accesses);
  void insert(std::size_t place, const Reservation& added, Stream stream);
  void forget(PortSlot now);

  // Reservations are disjoint: `last_` is the latest; the earlier ones, by start, are kept as long as
  // they are not over.
  Reservation last_;
  std::vector<Reservation> earlier_;
  Stream before_;  // as it is before the earliest reservation that is kept
  Stream behind_;  // as it is behind all of them
  PortSlot wanted_ = 0;
};

}  // namespace tilewave
