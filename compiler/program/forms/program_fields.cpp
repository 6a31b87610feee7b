// The rules of program_fields.h, field by field.
#include "compiler/program/forms/program_fields.h"

#include <algorithm>
#include <array>
#include <bit>
#include <span>
#include <utility>

#include "compiler/base/nearest.h"
#include "compiler/base/number_text.h"
#include "compiler/program/opcodes.h"

namespace tilewave {

namespace {

FieldProblem problem(const char* field, std::uint64_t value, std::string allowed) {
  return {field, std::to_string(value), std::move(allowed)};
}

std::optional<FieldProblem> find_type_problem(const char* field, ElementType type) {
  if (static_cast<std::size_t>(type) < kElementTypeCount) {
    return std::nullopt;
  }
  std::string known;
  for (std::size_t i = 0; i < kElementTypeCount; ++i) {
    known += (i == 0 ? "" : ", ") + std::to_string(i) + " ";
    known += kElementTypeNames[i];
  }
  return problem(field, static_cast<std::uint64_t>(type), known);
}

std::string up_to(std::uint64_t first, std::uint64_t last) {
  return std::to_string(first) + " to " + std::to_string(last);
}

std::optional<FieldProblem> find_tile_problem(TileExtent extent, const TileShape& tile) {
  extent.type = ElementType::kF32;
  if (extent == tile.result() || extent == tile.left() || extent == tile.right() ||
      extent == tile.row() || extent == tile.column() || extent == TileShape::value()) {
    return std::nullopt;
  }
  return FieldProblem{
      "tile", to_string(extent),
      "m x n = " + to_string(tile.result()) + ", m x k = " + to_string(tile.left()) +
          ", k x n = " + to_string(tile.right()) + ", 1 x n = " + to_string(tile.row()) +
          ", m x 1 = " + to_string(tile.column()) + " or 1x1"};
}

/// Expects a valid tile.
std::optional<FieldProblem> find_shape_problem(const ProgramTensor& tensor) {
  const Shape& shape = tensor.shape;
  if (shape.rows == 0 || shape.rows > kMaxTensorElements) {
    return problem("rows", shape.rows, up_to(1, kMaxTensorElements));
  }
  if (shape.cols == 0 || shape.cols > kMaxTensorElements) {
    return problem("cols", shape.cols, up_to(1, kMaxTensorElements));
  }
  const Shape padded = padded_shape(shape, tensor.tile);
  if (padded.cols > kMaxTensorElements / padded.rows) {
    return problem("cols", shape.cols,
                   "at most " + std::to_string(kMaxTensorElements) +
                       " elements in a tensor, padding included");
  }
  if (tensor.stored == shape || tensor.stored == padded) {
    return std::nullopt;
  }
  const bool rows = tensor.stored.rows != shape.rows && tensor.stored.rows != padded.rows;
  return FieldProblem{rows ? "stored_rows" : "stored_cols",
                      std::to_string(rows ? tensor.stored.rows : tensor.stored.cols),
                      to_string(shape) + ", the tensor, or " + to_string(padded) +
                          ", that rounded up to whole tiles"};
}

}  // namespace

std::string version_problem(std::uint64_t version) {
  if (version == kProgramFormatVersion) {
    return "";
  }
  return "format version " + std::to_string(version) + "; this tilewave reads " +
         std::to_string(kProgramFormatVersion) +
         (version < kProgramFormatVersion ? ": compile the model again" : "");
}

std::optional<FieldProblem> find_problem(const TileShape& tile) {
  const auto find = [](const char* field, std::uint32_t edge) -> std::optional<FieldProblem> {
    if (edge >= 1 && edge <= kMaxTileEdge) {
      return std::nullopt;
    }
    return problem(field, edge, up_to(1, kMaxTileEdge));
  };
  if (auto found = find("m", tile.m)) {
    return found;
  }
  if (auto found = find("n", tile.n)) {
    return found;
  }
  return find("k", tile.k);
}

std::optional<FieldProblem> find_sram_problem(std::uint64_t sram_bytes) {
  if (sram_bytes > kMaxSramBytes) {
    return problem("sram_bytes", sram_bytes, up_to(0, kMaxSramBytes));
  }
  return std::nullopt;
}

bool is_valid_tensor_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxTensorNameBytes &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return c > ' ' && c <= '~' && c != '#' && c != '[' && c != ']';
         });
}

