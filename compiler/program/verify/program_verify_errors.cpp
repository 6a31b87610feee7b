// Finds the earlier op that a breach clashes with, and words the complaint.
#include "compiler/program/verify/program_verify_errors.h"

#include "compiler/base/error.h"
#include "compiler/base/number_text.h"
#include "compiler/program/forms/program_fields.h"
#include "compiler/program/forms/program_text.h"
#include "compiler/program/op_names.h"
#include "compiler/program/opcodes.h"
#include "compiler/program/verify/reduction_rule.h"

namespace tilewave {

namespace {

constexpr std::size_t kAddressDigits = 4;

/// "sum of columns", of a reduce whose fields are right.
std::string fold_text(const Program& program, const Op& op) {
  const Reduction& reduction = *program.kernels[op.kernel].reduction;
  return std::string(fold_info(reduction.fold).word) + " of " +
         std::string(to_string(reduction.over));
}

}  // namespace

void VerifyErrors::fail(const std::string& message) const {
  throw InputError(file_ + ": " + message);
}

void VerifyErrors::fail_op(std::size_t op, const std::string& message) const {
  fail(describe(op) + " " + message);
}

std::string VerifyErrors::describe(std::size_t op) const {
  return "op " + std::to_string(op) + " (" + op_text(program_, program_.ops[op]) + ")";
}

VerifyErrors::Bytes VerifyErrors::written_by(std::size_t op) const {
  Bytes found;
  if (find_problem(program_.ops[op], program_)) {
    return found;  // nobody has looked at it yet, or it was passed over
  }
  visit_sram(
      program_, program_.ops[op], [](std::uint32_t, std::uint64_t) {},
      [&](std::uint32_t start, std::uint64_t bytes) {
        found = {start, start + bytes};
      });
  return found;
}

VerifyErrors::Bytes VerifyErrors::read_by(std::size_t op, std::uint32_t address) const {
  Bytes found;
  if (find_problem(program_.ops[op], program_)) {
    return found;
  }
  visit_sram(
      program_, program_.ops[op],
      [&](std::uint32_t start, std::uint64_t bytes) {
        if (start == address) {
          found = {start, start + bytes};
        }
      },
      [](std::uint32_t, std::uint64_t) {});
  return found;
}

bool VerifyErrors::touches(const Op& op, std::uint32_t tensor, const ElementRange& elements) const {
  if (find_problem(op, program_) || program_.tensor_of(op.region) != tensor) {
    return false;
  }
  const TileGrid grid = program_.grid(op.region);
  if (op.row >= grid.rows || op.col >= grid.cols) {
    return false;
  }
  return program_.elements_at(op).overlaps(elements);
}

void VerifyErrors::fail_unreadable(std::size_t op, const char* what, std::uint32_t address) const {
  std::size_t writer = op;  // the last that wrote a whole tile there; `op` itself means none
  std::size_t clash = op;   // the first that wrote over a part of it, or the last if there was none
  Bytes tile = read_by(op, address);
  for (std::size_t i = 0; i < op; ++i) {
    const Bytes written = written_by(i);
    if (written.begin == address && written.end > written.begin) {
      writer = i;
      clash = op;
      tile = written;
    } else if ((writer == op || clash == op) && written.overlaps(tile)) {
      clash = i;
    }
  }
  const std::string place = std::string("reads ") + what + " " + hex(address, kAddressDigits);
  if (writer != op && clash != op) {
    fail_op(op, place + ", but " + describe(clash) + " overwrote a part of the tile of " +
                    describe(writer));
  }
  if (clash != op) {
    fail_op(op, place + ", where no tile begins: it overlaps the tile of " + describe(clash));
  }
  fail_op(op, place + ", which no earlier op wrote" + later_writer(op, address));
}

std::string VerifyErrors::later_writer(std::size_t op, std::uint32_t address) const {
  for (std::size_t i = op + 1; i < program_.ops.size(); ++i) {
    const Bytes written = written_by(i);
    if (written.begin == address && written.end > written.begin) {
      return "; " + describe(i) + " does only later";
    }
  }
  return "";
}

void VerifyErrors::fail_unstored(std::size_t op) const {
  std::string later;
  const std::uint32_t tensor = program_.tensor_of(program_.ops[op].region);
  const ElementRange elements = program_.elements_at(program_.ops[op]);
  for (std::size_t i = op + 1; i < program_.ops.size() && later.empty(); ++i) {
    if (is_store(program_.ops[i]) && touches(program_.ops[i], tensor, elements)) {
      later = "; " + describe(i) + " does only later";
    }
  }
  const TensorRole role = program_.tensors[tensor].role;
  fail_op(op, std::string("loads a tile of an ") + to_string(role) +
                  " tensor that no earlier op stored" + later);
}

void VerifyErrors::fail_extent(std::size_t op, const char* what, const SramTile& tile,
                               const std::string& allowed) const {
  fail_op(op, std::string("reads as ") + what + " the " + to_string(tile.extent) + " tile of " +
                  describe(tile.writer) + "; allowed: " + allowed);
}

void VerifyErrors::fail_accumulate(std::size_t op, std::size_t writer) const {
  const Op& earlier = program_.ops[writer];
  const bool same = continues(program_, earlier, program_.ops[op]);
  if (same && earlier.relu) {
    fail_op(op, "accumulates without clear into what went through the ReLU of " + describe(writer));
  }
  if (same) {
    std::size_t store = op;
    for (std::size_t i = writer; i < op; ++i) {
      const Op& candidate = program_.ops[i];
      if (is_store(candidate) && candidate.a == program_.ops[op].dst) {
        store = i;
        break;
      }
    }
    fail_op(op, "accumulates without clear into what " + describe(store) + " has already stored");
  }
  if (earlier.opcode == program_.ops[op].opcode && rule_of(earlier.opcode).folds) {
    const std::string mine = fold_text(program_, program_.ops[op]);
    const std::string theirs = fold_text(program_, earlier);
    if (mine != theirs) {
      fail_op(op, "goes on with the " + mine + ", but its accumulator holds the " + theirs +
                      " of " + describe(writer));
    }
  }
  fail_op(op,
          "accumulates without clear, but its accumulator holds the tile of " + describe(writer));
}

void VerifyErrors::fail_step_twice(std::size_t op) const {
  const Op& again = program_.ops[op];
  for (std::size_t i = op; i-- > 0;) {
    const Op& earlier = program_.ops[i];
    if (earlier.dst == again.dst && continues(program_, earlier, again) &&
        earlier.step == again.step) {
      fail_op(op, "takes step k = " + std::to_string(again.step) + " of its " +
                      (is_sum_step(again) ? "sum" : "fold") + ", which " + describe(i) +
                      " has already taken");
    }
  }
  throw InternalError("verify_program: no first step for " + describe(op));
}

void VerifyErrors::fail_overwrite(std::size_t op, std::size_t writer) const {
  const bool accumulator = is_reduction_step(program_.ops[writer]);
  fail_op(op, std::string("overwrites the ") +
                  (accumulator ? "live accumulator" : "unread result") + " of " + describe(writer));
}

void VerifyErrors::fail_unread(std::size_t op) const {
  std::string early;
  const std::uint32_t place = program_.ops[op].dst;
  for (std::size_t i = op; i-- > 0 && early.empty();) {
    if (const Bytes read = read_by(i, place); read.end > read.begin) {
      early = "; " + describe(i) + " reads what was there before";
    }
    if (const Bytes written = written_by(i); written.begin == place && written.end > place) {
      break;
    }
  }
  fail_op(op, "computes a tile that is never stored and never read" + early);
}

void VerifyErrors::fail_stored_twice(std::size_t op) const {
  const std::uint32_t tensor = program_.tensor_of(program_.ops[op].region);
  const ElementRange elements = program_.elements_at(program_.ops[op]);
  for (std::size_t i = 0; i < op; ++i) {
    if (is_store(program_.ops[i]) && touches(program_.ops[i], tensor, elements)) {
      fail_op(op, "stores an output tile that " + describe(i) + " has already stored");
    }
  }
  throw InternalError("verify_program: no first store for " + describe(op));
}

void VerifyErrors::fail_never_stored(std::uint32_t tensor, const ElementRange& elements) const {
  std::string message =
      "output tile " + elements_name(program_, tensor, elements) + " is never stored";
  for (std::size_t i = program_.ops.size(); i-- > 0;) {
    if (computes(program_.ops[i]) && touches(program_.ops[i], tensor, elements)) {
      message += "; " + describe(i) + " computes it";
      break;
    }
  }
  fail(message);
}

}  // namespace tilewave
