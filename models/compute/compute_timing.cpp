#include "models/compute/compute_timing.h"

namespace tilewave {

ComputeTiming::ComputeTiming(const ComputeConfig& config, const TileShape& tile)
    : config_(config), tile_(tile) {
  const Cycle h = config.rows;
  const Cycle w = config.cols;
  const Cycle m = tile.m;
  const Cycle n = tile.n;
  const Cycle k = tile.k;
  vector_interval_ = ceil_div(m * n, config.vector_lanes);
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
  if (op.opcode != Opcode::kMatmul || next.opcode != Opcode::kMatmul) {
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
  if (op.opcode != Opcode::kMatmul) {
    return {vector_interval_, vector_interval_ + config_.latency};
  }
  return {matmul_interval_, matmul_duration_};
}

Cycle ComputeTiming::preload(const Op& op) const {
  const bool behind = op.opcode == Opcode::kMatmul && config_.fill_overlap == FillOverlap::kFull;
  return behind ? matmul_preload_ : 0;
}

bool ComputeTiming::overlaps(bool chained) const {
  if (config_.dataflow == Dataflow::kSimd) {
    return false;
  }
  return config_.fill_overlap == FillOverlap::kFull ||
         (config_.fill_overlap == FillOverlap::kAccumulation && chained);
}

Cycle ComputeTiming::initiation_interval(const Op& op) const {
  return op.opcode == Opcode::kMatmul ? matmul_interval_ : vector_interval_;
}

ComputeTiming::Streams ComputeTiming::streams(const Op& op, bool chained,
                                              bool chain_continues) const {
  if (op.opcode != Opcode::kMatmul) {
    return {.a = true, .b = op.opcode == Opcode::kAdd, .dst_write = true};
  }
  switch (config_.dataflow) {
    case Dataflow::kOutputStationary:
    case Dataflow::kSimd: return {true, true, op.biased, !op.clear && !chained, !chain_continues};
    case Dataflow::kWeightStationary: return {true, !chained, op.biased, !op.clear, true};
    case Dataflow::kInputStationary: return {!chained, true, op.biased, !op.clear, true};
  }
  return {};
}

}  // namespace tilewave
