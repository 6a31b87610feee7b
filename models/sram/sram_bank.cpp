// What is not in the common way of a burst: queues of reservations, and gaps between them.
#include "models/sram/sram_bank.h"

#include "compiler/program/tensor.h"

namespace tilewave {

void SramBank::Stream::pass(const Reservation& reservation) {
  if (reservation.end <= time) {
    return;
  }
  use_gap(reservation.start);
  if (remaining == 0) {
    return;
  }
  // One that starts in the middle has missed some of its slots: they are over, or the stream before
  // has used them.
  const PortSlot missed = time > reservation.start ? ceil_div(time - reservation.start, 2) : 0;
  const PortSlot share = reservation.share();
  const PortSlot taken = std::min(share - std::min(share, missed), remaining);
  remaining -= taken;
  if (taken > 0) {
    end = std::min(reservation.end, reservation.start + 2 * (missed + taken));
  }
  time = reservation.end;
}

/// Neighbours that leave the stream its slots in the same rhythm are one: a bank that cannot keep up
/// has one long reservation, not a queue of them.
void SramBank::add_to_last(PortSlot now, const Reservation& added) {
  if (added.start == last_.end && added.is_shared_like(last_)) {
    last_.end = added.end;
    last_.accesses += added.accesses;
    return;
  }
  forget(now);
  earlier_.push_back(last_);
  last_ = added;
}

PortSlot SramBank::repeat(PortSlot now, PortSlot accesses, std::uint64_t times) {
  const auto append_some = [&](std::uint64_t some) {
    if (some > 0) {
      append(now, last_.end, some * accesses);
      times -= some;
    }
  };
  append_some(std::min(times, behind_.remaining / accesses));  // all in turns with the stream
  append_some(std::min<std::uint64_t>(times, behind_.remaining > 0 ? 1 : 0));
  append_some(times);
  return last_.end;
}

PortSlot SramBank::reserve_between(PortSlot now, PortSlot at, PortSlot accesses) {
  forget(now);
  Stream stream = before_;
  std::size_t passed = 0;  // by the stream
  const auto wanted_by_stream = [&](PortSlot until) {
    for (; stream.remaining > 0 && passed < earlier_.size() && earlier_[passed].end <= until;
         ++passed) {
      stream.pass(earlier_[passed]);
    }
    stream.use_gap(until);
    return stream.remaining;
  };
  PortSlot start = at;
  const auto first = std::ranges::upper_bound(earlier_, at, {}, &Reservation::end);
  for (auto place = static_cast<std::size_t>(first - earlier_.begin());; ++place) {
    const bool at_last = place == earlier_.size();
    const Reservation& next = at_last ? last_ : earlier_[place];
    if (start + accesses <= next.start) {
      const PortSlot end = start + accesses + std::min(accesses, wanted_by_stream(start));
      if (end <= next.start) {
        insert(place, {start, end, accesses}, stream);
        return end;
      }
    }
    start = next.end;
    if (at_last) {
      return append(now, start, accesses);
    }
  }
}

/// `stream` is as it is in front of the new one, which is before `last_`.
void SramBank::insert(std::size_t place, const Reservation& added, Stream stream) {
  earlier_.insert(earlier_.begin() + static_cast<std::ptrdiff_t>(place), added);
  if (stream.remaining == 0) {
    return;
  }
  for (; place < earlier_.size(); ++place) {
    stream.pass(earlier_[place]);
  }
  stream.pass(last_);
  behind_ = stream;
}

void SramBank::begin_stream(PortSlot now, PortSlot more) {
  const PortSlot accesses = wanted_ + more;
  wanted_ = 0;
  before_ = {now, accesses, accesses > 0 ? now : 0};
  if (last_.end <= now) {
    last_ = {};
    earlier_.clear();
  } else {
    forget(now);
  }
  behind_ = before_;
  for (const Reservation& reservation : earlier_) {
    if (behind_.remaining == 0) {
      return;
    }
    behind_.pass(reservation);
  }
  behind_.pass(last_);
}

/// Those that are over go when they are half of all: each is moved once.
void SramBank::forget(PortSlot now) {
  if (earlier_.empty() || earlier_.front().end > now) {
    return;
  }
  const auto over = std::ranges::upper_bound(earlier_, now, {}, &Reservation::end);
  if (2 * (over - earlier_.begin()) >= std::ssize(earlier_)) {
    std::for_each(earlier_.begin(), over, [this](const Reservation& past) { before_.pass(past); });
    earlier_.erase(earlier_.begin(), over);
  }
}

}  // namespace tilewave
