// Applies arrangements in both directions, and compares with the tolerance.
#include "sim/verify/onnx_values.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_map>
#include <utility>

#include "sim/verify/reference.h"
#include "sim/verify/verification.h"

namespace tilewave {
namespace {

constexpr TileExtent kWantedTile{32, 32};  // any would do

/// What was given, or what is drawn under the source's own name: a weight as a matrix whose rows are all
/// leading dimensions.
OnnxNumbers source_values(const OnnxSource& source, std::uint64_t seed) {
  if (source.values) {
    return *source.values;
  }
  ProgramTensor tensor;
  tensor.name = to_legal_name(source.name);
  tensor.role = source.role;
  const std::uint64_t elements = element_count(source.dims);
  const std::uint64_t cols = source.dims.empty() ? 1 : source.dims.back();
  tensor.shape = {elements / cols, cols};
  tensor.tile.type = source.type;
  const FloatArray drawn = draw_tensor(seed, tensor);
  if (source.type == ElementType::kI32) {
    return std::vector<std::int64_t>(drawn.integers(), drawn.integers() + drawn.size());
  }
  std::vector<float> numbers(drawn.begin(), drawn.end());
  if (source.is_truth) {
    std::ranges::transform(numbers, numbers.begin(),
                           [](float number) { return std::fmod(number, 2.0F); });
  }
  return numbers;
}

OnnxNumbers arranged(const OnnxBinding& binding, const OnnxNumbers& source) {
  if (const auto* floats = std::get_if<std::vector<float>>(&source)) {
    return binding.arrangement.apply(*floats, binding.scale);
  }
  return binding.arrangement.apply(std::get<std::vector<std::int64_t>>(source));
}

/// Two have rounded.
constexpr double kRounders = 2;

TensorUncertainties output_uncertainties(const OnnxModel& model, const TensorValues& sources) {
  TensorUncertainties uncertainties;
  for (const OnnxBinding& binding : model.bindings) {
    if (binding.scale != 1) {
      const FloatArray& values = sources.at(binding.tensor);
      Uncertainties units(values.size());
      std::transform(values.begin(), values.end(), units.data(),
                     [](float value) { return std::abs(static_cast<double>(value)); });
      uncertainties.emplace(binding.tensor, std::move(units));
    }
  }
  std::vector<WantedTiles> wanted;
  for (const OnnxOutput& output : model.outputs) {
    for (const std::string& tensor : output.tensors) {
      const Shape& shape = model.graph.tensor(model.graph.find(tensor).value()).shape;
      const TileGrid grid = tile_grid(shape, kWantedTile);
      wanted.push_back({tensor, kWantedTile, {}});
      for (std::uint32_t row = 0; row < grid.rows; ++row) {
        for (std::uint32_t col = 0; col < grid.cols; ++col) {
          wanted.back().tiles.push_back({row, col});
        }
      }
    }
  }
  evaluate_graph(model.graph, sources, wanted, &uncertainties);
  return uncertainties;
}

class FileComparison {
 public:
  /// `uncertainties` may be null.
  FileComparison(const OnnxModel& model, const Program& program, const DramImage& image,
                 const std::vector<ExpectedOutput>& expected,
                 const TensorUncertainties* uncertainties)
      : model_(model), image_(image), expected_(expected), uncertainties_(uncertainties) {
    for (std::uint32_t i = 0; i < program.tensors.size(); ++i) {
      tensors_.emplace(program.tensors[i].name, i);
    }
  }

  ExpectedComparison run() {
    for (std::size_t i = 0; i < model_.outputs.size(); ++i) {
      std::uint64_t flat = 0;
      for (const std::string& tensor : model_.outputs[i].tensors) {
        const Uncertainties* units =
            uncertainties_ == nullptr ? nullptr : &uncertainties_->at(tensor);
        const Shape& shape = model_.graph.tensor(model_.graph.find(tensor).value()).shape;
        FloatArray values(shape.elements(), model_.outputs[i].type);
        image_.read(tensors_.at(tensor), values.floats());
        for (std::size_t k = 0; k < values.size(); ++k) {
          element(i, flat++, values.number(k), units == nullptr ? 0 : kRounders * (*units)[k]);
        }
      }
      ++result_.outputs;
    }
    return std::move(result_);
  }

 private:
  void element(std::size_t output, std::uint64_t flat, double actual, double units) {
    const double expected = expected_[output].values.number(flat);
    const OnnxOutput& of = model_.outputs[output];
    ++result_.elements;
    if (std::isfinite(actual) && std::isfinite(expected)) {
      result_.max_abs_error = std::max(result_.max_abs_error, std::abs(actual - expected));
    }
    if (within_tolerance(actual, expected, 0, of.type)) {
      return;
    }
    if (within_tolerance(actual, expected, units, of.type)) {
      ++result_.by_rounding;
      return;
    }
    ++result_.mismatches;
    if (!result_.first) {
      result_.first = {expected_[output].file,
                       of.name,
                       unravel(flat, of.dims),
                       actual,
                       expected,
                       allowed_error(expected, units, of.type)};
    }
  }

  const OnnxModel& model_;
  const DramImage& image_;
  const std::vector<ExpectedOutput>& expected_;
  const TensorUncertainties* uncertainties_;
  std::unordered_map<std::string, std::uint32_t> tensors_;
  ExpectedComparison result_;
};

}  // namespace

TensorValues onnx_tensor_values(const OnnxModel& model, std::uint64_t seed) {
  std::vector<std::vector<const OnnxBinding*>> bindings(model.sources.size());
  for (const OnnxBinding& binding : model.bindings) {
    bindings[binding.source].push_back(&binding);
  }
  TensorValues values;
  for (std::size_t i = 0; i < bindings.size(); ++i) {
    if (bindings[i].empty()) {
      continue;
    }
    const OnnxNumbers source = source_values(model.sources[i], seed);
    for (const OnnxBinding* binding : bindings[i]) {
      values.emplace(binding->tensor, array_of(arranged(*binding, source), model.sources[i].type));
    }
  }
  return values;
}

std::uint64_t unread_weights(const OnnxModel& model) {
  std::set<std::size_t> unread;
  for (const OnnxBinding& binding : model.bindings) {
    const OnnxSource& source = model.sources[binding.source];
    if (source.is_external && !source.values) {
      unread.insert(binding.source);
    }
  }
  return unread.size();
}

ExpectedComparison compare_outputs(const OnnxModel& model, const Program& program,
                                   const TensorValues& sources, const DramImage& image,
                                   const std::vector<ExpectedOutput>& expected) {
  ExpectedComparison result = FileComparison(model, program, image, expected, nullptr).run();
  if (!result.passed()) {
    const TensorUncertainties uncertainties = output_uncertainties(model, sources);
    result = FileComparison(model, program, image, expected, &uncertainties).run();
  }
  return result;
}

}  // namespace tilewave
