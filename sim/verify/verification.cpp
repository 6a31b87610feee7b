// Picks the tiles to compare, and counts what differs.
#include "sim/verify/verification.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>
#include <vector>

#include "compiler/program/element_rounding.h"
#include "compiler/program/opcodes.h"

namespace tilewave {
namespace {

/// The tensors whose values matter: outputs, or whatever is stored if there are none.
std::vector<std::uint32_t> checked_tensors(const Program& program) {
  std::vector<std::uint32_t> outputs;
  for (std::uint32_t i = 0; i < program.tensors.size(); ++i) {
    if (program.tensors[i].role == TensorRole::kOutput) {
      outputs.push_back(i);
    }
  }
  if (!outputs.empty()) {
    return outputs;
  }
  std::set<std::uint32_t> stored;
  for (const Op& op : program.ops) {
    if (is_store(op)) {
      stored.insert(program.tensor_of(op.region));
    }
  }
  return {stored.begin(), stored.end()};
}

/// First, last and two random ones of `count`, each once, in order.
std::vector<std::uint32_t> sample_indices(std::uint32_t count, const RandomStream& random,
                                          std::uint64_t draw) {
  std::set<std::uint32_t> indices = {0, count - 1};
  for (std::uint64_t i = 0; i < 2; ++i) {
    const double unit = (static_cast<double>(random(draw + i)) + 1.0) / 2;  // [0, 1)
    indices.insert(static_cast<std::uint32_t>(unit * count));
  }
  return {indices.begin(), indices.end()};
}

WantedTiles choose_tiles(const ProgramTensor& tensor, const TileGrid& grid, Coverage coverage,
                         std::uint64_t seed) {
  WantedTiles wanted{tensor.name, tensor.tile, {}};
  if (coverage == Coverage::kFull) {
    for (std::uint32_t row = 0; row < grid.rows; ++row) {
      for (std::uint32_t col = 0; col < grid.cols; ++col) {
        wanted.tiles.push_back({row, col});
      }
    }
    return wanted;
  }
  const RandomStream random(seed, tensor.name + " sample");  // no tensor's name
  std::uint64_t draw = 0;
  for (const std::uint32_t row : sample_indices(grid.rows, random, draw)) {
    draw += 2;
    for (const std::uint32_t col : sample_indices(grid.cols, random, draw)) {
      wanted.tiles.push_back({row, col});
    }
  }
  return wanted;
}

/// One tensor as the machine made it and as it should be.
class Comparison {
 public:
  /// `units` may be null.
  Comparison(const Program& program, std::uint32_t tensor, const DramImage& actual,
             const FloatArray& expected, const Uncertainties* units, Verification& result)
      : tensor_(program.tensors[tensor]),
        number_(tensor),
        actual_(actual),
        expected_(expected),
        units_(units),
        result_(result),
        row_(tensor_.tile.cols, tensor_.type()) {}

  void tile(const TileAt& tile) {
    const Shape& shape = tensor_.shape;
    const std::uint64_t rows = tensor_.tile.rows;
    const std::uint64_t cols = tensor_.tile.cols;
    ++result_.tiles;
    for (std::uint64_t row = tile.row * rows; row < std::min((tile.row + 1) * rows, shape.rows);
         ++row) {
      const std::uint64_t col = tile.col * cols;
      const std::uint64_t width = std::min(col + cols, shape.cols) - col;
      actual_.read(number_, row, col, row_.floats().first(width));
      for (std::uint64_t i = 0; i < width; ++i) {
        element(tile, row, col + i, row_.number(i));
      }
    }
  }

 private:
  void element(const TileAt& tile, std::uint64_t row, std::uint64_t col, double actual) {
    const std::uint64_t at = row * tensor_.shape.cols + col;
    const double expected = expected_.number(at);
    const ElementType type = tensor_.type();
    ++result_.elements;
    if (std::isfinite(actual) && std::isfinite(expected)) {
      result_.max_abs_error = std::max(result_.max_abs_error, std::abs(actual - expected));
      result_.max_abs_value = std::max(result_.max_abs_value, std::abs(expected));
    }
    if (within_tolerance(actual, expected, 0, type)) {
      return;
    }
    const double units = units_ == nullptr ? 0 : (*units_)[at];
    if (within_tolerance(actual, expected, units, type)) {
      ++result_.by_rounding;
      return;
    }
    ++result_.mismatches;
    if (!result_.first) {
      result_.first = Mismatch{
          tensor_.name, tile, row, col, actual, expected, allowed_error(expected, units, type)};
    }
  }

