// The command lines of Slurm, and what its answers mean.
#include "sim/cluster/batch_system.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>
#include <string_view>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/base/text.h"

namespace tilewave {
namespace {

/// Of sbatch: set by the sweep, or such that there would be no array job of its script.
constexpr std::array<std::string_view, 16> kOwnOptions = {
    "array",   "job-name", "parsable", "chdir",      "output",        "error",
    "wait",    "wrap",     "requeue",  "no-requeue", "cpus-per-task", "test-only",
    "version", "help",     "usage",    "open-mode"};

/// States in which a task is over for good (squeue's man page, "JOB STATE CODES"). Whatever else
/// there is, a later Slurm's new state for example, may still run.
constexpr std::array<std::string_view, 10> kEndStates = {
    "BOOT_FAIL", "CANCELLED", "COMPLETED",     "DEADLINE", "FAILED",
    "NODE_FAIL", "PREEMPTED", "OUT_OF_MEMORY", "TIMEOUT",  "REVOKED"};

std::string long_option(const std::string& option) {
  return option.starts_with('-') ? option : "--" + option;
}

/// The last line that says something: sbatch ends with why, and prefixes its own name.
std::string last_line(const std::string& text) {
  std::istringstream lines(text);
  std::string last;
  for (std::string line; std::getline(lines, line);) {
    if (!trim(line).empty()) {
      last = trim(line);
    }
  }
  return last;
}

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && !text.empty()
             ? std::optional(value)
             : std::nullopt;
}

}  // namespace

void check_cluster_options(const ClusterOptions& options) {
  for (const std::string& option : options.more) {
    const std::string text = long_option(option);
    if (!text.starts_with("--") || text.size() <= 2) {
      throw InputError("command line: --slurm " + in_quotes(option) +
                       ", allowed is a long option of sbatch, such as time=1:00:00");
    }
    const std::string name = text.substr(2, text.find('=') - 2);
    // sbatch, as getopt does, understands the beginning of an option's name.
    const bool own = std::ranges::any_of(
        kOwnOptions, [&name](std::string_view ours) { return ours.starts_with(name); });
    if (own) {
      throw InputError("command line: --slurm " + in_quotes(option) +
                       " is not possible, for the sweep chooses sbatch's --" + name + " itself");
    }
  }
}

SlurmCommands::SlurmCommands(ClusterOptions options, Run run)
    : options_(std::move(options)), run_(std::move(run)) {}

std::string SlurmCommands::ask(const std::vector<std::string>& command) {
  const ProgramEnd end = run_(command);
  if (end.exit_code == 0) {
    return end.out;
  }
  std::string why = last_line(end.err.empty() ? end.out : end.err);
  const std::string prefix = command[0] + ": ";
  if (why.starts_with(prefix)) {
    why.erase(0, prefix.size());
  }
  constexpr std::size_t kLongest = 400;
  throw InputError(command[0] + " failed (exit code " + std::to_string(end.exit_code) +
                   "): " + (why.empty() ? "no message" : printable(why, kLongest)));
}

std::string SlurmCommands::submit(const ArrayJob& job) {
  std::vector<std::string> command = {"sbatch",
                                      "--parsable",
                                      "--requeue",
                                      "--open-mode=append",
                                      "--job-name=" + job.name,
                                      "--chdir=" + job.folder,
                                      "--output=" + job.log,
                                      "--cpus-per-task=" + std::to_string(options_.cpus_per_task),
                                      "--array=" + task_list(job.tasks)};
  if (options_.partition) {
    command.push_back("--partition=" + *options_.partition);
  }
  if (options_.account) {
    command.push_back("--account=" + *options_.account);
  }
  std::ranges::transform(options_.more, std::back_inserter(command), long_option);
  command.push_back(job.script);
  const std::string answer = last_line(ask(command));
  // "17", or "17;cluster" where there are several.
  const std::string id = answer.substr(0, answer.find(';'));
  if (!number(id)) {
    throw InputError("sbatch answered " + in_quotes(answer) + " instead of a job's number");
  }
  return id;
}

std::vector<ClusterTask> SlurmCommands::tasks(const std::string& job_name) {
  // Environment variables such as SQUEUE_STATES are overridden by these options.
  std::istringstream lines(ask({"squeue", "--noheader", "--array", "--states=all",
                                "--name=" + job_name, "--format=%F %K %T"}));
  std::vector<ClusterTask> tasks;
  for (std::string line; std::getline(lines, line);) {
    if (trim(line).empty()) {
      continue;
    }
    std::istringstream fields(line);
    ClusterTask task;
    std::string index;
    fields >> task.job >> index >> task.state;
    const auto value = number(index);
    if (!value || task.state.empty()) {
      throw InputError("squeue answered " + in_quotes(line) +
                       " instead of a job, a task and a state");
    }
    task.task = *value;
    task.ended = std::ranges::find(kEndStates, task.state) != kEndStates.end();
    tasks.push_back(std::move(task));
  }
  return tasks;
}

std::uint32_t SlurmCommands::max_array_size() {
  std::istringstream lines(ask({"scontrol", "show", "config"}));
  for (std::string line; std::getline(lines, line);) {
    const std::size_t equals = line.find('=');
    if (equals != std::string::npos && trim(line.substr(0, equals)) == "MaxArraySize") {
      if (const auto size = number(trim(std::string_view(line).substr(equals + 1)))) {
        return *size;
      }
    }
  }
  throw InputError("scontrol show config has no MaxArraySize");
}

std::string task_list(const std::vector<std::uint32_t>& tasks) {
  std::string text;
  for (std::size_t first = 0; first < tasks.size();) {
    std::size_t last = first;
    while (last + 1 < tasks.size() && tasks[last + 1] == tasks[last] + 1) {
      ++last;
    }
    text += (text.empty() ? "" : ",") + std::to_string(tasks[first]);
    if (last > first) {
      text += "-" + std::to_string(tasks[last]);
    }
    first = last + 1;
  }
  return text;
}

}  // namespace tilewave
