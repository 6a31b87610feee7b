// A sweep on a cluster, from submission to the last result: which tasks are to be submitted, worked
// and submitted again. Nothing here knows Slurm (batch_system.h) or how a point is run
// (sim/sweep/).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/cluster/cluster_folder.h"
#include "sim/cluster/shard.h"

namespace tilewave {

/// What a host needs besides the folder to take part: it is at hand everywhere, or the same
/// everywhere.
struct ClusterProgram {
  std::string path;  ///< of the program `tilewave`, absolute
};

/// The points per task if the user does not say: 100, or as many more as the batch system's longest
/// array needs. With `wanted` points per task, throws InputError if the array would be too long.
std::uint32_t choose_chunk(std::size_t points, std::uint32_t max_array_size,
                           std::optional<std::uint32_t> wanted);

/// Creates the folder and submits all tasks. If the batch system refuses, the folder is gone again.
/// Throws InputError.
Submission submit_sweep(ClusterFolder& folder, const ClusterDefinition& definition,
                        const ClusterTasks& tasks, const ClusterProgram& program,
                        BatchSystem& batch);

/// Throws InputError unless the folder's sweep still has the keys that it was submitted with: a
/// model file, a DRAM part or the program may have changed since.
void require_same_keys(const ClusterFolder& folder, const ClusterDefinition& definition,
                       const SweepPlan& plan);

/// Where a sweep stands.
struct ClusterState {
  std::size_t points = 0;               ///< to be run, each key once
  std::size_t results = 0;              ///< that are there
  std::vector<std::uint32_t> active;    ///< incomplete tasks that wait or run
  std::vector<std::uint32_t> lost;      ///< incomplete tasks that nobody will complete
  std::vector<std::uint32_t> given_up;  ///< of these, those that have had all their attempts
  std::string last_words;  ///< of the last attempt at the first task given up: its log's last line

  bool complete() const { return results == points; }
};

class ClusterSweep {
 public:
  /// All of them outlive this.
  ClusterSweep(ClusterFolder& folder, const ClusterDefinition& definition, const SweepPlan& plan,
               const ClusterTasks& tasks, BatchSystem& batch);

  /// Reads the shards, and asks the batch system if they are not all. Throws InputError.
  ClusterState look();
  /// Submits the tasks that look() found lost and that have attempts left. Throws InputError.
  std::optional<Submission> resubmit(const ClusterState& state, const ClusterProgram& program);
  /// As of the last look().
  const ShardResults& results() const { return results_; }

 private:
  bool is_complete(std::uint32_t task) const;
  std::uint32_t attempts_of(std::uint32_t task) const;
  std::size_t count_results() const;
  std::string last_words_of(std::uint32_t task) const;

  ClusterFolder& folder_;
  const ClusterDefinition& definition_;
  const SweepPlan& plan_;
  const ClusterTasks& tasks_;
  BatchSystem& batch_;
  std::vector<Submission> submissions_;
  ShardResults results_;
};

}  // namespace tilewave
