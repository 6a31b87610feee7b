// The register of opcodes: what each is called, who carries it out, which fields it has, what it
// reads and writes. Text, binary, checks, verifier, hazards, streams, traces and pages read it;
// nothing else says what an opcode means.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/program/program.h"

namespace tilewave {

/// A kind of unit. Which of them a machine has, and who does what there, is compiler/program/units.h.
enum class Engine : std::uint8_t { kLoadDma, kStoreDma, kCompute, kVector };
inline constexpr std::size_t kEngineCount = 4;

const char* to_string(Opcode opcode);
const char* to_string(Engine engine);  ///< "load_dma", "store_dma", "compute", "vector"

/// How large the tile at an address is.
enum class OperandSize : std::uint8_t {
  kTensor,  ///< the op's tile of its tensor
  kLeft,    ///< m×k of the op; transposed: k×m
  kRight,   ///< k×n; transposed: n×k
  kRow,     ///< 1×n
  kResult,  ///< m×n
  kKernel,  ///< as the kernel's operand says, of what its expression is evaluated for
};

/// An address that an op reads.
struct OperandRule {
  std::string_view key;  ///< in the text form, before its '='; empty: it comes behind an arrow
  std::string_view what;
  std::uint32_t Op::*address = nullptr;
  OperandSize size = OperandSize::kResult;
  bool Op::*only_if = nullptr;       ///< null: always
  ElementType Op::*type = nullptr;   ///< null: what the rest of the op says
  std::int16_t Op::*zero = nullptr;  ///< null: zero
  bool Op::*transposed = nullptr;    ///< null: never
};

/// In the text form, at the end of a transposed operand.
inline constexpr std::string_view kTransposedSuffix = ":transposed";

/// A word behind an op.
struct FlagRule {
  std::string_view word;
  bool Op::*field = nullptr;
};

inline constexpr std::size_t kMostOperands = kMaxMapOperands;
/// What an op reads, with what it goes on with at its dst.
inline constexpr std::size_t kMostReads = kMostOperands + 1;

struct OpcodeRule {
  std::string_view word;
  Engine engine = Engine::kLoadDma;
  /// Those of the opcode; of an op with a kernel, only the first as many as that has.
  std::array<OperandRule, kMostOperands> operands{};
  std::size_t operand_count = 0;
  std::array<FlagRule, 2> flags{};
  std::size_t flag_count = 0;
  bool has_dst = true;
  bool has_step = false;    ///< fields step and k; without `clear` it goes on with what is at dst
  bool has_kernel = false;  ///< field kernel
  bool folds = false;       ///< its kernel has a reduction
  bool sums = false;        ///< it makes products, and adds them up
  bool moves = false;       ///< between DRAM and SRAM: the tile (row, col) of its tensor
};

inline constexpr FlagRule kClearFlag{"clear", &Op::clear};
inline constexpr FlagRule kReluFlag{"relu", &Op::relu};

/// By Opcode.
inline constexpr std::array<OpcodeRule, kOpcodeCount> kOpcodeRules = {
    OpcodeRule{.word = "load", .engine = Engine::kLoadDma, .moves = true},
    OpcodeRule{.word = "store",
               .engine = Engine::kStoreDma,
               .operands = {OperandRule{"", "source", &Op::a, OperandSize::kTensor}},
               .operand_count = 1,
               .flags = {kReluFlag},
               .flag_count = 1,
               .has_dst = false,
               .moves = true},
    OpcodeRule{.word = "matmul",
               .engine = Engine::kCompute,
               .operands = {OperandRule{"a", "first operand", &Op::a, OperandSize::kLeft, nullptr,
                                        &Op::a_type, &Op::a_zero, &Op::a_transposed},
                            OperandRule{"b", "second operand", &Op::b, OperandSize::kRight, nullptr,
                                        &Op::b_type, &Op::b_zero, &Op::b_transposed},
                            OperandRule{"bias", "bias", &Op::c, OperandSize::kRow, &Op::biased}},
               .operand_count = 3,
               .flags = {kClearFlag, kReluFlag},
               .flag_count = 2,
               .has_step = true,
               .sums = true},
    OpcodeRule{.word = "vector",
               .engine = Engine::kVector,
               .operands = {OperandRule{"a", "first operand", &Op::a, OperandSize::kKernel},
                            OperandRule{"b", "second operand", &Op::b, OperandSize::kKernel},
                            OperandRule{"c", "third operand", &Op::c, OperandSize::kKernel},
                            OperandRule{"d", "fourth operand", &Op::d, OperandSize::kKernel}},
               .operand_count = 4,
               .has_kernel = true},
    OpcodeRule{.word = "reduce",
               .engine = Engine::kVector,
               .operands = {OperandRule{"a", "first operand", &Op::a, OperandSize::kKernel},
                            OperandRule{"b", "second operand", &Op::b, OperandSize::kKernel},
                            OperandRule{"c", "third operand", &Op::c, OperandSize::kKernel},
                            OperandRule{"d", "fourth operand", &Op::d, OperandSize::kKernel}},
               .operand_count = 4,
               .flags = {kClearFlag},
               .flag_count = 1,
               .has_step = true,
               .has_kernel = true,
               .folds = true},
};

constexpr const OpcodeRule& rule_of(Opcode opcode) {
  return kOpcodeRules[static_cast<std::size_t>(opcode)];
}
constexpr Engine engine_of(Opcode opcode) { return rule_of(opcode).engine; }

/// Whether an op moves a tile between DRAM and SRAM: to SRAM if it has a destination there.
constexpr bool moves_tile(const Op& op) { return rule_of(op.opcode).moves; }
constexpr bool is_load(const Op& op) { return moves_tile(op) && rule_of(op.opcode).has_dst; }
constexpr bool is_store(const Op& op) { return moves_tile(op) && !rule_of(op.opcode).has_dst; }
/// Whether an op computes a tile.
constexpr bool computes(const Op& op) { return !moves_tile(op); }
/// Whether an op is a step of a sum of products.
constexpr bool is_sum_step(const Op& op) { return rule_of(op.opcode).sums; }
/// Products that a step of a sum makes; 0 of another op.
constexpr std::uint64_t step_products(const Op& op) {
  return is_sum_step(op) ? std::uint64_t{op.m} * op.n * op.k : 0;
}
/// Whether an op is one of the steps, of a sum of products or of a fold, that make a result together.
constexpr bool is_reduction_step(const Op& op) { return rule_of(op.opcode).has_step; }
/// Whether an op goes on with what earlier steps left at its dst.
constexpr bool accumulates(const Op& op) { return is_reduction_step(op) && !op.clear; }

/// The operands that an op of this kernel (of none: -1) has, whatever its flags.
inline std::span<const OperandRule> operand_rules(const Program& program, const Op& op) {
  const OpcodeRule& rule = rule_of(op.opcode);
  const std::size_t count =
      rule.has_kernel ? program.kernels[op.kernel].operands.size() : rule.operand_count;
  return {rule.operands.data(), count};
}

/// What an op computes: m×n elements.
inline TileExtent result_of(const Program& program, const Op& op) {
  const ElementType type =
      rule_of(op.opcode).has_kernel ? program.kernels[op.kernel].result : sum_type(op.a_type);
  return {op.m, op.n, type};
}

/// What the kernel of an op that has one is evaluated for: m×n elements, or what a reduce folds.
inline TileExtent work_of(const Program& program, const Op& op) {
  const TileExtent result{op.m, op.n};
  return rule_of(op.opcode).folds ? work_tile(program.kernels[op.kernel], result, op.k) : result;
}

/// What an op reads as operand `operand` of this size: rows and columns as they lie in SRAM.
inline TileExtent operand_of(const Program& program, const Op& op, OperandSize size,
                             std::size_t operand) {
  const auto as_it_lies = [](const TileExtent& extent, bool transposed) {
    return transposed ? extent.transposed() : extent;
  };
  switch (size) {
    case OperandSize::kTensor: return program.tile_at(op);
    case OperandSize::kLeft: return as_it_lies({op.m, op.k, op.a_type}, op.a_transposed);
    case OperandSize::kRight: return as_it_lies({op.k, op.n, op.b_type}, op.b_transposed);
    case OperandSize::kRow: return {1, op.n, sum_type(op.a_type)};
    case OperandSize::kResult: return result_of(program, op);
    case OperandSize::kKernel:
      return operand_extent(program.kernels[op.kernel].operands[operand], work_of(program, op));
  }
  throw InternalError("no such size of an operand");
}

/// Calls the one function that stands for the op's opcode: whoever has something to do for each says
/// it for all, or it does not compile.
template <typename Load, typename Store, typename Matmul, typename Vector, typename Reduce>
decltype(auto) by_opcode(Opcode opcode, Load&& load, Store&& store, Matmul&& matmul,
                         Vector&& vector, Reduce&& reduce) {
  switch (opcode) {
    case Opcode::kLoad: return load();
    case Opcode::kStore: return store();
    case Opcode::kMatmul: return matmul();
    case Opcode::kVector: return vector();
    case Opcode::kReduce: return reduce();
  }
  throw InternalError("opcode " + std::to_string(static_cast<int>(opcode)));
}

/// One operand of visit_operands(), whose rule is known when this is compiled: verifier and hazards
/// look at every op.
template <Opcode Code, std::size_t Index, typename Visit>
void visit_operand(const Program& program, const Op& op, std::size_t count, Visit& visit) {
  constexpr const OperandRule& kRule = rule_of(Code).operands[Index];
  if (Index >= count) {
    return;
  }
  if constexpr (kRule.only_if != nullptr) {
    if (!(op.*kRule.only_if)) {
      return;
    }
  }
  visit(Index, kRule, op.*kRule.address, operand_of(program, op, kRule.size, Index));
}

/// Calls `visit(index, rule, address, extent)` for every operand that `op` reads.
template <typename Visit>
void visit_operands(const Program& program, const Op& op, Visit&& visit) {
  const std::size_t count = operand_rules(program, op).size();
  const auto of = [&]<Opcode Code>() {
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
      (visit_operand<Code, Index>(program, op, count, visit), ...);
    }
    (std::make_index_sequence<rule_of(Code).operand_count>());
  };
  by_opcode(
      op.opcode, [&] { of.template operator()<Opcode::kLoad>(); },
      [&] { of.template operator()<Opcode::kStore>(); },
      [&] { of.template operator()<Opcode::kMatmul>(); },
      [&] { of.template operator()<Opcode::kVector>(); },
      [&] { of.template operator()<Opcode::kReduce>(); });
}

/// What `op` writes at its dst; expects that it has one.
inline TileExtent written_extent(const Program& program, const Op& op) {
  return moves_tile(op) ? program.tile_at(op) : result_of(program, op);
}

/// Calls `read(address, bytes)` for every piece of SRAM that `op` reads, what it goes on with at its
/// dst last, then `write(address, bytes)` for the one it writes, if any.
template <typename Read, typename Write>
void visit_sram(const Program& program, const Op& op, Read&& read, Write&& write) {
  visit_operands(program, op,
                 [&](std::size_t, const OperandRule&, std::uint32_t address,
                     const TileExtent& extent) { read(address, extent.bytes()); });
  if (rule_of(op.opcode).has_dst) {
    const std::uint64_t bytes = written_extent(program, op).bytes();
    if (accumulates(op)) {
      read(op.dst, bytes);
    }
    write(op.dst, bytes);
  }
}

}  // namespace tilewave
