// What the user asked of `tilewave sweep` where a cluster is concerned, checked: to submit a sweep,
// to collect it, and, in the batch script, to work one task of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sim/cluster/batch_system.h"
#include "sim/commands/sweep_command.h"

namespace tilewave {

struct ClusterSubmitCommand : Command {
  SweepCommand sweep;                     ///< its outputs count if `wait`
  std::optional<std::string> store_file;  ///< the same
  std::string folder;
  std::optional<std::uint32_t> chunk;
  std::uint32_t attempts = 3;  ///< at each task
  ClusterOptions options;
  bool wait = false;

  ExitCode execute() const override;
};

struct ClusterCollectCommand : Command {
  std::string folder;
  SweepOutputFiles outputs;
  std::optional<std::string> store_file;  ///< where results go besides
  std::optional<std::uint32_t> attempts;  ///< instead of those it was submitted with
  Question question;  ///< if it asks anything, instead of what was asked with the submission
  bool wait = false;

  ExitCode execute() const override;
};

struct ClusterTaskCommand : Command {
  std::string folder;
  std::uint32_t task = 0;
  unsigned jobs = 1;

  ExitCode execute() const override;
};

}  // namespace tilewave
