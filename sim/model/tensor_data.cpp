// A generator for each tensor, seeded by its name.
#include "sim/model/tensor_data.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "compiler/onnx/onnx_import.h"
#include "compiler/program/element_rounding.h"
#include "compiler/program/opcodes.h"
#include "compiler/program/tile_cells.h"

namespace tilewave {
namespace {

std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

std::uint64_t fnv1a(const std::string& text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  }
  return hash;
}

bool is_source(const ProgramTensor& tensor) {
  return tensor.role == TensorRole::kInput || tensor.role == TensorRole::kParameter;
}

/// A tensor's stream with the factor that its role asks for.
class TensorStream {
 public:
  TensorStream(std::uint64_t seed, const ProgramTensor& tensor)
      : random_(seed, tensor.name),
        type_(tensor.type()),
        scale_(tensor.role == TensorRole::kParameter
                   ? static_cast<float>(std::sqrt(3.0 / static_cast<double>(tensor.shape.rows)))
                   : 1.0F) {}

  double operator()(std::uint64_t index) const {
    const float unit = random_(index);
    switch (type_) {
      case ElementType::kF32: return unit * scale_;
      case ElementType::kBf16:
      case ElementType::kF16: return rounded_to(type_, unit * scale_);
      case ElementType::kI8: return std::floor(unit * 128.0);
      case ElementType::kU8: return std::floor(unit * 128.0) + 128;
      case ElementType::kI32: return std::floor(unit * double{kMostDrawnInt32});
    }
    return 0;
  }

 private:
  RandomStream random_;
  ElementType type_;
  float scale_;
};

/// `expression` of each element's row and column.
FloatArray table_values(const Expression& expression, const ProgramTensor& tensor) {
  FloatArray values(tensor.shape.elements(), tensor.type());
  std::uint64_t i = 0;
  for (std::uint64_t row = 0; row < tensor.shape.rows; ++row) {
    for (std::uint64_t col = 0; col < tensor.shape.cols; ++col) {
      const std::array place = {static_cast<double>(row), static_cast<double>(col)};
      values.set(i++, evaluate_as(tensor.type(), expression, place));
    }
  }
  return values;
}

/// Calls `visit(tensor, range)` for the elements of a source that are loaded, once each.
template <typename Visit>
void for_each_loaded(const Program& program, Visit&& visit) {
  const TileCells cells(program);
  std::vector<CellId> loaded;
  for (const Op& op : program.ops) {
    if (is_load(op) && is_source(program.tensor(op))) {
      cells.visit(op, [&](CellId cell) { loaded.push_back(cell); });
    }
  }
  std::ranges::sort(loaded);
  loaded.erase(std::unique(loaded.begin(), loaded.end()), loaded.end());
  std::uint32_t tensor = 0;
  for (const CellId cell : loaded) {
    while (cell >= cells.first(tensor + 1)) {
      ++tensor;
    }
    visit(tensor, cells.elements(tensor, cell));
  }
}

}  // namespace

RandomStream::RandomStream(std::uint64_t seed, const std::string& name)
    : key_(mix(seed + mix(fnv1a(name)))) {}

float RandomStream::operator()(std::uint64_t index) const {
  const std::uint64_t bits = mix(key_ + (index + 1) * 0x9e3779b97f4a7c15U);
  return static_cast<float>(bits >> 40U) * 0x1p-23F - 1.0F;
}

FloatArray draw_tensor(std::uint64_t seed, const ProgramTensor& tensor) {
  const TensorStream random(seed, tensor);
  FloatArray values(tensor.shape.elements(), tensor.type());
  for (std::uint64_t i = 0; i < values.size(); ++i) {
    values.set(i, random(i));
  }
  return values;
}

TensorValues draw_tensors(std::uint64_t seed, const Program& program) {
  TensorValues values;
  for (const ProgramTensor& tensor : program.tensors) {
    if (is_source(tensor)) {
      values.emplace(tensor.name, draw_tensor(seed, tensor));
    }
  }
  return values;
}

TensorValues draw_tensors(std::uint64_t seed, const Graph& graph, const Program& program) {
  TensorValues values;
  for (const ProgramTensor& tensor : program.tensors) {
    if (is_source(tensor)) {
      const std::optional<TensorId> id = graph.find(tensor.name);
      const bool is_table = id && !graph.tensor(*id).values.empty();
      values.emplace(tensor.name, is_table ? table_values(graph.tensor(*id).values, tensor)
                                           : draw_tensor(seed, tensor));
    }
  }
  return values;
}

TensorValues draw_loaded(std::uint64_t seed, const Program& program) {
  TensorValues values;
  for (const ProgramTensor& tensor : program.tensors) {
    if (is_source(tensor)) {
      values.emplace(tensor.name, FloatArray(tensor.shape.elements(), tensor.type()));
    }
  }
  for_each_loaded(program, [&](std::uint32_t tensor, const ElementRange& range) {
    const ProgramTensor& entry = program.tensors[tensor];
    const TensorStream random(seed, entry);
    FloatArray& array = values.at(entry.name);
    for (std::uint64_t row = range.row; row < range.row_end; ++row) {
      for (std::uint64_t i = row * entry.shape.cols + range.col;
           i < row * entry.shape.cols + range.col_end; ++i) {
        array.set(i, random(i));
      }
    }
  });
  return values;
}

void write_loaded(const TensorValues& values, const Program& program, DramImage& image) {
  for_each_loaded(program, [&](std::uint32_t tensor, const ElementRange& range) {
    const FloatArray& array = values.at(program.tensors[tensor].name);
    image.write(tensor, {array.data(), array.size()}, range);
  });
}

}  // namespace tilewave
