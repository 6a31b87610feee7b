// One walk over the ops with the contents of SRAM and the stored tiles of DRAM beside it. Messages
// are made in program_verify_errors.cpp.
#include "compiler/program_verify.h"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/nearest.h"
#include "compiler/number_text.h"
#include "compiler/program_check.h"
#include "compiler/program_verify_errors.h"
#include "compiler/sram_tiles.h"

namespace tilewave {

namespace {

std::string tensor_label(const Program& program, std::size_t tensor) {
  return "tensor " + std::to_string(tensor) + " (" + printable(program.tensors[tensor].name) + ")";
}

void verify_dram_layout(const Program& program, const VerifyErrors& errors) {
  std::vector<std::size_t> order(program.tensors.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return program.tensors[a].dram_base < program.tensors[b].dram_base;
  });
  for (std::size_t i = 1; i < order.size(); ++i) {
    const ProgramTensor& below = program.tensors[order[i - 1]];
    const ProgramTensor& above = program.tensors[order[i]];
    if (above.dram_base < below.dram_base + below.bytes()) {
      errors.fail(tensor_label(program, order[i]) + " at DRAM " + hex(above.dram_base) +
                  " overlaps " + tensor_label(program, order[i - 1]) + " at " +
                  hex(below.dram_base) + " to " + hex(below.dram_base + below.bytes()));
    }
  }
}

void verify_header(const Program& program, const VerifyErrors& errors) {
  if (const auto problem = find_problem(program.tile)) {
    errors.fail("tile " + problem->text());
  }
  if (const auto problem = find_sram_problem(program.sram_bytes)) {
    errors.fail(problem->text());
  }
  if (program.tensors.size() > kMaxTensors) {
    errors.fail(std::to_string(program.tensors.size()) + " tensors; allowed: at most " +
                std::to_string(kMaxTensors));
  }
  if (program.ops.size() > kMaxOps) {
    errors.fail(std::to_string(program.ops.size()) + " ops; allowed: at most " +
                std::to_string(kMaxOps));
  }
  std::unordered_map<std::string_view, std::size_t> names;
  for (std::size_t i = 0; i < program.tensors.size(); ++i) {
    if (const auto problem = find_problem(program.tensors[i], program.tile)) {
      errors.fail(tensor_label(program, i) + " " + problem->text());
    }
    const auto [earlier, inserted] = names.emplace(program.tensors[i].name, i);
    if (!inserted) {
      errors.fail(tensor_label(program, i) + " has the name of " +
                  tensor_label(program, earlier->second));
    }
  }
  verify_dram_layout(program, errors);
}

/// Expects a verified header.
class OpVerifier {
 public:
  OpVerifier(const Program& program, const VerifyErrors& errors)
      : program_(program),
        errors_(errors),
        tile_bytes_(program.tile.tile_bytes()),
        sram_(program.sram_bytes, tile_bytes_) {
    std::uint64_t tiles = 0;
    for (const ProgramTensor& tensor : program.tensors) {
      tensors_.push_back({tile_grid(tensor.shape, program.tile), tensor.role, tiles});
      tiles += tensors_.back().grid.tiles();
    }
    stored_.resize(tiles);
  }

  VerifyReport verify() {
    for (std::size_t i = 0; i < program_.ops.size(); ++i) {
      verify_op(static_cast<std::uint32_t>(i));
    }
    verify_outputs();
    verify_nothing_unread();
    return report_;
  }

 private:
  struct TensorInfo {
    TileGrid grid;
    TensorRole role;
    std::uint64_t first_tile;  ///< its tile [0,0] in stored_

    bool is_constant() const {
      return role == TensorRole::kInput || role == TensorRole::kParameter;
    }
  };

  void verify_op(std::uint32_t index) {
    const Op& op = program_.ops[index];
    if (const auto problem = find_problem(op, tensors_.size())) {
      errors_.fail_op(index, problem->text());
    }
    verify_coordinates(index, op);
    switch (op.opcode) {
      case Opcode::kLoad: verify_load(index, op); break;
      case Opcode::kStore: verify_store(index, op); break;
      case Opcode::kMatmul: verify_matmul(index, op); break;
      case Opcode::kAdd:
      case Opcode::kRelu: verify_elementwise(index, op); break;
    }
  }

