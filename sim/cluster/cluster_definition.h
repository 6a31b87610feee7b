// The sweep that a folder on a shared file system is about: its complete definition, as the file
// sweep.json, and how its points are dealt to tasks. Every task on every host reads it and works
// out the same.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/cluster/batch_system.h"
#include "sim/sweep/definition.h"
#include "sim/sweep/plan.h"

namespace tilewave {

struct ClusterDefinition {
  std::string id;         ///< 16 hexadecimal digits, of this submission alone
  std::string directory;  ///< where the sweep was given, absolute: relative names start there
  SweepDefinition sweep;
  std::string fingerprint;  ///< of all points' keys: what else than this file they depend on, too
  std::uint32_t chunk = 1;  ///< points of a task
  std::uint32_t attempts = 3;               ///< at a task, at most
  std::optional<std::uint64_t> timeout_ms;  ///< of a point
  ClusterOptions options;

  std::string job_name() const { return "tilewave-" + id; }
};

std::string definition_text(const ClusterDefinition& definition);
/// `file` is the text's name in messages. Throws InputError, also for another version of tilewave.
ClusterDefinition parse_definition(const std::string& file, const std::string& text);

/// SHA-256 of the keys of all points, in order, as hexadecimal digits.
std::string fingerprint_of(const SweepPlan& plan);

/// Each key once, in the order in which they are best run, dealt out `chunk` by `chunk`.
class ClusterTasks {
 public:
  ClusterTasks(const SweepPlan& plan, std::uint32_t chunk);

  std::uint32_t size() const;
  std::size_t points() const { return points_.size(); }  ///< that are run: valid, and each key once
  /// The points of a task; `task` < size().
  std::vector<std::uint32_t> of(std::uint32_t task) const;

 private:
  std::vector<std::uint32_t> points_;
  std::uint32_t chunk_;
};

}  // namespace tilewave
