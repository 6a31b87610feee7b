// Quantities that rise and fall during a run, each as a sequence of steps in order of time: what
// the platform tells ahead of time is held back until its time has come.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <queue>
#include <vector>

#include "platform/watch/run_observer.h"
#include "sim/watch/live_tiles.h"

namespace tilewave {

enum class Level : std::uint8_t {
  kLoadQueue,     ///< ops in the queue of the load DMA: fetched, not started
  kStoreQueue,    ///< none if one engine does both
  kComputeQueue,  ///< ops in the queue of the core
  kVectorQueue,   ///< ops in the queue of a vector unit; none if the core does it
  kLoadBursts,    ///< bursts of the load DMA, issued, whose answer of the DRAM is not there
  kStoreBursts,
  kSramBytes,  ///< bytes of the tiles in SRAM, LiveTiles
};
inline constexpr std::size_t kLevelCount = 7;

/// The level of the queue that an engine has of its own.
Level queue_level(Engine engine);

class LevelSink {
 public:
  virtual ~LevelSink() = default;
  /// All levels are 0 at first. In order of time over all levels; one may change several times in a
  /// cycle.
  virtual void on_level(Level level, Cycle cycle, std::uint64_t value) = 0;
  /// In order of their ends.
  virtual void on_tile(const TileLife&) {}
};

/// Whoever watches a run hands on to it what it hears.
class RunLevels : public RunObserver {
 public:
  /// The sink outlives it.
  explicit RunLevels(LevelSink& sink) : sink_(sink) {}

  void on_begin(const ObservedRun& run) override;
  void on_fetch(std::uint32_t op, Cycle cycle) override;
  void on_start(std::uint32_t op, Cycle cycle) override;
  void on_issue(std::uint32_t op, Cycle cycle) override;
  void on_burst(const BurstTimes& burst) override;
  void on_complete(std::uint32_t op, Cycle cycle) override;
  void on_end(Cycle cycles) override;

  /// Of an op that is fetched and not complete.
  const OpTiles& tiles(std::uint32_t op) const { return tiles_->tiles(op); }
  /// Everything before is told.
  Cycle now() const { return now_; }

 private:
  enum class Kind : std::uint8_t { kFetch, kIssue, kComplete };
  struct Event {
    Cycle cycle = 0;
    std::uint64_t number = 0;  // of the telling
    Kind kind = Kind::kFetch;
    std::uint32_t op = 0;

    bool operator>(const Event& other) const {
      return cycle != other.cycle ? cycle > other.cycle : number > other.number;
    }
  };

  void expect(Kind kind, std::uint32_t op, Cycle cycle);
  void advance(Cycle now);
  void happen(const Event& event);
  void change(Level level, Cycle cycle, std::int64_t by);
  void tell_tiles(const std::vector<TileLife>& gone, Cycle cycle);
  Level queue_of(std::uint32_t op) const;
  Level bursts_of(std::uint32_t op) const;

  LevelSink& sink_;
  const Program* program_ = nullptr;
  Units units_{{}};
  std::optional<LiveTiles> tiles_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> ahead_;
  std::uint64_t told_ = 0;
  Cycle now_ = 0;
  std::array<std::uint64_t, kLevelCount> values_{};
};

}  // namespace tilewave
