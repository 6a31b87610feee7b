#include "sim/schedule_text.h"

#include <algorithm>
#include <unordered_map>

#include "compiler/error.h"
#include "compiler/number_text.h"
#include "compiler/program_text.h"

namespace tilewave {
namespace {

/// Walks over uOps and ops side by side.
class ScheduleWriter {
 public:
  ScheduleWriter(const Graph& graph, const UopList& uops, const Program& program)
      : graph_(graph), uops_(uops), program_(program) {
    for (TensorId id = 0; id < graph.tensors().size(); ++id) {
      first_tile_.push_back(tiles_);
      tiles_ += uops.grid(graph, id).tiles();
    }
  }

  std::string write() {
    for (const Uop& uop : uops_.uops) {
      if (uop.kind == UopKind::kLoad && !is_emitted(uop)) {
        write_resident(uop);
      } else {
        write_op(uop);
      }
    }
    if (next_ != program_.ops.size()) {
      throw InternalError("the schedule has more ops than its uOps explain");
    }
    return std::move(text_);
  }

 private:
  std::uint64_t tile_of(const Uop& uop) const {
    return first_tile_[uop.tensor] + uops_.grid(graph_, uop.tensor).index(uop.row, uop.col);
  }

  bool is_emitted(const Uop& uop) const {
    if (next_ == program_.ops.size()) {
      return false;
    }
    const Op& op = program_.ops[next_];
    return op.opcode == Opcode::kLoad && op.tensor == uop.tensor && op.row == uop.row &&
           op.col == uop.col;
  }

  void write_resident(const Uop& uop) {
    const auto loaded = loaded_by_.find(tile_of(uop));
    if (loaded == loaded_by_.end()) {
      throw InternalError("the schedule lacks a load");
    }
    column("-");
    text_ += "resident " + graph_.tensor(uop.tensor).name + "[" + std::to_string(uop.row) + "," +
             std::to_string(uop.col) + "] at " + hex(program_.ops[loaded->second].dst, 4) +
             " since op " + std::to_string(loaded->second) + "\n";
  }

  void write_op(const Uop& uop) {
    column(std::to_string(next_));
    text_ += op_text(program_, program_.ops[next_]);
    if (uop.kind == UopKind::kLoad) {
      const auto [loaded, first_time] = loaded_by_.emplace(tile_of(uop), next_);
      if (!first_time) {
        text_ += "  # again: dropped since op " + std::to_string(loaded->second);
        loaded->second = next_;
      }
    }
    text_ += "\n";
    ++next_;
  }

  void column(const std::string& number) {
    constexpr std::size_t kWidth = 8;
    text_.append(kWidth - std::min(kWidth, number.size()), ' ');
    text_ += number + "  ";
  }

  const Graph& graph_;
  const UopList& uops_;
  const Program& program_;
  std::vector<std::uint64_t> first_tile_;
  std::uint64_t tiles_ = 0;
  std::unordered_map<std::uint64_t, std::size_t> loaded_by_;  ///< tile → latest LOAD's op
  std::size_t next_ = 0;
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
