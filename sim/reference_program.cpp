// The reference by the program: an in-order machine with an SRAM of doubles and whole tensors for
// DRAM. It has no engines, no queues and no time, and shares no code with those who do.
#include <algorithm>
#include <unordered_set>

#include "sim/reference.h"

namespace tilewave {
namespace {

/// The ops that the wanted tiles depend on: from the last op back, along the values in demand.
class DependencySlice {
 public:
  DependencySlice(const Program& program, const std::vector<WantedTiles>& wanted)
      : program_(program) {
    for (std::uint32_t i = 0; i < program.tensors.size(); ++i) {
      first_tile_.push_back(dram_.size());
      dram_.resize(dram_.size() + program.grid(i).tiles());
      for (const WantedTiles& tiles : wanted) {
        if (tiles.tensor == program.tensors[i].name) {
          for (const TileAt& tile : tiles.tiles) {
            dram_[tile_index(i, tile.row, tile.col)] = true;
          }
        }
      }
    }
  }

  std::vector<bool> run() {
    std::vector<bool> needed(program_.ops.size());
    for (std::size_t i = program_.ops.size(); i-- > 0;) {
      needed[i] = visit(program_.ops[i]);
    }
    return needed;
  }

 private:
  std::size_t tile_index(std::uint32_t tensor, std::uint32_t row, std::uint32_t col) const {
    return first_tile_[tensor] + program_.grid(tensor).index(row, col);
  }

  /// True if `op` makes a value in demand, which then is in demand no more, but its operands are.
  bool visit(const Op& op) {
    const std::size_t tile = tile_index(op.tensor, op.row, op.col);
    if (op.opcode == Opcode::kStore) {
      if (!dram_[tile]) {
        return false;
      }
      dram_[tile] = false;
    } else if (sram_.erase(op.dst) == 0) {
      return false;
    }
    if (op.opcode == Opcode::kLoad) {
      dram_[tile] = true;
    }
    visit_sram_tiles(
        op, [this](std::uint32_t address) { sram_.insert(address); }, [](std::uint32_t) {});
    return true;
  }

  const Program& program_;
  std::vector<std::size_t> first_tile_;
  std::vector<bool> dram_;
  std::unordered_set<std::uint32_t> sram_;  ///< addresses
};

class Interpreter {
 public:
  Interpreter(const Program& program, const TensorValues& sources)
      : program_(program), edge_(program.tile.edge()), sram_(program.sram_bytes / kElementBytes) {
    for (const ProgramTensor& tensor : program.tensors) {
      const auto source = sources.find(tensor.name);
      dram_.push_back(source != sources.end() ? source->second
                                              : std::vector<float>(tensor.shape.elements()));
    }
  }

  void step(const Op& op) {
    double* dst = &sram_[op.dst / kElementBytes];
    switch (op.opcode) {
      case Opcode::kLoad: load(op, dst); break;
      case Opcode::kStore: store(op); break;
      case Opcode::kMatmul: matmul(op, dst); break;
      case Opcode::kAdd:
        read(op.a, a_);
        read(op.b, b_);
        std::transform(a_.begin(), a_.end(), b_.begin(), dst,
                       [](float x, float y) { return x + y; });
        break;
      case Opcode::kRelu:
        read(op.a, a_);
        std::transform(a_.begin(), a_.end(), dst, relu);
        break;
    }
  }

  TensorValues take() {
    TensorValues values;
    for (std::size_t i = 0; i < dram_.size(); ++i) {
      values.emplace(program_.tensors[i].name, std::move(dram_[i]));
    }
    return values;
  }

 private:
  static float relu(float x) { return x < 0.0F ? 0.0F : x; }  // NaN stays

  /// The tile at `address`, rounded to fp32.
  void read(std::uint32_t address, std::vector<float>& tile) const {
    const double* from = &sram_[address / kElementBytes];
    tile.resize(edge_ * edge_);
    std::transform(from, from + edge_ * edge_, tile.begin(),
                   [](double x) { return static_cast<float>(x); });
  }

  /// Calls `visit(element in tile, element in tensor)` where the tile is not padding.
  template <typename Visit>
  void for_each_element(const Op& op, Visit&& visit) const {
    const Shape& shape = program_.tensors[op.tensor].shape;
    const std::uint64_t top = op.row * edge_;
    const std::uint64_t left = op.col * edge_;
    for (std::uint64_t row = 0; row < std::min(edge_, shape.rows - top); ++row) {
      for (std::uint64_t col = 0; col < std::min(edge_, shape.cols - left); ++col) {
        visit(row * edge_ + col, (top + row) * shape.cols + left + col);
      }
    }
  }

  void load(const Op& op, double* dst) {
    std::fill_n(dst, edge_ * edge_, 0.0);
    const std::vector<float>& tensor = dram_[op.tensor];
    for_each_element(op, [&](std::size_t to, std::size_t from) { dst[to] = tensor[from]; });
  }

  void store(const Op& op) {
    read(op.a, a_);
    std::vector<float>& tensor = dram_[op.tensor];
    for_each_element(op, [&](std::size_t from, std::size_t to) {
      tensor[to] = op.relu ? relu(a_[from]) : a_[from];
    });
  }

  void matmul(const Op& op, double* dst) {
    read(op.a, a_);
    read(op.b, b_);
    if (op.clear) {
      std::fill_n(dst, edge_ * edge_, 0.0);
    }
    for (std::uint64_t i = 0; i < edge_; ++i) {
      for (std::uint64_t k = 0; k < edge_; ++k) {
        const double left = a_[i * edge_ + k];
        for (std::uint64_t j = 0; j < edge_; ++j) {
          dst[i * edge_ + j] += left * static_cast<double>(b_[k * edge_ + j]);
        }
      }
    }
  }

  const Program& program_;
  std::uint64_t edge_;
  std::vector<double> sram_;              ///< one for each fp32 element
  std::vector<std::vector<float>> dram_;  ///< whole tensors without padding
  std::vector<float> a_;
  std::vector<float> b_;
};

}  // namespace

TensorValues evaluate_program(const Program& program, const TensorValues& sources,
                              const std::vector<WantedTiles>& wanted) {
  const std::vector<bool> needed = DependencySlice(program, wanted).run();
  Interpreter interpreter(program, sources);
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    if (needed[i]) {
      interpreter.step(program.ops[i]);
    }
  }
  return interpreter.take();
}

std::uint64_t evaluation_work(const Program& program) {
  const std::uint64_t elements = program.tile.tile_elements();
  std::uint64_t work = 0;
  for (const Op& op : program.ops) {
    work += op.opcode == Opcode::kMatmul ? elements * program.tile.k : elements;
  }
  return work;
}

}  // namespace tilewave
