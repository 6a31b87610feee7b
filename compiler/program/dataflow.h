// Where the operands of every op come from, and what becomes of every tile in SRAM: facts of the
// program alone, on which the analyses of traffic, reloads and prefetching rest.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "compiler/program/hazards.h"
#include "compiler/program/program.h"
#include "compiler/program/tile_access.h"

namespace tilewave {

/// Indices of other ops; kNoOp where there is none.
struct OpLinks {
  /// The ops that wrote the operands, in the order of visit_operands().
  std::array<std::uint32_t, kMostOperands> operands{kNoOp, kNoOp, kNoOp, kNoOp};
  std::uint32_t first_use = kNoOp;  ///< the first to read the tile that this op writes
  /// The first to write over a byte of it; not the steps that go on with the same sum or fold.
  std::uint32_t overwritten_by = kNoOp;
};

/// By op. Expects a verified program; O(ops · log tiles in SRAM).
std::vector<OpLinks> find_links(const Program& program);

/// Products in each sum that a step with this left operand belongs to: `left` is an op that wrote it.
std::uint64_t product_depth(const Program& program, const Op& op, std::uint32_t left);

/// Those of step_products() that add to elements of a tensor and come from elements of tensors, not from
/// padding. `left` is an op that wrote the left operand; kNoOp: it has no padding.
std::uint64_t useful_products(const Program& program, const Op& op, std::uint32_t left);
/// The same; `links` are the op's.
std::uint64_t useful_products(const Program& program, const Op& op, const OpLinks& links);
/// Of all steps: what the model asks for. Expects a verified program.
struct UsefulProducts {
  std::uint64_t count = 0;
  ElementTypes factors;  ///< the types of the left ones
};
UsefulProducts useful_products(const Program& program);

}  // namespace tilewave
