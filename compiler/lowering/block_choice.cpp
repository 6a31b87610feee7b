// What is live when, and how long steps and transfers take; from the last operator to the first the best run that
// begins there.
#include "compiler/lowering/block_choice.h"

#include <algorithm>
#include <cstddef>

#include "compiler/lowering/expression_kernels.h"
#include "compiler/lowering/reuse.h"
#include "compiler/lowering/tiling.h"

namespace tilewave {
namespace {

/// Longest run that is tried; an attention's head has about six operators, a norm or a feed-forward part as many.
constexpr std::size_t kMostOperators = 24;

/// Of the SRAM; the rest is for tiles that pass by and for holes.
constexpr double kUsableShare = 0.8;

/// Tiles of an operand that passes by because it does not stay.
constexpr double kPassingTiles = 8;

/// Blocks are taken if they are expected to need no more than this of what the same takes without.
constexpr double kWorthwhile = 0.98;

/// What a run reads or computes, and when; positions are those in the run.
struct Live {
  TensorId tensor = 0;
  double bytes = 0;
  std::size_t first = 0;
  std::size_t last = 0;
  bool computed = false;
  bool by_rows = true;  ///< else whole at every block
  double loaded = 0;    ///< for its first use in the run
};

/// Runs from one operator on, each one operator longer than the last.
class RunEstimator {
 public:
  RunEstimator(const Graph& graph, const Tiling& tile, const BlockCosts& machine)
      : graph_(graph),
        tile_(tile),
        machine_(machine),
        placed_(placements(graph)),
        tiles_(tensor_tiles(graph, tile)),
        stored_(stored_shapes(graph, tiles_, tile.edges)),
        usable_(kUsableShare * static_cast<double>(machine.sram_bytes)),
        reuse_(graph, placed_, usable_, machine.forwarding) {
    for (const Operator& oper : graph.operators()) {
      times_of_.push_back(times_of(oper));
    }
  }

  const std::vector<Placed>& placed() const { return placed_; }

  void begin(OperatorId first) {
    first_ = first;
    length_ = 0;
    live_.clear();
    chains_ = 0;
    beside_ = 0;
    apart_ = {};
    second_ = kNoOperator;
    vector_before_ = false;
    sums_.reset();
    rows_ = graph_.tensor(graph_.operators()[first].output).shape.rows;
  }

  void take(OperatorId id) {
    const Operator& oper = graph_.operators()[id];
    if (!is_view(oper.kind)) {
      double bytes = reuse_.stored(oper.output, id, id);
      for (std::size_t input = 0; input < oper.inputs.size(); ++input) {
        const TensorId tensor = oper.inputs[input];
        const double loaded = reuse_.loaded(id, input);
        bytes += loaded;
        read(tensor, loaded,
             reads_rows(graph_, oper, input) && graph_.tensor(tensor).shape.rows == rows_);
      }
      live_.push_back({oper.output, reuse_.bytes_of(oper.output), length_, length_, true});
      const Times& times = times_of_[id];
      if (oper.is_product() && vector_before_ && second_ == kNoOperator) {
        second_ = id;
      }
      vector_before_ = vector_before_ || (!oper.is_product() && oper.has_map());
      chains_ += times.chains;
      if (second_ == kNoOperator && vector_before_) {
        beside_ += times.vector;
      }
      apart_.bytes += bytes;
      apart_.steps += steps_apart(times);
      apart_.cycles += std::max(steps_apart(times), transfer(bytes));
    }
    ++length_;
    sums_.reset();
  }

  /// Where vector steps before and products behind may overlap; kNoOperator if nowhere.
  OperatorId second() const { return machine_.costs.own_vector_unit ? second_ : kNoOperator; }
  /// Whether blocks could move less.
  bool has_spills() { return machine_.forwarding && apart_.bytes > sums().moved; }

  /// In so many blocks, with or without a second half; none if a block does not fit.
  std::optional<BlockEstimate> in_blocks(std::uint32_t blocks, bool halves) {
    const double live = sums().live / blocks * (halves ? 2 : 1);
    const double room = usable_ - live;
    if (machine_.forwarding &&
        room <
            std::min(sums().others, kPassingTiles * static_cast<double>(tile_.right().bytes()))) {
      return std::nullopt;
    }
    const double again =
        machine_.forwarding ? std::max(0.0, sums().others - room) * (blocks - 1) : 0;
    const double bytes = machine_.forwarding ? sums().moved + again : apart_.bytes;
    BlockEstimate estimate;
    estimate.cycles = std::max(steps(blocks, halves), transfer(bytes));
    estimate.bytes = static_cast<std::uint64_t>(bytes);
    estimate.sram_bytes = static_cast<std::uint64_t>(live);
    estimate.apart_cycles = apart_.cycles;
    estimate.apart_bytes = static_cast<std::uint64_t>(apart_.bytes);
    return estimate;
  }

