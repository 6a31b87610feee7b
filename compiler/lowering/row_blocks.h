// Operators that run together over blocks of rows: what such an operator computes of some rows depends on the same
// rows of what the others compute, so that a block passes through all of them before the next one begins, and
// between them only a block has to stay in the SRAM: of an attention's scores, one block of queries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/graph/graph.h"
#include "compiler/graph/placement.h"
#include "compiler/lowering/loop_nest.h"

namespace tilewave {

inline constexpr OperatorId kNoOperator = ~OperatorId{0};

/// Operators [first, end), views among them, in blocks of so many rows of tiles; the last block may have fewer.
///
/// Those from `second` on are a second half, if there is one. Then the vector steps of a block's first half are
/// interleaved with the second half of the block before it and the products that the next block begins with, so that a
/// vector unit and the core work at once. Blocks of the operators behind these go on with that if their first half
/// reads nothing of what these compute, as that of an attention's next head.
struct RowBlocks {
  OperatorId first = 0;
  OperatorId end = 0;
  std::uint32_t tiles = 1;
  OperatorId second = kNoOperator;

  bool has_second() const { return second != kNoOperator; }
  OperatorId first_half_end() const { return has_second() ? second : end; }

  bool operator==(const RowBlocks&) const = default;
};

/// How the steps of a graph are ordered.
struct LoopPlan {
  std::vector<LoopNest> nests;  ///< by operator, those of products count; in a block, of a block
  std::vector<RowBlocks> blocks = {};  ///< by operators, none twice

  bool operator==(const LoopPlan&) const = default;
};

/// The end of the longest run of operators from `first` on that may run in blocks of rows: all results have as many
/// rows, and what one computes another reads row by row only, at the same rows. `first` itself if not even it may.
OperatorId row_blocks_end(const Graph& graph, OperatorId first);

/// The same, not longer than `most` operators.
OperatorId row_blocks_end(const Graph& graph, const std::vector<Placed>& placements,
                          OperatorId first, std::size_t most);

/// Whether row r of the result depends on row r of that input alone.
bool reads_rows(const Graph& graph, const Operator& oper, std::size_t input);

/// The blocks that an operator runs in, if it does.
std::optional<RowBlocks> blocks_of(const std::vector<RowBlocks>& blocks, OperatorId oper);

}  // namespace tilewave