  const ProgramTensor& tensor_;
  std::uint32_t number_;
  const DramImage& actual_;
  const FloatArray& expected_;
  const Uncertainties* units_;
  Verification& result_;
  FloatArray row_;  ///< of a tile
};

/// With the uncertainties that the reference has, if any.
Verification compare(const Reference& reference, const Program& program, const DramImage& image) {
  Verification result;
  result.coverage = reference.coverage;
  result.by_graph = reference.by_graph;
  const std::vector<std::uint32_t> tensors = checked_tensors(program);
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const ProgramTensor& tensor = program.tensors[tensors[i]];
    const Uncertainties* units =
        reference.uncertainties ? &reference.uncertainties->at(tensor.name) : nullptr;
    Comparison comparison(program, tensors[i], image, reference.values.at(tensor.name), units,
                          result);
    for (const TileAt& tile : reference.wanted[i].tiles) {
      comparison.tile(tile);
    }
    ++result.tensors;
    result.all_tiles += program.grid(tensors[i]).tiles();
  }
  return result;
}

TensorValues evaluate(const Graph* graph, const Program& program, const TensorValues& sources,
                      const std::vector<WantedTiles>& wanted, TensorUncertainties* uncertainties) {
  return graph != nullptr ? evaluate_graph(*graph, sources, wanted, uncertainties)
                          : evaluate_program(program, sources, wanted, uncertainties);
}

}  // namespace

double allowed_error(double expected, double units, ElementType type) {
  switch (type) {
    case ElementType::kF32:
      return kAbsoluteTolerance + kRelativeTolerance * std::abs(expected) +
             rounding_difference(units);
    case ElementType::kBf16:
    case ElementType::kF16:
      return kAbsoluteTolerance + element_spacing(type) * std::abs(expected) +
             rounding_difference(units);
    case ElementType::kI8:
    case ElementType::kU8:
    case ElementType::kI32: return rounding_difference(units);
  }
  return 0;
}

bool within_tolerance(double actual, double expected, double units, ElementType type) {
  if (std::isinf(units)) {
    return true;
  }
  if (std::isnan(expected) || std::isnan(actual)) {
    return std::isnan(expected) && std::isnan(actual);
  }
  if (std::isinf(expected) || std::isinf(actual)) {
    return actual == expected;
  }
  return std::abs(actual - expected) <= allowed_error(expected, units, type);
}

Coverage default_coverage(const Graph* graph, const Program& program) {
  std::uint64_t work = graph != nullptr ? evaluation_work(*graph) : evaluation_work(program);
  for (const std::uint32_t tensor : checked_tensors(program)) {
    work = std::max(work, program.tensors[tensor].shape.elements());  // to be compared
  }
  return work <= kFullVerificationWork ? Coverage::kFull : Coverage::kSampled;
}

Reference evaluate_reference(const Graph* graph, const Program& program,
                             const TensorValues& sources, Coverage coverage, std::uint64_t seed) {
  Reference reference;
  reference.coverage = coverage;
  reference.by_graph = graph != nullptr;
  for (const std::uint32_t tensor : checked_tensors(program)) {
    reference.wanted.push_back(
        choose_tiles(program.tensors[tensor], program.grid(tensor), coverage, seed));
  }
  reference.values = evaluate(graph, program, sources, reference.wanted, nullptr);
  return reference;
}

Verification verify_outputs(Reference& reference, const Graph* graph, const Program& program,
                            const TensorValues& sources, const DramImage& image) {
  Verification result = compare(reference, program, image);
  if (!result.passed() && !reference.uncertainties) {
    TensorUncertainties uncertainties;
    evaluate(graph, program, sources, reference.wanted, &uncertainties);
    reference.uncertainties = std::move(uncertainties);
    result = compare(reference, program, image);
  }
  return result;
}

Verification verify_outputs(const Graph* graph, const Program& program, const TensorValues& sources,
                            const DramImage& image, Coverage coverage, std::uint64_t seed) {
  Reference reference = evaluate_reference(graph, program, sources, coverage, seed);
  return verify_outputs(reference, graph, program, sources, image);
}

}  // namespace tilewave
