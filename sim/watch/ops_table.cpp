// Keeps rows until they are complete and their turn has come.
#include "sim/watch/ops_table.h"

#include "compiler/base/number_text.h"
#include "compiler/program/dataflow.h"
#include "compiler/program/op_names.h"
#include "compiler/program/opcodes.h"
#include "compiler/program/tile_access.h"
#include "sim/base/csv.h"

namespace tilewave {

void OpsTable::on_begin(const ObservedRun& run) {
  run_.emplace(run);
  timing_.emplace(run.machine.compute, run.program);
  walk_.emplace(run.program);
  units_ = units_of(run.machine);
  shares_.on_begin(run.program, units_);
  for (std::uint32_t region = 0; region < run.program.regions(); ++region) {
    regions_.push_back(csv_field(region_name(run.program, region)));
  }
  write_head();
}

void OpsTable::on_fetch(std::uint32_t /*op*/, Cycle /*cycle*/) { rows_.emplace_back(); }

void OpsTable::on_op(std::uint32_t op, const OpTimes& times) {
  Row& row = row_of(op);
  Cycle& free = free_[index_of(units_.queue_of(run_->program.ops[op]))];
  row.start = times.start;
  row.end = times.complete;
  row.wait = find_wait(*run_, op, times, free);
  free = times.released;
  shares_.on_op(op, times);
}

void OpsTable::on_state(Engine engine, EngineState state, Cycle from, Cycle to) {
  shares_.on_state(engine, state, from, to);
}

void OpsTable::on_end(Cycle /*cycles*/) {
  shares_.on_end();
  stream_.finish();
}

void OpsTable::on_share(Engine /*engine*/, std::uint32_t op, EngineState state, Cycle from,
                        Cycle to) {
  if (op != kNoOp) {
    row_of(op).cycles[static_cast<std::size_t>(state)] += to - from;
  }
}

void OpsTable::on_settled(std::uint32_t op) {
  row_of(op).settled = true;
  while (!rows_.empty() && rows_.front().settled) {
    write_row(rows_.front());
    rows_.pop_front();
    ++next_;
  }
  stream_.flush_if_full();
}

void OpsTable::cell(std::uint64_t value) {
  append_decimal(stream_.text(), value);
  stream_.text() += ',';
}

void OpsTable::cell(std::string_view text) {
  stream_.text() += text;
  stream_.text() += ',';
}

void OpsTable::write_head() {
  for (const char* name : {"op", "opcode", "unit", "tensor", "row", "col", "m", "n", "k", "macs",
                           "padding_macs", "compute.slots"}) {
    cell(name);
  }
  cell(csv_head("dram.read_bytes", "B"));
  cell(csv_head("dram.write_bytes", "B"));
  cell(csv_head("start", "cycle"));
  cell(csv_head("end", "cycle"));
  for (int state = 0; state < kEngineStateCount; ++state) {
    cell(csv_head(to_string(static_cast<EngineState>(state)), "cycles"));
  }
  cell(csv_head("held", "cycles"));
  cell("held_by");
  stream_.text() += "conflict\n";
}

void OpsTable::write_row(const Row& row) {
  const Op& op = run_->program.ops[next_];
  cell(next_);
  cell(to_string(op.opcode));
  cell(to_string(units_.account_of(op)));
  cell(regions_[op.region]);
  cell(op.row);
  cell(op.col);
  write_extents(op);
  write_work(op);
  cell(row.start);
  cell(row.end);
  for (const Cycle cycles : row.cycles) {
    cell(cycles);
  }
  cell(row.wait.cycles);
  if (row.wait.by.exists()) {
    cell(row.wait.by.op);
    stream_.text() += to_string(row.wait.by.kind);
  } else {
    cell("");
  }
  stream_.text() += '\n';
}

/// M×N of what is computed, or of the tile that is moved.
void OpsTable::write_extents(const Op& op) {
  const TileExtent extent = moves_tile(op) ? run_->program.tile_at(op) : TileExtent{op.m, op.n};
  cell(extent.rows);
  cell(extent.cols);
  if (rule_of(op.opcode).has_step) {
    cell(op.k);
  } else {
    cell("");
  }
}

void OpsTable::write_work(const Op& op) {
  const OpTiles tiles = walk_->step();
  const std::uint32_t left = tiles.read_count == 0 ? kNoOp : tiles.reads.front();
  const std::uint64_t macs = useful_products(run_->program, op, left);
  cell(macs);
  cell(step_products(op) - macs);
  cell(timing_->slots(op));
  cell(is_load(op) ? tile_bytes(run_->program, op) : 0);
  cell(is_store(op) ? tile_bytes(run_->program, op) : 0);
}

}  // namespace tilewave
