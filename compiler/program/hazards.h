// Which earlier ops an op has to wait for, found once from the program itself. Scoreboard, stall
// causes, critical path and reports all use these facts.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "compiler/program/opcodes.h"
#include "compiler/program/program.h"

namespace tilewave {

enum class HazardKind : std::uint8_t {
  kReadAfterWrite,
  kWriteAfterRead,
  kWriteAfterWrite,
};

const char* to_string(HazardKind kind);

inline constexpr std::uint32_t kNoOp = ~std::uint32_t{0};

/// The latest op of one engine that conflicts; earlier ones of that engine complete before it,
/// since an engine completes its ops in order.
struct Hazard {
  std::uint32_t op = kNoOp;
  HazardKind kind = HazardKind::kReadAfterWrite;

  bool exists() const { return op != kNoOp; }
};

/// Indexed by the engine of the earlier op.
using OpHazards = std::array<Hazard, kEngineCount>;

/// For every op its conflicts with earlier ones: overlapping byte ranges in SRAM, the same
/// elements in DRAM. If several kinds meet in one earlier op, read-after-write is reported. Consecutive steps
/// into one accumulator do not conflict with each other: their unit adds them up, or folds, in order.
/// O(ops · log live tiles); expects a verified program.
std::vector<OpHazards> find_hazards(const Program& program);

}  // namespace tilewave
