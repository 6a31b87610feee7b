#include "compiler/hazards.h"

#include <algorithm>
#include <iterator>
#include <map>

namespace tilewave {
namespace {

/// Who touched a resource last: the writer, and the latest reader of each engine since.
struct Access {
  std::uint32_t writer = kNoOp;
  std::array<std::uint32_t, kEngineCount> readers{kNoOp, kNoOp, kNoOp};
};

class HazardFinder {
 public:
  explicit HazardFinder(const Program& program) : program_(program) {
    for (std::uint32_t tensor = 0; tensor < program.tensors.size(); ++tensor) {
      first_tile_.push_back(dram_.size());
      dram_.resize(dram_.size() + program.grid(tensor).tiles());
    }
    hazards_.resize(program.ops.size());
  }

  std::vector<OpHazards> run() {
    for (std::uint32_t index = 0; index < program_.ops.size(); ++index) {
      op_ = index;
      const Op& op = program_.ops[index];
      computes_ = engine_of(op.opcode) == Engine::kCompute;
      accumulates_ = op.opcode == Opcode::kMatmul && !op.clear;
      visit_sram(
          program_, op,
          [&](std::uint32_t address, std::uint64_t bytes) {
            read_sram(address, bytes, address == op.dst);
          },
          [&](std::uint32_t address, std::uint64_t bytes) { write_sram(address, bytes); });
      if (op.opcode == Opcode::kLoad) {
        read(dram_tile(op), false, false);
      } else if (op.opcode == Opcode::kStore) {
        write(dram_tile(op), false);
      }
    }
    return std::move(hazards_);
  }

 private:
  struct Range {
    std::uint64_t end = 0;
    Access access;
  };
  using Ranges = std::map<std::uint64_t, Range>;  // start → disjoint range

  Access& dram_tile(const Op& op) {
    return dram_[first_tile_[op.tensor] + program_.grid(op.tensor).index(op.row, op.col)];
  }

  void read_sram(std::uint64_t address, std::uint64_t bytes, bool is_accumulator) {
    const std::uint64_t end = address + bytes;
    for (auto range = whole_ranges(address, end); range != sram_.end() && range->first < end;
         ++range) {
      read(range->second.access, accumulates_ && is_accumulator, is_accumulator && computes_);
    }
  }

  /// What is written at once is one range afterwards.
  void write_sram(std::uint64_t address, std::uint64_t bytes) {
    const std::uint64_t end = address + bytes;
    const auto first = whole_ranges(address, end);
    auto range = first;
    for (; range != sram_.end() && range->first < end; ++range) {
      write(range->second.access, accumulates_);
    }
    first->second.end = end;
    sram_.erase(std::next(first), range);
  }

  /// The first of the ranges that make up [start, end).
  Ranges::iterator whole_ranges(std::uint64_t start, std::uint64_t end) {
    const auto range = sram_.lower_bound(start);
    const bool is_one = range != sram_.end() && range->first == start && range->second.end == end;
    return is_one ? range : carve(start, end);
  }

  /// Makes [start, end) a union of whole ranges and returns the first of them.
  Ranges::iterator carve(std::uint64_t start, std::uint64_t end) {
    split(start);
    split(end);
    std::uint64_t position = start;
    auto range = sram_.lower_bound(start);
    while (position < end) {
      if (range == sram_.end() || range->first > position) {
        const std::uint64_t stop = range == sram_.end() ? end : std::min(end, range->first);
        range = sram_.emplace_hint(range, position, Range{stop, {}});
      }
      position = range->second.end;
      ++range;
    }
    return sram_.find(start);
  }

  void split(std::uint64_t position) {
    auto range = sram_.upper_bound(position);
    if (range == sram_.begin()) {
      return;
    }
    --range;
    if (range->first < position && position < range->second.end) {
      sram_.emplace(position, range->second);
      range->second.end = position;
    }
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
    access = {op_, {kNoOp, kNoOp, kNoOp}};
  }

  void depend(std::uint32_t earlier, HazardKind kind, bool in_place) {
    if (earlier == kNoOp || earlier == op_) {
      return;
    }
    const Opcode opcode = program_.ops[earlier].opcode;
    if (in_place && opcode == Opcode::kMatmul &&
        program_.ops[earlier].dst == program_.ops[op_].dst) {
      return;
    }
    Hazard& hazard = hazards_[op_][static_cast<std::size_t>(engine_of(opcode))];
    if (!hazard.exists() || earlier > hazard.op || (earlier == hazard.op && kind < hazard.kind)) {
      hazard = {earlier, kind};
    }
  }

  const Program& program_;
  Ranges sram_;
  std::vector<std::uint64_t> first_tile_;
  std::vector<Access> dram_;
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
