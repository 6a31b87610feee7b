// A table for each matmul, the chosen nest first.
#include "sim/report/loops_text.h"

#include <algorithm>
#include <vector>

#include "compiler/lowering/loop_choice.h"
#include "sim/base/text_table.h"

namespace tilewave {
namespace {

constexpr std::size_t kRunnersUp = 4;

TextTable::Row row_of(const LoopEstimate& estimate, const char* mark) {
  return {to_string(estimate.nest) + mark,
          with_separators(static_cast<std::uint64_t>(estimate.cycles)),
          with_separators(estimate.bytes), with_separators(estimate.sram_bytes)};
}

/// The best nests, and, if `chosen` is not the best, that one first.
std::string table_of(const std::vector<LoopEstimate>& ranked, const LoopNest& chosen) {
  TextTable table;
  table.add({"nest", "cycles", "DRAM bytes", "SRAM bytes"});
  const auto found = std::ranges::find(ranked, chosen, &LoopEstimate::nest);
  if (found == ranked.end()) {
    table.add({to_string(chosen) + " (chosen)", "-", "-", "-"});
  } else {
    table.add(row_of(*found, " (chosen)"));
  }
  std::size_t shown = 0;
  for (const LoopEstimate& estimate : ranked) {
    if (estimate.nest != chosen && shown < kRunnersUp) {
      table.add(row_of(estimate, ""));
      ++shown;
    }
  }
  return table.text();
}

}  // namespace

std::string loops_text(const Graph& fused, const std::vector<LoopNest>& nests,
                       const Config& config) {
  const ScheduleOptions& options = config.schedule;
  const TileShape& tile = config.tile;
  std::string text = "# cycles and bytes are the cost model's estimates; - : not in its search\n";
  for (OperatorId id = 0; id < fused.operators().size(); ++id) {
    const Operator& oper = fused.operators()[id];
    if (oper.product_inputs() == 0) {
      continue;
    }
    const MatMulShape shape = matmul_shape(fused, id, tile);
    text += "\n" + fused.tensor(oper.output).name + " = matmul of " +
            std::to_string(shape.tiles[0]) + "x" + std::to_string(shape.tiles[1]) + "x" +
            std::to_string(shape.tiles[2]) + " tiles (m, n, k)\n" +
            table_of(rank_loop_nests(shape, options.costs, options.sram_bytes), nests[id]);
  }
  return text;
}

}  // namespace tilewave
