// What the tests of the banked DRAM share: the reference DDR4 part, a plain way to run bursts
// through a model, and the message of a refusal.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "models/dram/banked.h"

namespace tilewave::test {

/// A banked DRAM before it is built. Writes are acknowledged when they are issued: then a
/// completion says when that was.
struct BankedSetup {
  DramConfig dram;
  DramControllerOptions controller;
};

inline BankedSetup banked_setup(const std::string& preset, const std::string& map) {
  BankedSetup setup;
  setup.dram.kind = DramKind::kBanked;
  setup.dram.preset = load_dram_preset(preset);
  setup.dram.address_map = map;
  setup.controller.write_ack = DramWriteAck::kIssued;
  return setup;
}

/// The reference part: tCK 625 ps, CL 22, CWL 16, RCD 22, RP 22, RAS 52, RC 74, RRD 4/8, FAW 34,
/// CCD 4/8, WTR 4/12, WR 24, RTP 12, RTW 12, RFC 576, REFI 12480, burst 4.
inline DramTiming ddr4() { return load_dram_preset("ddr4").timing; }

/// One channel of it that is never refreshed.
inline BankedSetup ddr4_setup(const std::string& map = "P") {
  BankedSetup setup = banked_setup("ddr4", map);
  setup.controller.refresh = false;
  return setup;
}

struct Arrival {
  std::uint64_t cycle = 0;
  std::uint64_t address = 0;
  bool write = false;
  std::uint32_t bytes = 64;
};

/// Submits all arrivals, tagged by their index, and returns the cycle each completed at. Times of
/// the DDR4 part only.
inline std::vector<std::uint64_t> completion_cycles(DramModel& model,
                                                    const std::vector<Arrival>& arrivals) {
  constexpr Picoseconds kClock = 625;
  for (std::size_t i = 0; i < arrivals.size(); ++i) {
    const Arrival& a = arrivals[i];
    model.submit({a.address, a.bytes, static_cast<std::uint32_t>(i), a.write}, a.cycle * kClock);
  }
  std::vector<std::uint64_t> cycles(arrivals.size(), 0);
  DramCompletion completion;
  while (model.next_event() != kNever) {
    const Picoseconds now = model.next_event();
    while (model.poll(now, completion)) {
      EXPECT_EQ(completion.time % kClock, 0U);
      cycles[completion.tag] = completion.time / kClock;
    }
  }
  return cycles;
}

inline std::vector<std::uint64_t> run_ddr4(const std::vector<Arrival>& arrivals,
                                           const BankedSetup& setup = ddr4_setup()) {
  BankedDram model(setup.dram, setup.controller);
  return completion_cycles(model, arrivals);
}

/// The message of the InputError that `action` throws, or "no error".
template <typename Action>
std::string message_of(const Action& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace tilewave::test
