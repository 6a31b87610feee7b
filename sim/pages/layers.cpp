#include "sim/pages/layers.h"

#include <map>

namespace tilewave {
namespace {

/// What the ops of one tensor do to it.
struct Work {
  bool matmul = false;
  bool add = false;
  bool bias = false;
  bool relu = false;

  void note(const Op& op) {
    matmul = matmul || op.opcode == Opcode::kMatmul;
    add = add || op.opcode == Opcode::kAdd;
    bias = bias || op.biased;
    relu = relu || op.relu || op.opcode == Opcode::kRelu;
  }

  std::string text() const {
    const std::string base = matmul ? "matmul" : add ? "add" : relu ? "" : "copy";
    const std::string biased = base + (bias ? "+bias" : "");
    return biased + (relu ? (base.empty() ? "relu" : "+relu") : "");
  }
};

class LayerFinder {
 public:
  LayerFinder(const Program& program, const std::vector<OpLinks>& links)
      : program_(program), links_(links) {}

  Layers find() {
    layers_.of_op.resize(program_.ops.size());
    for (std::uint32_t i = 0; i < program_.ops.size(); ++i) {
      if (program_.ops[i].opcode != Opcode::kLoad) {
        layers_.of_op[i] = layer_of(program_.ops[i]);
      }
    }
    for (std::uint32_t i = 0; i < program_.ops.size(); ++i) {
      if (program_.ops[i].opcode == Opcode::kLoad) {
        const std::uint32_t user = links_[i].first_use;
        layers_.of_op[i] = user == kNoOp ? unused() : layers_.of_op[user];
      }
      count(i);
    }
    for (const auto& [tensor, layer] : by_tensor_) {
      layers_.all[layer].kind = work_[layer].text();
    }
    return std::move(layers_);
  }

 private:
  std::uint32_t add(std::string name, std::string kind) {
    layers_.all.push_back({std::move(name), std::move(kind)});
    work_.emplace_back();
    return static_cast<std::uint32_t>(layers_.all.size() - 1);
  }

  std::uint32_t layer_of(const Op& op) {
    const auto [found, is_new] = by_tensor_.try_emplace(op.tensor);
    if (is_new) {
      found->second = add(program_.tensors[op.tensor].name, "");
    }
    work_[found->second].note(op);
    return found->second;
  }

  std::uint32_t unused() {
    if (unused_ == kNoOp) {
      unused_ = add("loaded, never read", "unused");
    }
    return unused_;
  }

  void count(std::uint32_t op) {
    Layer& layer = layers_.all[layers_.of_op[op]];
    ++layer.ops;
    if (program_.ops[op].opcode == Opcode::kMatmul) {
      const TileShape& tile = program_.tile;
      layer.macs += std::uint64_t{tile.m} * tile.n * tile.k;
    }
  }

  const Program& program_;
  const std::vector<OpLinks>& links_;
  Layers layers_;
  std::vector<Work> work_;                            // by layer
  std::map<std::uint32_t, std::uint32_t> by_tensor_;  // layers
  std::uint32_t unused_ = kNoOp;
};

}  // namespace

Layers find_layers(const Program& program, const std::vector<OpLinks>& links) {
  return LayerFinder(program, links).find();
}

}  // namespace tilewave
