// Worked out once for a tile and the kernels of a program; asked for every step.
#include "models/compute/compute_timing.h"

namespace tilewave {

ComputeTiming::ComputeTiming(const ComputeConfig& config, const Program& program)
    : config_(config), program_(&program) {
  const TileShape& tile = program.tile;
  const Cycle h = config.rows;
  const Cycle w = config.cols;
  const Cycle m = tile.m;
  const Cycle n = tile.n;
  const Cycle k = tile.k;
  for (const VectorKernel& kernel : program.kernels) {
    vector_intervals_.push_back(passes(kernel, config.vector.cost) *
                                ceil_div(m * n, config.vector_lanes));
  }
  switch (config.dataflow) {
    case Dataflow::kOutputStationary: {
      const Cycle folds = ceil_div(m, h) * ceil_div(n, w);
      matmul_interval_ = folds * k;
      matmul_duration_ = folds * (h + w + k - 2 + (config.drain ? h : 0));
      break;
    }
    case Dataflow::kWeightStationary: {
      const Cycle folds = ceil_div(k, h) * ceil_div(n, w);
      matmul_interval_ = folds * m;
      matmul_preload_ = folds * h;
      matmul_duration_ = folds * (2 * h + w + m - 2);
      break;
    }
    case Dataflow::kInputStationary: {
      const Cycle folds = ceil_div(k, h) * ceil_div(m, w);
      matmul_interval_ = folds * n;
      matmul_preload_ = folds * h;
      matmul_duration_ = folds * (2 * h + w + n - 2);
      break;
    }
    case Dataflow::kSimd:
      matmul_interval_ = ceil_div(m * n * k, config.macs_per_cycle);
      matmul_duration_ = matmul_interval_ + config.latency;
      break;
  }
}

bool ComputeTiming::chains(const Op& op, const Op& next) const {
  if (!is_sum_step(op) || !is_sum_step(next)) {
    return false;
  }
  switch (config_.dataflow) {
    case Dataflow::kOutputStationary:
    case Dataflow::kSimd: return op.dst == next.dst && !next.clear;
    case Dataflow::kWeightStationary: return op.b == next.b && op.k == next.k && op.col == next.col;
    case Dataflow::kInputStationary: return op.a == next.a && op.k == next.k && op.row == next.row;
  }
  return false;
}

StepTime ComputeTiming::step(const Op& op) const {
  if (is_sum_step(op)) {
    return {matmul_interval_, matmul_duration_};
  }
  const Cycle interval = vector_intervals_[op.kernel];
  return {interval, interval + config_.latency};
}

Cycle ComputeTiming::preload(const Op& op) const {
  return is_sum_step(op) && config_.fill_overlap == FillOverlap::kFull ? matmul_preload_ : 0;
}

bool ComputeTiming::overlaps(bool chained) const {
  if (config_.dataflow == Dataflow::kSimd) {
    return false;
  }
  return config_.fill_overlap == FillOverlap::kFull ||
         (config_.fill_overlap == FillOverlap::kAccumulation && chained);
}

Cycle ComputeTiming::initiation_interval(const Op& op) const { return step(op).interval; }

ComputeTiming::Held ComputeTiming::held_in_array(const Op& op, bool chained,
                                                 bool chain_continues) const {
  constexpr int kA = 0;
  constexpr int kB = 1;
  if (!is_sum_step(op)) {
    return {};
  }
  switch (config_.dataflow) {
    case Dataflow::kOutputStationary:
    case Dataflow::kSimd: return {.sum_before = chained, .sum_after = chain_continues};
    case Dataflow::kWeightStationary: return {.operand = chained ? kB : -1};
    case Dataflow::kInputStationary: return {.operand = chained ? kA : -1};
  }
  return {};
}

}  // namespace tilewave
