// What a sweep asks of a cluster's batch system, and Slurm's answers to it: `sbatch`, `squeue` and
// `scontrol`, run as programs. When to submit what is sim/cluster/cluster_sweep.h.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/subprocess.h"

namespace tilewave {

/// What the user wants of every submission.
struct ClusterOptions {
  std::optional<std::string> partition;
  std::optional<std::string> account;
  /// More options of sbatch, "time=1:00:00" or "--time=1:00:00". Throws InputError in
  /// check_cluster_options() if they are among those that the sweep sets itself.
  std::vector<std::string> more;
  unsigned cpus_per_task = 1;
};

struct ArrayJob {
  std::string name;
  std::string script;                ///< file of the batch script
  std::string folder;                ///< where tasks start
  std::string log;                   ///< file of a task's output, with sbatch's %a for its number
  std::vector<std::uint32_t> tasks;  ///< ascending
};

/// A task that the batch system knows.
struct ClusterTask {
  std::string job;
  std::uint32_t task = 0;
  std::string state;   ///< Slurm's word, "RUNNING"
  bool ended = false;  ///< and will not run again by itself
};

class BatchSystem {
 public:
  virtual ~BatchSystem() = default;

  /// The job's number. Throws InputError with what the batch system says.
  virtual std::string submit(const ArrayJob& job) = 0;
  /// The tasks of all jobs of that name, those that ended lately among them. Throws InputError if
  /// the batch system does not answer: that it knows of none must not be taken for its silence.
  virtual std::vector<ClusterTask> tasks(const std::string& job_name) = 0;
  /// One more than the highest number of a task.
  virtual std::uint32_t max_array_size() = 0;
};

/// Throws InputError naming the option, which the sweep sets itself.
void check_cluster_options(const ClusterOptions& options);

class SlurmCommands : public BatchSystem {
 public:
  using Run = std::function<ProgramEnd(const std::vector<std::string>& command)>;

  explicit SlurmCommands(ClusterOptions options, Run run = call_program);

  std::string submit(const ArrayJob& job) override;
  std::vector<ClusterTask> tasks(const std::string& job_name) override;
  std::uint32_t max_array_size() override;

 private:
  std::string ask(const std::vector<std::string>& command);

  ClusterOptions options_;
  Run run_;
};

/// "0-3,7,9-10", as sbatch --array takes it.
std::string task_list(const std::vector<std::uint32_t>& tasks);

}  // namespace tilewave