std::optional<FieldProblem> find_problem(const ProgramTensor& tensor, const TileShape& tile) {
  if (!is_valid_tensor_name(tensor.name)) {
    return FieldProblem{"name", in_quotes(tensor.name),
                        "1 to 255 printable ASCII characters without space, '#', '[' and ']'"};
  }
  if (tensor.role > TensorRole::kOutput) {
    return problem("role", static_cast<std::uint64_t>(tensor.role),
                   "0 input, 1 param, 2 intermediate, 3 output");
  }
  if (auto found = find_type_problem("type", tensor.type())) {
    return found;
  }
  if (auto found = find_tile_problem(tensor.tile, tile)) {
    return found;
  }
  if (auto found = find_shape_problem(tensor)) {
    return found;
  }
  if (tensor.dram_base % kSramAlignment != 0) {
    return FieldProblem{"dram_base", hex(tensor.dram_base), "multiples of 64"};
  }
  if (tensor.bytes() > kMaxDramBytes || tensor.dram_base > kMaxDramBytes - tensor.bytes()) {
    return FieldProblem{"dram_base", hex(tensor.dram_base),
                        "at most " + hex(kMaxDramBytes - tensor.bytes()) + ", so that its " +
                            std::to_string(tensor.bytes()) + " bytes end inside 16 GiB"};
  }
  return std::nullopt;
}

namespace {

/// The fields of an op that not every opcode has, in the order in which they are checked.
constexpr std::array<const char*, 17> kFieldNames = {
    "clear", "relu", "biased", "kernel", "m",      "n",      "k",      "step",  "a",
    "b",     "c",    "d",      "dst",    "a_type", "b_type", "a_zero", "b_zero"};

std::array<std::int64_t, kFieldNames.size()> field_values(const Op& op) {
  return {op.clear,
          op.relu,
          op.biased,
          op.kernel,
          op.m,
          op.n,
          op.k,
          op.step,
          op.a,
          op.b,
          op.c,
          op.d,
          op.dst,
          static_cast<std::int64_t>(op.a_type),
          static_cast<std::int64_t>(op.b_type),
          op.a_zero,
          op.b_zero};
}

using FieldSet = std::uint32_t;  ///< one bit for each of kFieldNames

constexpr FieldSet as_set(const std::array<bool, kFieldNames.size()>& has) {
  FieldSet set = 0;
  for (std::size_t i = 0; i < has.size(); ++i) {
    set = static_cast<FieldSet>(set | (has[i] ? 1U << i : 0U));
  }
  return set;
}

/// Those that an op of this rule has with its first `count` operands.
constexpr FieldSet fields_of(const OpcodeRule& rule, std::size_t count) {
  const auto operands = std::span(rule.operands).first(count);
  const auto flags = std::span(rule.flags).first(rule.flag_count);
  const auto reads = [&](std::uint32_t Op::*field) {
    return std::ranges::any_of(
        operands, [&](const OperandRule& operand) { return operand.address == field; });
  };
  const auto may_have = [&](bool Op::*flag) {
    return std::ranges::any_of(flags, [&](const FlagRule& known) { return known.field == flag; }) ||
           std::ranges::any_of(operands,
                               [&](const OperandRule& operand) { return operand.only_if == flag; });
  };
  const auto types = [&](ElementType Op::*field) {
    return std::ranges::any_of(operands,
                               [&](const OperandRule& operand) { return operand.type == field; });
  };
  const auto zeros = [&](std::int16_t Op::*field) {
    return std::ranges::any_of(operands,
                               [&](const OperandRule& operand) { return operand.zero == field; });
  };
  return as_set({may_have(&Op::clear), may_have(&Op::relu), may_have(&Op::biased), rule.has_kernel,
                 !rule.moves, !rule.moves, rule.has_step, rule.has_step, reads(&Op::a),
                 reads(&Op::b), reads(&Op::c), reads(&Op::d), rule.has_dst, types(&Op::a_type),
                 types(&Op::b_type), zeros(&Op::a_zero), zeros(&Op::b_zero)});
}

/// By opcode and count of operands: found once, for there are millions of ops.
constexpr auto kFields = [] {
  std::array<std::array<FieldSet, kMostOperands + 1>, kOpcodeCount> fields{};
  for (std::size_t opcode = 0; opcode < kOpcodeCount; ++opcode) {
    for (std::size_t count = 0; count <= kMostOperands; ++count) {
      fields[opcode][count] = fields_of(kOpcodeRules[opcode], count);
    }
  }
  return fields;
}();

FieldSet fields_set(const Op& op) {
  return as_set({op.clear, op.relu, op.biased, op.kernel != 0, op.m != 0, op.n != 0, op.k != 0,
                 op.step != 0, op.a != 0, op.b != 0, op.c != 0, op.d != 0, op.dst != 0,
                 op.a_type != ElementType::kF32, op.b_type != ElementType::kF32, op.a_zero != 0,
                 op.b_zero != 0});
}

/// Of an op that computes: from 1 to those of the program.
std::optional<FieldProblem> find_extent_problem(const Op& op, const TileShape& tile) {
  if (op.m == 0 || op.m > tile.m) {
    return problem("m", op.m, up_to(1, tile.m));
  }
  if (op.n == 0 || op.n > tile.n) {
    return problem("n", op.n, up_to(1, tile.n));
  }
  if (rule_of(op.opcode).has_step && (op.k == 0 || op.k > tile.k)) {
    return problem("k", op.k, up_to(1, tile.k));
  }
  return std::nullopt;
}

/// The values of `type`'s elements, of those that a product takes: "-128 to 127"; empty for others.
std::string zeros_of(ElementType type) {
  return type == ElementType::kI8 ? "-128 to 127" : type == ElementType::kU8 ? "0 to 255" : "";
}

/// Types that exist and go together, and zeros that are values of theirs.
std::optional<FieldProblem> find_operand_problem(const Op& op,
                                                 std::span<const OperandRule> operands) {
  constexpr std::array kNames = {std::pair{"a_type", "a_zero"}, std::pair{"b_type", "b_zero"}};
  for (std::size_t i = 0; i < operands.size() && i < kNames.size(); ++i) {
    const OperandRule& operand = operands[i];
    if (operand.type == nullptr) {
      continue;
    }
    const ElementType type = op.*operand.type;
    if (auto found = find_type_problem(kNames[i].first, type)) {
      return found;
    }
    if (operand.zero != nullptr && !is_zero_of(type, op.*operand.zero)) {
      const std::string values = zeros_of(type);
      return FieldProblem{kNames[i].second, std::to_string(op.*operand.zero),
                          values.empty()
                              ? "0, for " + std::string(to_string(type)) + " has no other"
                              : values + ", the values of " + std::string(to_string(type))};
    }
  }
  if (is_sum_step(op) && !product_type(op.a_type, op.b_type)) {
    return FieldProblem{
        "a_type and b_type",
        std::string(to_string(op.a_type)) + " and " + std::string(to_string(op.b_type)),
        "f32, bf16 or f16 for both, or i8 or u8 for each"};
  }
  return std::nullopt;
}

/// "0 load, 1 store, …"
std::string known_opcodes() {
  std::string text;
  for (std::size_t i = 0; i < kOpcodeCount; ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(i) + " ";
    text += kOpcodeRules[i].word;
  }
  return text;
}

}  // namespace

