// The folder of a sweep on a cluster, on a file system that all hosts share:
//
//   sweep.json                  what the sweep is (cluster_definition.h); written once
//   shards/task-00007.1.jsonl   results (shard.h); each file written by one attempt at one task
//   submissions/0001.json       which tasks went to the batch system together, as which job
//   submissions/0001.sh         the batch script they ran
//   logs/17_7.txt               what task 7 of job 17 printed
//
// Whoever creates a file creates it exclusively, and nothing is ever locked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/cluster/cluster_definition.h"

namespace tilewave {

struct Submission {
  std::uint32_t number = 0;          ///< from 1
  std::vector<std::uint32_t> tasks;  ///< ascending
  std::optional<std::string> job;    ///< none if whoever submitted died before it was written down
};

class ClusterFolder {
 public:
  /// `path` as given; nothing is read or written. Names are made absolute, so that it does not
  /// matter where the process goes later.
  explicit ClusterFolder(const std::string& path);

  std::string definition_file() const { return path_ + "/sweep.json"; }
  std::string shards() const { return path_ + "/shards"; }
  std::string logs() const { return path_ + "/logs"; }
  std::string submissions() const { return path_ + "/submissions"; }
  std::string log_pattern() const;  ///< for sbatch
  std::string log(const std::string& job, std::uint32_t task) const;
  const std::string& path() const { return path_; }

  /// Makes the folder, or takes an empty one, and writes the definition. Throws InputError, having
  /// removed what it made.
  void create(const ClusterDefinition& definition);
  /// Takes back create(), for a sweep that the batch system has refused.
  void remove_created();

  /// Throws InputError.
  ClusterDefinition read_definition() const;
  /// In the order of their numbers. Throws InputError.
  std::vector<Submission> read_submissions() const;

  /// Writes down that `submission.tasks` are about to be submitted, so that nobody else does, and
  /// their batch script, whose file name is returned. Throws InputError, too if there is a
  /// submission of that number already.
  std::string begin_submission(const Submission& submission, const std::string& script);
  void finish_submission(const Submission& submission);  ///< with its job
  void cancel_submission(const Submission& submission);

 private:
  std::string submission_file(std::uint32_t number, const std::string& ending) const;

  std::string path_;
  bool made_folder_ = false;
};

}  // namespace tilewave
