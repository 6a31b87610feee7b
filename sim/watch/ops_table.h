// A run op by op as CSV, written while it goes: which columns there are, and in what order. What
// belongs to an op is said by sim/shares/; docs/results.md defines each column.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "compiler/program/sram_walk.h"
#include "models/compute/compute_timing.h"
#include "platform/watch/run_observer.h"
#include "sim/base/output_stream.h"
#include "sim/shares/op_shares.h"
#include "sim/shares/op_wait.h"

namespace tilewave {

/// A row for each op, in program order, as soon as all is known of it and of those before it: when it is
/// complete and its engine could start the next one. Memory: a buffer, the tiles in SRAM, and a row for
/// each op since the first of which something is not known yet.
class OpsTable : public RunObserver, private OpShareSink {
 public:
  /// `file` is not standard output and outlives the run.
  explicit OpsTable(OutputFile& file) : stream_(file) {}

  void on_begin(const ObservedRun& run) override;
  void on_fetch(std::uint32_t op, Cycle cycle) override;
  void on_op(std::uint32_t op, const OpTimes& times) override;
  void on_state(Engine engine, EngineState state, Cycle from, Cycle to) override;
  void on_end(Cycle cycles) override;

  /// Rows that wait for their turn.
  std::size_t held() const { return rows_.size(); }

 private:
  struct Row {
    std::array<Cycle, kEngineStateCount> cycles{};
    Cycle start = 0;
    Cycle end = 0;
    OpWait wait;
    bool settled = false;
  };

  void on_share(Engine engine, std::uint32_t op, EngineState state, Cycle from, Cycle to) override;
  void on_settled(std::uint32_t op) override;

  Row& row_of(std::uint32_t op) { return rows_[op - next_]; }
  void write_head();
  void write_row(const Row& row);
  void write_extents(const Op& op);
  void write_work(const Op& op);
  void cell(std::uint64_t value);
  void cell(std::string_view text);

  OutputStream stream_;
  std::optional<ObservedRun> run_;
  std::optional<ComputeTiming> timing_;
  std::optional<SramWalk> walk_;  // of the rows written
  Units units_{{}};
  OpShares shares_{*this};
  std::vector<std::string> regions_;        // their cells
  std::array<Cycle, kEngineCount> free_{};  // when an engine let go of its last op, by queue
  std::uint32_t next_ = 0;                  // to be written
  std::deque<Row> rows_;                    // from then on, of those fetched
};

}  // namespace tilewave
