// What a value is follows from how it came about: the tile of a source, so many steps of a sum or a fold, the
// result of a kernel. What an op reads is what its operands' writers left.
#include "compiler/program/verify/same_values.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compiler/program/dataflow.h"
#include "compiler/program/forms/program_text.h"
#include "compiler/program/op_names.h"
#include "compiler/program/opcodes.h"
#include "compiler/program/tile_cells.h"
#include "compiler/program/verify/program_verify_errors.h"

namespace tilewave {
namespace {

enum class Stage : std::uint8_t { kNone, kSource, kSteps, kMapped, kParts };

/// What a tile holds.
struct Value {
  Stage stage = Stage::kNone;
  bool relu = false;
  std::uint32_t tensor = 0;
  std::uint32_t number = 0;  ///< the steps that are in it; of parts: which of PartLists
  ElementRange elements;     ///< of the tensor

  auto operator<=>(const Value&) const = default;  // NOLINT(modernize-use-nullptr)
};

/// What a tile is that was stored in parts: a number for each list of values and of their elements in it,
/// the same in both programs.
class PartLists {
 public:
  using Parts = std::vector<std::pair<ElementRange, Value>>;

  std::uint32_t number(const Parts& parts) {
    return numbers_.try_emplace(parts, static_cast<std::uint32_t>(numbers_.size())).first->second;
  }

 private:
  std::map<Parts, std::uint32_t> numbers_;
};

/// What an op does, wherever its tiles lie: the same in both programs.
using Deed = std::tuple<Opcode, std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>;

Deed deed_of(const Op& op) { return {op.opcode, op.region, op.row, op.col, op.step}; }

/// What an op reads, what it goes on with last.
struct Reads {
  std::array<Value, kMostReads> values{};
  std::array<std::uint32_t, kMostReads> writers{};

  Reads() { writers.fill(kNoOp); }
};

/// The values of tensors, as ops store them.
class StoredValues {
 public:
  StoredValues(const Program& program, PartLists& lists)
      : program_(program),
        lists_(lists),
        cells_(program),
        stores_(cells_.count(), program.ops.size()) {}

  void store(const Op& op, const Value& value) {
    stored_.push_back({program_.elements_at(op), value});
    const auto last = static_cast<std::uint32_t>(stored_.size());
    cells_.visit(op, [&](CellId cell) { stores_[cell] = last; });
  }

  Value load(const Op& op) {
    const ElementRange elements = program_.elements_at(op);
    const Value source{Stage::kSource, false, program_.tensor_of(op.region), 0, elements};
    std::set<std::uint32_t> stores;
    cells_.visit(op, [&](CellId cell) { stores.insert(stores_[cell]); });
    if (stores == std::set<std::uint32_t>{0}) {
      return source;
    }
    if (stores.size() == 1 && stored_[*stores.begin() - 1].first == elements) {
      return stored_[*stores.begin() - 1].second;
    }
    PartLists::Parts parts;
    for (const std::uint32_t store : stores) {
      parts.push_back(store == 0 ? std::pair{elements, source} : stored_[store - 1]);
    }
    if (!any_overlap(parts)) {  // else their order says what is left of each
      std::ranges::sort(parts);
    }
    return {Stage::kParts, false, source.tensor, lists_.number(parts), elements};
  }

 private:
  static bool any_overlap(const PartLists::Parts& parts) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (parts[i].first.overlaps(parts[j].first)) {
          return true;
        }
      }
    }
    return false;
  }

  const Program& program_;
  PartLists& lists_;
  TileCells cells_;
  CellMap<std::uint32_t> stores_;                       // by cell: which of stored_, from 1 on
  std::vector<std::pair<ElementRange, Value>> stored_;  // store by store
};

/// Goes through a program and tells `visit(index, op, reads)` of every op that computes or stores.
template <typename Visit>
void walk(const Program& program, PartLists& lists, Visit&& visit) {
  const std::vector<OpLinks> links = find_links(program);
  std::vector<Value> left(program.ops.size());  // by each op, where it writes
  StoredValues stored(program, lists);
  std::unordered_map<std::uint32_t, std::uint32_t>
      open;  // by address: the last step of what is there
  for (std::uint32_t i = 0; i < program.ops.size(); ++i) {
    const Op& op = program.ops[i];
    if (is_load(op)) {
      left[i] = stored.load(op);
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
    const std::uint32_t tensor = program.tensor_of(op.region);
    if (is_store(op)) {
      Value value = reads.values.front();
      value.relu = value.relu || op.relu;
      stored.store(op, value);
    } else if (is_reduction_step(op)) {
      const std::uint32_t before = op.clear ? 0 : left[open.at(op.dst)].number;
      left[i] = {Stage::kSteps, op.relu, tensor, before + 1, program.elements_at(op)};
      open[op.dst] = i;
    } else {
      left[i] = {Stage::kMapped, false, tensor, 0, program.elements_at(op)};
    }
  }
}

std::string describe(const Program& program, const Value& value) {
  if (value.stage == Stage::kNone) {
    return "nothing";
  }
  std::string text = elements_name(program, value.tensor, value.elements);
  if (value.stage == Stage::kSteps) {
    text += " after " + std::to_string(value.number) + (value.number == 1 ? " step" : " steps");
  } else if (value.stage == Stage::kParts) {
    text += " from several stores";
  }
  return text + (value.relu ? " with ReLU" : "");
}

/// Whether two ops with one deed do it alike, operands apart.
bool same_way(const Program& program, const Op& op, const Program& compiled, const Op& other) {
  const bool same_kernel = !rule_of(op.opcode).has_kernel ||
                           program.kernels[op.kernel] == compiled.kernels[other.kernel];
  return same_kernel && op.shape() == other.shape() && op.relu == other.relu &&
         op.biased == other.biased && op.a_type == other.a_type && op.b_type == other.b_type &&
         op.a_zero == other.a_zero && op.b_zero == other.b_zero &&
         op.a_transposed == other.a_transposed && op.b_transposed == other.b_transposed;
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
  PartLists lists;
  walk(compiled, lists, [&](std::uint32_t index, const Op& op, const Reads& reads) {
    deeds[deed_of(op)] = {index, reads};
  });
  walk(program, lists, [&](std::uint32_t index, const Op& op, const Reads& reads) {
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
