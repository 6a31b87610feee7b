// Hazards found the slow way, for comparison.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <vector>

#include "compiler/program/hazards.h"

namespace tilewave::test {

/// DESIGN §4 the plain way: for every op and every line of memory it touches, back through all
/// earlier ops to the one that wrote the line; who comes before that one is waited for already.
class LineByLine {
 public:
  /// No two places in SRAM share a line of `line_bytes`, unless they overlap.
  LineByLine(const Program& program, std::uint32_t line_bytes) : program_(program) {
    for (const Op& op : program.ops) {
      touches_.push_back(touches_of(op, line_bytes));
      std::ranges::sort(touches_.back(), {}, &Touch::line);
    }
  }

  /// The latest op of an engine that conflicts, and in which ways.
  struct Expected {
    std::uint32_t op = kNoOp;
    std::set<HazardKind> kinds;
  };

  std::array<Expected, kEngineCount> find(std::uint32_t later) const {
    std::array<Expected, kEngineCount> expected;
    for (const Touch& mine : touches_[later]) {
      bool overwritten = false;
      for (std::uint32_t earlier = later; !overwritten && earlier-- > 0;) {
        const std::vector<Touch>& all = touches_[earlier];
        for (auto at = std::ranges::lower_bound(all, mine.line, {}, &Touch::line);
             at != all.end() && at->line == mine.line; ++at) {
          const Touch& theirs = *at;
          overwritten |= theirs.write;
          const bool one_sum = accumulates(earlier, later) && mine.sum && theirs.sum;
          if ((theirs.write || mine.write) && !one_sum) {
            const Engine engine = engine_of(program_.ops[earlier].opcode);
            note(expected[static_cast<std::size_t>(engine)], earlier,
                 !mine.write    ? HazardKind::kReadAfterWrite
                 : theirs.write ? HazardKind::kWriteAfterWrite
                                : HazardKind::kWriteAfterRead);
          }
        }
      }
    }
    return expected;
  }

 private:
  struct Touch {
    std::uint64_t line = 0;
    bool write = false;
    bool sum = false;  // as the accumulator of a matmul or a reduce
  };

  std::vector<Touch> touches_of(const Op& op, std::uint32_t line_bytes) const {
    std::vector<Touch> touches;
    const auto add = [&](std::uint32_t address, std::uint64_t bytes, bool write) {
      const bool sum = is_reduction_step(op) && address == op.dst;
      for (std::uint64_t line = address / line_bytes; line * line_bytes < address + bytes; ++line) {
        touches.push_back({line, write, sum});
      }
    };
    visit_sram(
        program_, op,
        [&](std::uint32_t address, std::uint64_t bytes) { add(address, bytes, false); },
        [&](std::uint32_t address, std::uint64_t bytes) { add(address, bytes, true); });
    if (op.opcode == Opcode::kLoad || op.opcode == Opcode::kStore) {
      if (program_.windows.empty()) {
        const std::uint64_t tile = program_.grid(op.region).index(op.row, op.col);
        touches.push_back({((op.region + 1ULL) << 32) + tile, op.opcode == Opcode::kStore, false});
        return touches;
      }
      const std::uint64_t tensor = program_.tensor_of(op.region);  // element by element
      const ElementRange elements = program_.elements_at(op);
      for (std::uint64_t row = elements.row; row < elements.row_end; ++row) {
        for (std::uint64_t col = elements.col; col < elements.col_end; ++col) {
          const std::uint64_t line =
              ((tensor + 1) << 32) + row * program_.tensors[tensor].shape.cols + col;
          touches.push_back({line, op.opcode == Opcode::kStore, false});
        }
      }
    }
    return touches;
  }

  bool accumulates(std::uint32_t earlier, std::uint32_t later) const {
    return !program_.ops[later].clear && program_.ops[later].dst == program_.ops[earlier].dst;
  }

  static void note(Expected& expected, std::uint32_t op, HazardKind kind) {
    if (expected.op == kNoOp || op > expected.op) {
      expected = {op, {}};
    }
    if (op == expected.op) {
      expected.kinds.insert(kind);
    }
  }

  const Program& program_;
  std::vector<std::vector<Touch>> touches_;
};

}  // namespace tilewave::test
