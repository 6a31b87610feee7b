// Follows the tiles through SRAM to say where each operand comes from.
#include "sim/report/schedule_text.h"

#include <algorithm>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/base/number_text.h"
#include "compiler/program/forms/program_text.h"
#include "compiler/program/opcodes.h"
#include "compiler/program/tile_index.h"

namespace tilewave {
namespace {

constexpr std::size_t kNone = ~std::size_t{0};

/// Walks over the ops, and over the uOps that they carry out: those of the steps in the same order,
/// LOADs earlier or not at all.
class ScheduleWriter {
 public:
  ScheduleWriter(const Graph& graph, const UopList& uops, const Program& program)
      : graph_(graph),
        uops_(uops.uops),
        list_(uops),
        program_(program),
        numbers_(region_numbers(graph, uops.regions)),
        index_(grids_of(program)),
        resident_(index_.count()),
        copied_(index_.count()) {
    for (const Uop& uop : uops_) {
      if (uop.kind == UopKind::kStore && graph_.operators()[uop.oper].kind == OperatorKind::kCopy) {
        copied_[tile_of(uop)] = true;
      }
    }
  }

  std::string write() {
    for (op_ = 0; op_ < program_.ops.size(); ++op_) {
      const Op& op = program_.ops[op_];
      if (is_load(op)) {
        write_load(op);
      } else if (computes(op) || copies(op)) {
        write_step(op);
      } else {
        write_op(op);
        text_ += "\n";
      }
    }
    return std::move(text_);
  }

 private:
  static std::vector<TileGrid> grids_of(const Program& program) {
    std::vector<TileGrid> grids;
    for (std::uint32_t region = 0; region < program.regions(); ++region) {
      grids.push_back(program.grid(region));
    }
    return grids;
  }

  TileId tile_of(const Uop& uop) const {
    TileIndex::Place place = list_.place(uop);
    place.tensor = numbers_[place.tensor];
    return index_.id(place);
  }

  /// A store that is a step of its own: of a tile under another name.
  bool copies(const Op& op) const { return is_store(op) && copied_[index_.id(op)]; }

  struct Residency {
    std::size_t since = kNone;  ///< the op that brought or computed it
    std::uint32_t address = 0;
    bool used = false;  ///< since then
  };

  void write_load(const Op& op) {
    Residency& tile = resident_[index_.id(op)];
    write_op(op);
    if (tile.since != kNone) {
      text_ += "  # again: dropped since op " + std::to_string(tile.since);
    }
    text_ += "\n";
    tile = {op_, op.dst, false};
  }

  /// A step, behind a line for each of its operands that nobody loads for it.
  void write_step(const Op& op) {
    // Behind the step before: its EXECUTE, and the STORE of a tile that it completed. An expression may
    // have no LOADs.
    while (uop_ < uops_.size() && uops_[uop_].kind == UopKind::kStore) {
      ++uop_;
    }
    for (; uop_ < uops_.size() && uops_[uop_].kind == UopKind::kLoad; ++uop_) {
      const Uop& uop = uops_[uop_];
      Residency& tile = resident_[tile_of(uop)];
      if (tile.since == kNone) {
        throw InternalError("the schedule lacks a load");
      }
      if (tile.used || !is_load(program_.ops[tile.since])) {
        write_resident(uop, tile);
      }
      tile.used = true;
    }
    ++uop_;  // the EXECUTE, or the STORE of a copy
    write_op(op);
    text_ += "\n";
    if (computes(op)) {
      resident_[index_.id(op)] = {op_, op.dst, false};
    }
  }

  void write_resident(const Uop& uop, const Residency& tile) {
    column("-");
    text_ += "resident " + graph_.tensor(uop.tensor).name + "[" + std::to_string(uop.row) + "," +
             std::to_string(uop.col) + "] at " + hex(tile.address, 4) + " since op " +
             std::to_string(tile.since) + "\n";
  }

  void write_op(const Op& op) {
    column(std::to_string(op_));
    text_ += op_text(program_, op);
  }

  void column(const std::string& number) {
    constexpr std::size_t kWidth = 8;
    text_.append(kWidth - std::min(kWidth, number.size()), ' ');
    text_ += number + "  ";
  }

  const Graph& graph_;
  const std::vector<Uop>& uops_;
  const UopList& list_;
  const Program& program_;
  std::vector<std::uint32_t> numbers_;  // of regions in the program
  TileIndex index_;                     // of these
  std::vector<Residency> resident_;
  std::vector<bool> copied_;  // by tile
  std::size_t op_ = 0;
  std::size_t uop_ = 0;
  std::string text_;
};

}  // namespace

std::string schedule_text(const Graph& graph, const UopList& uops, const Program& program,
                          const ScheduleStats& stats) {
  return "# " + std::to_string(stats.uops) + " uOps, " + std::to_string(program.ops.size()) +
         " ops: " + std::to_string(stats.loads) + " loads (" +
         std::to_string(stats.loads_eliminated) + " eliminated), " +
         std::to_string(stats.executes) + " executes, " + std::to_string(stats.stores) +
         " stores\n# " + std::to_string(stats.evictions) + " evictions, SRAM peak " +
         std::to_string(stats.peak_sram_bytes) + " bytes, live at the end " +
         std::to_string(stats.final_live_bytes) + " bytes\n#     op\n" +
         ScheduleWriter(graph, uops, program).write();
}

}  // namespace tilewave
