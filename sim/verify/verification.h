// Compares what the machine has written with the reference. It draws no data and runs nothing on
// the machine; what it found is data, worded elsewhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/graph/graph.h"
#include "compiler/program/program.h"
#include "models/dram/image.h"
#include "sim/model/tensor_data.h"
#include "sim/verify/reference.h"

namespace tilewave {

inline constexpr double kAbsoluteTolerance = 1e-5;
inline constexpr double kRelativeTolerance = 1e-4;

/// How far a value may be off that is expected to be `expected` and is uncertain by `units` rounding
/// units (sim/verify/rounding.h):
///
///   kAbsoluteTolerance + relative · |expected| + kUncertainties · u · units
///
/// where `relative` is kRelativeTolerance for f32, and for bf16 and f16 the distance of 1 to the next
/// number. Of integers only the last part is left, which is nothing for what is made of exact values by
/// basic operations.
double allowed_error(double expected, double units, ElementType type = ElementType::kF32);

/// |actual − expected| ≤ allowed_error(); NaN equals NaN, an infinity itself. Where rounding may make
/// anything of a value, anything is right.
bool within_tolerance(double actual, double expected, double units = 0,
                      ElementType type = ElementType::kF32);

/// Multiply-adds up to which everything is checked unless the user says otherwise.
inline constexpr std::uint64_t kFullVerificationWork = 1ULL << 28;

enum class Coverage : std::uint8_t { kFull, kSampled };

struct Mismatch {
  std::string tensor;
  TileAt tile;
  std::uint64_t row = 0;  ///< of the element in its tensor
  std::uint64_t col = 0;
  double actual = 0;
  double expected = 0;
  double allowed = 0;  ///< error
};

struct Verification {
  Coverage coverage = Coverage::kFull;
  bool by_graph = true;  ///< else by the program's ops in program order
  std::uint64_t tensors = 0;
  std::uint64_t tiles = 0;      ///< compared
  std::uint64_t all_tiles = 0;  ///< of these tensors
  std::uint64_t elements = 0;
  std::uint64_t mismatches = 0;
  std::uint64_t by_rounding = 0;  ///< elements that are right only for what rounding may do
  double max_abs_error = 0;       ///< over the finite values
  double max_abs_value = 0;       ///< of the finite expected values
  std::optional<Mismatch> first;

  bool passed() const { return mismatches == 0; }
};

/// "full" or "sampled", by the amount of work.
Coverage default_coverage(const Graph* graph, const Program& program);

/// What the checked tensors should hold, before anything has run.
struct Reference {
  Coverage coverage = Coverage::kFull;
  bool by_graph = true;
  std::vector<WantedTiles> wanted;  ///< of each checked tensor
  TensorValues values;              ///< at least there
  /// Of them; there from the first run on that they are needed for.
  std::optional<TensorUncertainties> uncertainties;
};

/// Of the outputs, or all stored tensors of a program without outputs. `graph` may be null.
/// Sampled: of each tensor the first, the last and two random tile rows, and in each of them the
/// first, the last and two random tile columns, drawn from the seed: up to 16 tiles, with all
/// corners.
Reference evaluate_reference(const Graph* graph, const Program& program,
                             const TensorValues& sources, Coverage coverage, std::uint64_t seed);

/// Compares the tensors in `image` with the reference of the same model and sources. Uncertainties
/// are computed only if something differs by more than the tolerance without them.
Verification verify_outputs(Reference& reference, const Graph* graph, const Program& program,
                            const TensorValues& sources, const DramImage& image);

/// Both.
Verification verify_outputs(const Graph* graph, const Program& program, const TensorValues& sources,
                            const DramImage& image, Coverage coverage, std::uint64_t seed);

}  // namespace tilewave
