// Counts what the shards hold against what the batch system says is under way.
#include "sim/cluster/cluster_sweep.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <numeric>
#include <set>
#include <sstream>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/base/text.h"
#include "sim/base/files.h"

namespace tilewave {
namespace {

constexpr std::uint32_t kUsualChunk = 100;
constexpr std::size_t kMaxLogBytes = std::size_t{1} << 24U;

/// Slurm copies the script when the job is submitted; the folder's copy is for people.
std::string batch_script(const ClusterFolder& folder, const ClusterProgram& program) {
  return "#!/bin/sh\n"
         "# One task of a sweep; written by tilewave.\n"
         "exec " +
         shell_word(program.path) + " sweep --work " + shell_word(folder.path()) +
         " --task \"$SLURM_ARRAY_TASK_ID\" --jobs \"${SLURM_CPUS_PER_TASK:-1}\"\n";
}

Submission submit(ClusterFolder& folder, const ClusterDefinition& definition, Submission submission,
                  const ClusterProgram& program, BatchSystem& batch) {
  ArrayJob job;
  job.name = definition.job_name();
  job.folder = folder.path();
  job.log = folder.log_pattern();
  job.tasks = submission.tasks;
  job.script = folder.begin_submission(submission, batch_script(folder, program));
  try {
    submission.job = batch.submit(job);
  } catch (const InputError&) {
    folder.cancel_submission(submission);
    throw;
  }
  folder.finish_submission(submission);
  return submission;
}

}  // namespace

std::uint32_t choose_chunk(std::size_t points, std::uint32_t max_array_size,
                           std::optional<std::uint32_t> wanted) {
  const std::size_t longest = std::max<std::size_t>(1, max_array_size);
  const auto least = static_cast<std::uint32_t>((points + longest - 1) / longest);
  if (!wanted) {
    return std::max(kUsualChunk, least);
  }
  if (*wanted < least) {
    throw InputError("command line: --chunk " + std::to_string(*wanted) + " makes " +
                     std::to_string((points + *wanted - 1) / *wanted) + " tasks of " +
                     std::to_string(points) + " points, allowed are at most " +
                     std::to_string(longest) + " (Slurm's MaxArraySize): --chunk " +
                     std::to_string(least) + " or more");
  }
  return *wanted;
}

Submission submit_sweep(ClusterFolder& folder, const ClusterDefinition& definition,
                        const ClusterTasks& tasks, const ClusterProgram& program,
                        BatchSystem& batch) {
  folder.create(definition);
  Submission all;
  all.number = 1;
  all.tasks.resize(tasks.size());
  std::iota(all.tasks.begin(), all.tasks.end(), 0U);
  try {
    return submit(folder, definition, std::move(all), program, batch);
  } catch (const InputError&) {
    folder.remove_created();
    throw;
  }
}

void require_same_keys(const ClusterFolder& folder, const ClusterDefinition& definition,
                       const SweepPlan& plan) {
  if (fingerprint_of(plan) != definition.fingerprint) {
    throw InputError(one_line(folder.path()) +
                     " was submitted for other points: a model, a DRAM part or tilewave has "
                     "changed since");
  }
}

ClusterSweep::ClusterSweep(ClusterFolder& folder, const ClusterDefinition& definition,
                           const SweepPlan& plan, const ClusterTasks& tasks, BatchSystem& batch)
    : folder_(folder), definition_(definition), plan_(plan), tasks_(tasks), batch_(batch) {}

ClusterState ClusterSweep::look() {
  ClusterState state;
  state.points = tasks_.points();
  submissions_ = folder_.read_submissions();
  results_ = read_shards(folder_.shards(), definition_.id);
  state.results = count_results();
  if (state.complete()) {
    return state;
  }
  // In this order: a task that has ended when we ask has written all it will, and we read it after.
  std::set<std::uint32_t> alive;
  for (const ClusterTask& task : batch_.tasks(definition_.job_name())) {
    if (!task.ended) {
      alive.insert(task.task);
    }
  }
  results_ = read_shards(folder_.shards(), definition_.id);
  state.results = count_results();
  for (std::uint32_t task = 0; task < tasks_.size(); ++task) {
    if (is_complete(task)) {
      continue;
    }
    if (alive.contains(task)) {
      state.active.push_back(task);
      continue;
    }
    state.lost.push_back(task);
    if (attempts_of(task) >= definition_.attempts) {
      state.given_up.push_back(task);
    }
  }
  if (!state.given_up.empty()) {
    state.last_words = last_words_of(state.given_up.front());
  }
  return state;
}

std::optional<Submission> ClusterSweep::resubmit(const ClusterState& state,
                                                 const ClusterProgram& program) {
  Submission again;
  again.number = static_cast<std::uint32_t>(submissions_.size()) + 1;
  std::ranges::set_difference(state.lost, state.given_up, std::back_inserter(again.tasks));
  if (again.tasks.empty()) {
    return std::nullopt;
  }
  return submit(folder_, definition_, std::move(again), program, batch_);
}

bool ClusterSweep::is_complete(std::uint32_t task) const {
  return std::ranges::all_of(tasks_.of(task), [this](std::uint32_t point) {
    return results_.rows.contains(plan_.points[point].key.hex());
  });
}

std::uint32_t ClusterSweep::attempts_of(std::uint32_t task) const {
  return static_cast<std::uint32_t>(
      std::ranges::count_if(submissions_, [task](const Submission& submission) {
        return std::ranges::binary_search(submission.tasks, task);
      }));
}

std::size_t ClusterSweep::count_results() const {
  std::size_t count = 0;
  for (std::uint32_t task = 0; task < tasks_.size(); ++task) {
    const std::vector<std::uint32_t> points = tasks_.of(task);
    count += static_cast<std::size_t>(std::ranges::count_if(points, [this](std::uint32_t point) {
      return results_.rows.contains(plan_.points[point].key.hex());
    }));
  }
  return count;
}

std::string ClusterSweep::last_words_of(std::uint32_t task) const {
  for (auto submission = submissions_.rbegin(); submission != submissions_.rend(); ++submission) {
    if (!submission->job || !std::ranges::binary_search(submission->tasks, task)) {
      continue;
    }
    const std::string log = folder_.log(*submission->job, task);
    try {
      std::istringstream lines(read_file(log, "log", kMaxLogBytes));
      std::string last;
      for (std::string line; std::getline(lines, line);) {
        last = trim(line).empty() ? last : std::string(trim(line));
      }
      constexpr std::size_t kLongest = 300;
      return one_line(log) + (last.empty() ? " is empty" : ": " + printable(last, kLongest));
    } catch (const InputError&) {
      return "there is no " + one_line(log);
    }
  }
  return "it never became a job";
}

}  // namespace tilewave