  double price(double cycles, std::uint64_t bytes) const {
    return cycles + kHiddenByteShare * transfer(static_cast<double>(bytes));
  }

 private:
  /// Cycles of an operator's steps, or of a run's.
  struct Times {
    double products = 0;
    double chains = 0;  ///< those along the rows, which begin anew in every block
    double vector = 0;
  };
  struct Apart {
    double steps = 0;
    double cycles = 0;  ///< of steps and transfers
    double bytes = 0;
  };

  /// Of the run as it is now.
  struct Sums {
    double live = 0;    ///< the most bytes of all rows that are live at once
    double others = 0;  ///< bytes of what is not read by rows
    double moved = 0;
  };

  const Sums& sums() {
    if (!sums_) {
      double others = 0;
      for (const Live& live : live_) {
        others += live.by_rows ? 0 : live.bytes;
      }
      sums_ = Sums{most_live(), others, moved_bytes()};
    }
    return *sums_;
  }

  void read(TensorId id, double loaded, bool by_rows) {
    bool found = false;
    for (Live& live : live_) {
      if (share_elements(graph_, placed_, live.tensor, id)) {
        live.last = length_;
        live.by_rows = live.by_rows && (by_rows || live.computed);
        found = true;
      }
    }
    if (!found) {
      live_.push_back({id, reuse_.bytes_of(id), length_, length_, false, by_rows, loaded});
    }
  }

  Times times_of(const Operator& oper) const {
    Times times;
    times.vector = oper.has_map() ? vector_cycles(oper) : 0;
    if (!oper.is_product()) {
      return times;
    }
    const MachineCosts& costs = machine_.costs;
    const Shape& result = graph_.tensor(oper.output).shape;
    const auto m = static_cast<double>(ceil_div(result.rows, tile_.m));
    const auto n = static_cast<double>(ceil_div(result.cols, tile_.n));
    const auto k = static_cast<double>(ceil_div(product_depth(graph_, oper), tile_.k));
    const auto chain = static_cast<double>(costs.chain_cycles);
    times.products = m * n * k * costs.matmul_cycles({}, graph_.tensor(oper.inputs[0]).type);
    switch (costs.chain) {
      case MachineCosts::Chain::kRows: times.chains = chain * n * k; break;
      case MachineCosts::Chain::kColumns: times.products += chain * m * k; break;
      case MachineCosts::Chain::kReduction: times.products += chain * m * n; break;
    }
    return times;
  }

  double vector_cycles(const Operator& oper) const {
    const VectorKernel kernel = expression_kernel(graph_, oper, tiles_, stored_);
    const MachineCosts& costs = machine_.costs;
    const Shape work = work_shape(graph_, oper);
    const double lanes =
        static_cast<double>(costs.vector_lanes) * static_cast<double>(elements_per_lane(kernel));
    const auto folds = static_cast<double>(ceil_div(work.cols, tile_.n)) *
                       static_cast<double>(fold_cycles(kernel, work.rows, costs.vector_lanes));
    return static_cast<double>(passes(kernel, costs.vector_cost)) *
               static_cast<double>(work.elements()) / lanes +
           folds;
  }

  double steps_apart(const Times& times) const {
    const double products = times.products + times.chains;
    return machine_.costs.own_vector_unit ? std::max(products, times.vector)
                                          : products + times.vector;
  }

  /// Of the whole run. With halves the vector steps of the first go along with all else, but for those of the first
  /// block or the products of the last.
  double steps(std::uint32_t blocks, bool halves) const {
    const double all = apart_.steps + chains_ * (blocks - 1);
    if (!halves) {
      return all;
    }
    const double others = all - beside_;
    return std::max(others, beside_) + (blocks > 1 ? std::min(others, beside_) / blocks : 0);
  }

  double transfer(double bytes) const { return bytes / machine_.costs.dram_bytes_per_cycle; }

