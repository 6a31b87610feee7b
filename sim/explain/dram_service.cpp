// Measures the banked DRAM by playing the first transfers of the program on it.
#include "sim/explain/dram_service.h"

#include <algorithm>
#include <array>

#include "models/dram/bandwidth.h"
#include "models/dram/banked.h"
#include "models/dram/tile_runs.h"

namespace tilewave {
namespace {

/// Transfers that are played: enough for the pages of several tensors and many refreshes.
constexpr std::uint32_t kSampledTransfers = 2048;

/// Bytes in flight that hide the latency of every part; a window that holds less slows the replay
/// down by itself.
constexpr std::uint64_t kFullWindowBytes = 8192;

/// Bursts in program order, `window` reads and as many writes in flight.
class Player {
 public:
  Player(DramModel& model, std::uint32_t window) : model_(model), window_(window) {}

  void transfer(BurstCursor cursor, bool write) {
    while (!cursor.done()) {
      const BurstCursor::Burst burst = cursor.next();
      while (in_flight_[write ? 1 : 0] == window_) {
        complete_one();
      }
      model_.submit({burst.address, burst.bytes, write ? 1U : 0U, write}, now_);
      ++in_flight_[write ? 1 : 0];
      bytes_ += burst.bytes;
    }
  }

  void finish() {
    while (in_flight_[0] + in_flight_[1] > 0) {
      complete_one();
    }
  }

  /// At the end: until the controller has written what it has accepted.
  void drain() {
    finish();
    now_ = std::max(now_, model_.drain());
  }

  Picoseconds now() const { return now_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  void complete_one() {
    DramCompletion completion;
    while (!model_.poll(now_, completion)) {
      now_ = std::max(now_ + 1, model_.next_event());
    }
    --in_flight_[completion.tag];
  }

  DramModel& model_;
  std::uint32_t window_;
  std::array<std::uint32_t, 2> in_flight_{};
  Picoseconds now_ = 0;
  std::uint64_t bytes_ = 0;
};

DramService measure(const Program& program, const MachineConfig& machine) {
  const DramConfig& dram = machine.dram;
  const auto period = machine.clock_period.picoseconds();
  DramService service;

  BankedDram idle(dram, controller_options(dram));
  Player alone(idle, 1);
  const auto access = static_cast<std::uint32_t>(dram.preset.timing.access_bytes);
  alone.transfer(BurstCursor(TileRuns{0, access, access, 1}, access), false);
  alone.finish();
  service.latency = static_cast<double>(alone.now()) / period;

  BankedDram model(dram, controller_options(dram));
  const std::uint64_t full = ceil_div(kFullWindowBytes, machine.dma.burst_bytes);
  Player player(model, std::max(machine.dma.max_outstanding, static_cast<std::uint32_t>(full)));
  std::uint32_t transfers = 0;
  double pauses = 1;  // in which nothing is in flight
  for (const Op& op : program.ops) {
    if (moves_tile(op) && transfers++ < kSampledTransfers) {
      player.transfer(BurstCursor(TilePieces(program, dram.layout, op), machine.dma.burst_bytes),
                      is_store(op));
      if (!machine.sequencer.overlap) {
        player.finish();
        ++pauses;
      }
    }
  }
  player.drain();
  const double cycles = static_cast<double>(player.now()) / period - pauses * service.latency;
  const double peak = peak_bytes_per_second(dram) * period * 1e-12;
  service.bytes_per_cycle =
      cycles > 0 ? std::min(peak, static_cast<double>(player.bytes()) / cycles) : peak;
  return service;
}

}  // namespace

DramService dram_service(const Program& program, const MachineConfig& machine) {
  const DramConfig& dram = machine.dram;
  if (dram.kind == DramKind::kBanked) {
    return measure(program, machine);
  }
  const auto period = machine.clock_period.picoseconds();
  DramService service;
  service.channels = dram.channels;
  service.interleave_bytes = dram.interleave_bytes;
  service.latency = static_cast<double>(dram.latency) / period;
  service.bytes_per_cycle = channel_plannable_bytes_per_second(dram) * period * 1e-12;
  return service;
}

}  // namespace tilewave
