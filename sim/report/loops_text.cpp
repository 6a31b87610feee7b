// A table for each matmul, the chosen nest first.
#include "sim/report/loops_text.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "compiler/lowering/block_choice.h"
#include "compiler/lowering/loop_choice.h"
#include "sim/base/text_table.h"

namespace tilewave {
namespace {

constexpr std::size_t kRunnersUp = 4;

std::string cycles_text(double cycles) {
  return with_separators(static_cast<std::uint64_t>(cycles));
}

TextTable::Row row_of(const LoopEstimate& estimate, const char* mark) {
  return {to_string(estimate.nest) + mark, cycles_text(estimate.cycles),
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

/// "s .. o in blocks of 4 rows of tiles", and what that is worth, for each.
std::string blocks_text(const Graph& fused, const LoopPlan& plan, const Config& config) {
  const ScheduleOptions& options = config.schedule;
  std::string text;
  for (const RowBlocks& blocks : plan.blocks) {
    const std::optional<BlockEstimate> estimate = estimate_row_blocks(
        fused, config.tile, {options.costs, options.sram_bytes, options.forwarding}, blocks);
    const auto name = [&](OperatorId id) {
      return fused.tensor(fused.operators()[id].output).name;
    };
    text += "\n" + name(blocks.first) + " .. " + name(blocks.end - 1) + " in blocks of " +
            std::to_string(blocks.tiles) + (blocks.tiles == 1 ? " row" : " rows") + " of tiles" +
            (blocks.has_second()
                 ? ", from " + name(blocks.second) + " on behind the next block's first half"
                 : "") +
            "\n";
    TextTable table;
    table.add({"", "cycles", "DRAM bytes", "SRAM bytes"});
    if (estimate) {
      table.add({"in blocks (chosen)", cycles_text(estimate->cycles),
                 with_separators(estimate->bytes), with_separators(estimate->sram_bytes)});
      table.add({"one after another", cycles_text(estimate->apart_cycles),
                 with_separators(estimate->apart_bytes), "-"});
    } else {
      table.add({"in blocks (chosen)", "-", "-", "-"});
    }
    text += table.text();
  }
  return text;
}

}  // namespace

std::string loops_text(const Graph& fused, const LoopPlan& plan, const Config& config) {
  const ScheduleOptions& options = config.schedule;
  std::string text = "# cycles and bytes are the cost model's estimates; - : not in its search\n" +
                     blocks_text(fused, plan, config);
  for (OperatorId id = 0; id < fused.operators().size(); ++id) {
    const Operator& oper = fused.operators()[id];
    if (oper.product_inputs() == 0) {
      continue;
    }
    const std::optional<RowBlocks> blocks = blocks_of(plan.blocks, id);
    const MatMulShape whole = matmul_shape(fused, id, config.tile);
    const MatMulShape shape = blocks ? of_rows(whole, blocks->tiles) : whole;
    text += "\n" + fused.tensor(oper.output).name + " = matmul of " +
            std::to_string(shape.tiles[0]) + "x" + std::to_string(shape.tiles[1]) + "x" +
            std::to_string(shape.tiles[2]) + " tiles (m, n, k)" + (blocks ? ", a block" : "") +
            "\n" +
            table_of(rank_loop_nests(shape, options.costs, options.sram_bytes), plan.nests[id]);
  }
  return text;
}

}  // namespace tilewave
