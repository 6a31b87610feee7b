// A layer for each tensor that is computed or copied; loads by their first use.
#include "sim/shares/layers.h"

#include <map>

#include "compiler/program/opcodes.h"
#include "compiler/program/tile_access.h"

namespace tilewave {
namespace {

/// What the ops of one tensor do to it.
struct Work {
  bool sum = false;
  bool bias = false;
  bool relu = false;
  const VectorKernel* kernel = nullptr;
  std::optional<ProductShape> product;  ///< its depth is the columns of its left operand
  bool several = false;                 ///< products, of different shapes

  void note(const Program& program, const Op& op) {
    sum = sum || is_sum_step(op);
    bias = bias || op.biased;
    relu = relu || op.relu;
    if (rule_of(op.opcode).has_kernel) {
      kernel = &program.kernels[op.kernel];
    }
  }

  void note_product(const Shape& result, std::uint64_t depth) {
    const ProductShape shape{result.rows, result.cols, depth};
    several = several || product.value_or(shape) != shape;
    product = shape;
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
      if (kernel->reduction) {
        add(fold_info(kernel->reduction->fold).word);
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
        layers_.of_op[i] = layer_of(i);
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
      describe(layers_.all[layer], work_[layer], program_.tensors[tensor]);
    }
    return std::move(layers_);
  }

 private:
  std::uint32_t add(std::string name, std::string kind) {
    Layer& layer = layers_.all.emplace_back();
    layer.name = std::move(name);
    layer.kind = std::move(kind);
    work_.emplace_back();
    return static_cast<std::uint32_t>(layers_.all.size() - 1);
  }

  std::uint32_t layer_of(std::uint32_t index) {
    const Op& op = program_.ops[index];
    const auto [found, is_new] = by_tensor_.try_emplace(program_.tensor_of(op.region));
    if (is_new) {
      found->second = add(program_.tensor(op).name, "");
    }
    Work& work = work_[found->second];
    work.note(program_, op);
    const std::uint32_t left = links_[index].operands.front();
    if (is_sum_step(op) && left != kNoOp) {
      work.note_product(program_.shape(op.region), product_depth(program_, op, left));
    }
    return found->second;
  }

  std::uint32_t unused() {
    if (unused_ == kNoOp) {
      unused_ = add("loaded, never read", "unused");
    }
    return unused_;
  }

  static void describe(Layer& layer, const Work& work, const ProgramTensor& result) {
    layer.kind = work.text();
    layer.type = result.type();
    if (!work.several) {
      layer.product = work.product;
    }
  }

  void count(std::uint32_t index) {
    const Op& op = program_.ops[index];
    Layer& layer = layers_.all[layers_.of_op[index]];
    ++layer.ops[static_cast<std::size_t>(op.opcode)];
    if (is_sum_step(op)) {
      layer.macs += useful_products(program_, op, links_[index]);
      layer.step_macs += step_products(op);
      layer.factors.set(static_cast<std::size_t>(op.a_type));
    }
    layer.read_bytes += is_load(op) ? tile_bytes(program_, op) : 0;
    layer.write_bytes += is_store(op) ? tile_bytes(program_, op) : 0;
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
