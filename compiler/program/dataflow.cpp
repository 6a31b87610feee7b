// Walks through the program once with the tiles in SRAM beside it.
#include "compiler/program/dataflow.h"

#include <algorithm>
#include <map>

namespace tilewave {
namespace {

/// The tiles in SRAM while the program is walked through.
class Walk {
 public:
  explicit Walk(const Program& program) : program_(program), links_(program.ops.size()) {}

  std::vector<OpLinks> run() {
    for (std::uint32_t index = 0; index < program_.ops.size(); ++index) {
      const Op& op = program_.ops[index];
      std::size_t operand = 0;
      visit_operands(
          program_, op,
          [&](std::size_t, const OperandRule&, std::uint32_t address, const TileExtent&) {
            links_[index].operands[operand++] = read(address, index);
          });
      if (rule_of(op.opcode).has_dst) {
        write(index);
      }
    }
    return std::move(links_);
  }

 private:
  struct Tile {
    std::uint64_t end = 0;
    std::uint32_t writer = kNoOp;
  };

  std::uint32_t read(std::uint32_t address, std::uint32_t reader) {
    const auto tile = sram_.find(address);
    if (tile == sram_.end()) {
      return kNoOp;  // the verifier lets nobody read what nobody wrote
    }
    OpLinks& writer = links_[tile->second.writer];
    if (writer.first_use == kNoOp) {
      writer.first_use = reader;
    }
    return tile->second.writer;
  }

  void write(std::uint32_t index) {
    const Op& op = program_.ops[index];
    const std::uint64_t end = op.dst + written_extent(program_, op).bytes();
    auto tile = sram_.upper_bound(op.dst);
    if (tile != sram_.begin() && std::prev(tile)->second.end > op.dst) {
      --tile;
    }
    while (tile != sram_.end() && tile->first < end) {
      const bool continues = accumulates(op) && tile->first == op.dst;
      if (!continues) {
        links_[tile->second.writer].overwritten_by = index;
      }
      tile = sram_.erase(tile);
    }
    sram_[op.dst] = {end, index};
  }

  const Program& program_;
  std::map<std::uint64_t, Tile> sram_;  // by first byte; disjoint
  std::vector<OpLinks> links_;
};

}  // namespace

std::vector<OpLinks> find_links(const Program& program) { return Walk(program).run(); }

std::uint64_t product_depth(const Program& program, const Op& op, std::uint32_t left) {
  const Shape shape = program.shape(program.ops[left].region);
  return op.a_transposed ? shape.rows : shape.cols;
}

std::uint64_t useful_products(const Program& program, const Op& op, std::uint32_t left) {
  if (!is_sum_step(op)) {
    return 0;
  }
  std::uint64_t depth = op.k;
  if (left != kNoOp) {
    const ElementRange factor = program.elements_at(program.ops[left]);
    depth = op.a_transposed ? factor.rows() : factor.cols();
  }
  return program.elements_at(op).elements() * std::min<std::uint64_t>(depth, op.k);
}

std::uint64_t useful_products(const Program& program, const Op& op, const OpLinks& links) {
  return useful_products(program, op, links.operands.front());
}

UsefulProducts useful_products(const Program& program) {
  const bool padded = std::ranges::any_of(
      program.tensors, [](const ProgramTensor& tensor) { return tensor.stored != tensor.shape; });
  const std::vector<OpLinks> links = padded ? find_links(program) : std::vector<OpLinks>();
  UsefulProducts products;
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    const Op& op = program.ops[i];
    if (is_sum_step(op)) {
      products.count += padded ? useful_products(program, op, links[i]) : step_products(op);
      products.factors.set(static_cast<std::size_t>(op.a_type));
    }
  }
  return products;
}

}  // namespace tilewave
