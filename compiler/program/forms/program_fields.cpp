// The rules of program_fields.h, field by field.
#include "compiler/program/forms/program_fields.h"

#include <algorithm>
#include <array>
#include <bit>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>

#include "compiler/base/nearest.h"
#include "compiler/base/number_text.h"
#include "compiler/base/text.h"
#include "compiler/program/op_names.h"
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
  std::vector<std::string> known;
  for (std::size_t i = 0; i < kElementTypeCount; ++i) {
    known.push_back(std::to_string(i) + " " + std::string(kElementTypeNames[i]));
  }
  return problem(field, static_cast<std::uint64_t>(type), joined(known));
}

std::string up_to(std::uint64_t first, std::uint64_t last) {
  return std::to_string(first) + " to " + std::to_string(last);
}

std::optional<FieldProblem> find_tile_problem(TileExtent extent, const TileShape& tile) {
  extent.type = ElementType::kF32;
  if (extent == tile.result() || extent == tile.left() || extent == tile.right() ||
      extent == tile.left().transposed() || extent == tile.right().transposed() ||
      extent == tile.row() || extent == tile.column() || extent == TileShape::value()) {
    return std::nullopt;
  }
  return FieldProblem{
      "tile", to_string(extent),
      "m x n = " + to_string(tile.result()) + ", m x k = " + to_string(tile.left()) + ", k x n = " +
          to_string(tile.right()) + ", k x m = " + to_string(tile.left().transposed()) +
          ", n x k = " + to_string(tile.right().transposed()) + ", 1 x n = " +
          to_string(tile.row()) + ", m x 1 = " + to_string(tile.column()) + " or 1x1"};
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
  if (tensor.stored == shape || tensor.stored == padded) {
    return tensor.stored.cols <= kMaxTensorElements / tensor.stored.rows
               ? std::nullopt
               : std::optional(problem("cols", shape.cols,
                                       "at most " + std::to_string(kMaxTensorElements) +
                                           " elements in a tensor, padding included"));
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
           return c > ' ' && c <= '~' && c != '#' && c != kWindowMark && c != '[' && c != ']';
         });
}

std::optional<FieldProblem> find_name_problem(std::string_view name) {
  if (is_valid_tensor_name(name)) {
    return std::nullopt;
  }
  return FieldProblem{"name", in_quotes(name),
                      "1 to 255 printable ASCII characters without space, '#', '@', '[' and ']'"};
}