  void verify_coordinates(std::uint32_t index, const Op& op) const {
    const TileGrid& grid = tensors_[op.tensor].grid;
    if (op.row >= grid.rows || op.col >= grid.cols) {
      errors_.fail_op(index, "names a tile that does not exist; allowed: row 0 to " +
                                 std::to_string(grid.rows - 1) + ", column 0 to " +
                                 std::to_string(grid.cols - 1));
    }
    if (op.k >= kMaxReductionSteps) {
      errors_.fail_op(index, "has k = " + std::to_string(op.k) + "; allowed: 0 to " +
                                 std::to_string(kMaxReductionSteps - 1));
    }
  }

  void verify_address(std::uint32_t index, const char* what, std::uint32_t address) {
    const std::uint64_t end = address + tile_bytes_;
    if (address % kSramAlignment != 0) {
      errors_.fail_op(
          index, std::string("has ") + what + " " + hex(address, 4) + "; allowed: multiples of 64");
    }
    if (end > program_.sram_bytes) {
      errors_.fail_op(index, std::string("has ") + what + " " + hex(address, 4) +
                                 ", which ends at " + hex(end, 4) +
                                 "; allowed: up to the SRAM's end at " +
                                 hex(program_.sram_bytes, 4));
    }
    report_.peak_address = std::max(report_.peak_address, end);
  }

  void verify_load(std::uint32_t index, const Op& op) {
    verify_address(index, "destination", op.dst);
    const TensorInfo& tensor = tensors_[op.tensor];
    if (!tensor.is_constant() && !stored_[dram_tile(op)]) {
      errors_.fail_op(index, std::string("loads a tile of an ") + to_string(tensor.role) +
                                 " tensor that no earlier op stored");
    }
    write(index, op.dst, false);
    ++report_.loads;
    report_.bytes_loaded += tile_bytes_;
  }

  void verify_store(std::uint32_t index, const Op& op) {
    verify_address(index, "source", op.a);
    const TensorInfo& tensor = tensors_[op.tensor];
    if (tensor.is_constant()) {
      errors_.fail_op(index, std::string("stores to a tensor of role ") + to_string(tensor.role) +
                                 "; allowed: intermediate, output");
    }
    SramTile& source = read(index, "source", op.a);
    const Op& writer = program_.ops[source.writer];
    if (writer.row != op.row || writer.col != op.col) {
      errors_.fail_op(index, "stores the tile of " + errors_.describe(source.writer) +
                                 " under other coordinates");
    }
    if (!within(valid_part(writer), valid_part(op))) {
      errors_.fail_op(index,
                      "stores the tile of " + errors_.describe(source.writer) +
                          " into one with less valid elements: the rest would become padding,"
                          " which has to stay zero");
    }
    source.stored = true;
    const std::uint64_t tile = dram_tile(op);
    if (tensor.role == TensorRole::kOutput && stored_[tile]) {
      errors_.fail_stored_twice(index);
    }
    stored_[tile] = true;
    ++report_.stores;
    report_.bytes_stored += tile_bytes_;
  }

  void verify_matmul(std::uint32_t index, const Op& op) {
    verify_address(index, "a", op.a);
    verify_address(index, "b", op.b);
    verify_address(index, "accumulator", op.dst);
    for (const std::uint32_t operand : {op.a, op.b}) {
      if (overlap(op.dst, operand)) {
        errors_.fail_op(index,
                        "has an accumulator that overlaps its own operand at " + hex(operand, 4));
      }
    }
    read(index, "a", op.a);
    read(index, "b", op.b);
    if (op.clear) {
      write(index, op.dst, true);
    } else {
      accumulate(index, op);
    }
    ++report_.executes;
  }

