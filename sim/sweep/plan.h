// What a sweep's points need to be run: their models, loaded once, the keys under which results are
// kept, and which points share a program. It runs nothing.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "sim/base/sha256.h"
#include "sim/model/model_source.h"
#include "sim/run/run_outcome.h"
#include "sim/sweep/definition.h"
#include "sim/sweep/point_result.h"

namespace tilewave {

/// SHA-256 of everything a result depends on: the model, the resolved config with the DRAM's
/// timings, how values are drawn and checked, and the build of tilewave.
struct PointKey {
  Sha256::Digest bytes{};

  std::string hex() const { return hex_text(bytes); }
  bool operator==(const PointKey&) const = default;
  bool operator<(const PointKey& other) const { return bytes < other.bytes; }
};

/// What the program of a point follows from. Equal choices, equal programs.
struct CompileChoice {
  std::uint32_t model = 0;
  Tiling tile;
  ScheduleOptions schedule;

  bool operator==(const CompileChoice&) const = default;
};

struct PlannedPoint {
  PointKey key;               ///< all zero if the point is invalid
  std::string invalid;        ///< why its config does not hold together; empty if it does
  std::uint32_t program = 0;  ///< points with the same number have the same CompileChoice
  std::uint32_t model = 0;
};

struct SweepPlan {
  std::vector<Model> models;  ///< by number in the space
  std::vector<PlannedPoint> points;

  /// The points in the order in which they are best run: those of a model next to each other, and of
  /// them those with the same program.
  std::vector<std::uint32_t> order() const;
};

/// Throws InputError if a model cannot be read or there is nothing to vary in it (a program file,
/// which is scheduled already, with a swept schedule key).
SweepPlan plan_sweep(const SweepDefinition& sweep);

/// What the outputs of a point of `model` are that is done.
Verdict done_verdict(const SweepDefinition& sweep, const Model& model);

/// Of one of the models.
CompileChoice compile_choice(std::span<const Model> models, std::uint32_t model,
                             const Config& config);

}  // namespace tilewave