std::optional<FieldProblem> find_problem(const Op& op, const Program& program) {
  if (static_cast<std::size_t>(op.opcode) >= kOpcodeCount) {
    return problem("opcode", static_cast<std::uint64_t>(op.opcode), known_opcodes());
  }
  if (op.tag > BufferTag::kPong) {
    return problem("tag", static_cast<std::uint64_t>(op.tag), "0 none, 1 ping, 2 pong");
  }
  if (op.tensor >= program.tensors.size()) {
    return problem("tensor", op.tensor,
                   "an index into the " + std::to_string(program.tensors.size()) + " tensors");
  }
  const OpcodeRule& rule = rule_of(op.opcode);
  if (rule.has_kernel && op.kernel >= program.kernels.size()) {
    return problem("kernel", op.kernel,
                   "an index into the " + std::to_string(program.kernels.size()) + " kernels");
  }
  const std::span<const OperandRule> operands = operand_rules(program, op);
  const FieldSet known = kFields[static_cast<std::size_t>(op.opcode)][operands.size()];
  if (const FieldSet unknown = fields_set(op) & static_cast<FieldSet>(~known); unknown != 0) {
    const auto field = static_cast<std::size_t>(std::countr_zero(unknown));
    return FieldProblem{kFieldNames[field], std::to_string(field_values(op)[field]),
                        std::string("0, for a ") + to_string(op.opcode) + " has none"};
  }
  if (auto found = find_operand_problem(op, operands)) {
    return found;
  }
  if (op.relu && moves_tile(op) &&
      program.tensors[op.tensor].type() != sum_type(program.tensors[op.tensor].type())) {
    return problem("relu", 1, "0, for only sums, of f32 or i32, go through one");
  }
  if (!rule.moves) {
    if (auto found = find_extent_problem(op, program.tile)) {
      return found;
    }
  }
  if (op.biased && !op.clear) {
    return problem("biased", 1, "0, for only a matmul that clears starts from a bias");
  }
  for (const OperandRule& operand : operands) {
    if (operand.only_if != nullptr && !(op.*operand.only_if) && op.*operand.address != 0) {
      return problem("c", op.*operand.address, "0, for the op is not biased");
    }
  }
  return std::nullopt;
}

}  // namespace tilewave