  void verify_elementwise(std::uint32_t index, const Op& op) {
    const bool binary = op.opcode == Opcode::kAdd;
    verify_address(index, "a", op.a);
    if (binary) {
      verify_address(index, "b", op.b);
    }
    verify_address(index, "destination", op.dst);
    for (const std::uint32_t operand : {op.a, binary ? op.b : op.a}) {
      if (op.dst != operand && overlap(op.dst, operand)) {
        errors_.fail_op(index, "has a destination that overlaps a part of its own operand at " +
                                   hex(operand, 4));
      }
    }
    read(index, "a", op.a);
    if (binary) {
      read(index, "b", op.b);
    }
    write(index, op.dst, true);
    ++report_.executes;
  }

  /// The elements of an op's tile that are not padding.
  Shape valid_part(const Op& op) const {
    const Shape& shape = program_.tensors[op.tensor].shape;
    const std::uint64_t edge = program_.tile.edge();
    return {std::min(edge, shape.rows - op.row * edge), std::min(edge, shape.cols - op.col * edge)};
  }
  static bool within(const Shape& inner, const Shape& outer) {
    return inner.rows <= outer.rows && inner.cols <= outer.cols;
  }

  bool overlap(std::uint32_t a, std::uint32_t b) const {
    return (a > b ? a - b : b - a) < tile_bytes_;
  }

  SramTile& read(std::uint32_t index, const char* what, std::uint32_t address) {
    SramTile* tile = sram_.find(address);
    if (tile == nullptr) {
      errors_.fail_unreadable(index, what, address);
    }
    tile->used = true;
    return *tile;
  }

  void write(std::uint32_t index, std::uint32_t address, bool computed) {
    sram_.visit_overlapping(address, [&](SramTile& tile) {
      if (tile.live()) {
        errors_.fail_overwrite(index, tile.writer);
      }
      tile.present = false;
    });
    sram_.place({.start = address, .writer = index, .present = true, .computed = computed});
  }

  void accumulate(std::uint32_t index, const Op& op) {
    SramTile* tile = sram_.find(op.dst);
    if (tile == nullptr) {
      errors_.fail_unreadable(index, "its uncleared accumulator", op.dst);
    }
    const Op& earlier = program_.ops[tile->writer];
    if (earlier.opcode != Opcode::kMatmul || earlier.tensor != op.tensor || earlier.row != op.row ||
        earlier.col != op.col || tile->stored) {
      errors_.fail_accumulate(index, tile->writer);
    }
    tile->writer = index;
    tile->used = false;
  }

  std::uint64_t dram_tile(const Op& op) const {
    const TensorInfo& tensor = tensors_[op.tensor];
    return tensor.first_tile + tensor.grid.index(op.row, op.col);
  }

  void verify_outputs() const {
    for (std::uint32_t id = 0; id < tensors_.size(); ++id) {
      const TensorInfo& tensor = tensors_[id];
      for (std::uint64_t tile = 0; tensor.role == TensorRole::kOutput && tile < tensor.grid.tiles();
           ++tile) {
        if (!stored_[tensor.first_tile + tile]) {
          errors_.fail_never_stored(id, static_cast<std::uint32_t>(tile / tensor.grid.cols),
                                    static_cast<std::uint32_t>(tile % tensor.grid.cols));
        }
      }
    }
  }

  void verify_nothing_unread() const {
    const SramTile* first = nullptr;
    for (const SramTile& tile : sram_.slots()) {
      if (tile.live() && (first == nullptr || tile.writer < first->writer)) {
        first = &tile;
      }
    }
    if (first != nullptr) {
      errors_.fail_op(first->writer, "computes a tile that is never stored and never read");
    }
  }

  const Program& program_;
  const VerifyErrors& errors_;
  std::uint64_t tile_bytes_;
  SramTiles sram_;
  std::vector<TensorInfo> tensors_;
  std::vector<bool> stored_;  ///< per DRAM tile: an op has stored it
  VerifyReport report_;
};

}  // namespace

VerifyReport verify_program(const Program& program, const std::string& file_name) {
  const VerifyErrors errors(program, file_name);
  verify_header(program, errors);
  return OpVerifier(program, errors).verify();
}

}  // namespace tilewave
