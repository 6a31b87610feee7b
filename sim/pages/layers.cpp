// A layer for each tensor that is computed or copied; loads by their first use.
#include "sim/pages/layers.h"

#include <map>

#include "compiler/program/opcodes.h"

namespace tilewave {
namespace {

/// What the ops of one tensor do to it.
struct Work {
  bool sum = false;
  bool bias = false;
  bool relu = false;
  const VectorKernel* kernel = nullptr;

  void note(const Program& program, const Op& op) {
    sum = sum || is_sum_step(op);
    bias = bias || op.biased;
    relu = relu || op.relu;
    if (rule_of(op.opcode).has_kernel) {
      kernel = &program.kernels[op.kernel];
    }
  }

  /// "matmul+bias+gelu", "add+relu", "copy"
  std::string text() const {
    std::string all = sum ? rule_of(Opcode::kMatmul).word.data() : "";
    const auto add = [&all](std::string_view word) { (all += all.empty() ? "" : "+") += word; };
    if (bias) {
      add("bias");
    }
    if (relu) {
      add("relu");
    }
    if (kernel != nullptr) {
      for (const ExpressionStep& step : kernel->expression.steps) {
        add(function_info(step.function).word);
      }
    }
    return all.empty() ? "copy" : all;
  }
};

class LayerFinder {
 public:
  LayerFinder(const Program& program, const std::vector<OpLinks>& links)
      : program_(program), links_(links) {}

  Layers find() {
    layers_.of_op.resize(program_.ops.size());
    for (std::uint32_t i = 0; i < program_.ops.size(); ++i) {
      if (!is_load(program_.ops[i])) {
        layers_.of_op[i] = layer_of(program_.ops[i]);
      }
    }
    for (std::uint32_t i = 0; i < program_.ops.size(); ++i) {
      if (is_load(program_.ops[i])) {
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
    work_[found->second].note(program_, op);
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
    layer.macs += useful_products(program_, program_.ops[op], links_[op]);
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
