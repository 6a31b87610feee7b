// Worked out once for whole tiles and the kernels of a program; asked for every step.
#include "models/compute/compute_timing.h"

#include "compiler/base/error.h"

namespace tilewave {

ComputeTiming::ComputeTiming(const ComputeConfig& config, const Program& program)
    : config_(config), program_(&program) {
  for (std::size_t i = 0; i < kElementTypeCount; ++i) {
    whole_[i] = matmul_time(program.tile, static_cast<ElementType>(i));
  }
  for (const VectorKernel& kernel : program.kernels) {
    kernels_.push_back(
        {passes(kernel, config.vector.cost), config.vector_lanes * elements_per_lane(kernel)});
  }
}

ComputeTiming::MatmulTime ComputeTiming::matmul_time(const TileShape& tile,
                                                     ElementType factor) const {
  const Cycle rate = config_.rate_of(factor);
  const Cycle h = config_.rows;
  const Cycle w = config_.cols;
  const Cycle m = tile.m;
  const Cycle n = tile.n;
  const Cycle k = tile.k;
  switch (config_.dataflow) {
    case Dataflow::kOutputStationary: {
      const Cycle folds = ceil_div(m, h) * ceil_div(n, w);
      const Cycle streamed = ceil_div(k, rate);
      return {{folds * streamed, folds * (h + w + streamed - 2 + (config_.drain ? h : 0))}, 0};
    }
    case Dataflow::kWeightStationary: {
      const Cycle folds = ceil_div(k, h * rate) * ceil_div(n, w);
      return {{folds * m, folds * (2 * h + w + m - 2)}, folds * h};
    }
    case Dataflow::kInputStationary: {
      const Cycle folds = ceil_div(k, h * rate) * ceil_div(m, w);
      return {{folds * n, folds * (2 * h + w + n - 2)}, folds * h};
    }
    case Dataflow::kSimd: {
      const Cycle interval = ceil_div(m * n * k, config_.macs_per_cycle * rate);
      return {{interval, interval + config_.latency}, 0};
    }
  }
  throw InternalError("no such dataflow");
}

bool ComputeTiming::chains(const Op& op, const Op& next) const {
  if (!is_sum_step(op) || !is_sum_step(next)) {
    return false;
  }
  switch (config_.dataflow) {
    case Dataflow::kOutputStationary:
    case Dataflow::kSimd: return op.dst == next.dst && !next.clear;
    case Dataflow::kWeightStationary:
      return op.b == next.b && op.b_transposed == next.b_transposed && op.step == next.step &&
             op.col == next.col;
    case Dataflow::kInputStationary:
      return op.a == next.a && op.a_transposed == next.a_transposed && op.step == next.step &&
             op.row == next.row;
  }
  return false;
}

StepTime ComputeTiming::step(const Op& op) const {
  if (is_sum_step(op)) {
    return matmul_time(op).step;
  }
  const KernelTime& kernel = kernels_[op.kernel];
  const TileExtent work = work_of(*program_, op);
  const Cycle interval = kernel.passes * ceil_div(work.elements(), kernel.elements) +
                         fold_cycles(program_->kernels[op.kernel], work.rows, config_.vector_lanes);
  return {interval, interval + config_.latency};
}

Cycle ComputeTiming::preload(const Op& op) const {
  return is_sum_step(op) && config_.fill_overlap == FillOverlap::kFull ? matmul_time(op).preload
                                                                       : 0;
}

bool ComputeTiming::overlaps(bool chained) const {
  if (config_.dataflow == Dataflow::kSimd) {
    return false;
  }
  return config_.fill_overlap == FillOverlap::kFull ||
         (config_.fill_overlap == FillOverlap::kAccumulation && chained);
}

Cycle ComputeTiming::initiation_interval(const Op& op) const { return step(op).interval; }

std::uint64_t ComputeTiming::slots(const Op& op, const StepTime& time) const {
  return is_sum_step(op) ? time.interval * config_.peak_macs_per_cycle(op.a_type) : 0;
}

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
