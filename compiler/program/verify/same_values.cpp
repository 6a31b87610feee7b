// What a value is follows from how it came about: the tile of a source, so many steps of a sum, the result of a
// kernel. What an op reads is what its operands' writers left.
#include "compiler/program/verify/same_values.h"

#include <array>
#include <cstdint>
#include <map>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "compiler/program/dataflow.h"
#include "compiler/program/forms/program_text.h"
#include "compiler/program/opcodes.h"
#include "compiler/program/verify/program_verify_errors.h"

namespace tilewave {
namespace {

enum class Stage : std::uint8_t { kNone, kSource, kSum, kMapped };

/// What a tile holds.
struct Value {
  Stage stage = Stage::kNone;
  bool relu = false;
  std::uint32_t tensor = 0;
  std::uint32_t row = 0;
  std::uint32_t col = 0;
  std::uint32_t steps = 0;  ///< of a sum, that are in it

  bool operator==(const Value&) const = default;
};

/// What an op does, wherever its tiles lie: the same in both programs.
using Deed = std::tuple<Opcode, std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>;

Deed deed_of(const Op& op) { return {op.opcode, op.tensor, op.row, op.col, op.step}; }

/// What an op reads, the sum that it goes on with last.
struct Reads {
  std::array<Value, kMostReads> values{};
  std::array<std::uint32_t, kMostReads> writers{};

  Reads() { writers.fill(kNoOp); }
};

/// Goes through a program and tells `visit(index, op, reads)` of every op that computes or stores.
template <typename Visit>
void walk(const Program& program, Visit&& visit) {
  const std::vector<OpLinks> links = find_links(program);
  std::vector<Value> left(program.ops.size());  // by each op, where it writes
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, Value> stored;
  std::unordered_map<std::uint32_t, std::uint32_t> sums;  // by address: their last step
  for (std::uint32_t i = 0; i < program.ops.size(); ++i) {
    const Op& op = program.ops[i];
    const std::tuple tile(op.tensor, op.row, op.col);
    if (is_load(op)) {
      const auto found = stored.find(tile);
      left[i] = found != stored.end() ? found->second
                                      : Value{Stage::kSource, false, op.tensor, op.row, op.col, 0};
      continue;
    }
    Reads reads;
    for (std::size_t operand = 0; operand < kMostOperands; ++operand) {
      if (const std::uint32_t writer = links[i].operands[operand]; writer != kNoOp) {
        reads.values[operand] = left[writer];
        reads.writers[operand] = writer;
      }
    }
    visit(i, op, reads);
    if (is_store(op)) {
      Value value = reads.values.front();
      value.relu = value.relu || op.relu;
      stored[tile] = value;
    } else if (is_sum_step(op)) {
      const std::uint32_t before = op.clear ? 0 : left[sums.at(op.dst)].steps;
      left[i] = {Stage::kSum, op.relu, op.tensor, op.row, op.col, before + 1};
      sums[op.dst] = i;
    } else {
      left[i] = {Stage::kMapped, false, op.tensor, op.row, op.col, 0};
    }
  }
}

std::string describe(const Program& program, const Value& value) {
  if (value.stage == Stage::kNone) {
    return "nothing";
  }
  std::string text = program.tensors[value.tensor].name + "[" + std::to_string(value.row) + "," +
                     std::to_string(value.col) + "]";
  if (value.stage == Stage::kSum) {
    text += " after " + std::to_string(value.steps) + (value.steps == 1 ? " step" : " steps");
  }
  return text + (value.relu ? " with ReLU" : "");
}

/// Whether two ops with one deed do it alike, operands apart.
bool same_way(const Program& program, const Op& op, const Program& compiled, const Op& other) {
  const bool same_kernel = !rule_of(op.opcode).has_kernel ||
                           program.kernels[op.kernel] == compiled.kernels[other.kernel];
  return same_kernel && op.shape() == other.shape() && op.relu == other.relu &&
         op.biased == other.biased && op.a_type == other.a_type && op.b_type == other.b_type &&
         op.a_zero == other.a_zero && op.b_zero == other.b_zero;
}

}  // namespace

void require_same_values(const Program& program, const Program& compiled,
                         const std::string& file_name) {
  const VerifyErrors errors(program, file_name);
  struct Done {
    std::uint32_t op = 0;
    Reads reads;
  };
  std::map<Deed, Done> deeds;
  walk(compiled, [&](std::uint32_t index, const Op& op, const Reads& reads) {
    deeds[deed_of(op)] = {index, reads};
  });
  walk(program, [&](std::uint32_t index, const Op& op, const Reads& reads) {
    const auto found = deeds.find(deed_of(op));
    if (found == deeds.end()) {
      errors.fail_op(index, "does what no op of the compiled program does");
    }
    const Op& other = compiled.ops[found->second.op];
    if (!same_way(program, op, compiled, other)) {
      errors.fail_op(index, "is another one in the compiled program: " + op_text(compiled, other));
    }
    for (std::size_t i = 0; i < kMostOperands; ++i) {
      const Value& wanted = found->second.reads.values[i];
      const Value& read = reads.values[i];
      if (read == wanted) {
        continue;
      }
      const std::uint32_t writer = reads.writers[i];
      const std::string from = writer == kNoOp
                                   ? describe(program, read)
                                   : describe(program, read) + " from " + errors.describe(writer);
      errors.fail_op(index, "reads " + from + "; the compiled program has it read " +
                                describe(compiled, wanted));
    }
  });
}

}  // namespace tilewave
