// Bytes by tensor and operator, and the I/O bound of each product.
#include "sim/explain/traffic.h"

#include <algorithm>
#include <cmath>

#include "compiler/program/tile_cells.h"

namespace tilewave {
namespace {

class Counter {
 public:
  Counter(const Program& program, const std::vector<OpLinks>& links, std::uint64_t sram_bytes)
      : program_(program),
        links_(links),
        sram_bytes_(sram_bytes),
        cells_(program),
        seen_(cells_.count(), program.ops.size()),
        operator_of_(program.tensors.size(), kNone),
        has_steps_(program.regions()) {
    for (std::uint32_t tensor = 0; tensor < program.tensors.size(); ++tensor) {
      traffic_.tensors.push_back({tensor, 0, 0, 0});
    }
  }

  Traffic run() {
    for (std::uint32_t i = 0; i < program_.ops.size(); ++i) {
      if (computes(program_.ops[i])) {
        count_step(i);
      }
    }
    for (std::uint32_t i = 0; i < program_.ops.size(); ++i) {
      if (is_load(program_.ops[i])) {
        count_load(i);
      } else if (is_store(program_.ops[i])) {
        count_store(program_.ops[i]);
      }
    }
    for (const TensorTraffic& tensor : traffic_.tensors) {
      traffic_.total.loaded += tensor.loaded;
      traffic_.total.stored += tensor.stored;
      traffic_.total.compulsory += tensor.compulsory;
    }
    return std::move(traffic_);
  }

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};

  void count_step(std::uint32_t i) {
    const Op& op = program_.ops[i];
    std::size_t& place = operator_of_[program_.tensor_of(op.region)];
    if (place == kNone) {
      place = traffic_.operators.size();
      traffic_.operators.push_back(describe(i));
      has_steps_[op.region] = true;
    } else if (!has_steps_[op.region]) {  // another product of the same operator
      traffic_.operators[place].io_bound += describe(i).io_bound;
      has_steps_[op.region] = true;
    }
    ++traffic_.operators[place].steps;
  }

  OperatorTraffic describe(std::uint32_t i) const {
    const Op& op = program_.ops[i];
    const Shape result = program_.shape(op.region);
    OperatorTraffic traffic;
    traffic.tensor = program_.tensor_of(op.region);
    traffic.opcode = op.opcode;
    traffic.m = result.rows;
    traffic.n = result.cols;
    const std::uint32_t left = links_[i].operands[0];
    if (is_sum_step(op) && left != kNoOp) {
      traffic.k = product_depth(program_, op, left);
      const std::uint64_t element = std::min({element_bytes(op.a_type), element_bytes(op.b_type),
                                              element_bytes(program_.tensor(op).type())});
      traffic.io_bound = matmul_io_bound(traffic.m, traffic.n, traffic.k, sram_bytes_, element);
    }
    return traffic;
  }

  void count_load(std::uint32_t i) {
    const Op& op = program_.ops[i];
    const std::uint64_t bytes = tile_bytes(program_, op);
    TensorTraffic& tensor = traffic_.tensors[program_.tensor_of(op.region)];
    tensor.loaded += bytes;
    const TensorRole role = program_.tensor(op).role;
    if (role == TensorRole::kInput || role == TensorRole::kParameter) {
      tensor.compulsory += first_bytes(op);
    }
    const std::uint32_t user = links_[i].first_use;
    if (user != kNoOp) {
      if (OperatorTraffic* oper = operator_of(program_.tensor_of(program_.ops[user].region))) {
        oper->loaded += bytes;
      }
    }
  }

  void count_store(const Op& op) {
    const std::uint64_t bytes = tile_bytes(program_, op);
    TensorTraffic& tensor = traffic_.tensors[program_.tensor_of(op.region)];
    tensor.stored += bytes;
    if (program_.tensor(op).role == TensorRole::kOutput) {
      tensor.compulsory += first_bytes(op);
    }
    if (OperatorTraffic* oper = operator_of(program_.tensor_of(op.region))) {
      oper->stored += bytes;
    }
  }

  /// Those of its elements that no op before it has moved; all of a tile that has padding.
  std::uint64_t first_bytes(const Op& op) {
    const ProgramTensor& tensor = program_.tensor(op);
    std::uint64_t bytes = 0;
    cells_.visit(op, [&](CellId cell) {
      if (seen_[cell] == 0) {
        seen_[cell] = 1;
        const bool padded = tensor.stored != tensor.shape;
        bytes += padded ? tile_bytes(program_, op)
                        : cells_.elements(program_.tensor_of(op.region), cell).elements() *
                              element_bytes(tensor.type());
      }
    });
    return bytes;
  }

  /// Null for a copy, which has no steps.
  OperatorTraffic* operator_of(std::uint32_t tensor) {
    return operator_of_[tensor] == kNone ? nullptr : &traffic_.operators[operator_of_[tensor]];
  }

  const Program& program_;
  const std::vector<OpLinks>& links_;
  std::uint64_t sram_bytes_;
  TileCells cells_;
  CellMap<char> seen_;
  std::vector<std::size_t> operator_of_;  // by tensor
  std::vector<bool> has_steps_;           // by region
  Traffic traffic_;
};

}  // namespace

Traffic find_traffic(const Program& program, const std::vector<OpLinks>& links,
                     std::uint64_t sram_bytes) {
  return Counter(program, links, sram_bytes).run();
}

double matmul_io_bound(std::uint64_t m, std::uint64_t n, std::uint64_t k, std::uint64_t sram_bytes,
                       std::uint64_t smallest_element) {
  const auto rows = static_cast<double>(m);
  const auto cols = static_cast<double>(n);
  const auto depth = static_cast<double>(k);
  const auto element = static_cast<double>(smallest_element);
  const double capacity = std::max(1.0, static_cast<double>(sram_bytes) / element);
  const double pebbling = 2 * rows * cols * depth / std::sqrt(capacity) + rows * cols;
  const double once = rows * depth + depth * cols + rows * cols;
  return element * std::max(pebbling, once);
}

}  // namespace tilewave
