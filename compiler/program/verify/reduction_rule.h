// Which steps make one result: the rule of program_verify.h that verifier and messages share.
#pragma once

#include "compiler/program/opcodes.h"
#include "compiler/program/program.h"

namespace tilewave {

/// Whether `op` may go on with what `earlier`, whose result lies at its dst, left there: a sum of
/// products of the same tile, or a fold of the same reduction, of any kernels. Expects that the fields
/// of `op` are right; those of `earlier` may be anything.
inline bool continues(const Program& program, const Op& earlier, const Op& op) {
  if (earlier.opcode != op.opcode || !is_reduction_step(op) || earlier.region != op.region ||
      earlier.row != op.row || earlier.col != op.col) {
    return false;
  }
  return !rule_of(op.opcode).folds ||
         (earlier.kernel < program.kernels.size() &&
          program.kernels[earlier.kernel].reduction == program.kernels[op.kernel].reduction);
}

}  // namespace tilewave