std::optional<FieldProblem> find_problem(const ProgramTensor& tensor, const TileShape& tile) {
  if (auto found = find_name_problem(tensor.name)) {
    return found;
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

std::optional<FieldProblem> find_problem(const Window& window, const Program& program) {
  if (window.tensor >= program.tensors.size()) {
    return problem("tensor", window.tensor,
                   "an index into the " + std::to_string(program.tensors.size()) + " tensors");
  }
  const ProgramTensor& tensor = program.tensors[window.tensor];
  if (tensor.stored != tensor.shape) {
    return problem("tensor", window.tensor, "a tensor without padding, which windows would read");
  }
  const auto is_within = [](std::uint64_t origin, std::uint64_t length, std::uint64_t whole) {
    return length > 0 && length <= whole && origin <= whole - length;
  };
  const auto outside = [](const char* field, std::uint64_t first, std::uint64_t end,
                          std::uint64_t whole) {
    return FieldProblem{field, range_text(first, end),
                        "a part of 0:" + std::to_string(whole) + ", the tensor's"};
  };
  const ElementRange elements = window.elements();
  if (!is_within(window.top, window.shape.rows, tensor.shape.rows)) {
    return outside("rows", elements.row, elements.row_end, tensor.shape.rows);
  }
  if (!is_within(window.left, window.shape.cols, tensor.shape.cols)) {
    return outside("cols", elements.col, elements.col_end, tensor.shape.cols);
  }
  return find_tile_problem(window.tile, program.tile);
}

namespace {

template <typename Value>
struct OpField {
  const char* name;
  Value Op::*member;
};
template <typename Value>
OpField(const char*, Value Op::*) -> OpField<Value>;

/// The fields of an op that not every opcode has, in the order in which they are checked.
constexpr std::tuple kOpFields = {OpField{"clear", &Op::clear},
                                  OpField{"relu", &Op::relu},
                                  OpField{"biased", &Op::biased},
                                  OpField{"kernel", &Op::kernel},
                                  OpField{"m", &Op::m},
                                  OpField{"n", &Op::n},
                                  OpField{"k", &Op::k},
                                  OpField{"step", &Op::step},
                                  OpField{"a", &Op::a},
                                  OpField{"b", &Op::b},
                                  OpField{"c", &Op::c},
                                  OpField{"d", &Op::d},
                                  OpField{"dst", &Op::dst},
                                  OpField{"a_type", &Op::a_type},
                                  OpField{"b_type", &Op::b_type},
                                  OpField{"a_zero", &Op::a_zero},
                                  OpField{"b_zero", &Op::b_zero},
                                  OpField{"a_transposed", &Op::a_transposed},
                                  OpField{"b_transposed", &Op::b_transposed}};
constexpr std::size_t kOpFieldCount = std::tuple_size_v<decltype(kOpFields)>;

using FieldSet = std::uint32_t;  ///< one bit for each of kOpFields

/// The problem of a field that is not 0.
FieldProblem field_problem(const Op& op, std::size_t field, const std::string& allowed) {
  FieldProblem found;
  std::size_t i = 0;
  const auto look = [&](const auto& known) {
    if (i++ == field) {
      found = {known.name, std::to_string(static_cast<std::int64_t>(op.*known.member)), allowed};
    }
  };
  std::apply([&](const auto&... known) { (look(known), ...); }, kOpFields);
  return found;
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
  const auto turns = [&](bool Op::*field) {
    return std::ranges::any_of(
        operands, [&](const OperandRule& operand) { return operand.transposed == field; });
  };
  const std::array<bool, kOpFieldCount> has = {may_have(&Op::clear),
                                               may_have(&Op::relu),
                                               may_have(&Op::biased),
                                               rule.has_kernel,
                                               !rule.moves,
                                               !rule.moves,
                                               rule.has_step,
                                               rule.has_step,
                                               reads(&Op::a),
                                               reads(&Op::b),
                                               reads(&Op::c),
                                               reads(&Op::d),
                                               rule.has_dst,
                                               types(&Op::a_type),
                                               types(&Op::b_type),
                                               zeros(&Op::a_zero),
                                               zeros(&Op::b_zero),
                                               turns(&Op::a_transposed),
                                               turns(&Op::b_transposed)};
  FieldSet set = 0;
  for (std::size_t i = 0; i < kOpFieldCount; ++i) {
    set |= has[i] ? FieldSet{1} << i : 0;
  }
  return set;
}

/// Those that are not 0 of an op of this opcode and count of operands, but should be.
template <std::size_t Code, std::size_t Count>
FieldSet find_unknown(const Op& op) {
  constexpr FieldSet kKnown = fields_of(kOpcodeRules[Code], Count);
  const auto bit_of = [&]<std::size_t Index>() -> FieldSet {
    constexpr auto kMember = std::get<Index>(kOpFields).member;
    if constexpr ((kKnown >> Index & 1U) != 0) {
      return 0;
    } else {
      return op.*kMember != std::remove_cvref_t<decltype(op.*kMember)>{} ? FieldSet{1} << Index : 0;
    }
  };
  return [&]<std::size_t... Index>(std::index_sequence<Index...>) {
    return (bit_of.template operator()<Index>() | ...);
  }
  (std::make_index_sequence<kOpFieldCount>());
}

/// find_unknown by opcode and count of operands: of millions of ops only what may be wrong is looked at.
constexpr auto kFindUnknown = [] {
  using Row = std::array<FieldSet (*)(const Op&), kMostOperands + 1>;
  const auto row = []<std::size_t Code, std::size_t... Count>(std::index_sequence<Count...>) {
    return Row{find_unknown<Code, Count>...};
  };
  return [&]<std::size_t... Code>(std::index_sequence<Code...>) {
    return std::array<Row, kOpcodeCount>{
        row.template operator()<Code>(std::make_index_sequence<kMostOperands + 1>())...};
  }
  (std::make_index_sequence<kOpcodeCount>());
}();

/// Of an op that computes: from 1 to those of the program.
std::optional<FieldProblem> find_extent_problem(const Op& op, const TileShape& most) {
  if (op.m == 0 || op.m > most.m) {
    return problem("m", op.m, up_to(1, most.m));
  }
  if (op.n == 0 || op.n > most.n) {
    return problem("n", op.n, up_to(1, most.n));
  }
  if (rule_of(op.opcode).has_step && (op.k == 0 || op.k > most.k)) {
    return problem("k", op.k, up_to(1, most.k));
  }
  return std::nullopt;
}

/// Of an op that folds with a kernel that does: its result is a column or a row, and what it folds may
/// be whole tiles of any size that the program has.
std::optional<FieldProblem> find_fold_problem(const Op& op, FoldAxis over, const TileShape& tile) {
  const bool columns = over == FoldAxis::kColumns;
  if (columns && op.n != 1) {
    return problem("n", op.n, "1, for the kernel folds the columns of each row");
  }
  if (!columns && op.m != 1) {
    return problem("m", op.m, "1, for the kernel folds the rows of each column");
  }
  return find_extent_problem(op, {tile.m, tile.n, std::max(columns ? tile.n : tile.m, tile.k)});
}

/// The kernel is in the table.
std::optional<FieldProblem> find_kernel_problem(const Op& op, const Program& program) {
  const bool folds = rule_of(op.opcode).folds;
  if (program.kernels[op.kernel].reduction.has_value() == folds) {
    return std::nullopt;
  }
  return problem("kernel", op.kernel,
                 folds ? "a kernel with a reduction, for a reduce"
                       : "a kernel without a reduction, for a vector");
}

/// The values of `type`'s elements, of those that a product takes: "-128 to 127"; empty for others.
std::string zeros_of(ElementType type) {
  return type == ElementType::kI8 ? "-128 to 127" : type == ElementType::kU8 ? "0 to 255" : "";
}

/// Types that exist and go together, and zeros that are values of theirs.
std::optional<FieldProblem> find_operand_problem(const Op& op,
                                                 std::span<const OperandRule> operands) {
  const auto exists = [](ElementType type) {
    return static_cast<std::size_t>(type) < kElementTypeCount;
  };
  // Nearly all, of millions: it is said at once that nothing is wrong with them.
  if (op.a_zero == 0 && op.b_zero == 0 && exists(op.a_type) && exists(op.b_type) &&
      product_type(op.a_type, op.b_type)) {
    return std::nullopt;
  }
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
  std::vector<std::string> known;
  for (std::size_t i = 0; i < kOpcodeCount; ++i) {
    known.push_back(std::to_string(i) + " " + std::string(kOpcodeRules[i].word));
  }
  return joined(known);
}

}  // namespace

std::optional<FieldProblem> find_problem(const Op& op, const Program& program) {
  if (static_cast<std::size_t>(op.opcode) >= kOpcodeCount) {
    return problem("opcode", static_cast<std::uint64_t>(op.opcode), known_opcodes());
  }
  if (op.tag > BufferTag::kPong) {
    return problem("tag", static_cast<std::uint64_t>(op.tag), "0 none, 1 ping, 2 pong");
  }
  if (op.region >= program.regions()) {
    return problem("region", op.region,
                   program.windows.empty()
                       ? "an index into the regions of the " +
                             std::to_string(program.tensors.size()) + " tensors"
                       : "an index into the " + std::to_string(program.regions()) + " regions");
  }
  const OpcodeRule& rule = rule_of(op.opcode);
  if (rule.has_kernel && op.kernel >= program.kernels.size()) {
    return problem("kernel", op.kernel,
                   "an index into the " + std::to_string(program.kernels.size()) + " kernels");
  }
  if (rule.has_kernel) {
    if (auto found = find_kernel_problem(op, program)) {
      return found;
    }
  }
  const std::span<const OperandRule> operands = operand_rules(program, op);
  if (const FieldSet unknown =
          kFindUnknown[static_cast<std::size_t>(op.opcode)][operands.size()](op);
      unknown != 0) {
    return field_problem(op, static_cast<std::size_t>(std::countr_zero(unknown)),
                         std::string("0, for a ") + to_string(op.opcode) + " has none");
  }
  if (auto found = find_operand_problem(op, operands)) {
    return found;
  }
  if (op.relu && moves_tile(op) &&
      program.tensor(op).type() != sum_type(program.tensor(op).type())) {
    return problem("relu", 1, "0, for only sums, of f32 or i32, go through one");
  }
  if (!rule.moves) {
    auto found =
        rule.folds ? find_fold_problem(op, program.kernels[op.kernel].reduction->over, program.tile)
                   : find_extent_problem(op, program.tile);
    if (found) {
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