  /// What comes in once, and what others than the run need.
  double moved_bytes() const {
    double bytes = 0;
    for (const Live& live : live_) {
      bytes += live.computed ? reuse_.stored(live.tensor, first_, end()) : live.loaded;
    }
    return bytes;
  }

  OperatorId end() const { return first_ + static_cast<OperatorId>(length_); }

  bool is_used_elsewhere(TensorId id) const {
    const Tensor& tensor = graph_.tensor(id);
    return tensor.role == TensorRole::kOutput || tensor.users.empty() ||
           tensor.users.back() >= end();
  }

  /// Bytes of what is read by rows and live at a position. What a map reads last goes tile by tile as its result
  /// comes.
  double live_at(std::size_t position) const {
    double bytes = 0;
    double going = 0;
    double coming = 0;
    for (const Live& live : live_) {
      if (!live.by_rows || position < live.first || live.last < position) {
        continue;
      }
      bytes += live.bytes;
      if (live.computed && live.first == position) {
        coming += live.bytes;
      } else if (live.last == position && !is_used_elsewhere(live.tensor)) {
        going += live.bytes;
      }
    }
    const bool is_map = graph_.operators()[first_ + position].kind == OperatorKind::kMap;
    return bytes - (is_map ? std::min(going, coming) : 0);
  }

  double most_live() const {
    double most = 0;
    for (std::size_t position = 0; position < length_; ++position) {
      most = std::max(most, live_at(position));
    }
    return most;
  }

  const Graph& graph_;
  const Tiling& tile_;
  const BlockCosts& machine_;
  std::vector<Placed> placed_;
  std::vector<TileExtent> tiles_;
  std::vector<Shape> stored_;
  double usable_;
  Reuse reuse_;
  OperatorId first_ = 0;
  std::size_t length_ = 0;
  std::uint64_t rows_ = 0;
  std::vector<Live> live_;
  std::vector<Times> times_of_;  // by operator
  double chains_ = 0;            // cycles of those along the rows, of one block of all of them
  double beside_ = 0;            // of the vector steps of a first half
  Apart apart_;
  std::optional<Sums> sums_;
  OperatorId second_ = kNoOperator;
  bool vector_before_ = false;
};

/// Rows of tiles of what an operator computes.
std::uint32_t row_tiles(const Graph& graph, const Tiling& tile, OperatorId oper) {
  const Tensor& result = graph.tensor(graph.operators()[oper].output);
  return static_cast<std::uint32_t>(ceil_div(result.shape.rows, tile.m));
}

/// A run with the price of its best way.
struct Choice {
  double price =
      0;  ///< of it, or of all operators from its first on, less what they cost one after another
  OperatorId end = 0;
  std::optional<BlockEstimate> blocks = {};
};

class RowBlockChooser {
 public:
  RowBlockChooser(const Graph& graph, const Tiling& tile, const BlockCosts& machine)
      : graph_(graph), tile_(tile), machine_(machine), estimator_(graph, tile, machine) {}

  std::vector<BlockEstimate> run() {
    const auto count = static_cast<OperatorId>(graph_.operators().size());
    std::vector<Choice> best(count + 1);
    for (OperatorId first = count; first-- > 0;) {
      best[first] = {best[first + 1].price, first + 1};
      choose(first, best);
    }
    std::vector<BlockEstimate> chosen;
    for (OperatorId first = 0; first < count; first = best[first].end) {
      if (best[first].blocks) {
        chosen.push_back(*best[first].blocks);
      }
    }
    return chosen;
  }

 private:
  void choose(OperatorId first, std::vector<Choice>& best) {
    const auto long_run = machine_.long_runs.find(first);
    const bool is_long = long_run != machine_.long_runs.end();
    const OperatorId end = row_blocks_end(graph_, estimator_.placed(), first,
                                          is_long ? long_run->second - first : kMostOperators);
    if (end <= first + 1) {
      return;
    }
    estimator_.begin(first);
    for (OperatorId id = first; id < end; ++id) {
      estimator_.take(id);
      if (is_view(graph_.operators()[id].kind) || (is_long && id + 1 < end)) {
        continue;
      }
      const std::optional<Choice> found = best_rows(first, id + 1);
      // A longer run has to be worth it: heads that do not need each other run one after the other. What was cut into
      // parts to run in blocks does.
      if (found && (is_long || found->price + best[id + 1].price < best[first].price - 1)) {
        best[first] = {found->price + best[id + 1].price, id + 1, found->blocks};
      }
    }
  }

