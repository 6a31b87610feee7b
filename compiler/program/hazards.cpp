// One walk over the ops with the last writer and readers of every range of SRAM and cell of DRAM.
#include "compiler/program/hazards.h"

#include <algorithm>

#include "compiler/program/sram_ranges.h"
#include "compiler/program/tile_cells.h"

namespace tilewave {
namespace {

constexpr std::array<std::uint32_t, kEngineCount> kNoReaders = {kNoOp, kNoOp, kNoOp, kNoOp};

/// Who touched a resource last: the writer, and the latest reader of each engine since.
struct Access {
  std::uint32_t writer = kNoOp;
  std::array<std::uint32_t, kEngineCount> readers = kNoReaders;
};

class HazardFinder {
 public:
  explicit HazardFinder(const Program& program)
      : program_(program),
        cells_(program),
        dram_(cells_.count(), program.ops.size()),
        hazards_(program.ops.size()) {}

  std::vector<OpHazards> run() {
    for (std::uint32_t index = 0; index < program_.ops.size(); ++index) {
      op_ = index;
      const Op& op = program_.ops[index];
      computes_ = computes(op);
      accumulates_ = accumulates(op);
      visit_sram(
          program_, op,
          [&](std::uint32_t address, std::uint64_t bytes) { read_operand(op, address, bytes); },
          [&](std::uint32_t address, std::uint64_t bytes) { write_sram(address, bytes); });
      if (is_load(op)) {
        cells_.visit(op, [&](CellId cell) { read(dram_[cell], false, false); });
      } else if (is_store(op)) {
        cells_.visit(op, [&](CellId cell) { write(dram_[cell], false); });
      }
    }
    return std::move(hazards_);
  }

 private:
  /// Of an operand in the place of the result only that part is written over: what becomes a narrower
  /// type leaves the rest.
  void read_operand(const Op& op, std::uint32_t address, std::uint64_t bytes) {
    if (!computes_ || address != op.dst) {
      read_sram(address, bytes, false);
      return;
    }
    const std::uint64_t written =
        ceil_div(written_extent(program_, op).bytes(), kSramAlignment) * kSramAlignment;
    read_sram(address, std::min(bytes, written), true);
    if (bytes > written) {
      read_sram(static_cast<std::uint32_t>(address + written), bytes - written, false);
    }
  }

  void read_sram(std::uint32_t address, std::uint64_t bytes, bool is_accumulator) {
    sram_.visit(address, bytes, [&](Access& access) {
      read(access, accumulates_ && is_accumulator, is_accumulator && computes_);
    });
  }

  void write_sram(std::uint32_t address, std::uint64_t bytes) {
    sram_.visit_and_join(address, bytes, [&](Access& access) { write(access, accumulates_); });
  }

  void read(Access& access, bool in_place, bool rewritten) {
    depend(access.writer, HazardKind::kReadAfterWrite, in_place);
    if (!rewritten) {  // else the op's own write follows, and must still see the readers before it
      access.readers[static_cast<std::size_t>(engine_of(program_.ops[op_].opcode))] = op_;
    }
  }

  void write(Access& access, bool in_place) {
    for (const std::uint32_t reader : access.readers) {
      depend(reader, HazardKind::kWriteAfterRead, in_place);
    }
    depend(access.writer, HazardKind::kWriteAfterWrite, in_place);
    access = {op_, kNoReaders};
  }

  void depend(std::uint32_t earlier, HazardKind kind, bool in_place) {
    if (earlier == kNoOp || earlier == op_) {
      return;
    }
    const Op& before = program_.ops[earlier];
    if (in_place && is_reduction_step(before) && before.dst == program_.ops[op_].dst) {
      return;
    }
    Hazard& hazard = hazards_[op_][static_cast<std::size_t>(engine_of(before.opcode))];
    if (!hazard.exists() || earlier > hazard.op || (earlier == hazard.op && kind < hazard.kind)) {
      hazard = {earlier, kind};
    }
  }

  const Program& program_;
  SramRanges<Access> sram_;
  TileCells cells_;
  CellMap<Access> dram_;
  std::vector<OpHazards> hazards_;
  std::uint32_t op_ = 0;
  bool computes_ = false;
  bool accumulates_ = false;
};

}  // namespace

const char* to_string(HazardKind kind) {
  switch (kind) {
    case HazardKind::kReadAfterWrite: return "read-after-write";
    case HazardKind::kWriteAfterRead: return "write-after-read";
    case HazardKind::kWriteAfterWrite: return "write-after-write";
  }
  return "?";
}

std::vector<OpHazards> find_hazards(const Program& program) { return HazardFinder(program).run(); }

}  // namespace tilewave