  /// The cheapest way in blocks, if it is worth it.
  std::optional<Choice> best_rows(OperatorId first, OperatorId end) {
    const std::uint32_t tiles = row_tiles(graph_, tile_, first);
    std::optional<Choice> best;
    if (estimator_.second() != kNoOperator) {
      // A block by itself has nothing to overlap with but one of operators like these.
      const bool alone = !is_like(first, end);
      best = best_rows({first, end, alone ? (tiles + 1) / 2 : tiles, estimator_.second()});
    }
    if (estimator_.has_spills()) {
      const std::optional<Choice> whole = best_rows({first, end, (tiles + 1) / 2});
      if (whole && (!best || whole->price < best->price)) {
        best = whole;
      }
    }
    return best;
  }

  /// Whether the operators behind a run, or those before it, do the same.
  bool is_like(OperatorId first, OperatorId end) const {
    const std::vector<OperatorId> own = operators_in(first, end, end - first);
    const auto count = static_cast<OperatorId>(graph_.operators().size());
    std::vector<OperatorId> before;
    for (OperatorId id = first; id-- > 0 && before.size() < own.size();) {
      if (!is_view(graph_.operators()[id].kind)) {
        before.insert(before.begin(), id);
      }
    }
    return are_alike(own, operators_in(end, count, own.size())) || are_alike(own, before);
  }

  /// The first of [first, end), up to `most`, views left out.
  std::vector<OperatorId> operators_in(OperatorId first, OperatorId end, std::size_t most) const {
    std::vector<OperatorId> list;
    for (OperatorId id = first; id < end && list.size() < most; ++id) {
      if (!is_view(graph_.operators()[id].kind)) {
        list.push_back(id);
      }
    }
    return list;
  }

  /// Whether they are as many, of the same kinds and results of the same shapes.
  bool are_alike(const std::vector<OperatorId>& a, const std::vector<OperatorId>& b) const {
    return a.size() == b.size() && std::ranges::equal(a, b, [&](OperatorId x, OperatorId y) {
             const Operator& one = graph_.operators()[x];
             const Operator& other = graph_.operators()[y];
             return one.kind == other.kind &&
                    graph_.tensor(one.output).shape == graph_.tensor(other.output).shape;
           });
  }

  /// Of up to so many rows. Of blocks that cost the same the largest, for the sake of long chains of steps.
  std::optional<Choice> best_rows(const RowBlocks& most) {
    const std::uint32_t tiles = row_tiles(graph_, tile_, most.first);
    std::optional<Choice> best;
    for (std::uint32_t rows = machine_.forwarding ? 1 : most.tiles; rows <= most.tiles;
         rows = rows == most.tiles ? rows + 1 : std::min(2 * rows, most.tiles)) {
      const auto blocks = static_cast<std::uint32_t>(ceil_div(tiles, rows));
      std::optional<BlockEstimate> estimate = estimator_.in_blocks(blocks, most.has_second());
      if (!estimate) {
        break;  // nor does a larger one fit
      }
      const double apart = estimator_.price(estimate->apart_cycles, estimate->apart_bytes);
      const double price = estimator_.price(estimate->cycles, estimate->bytes);
      if (price < kWorthwhile * apart && (!best || price - apart <= best->price)) {
        estimate->blocks = {most.first, most.end, rows, most.second};
        best = {price - apart, most.end, estimate};
      }
    }
    return best;
  }

  const Graph& graph_;
  const Tiling& tile_;
  const BlockCosts& machine_;
  RunEstimator estimator_;
};

}  // namespace

std::vector<BlockEstimate> choose_row_blocks(const Graph& graph, const Tiling& tile,
                                             const BlockCosts& machine) {
  return RowBlockChooser(graph, tile, machine).run();
}

std::optional<BlockEstimate> estimate_row_blocks(const Graph& graph, const Tiling& tile,
                                                 const BlockCosts& machine,
                                                 const RowBlocks& blocks) {
  RunEstimator estimator(graph, tile, machine);
  estimator.begin(blocks.first);
  for (OperatorId id = blocks.first; id < blocks.end; ++id) {
    estimator.take(id);
  }
  const std::uint64_t count = ceil_div(row_tiles(graph, tile, blocks.first), blocks.tiles);
  std::optional<BlockEstimate> estimate =
      estimator.in_blocks(static_cast<std::uint32_t>(count), blocks.has_second());
  if (estimate) {
    estimate->blocks = blocks;
  }
  return estimate;
}

}  // namespace tilewave
