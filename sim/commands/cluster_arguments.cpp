// The options of a cluster sweep and which of them go together.
#include "sim/commands/cluster_arguments.h"

#include <algorithm>
#include <charconv>

#include "sim/commands/option_values.h"
#include "sim/commands/sweep_arguments.h"
#include "sim/commands/sweep_options.h"

namespace tilewave {
namespace {

constexpr std::uint32_t kMaxAttempts = 1000;
constexpr unsigned kMaxCpus = 4096;

/// Throws unless all that is given is among `allowed`; config keys and models are not.
void require_only(const Arguments& arguments, const std::string& command,
                  const std::vector<std::string>& allowed) {
  for (const auto& [option, values] : arguments.options) {
    if (std::ranges::find(allowed, option) == allowed.end()) {
      fail_command_line("--" + option + " has no effect with " + command);
    }
  }
  if (!arguments.positionals.empty()) {
    fail_command_line(in_quotes(arguments.positionals.front()) + " has no effect with " + command +
                      ", whose folder says what is swept");
  }
  if (!arguments.settings.settings.empty()) {
    fail_command_line(arguments.settings.settings.front().key + " has no effect with " + command +
                      ", whose folder says what is swept");
  }
}

std::optional<std::uint32_t> positive(const Arguments& arguments, const std::string& option,
                                      std::uint64_t most) {
  const auto value = arguments.value(option);
  return value ? std::optional(parse_positive(option, *value, most)) : std::nullopt;
}

std::string folder_of(const Arguments& arguments, const std::string& option) {
  const std::string folder = arguments.value(option).value_or("");
  if (folder.empty()) {
    fail_command_line("--" + option + " needs a directory");
  }
  return folder;
}

ClusterTaskCommand parse_task(const Arguments& arguments) {
  require_only(arguments, "--work", {"work", "task", "jobs"});
  ClusterTaskCommand command;
  command.folder = folder_of(arguments, "work");
  const std::string task = arguments.value("task").value_or("");
  const auto [end, error] = std::from_chars(task.data(), task.data() + task.size(), command.task);
  if (error != std::errc() || task.empty() || end != task.data() + task.size()) {
    fail_command_line("--task=" + printable(task) +
                      " is not the number of a task; --work is for the batch script of a sweep");
  }
  command.jobs = positive(arguments, "jobs", kMaxCpus).value_or(1);
  return command;
}

ClusterCollectCommand parse_collect(const Arguments& arguments) {
  require_only(
      arguments, "--collect",
      {"collect", "wait", "attempts", "csv", "json", "report", "store", "where", "goal", "weight"});
  ClusterCollectCommand command;
  command.folder = folder_of(arguments, "collect");
  command.outputs = parse_sweep_outputs(arguments);
  command.store_file = arguments.value("store");
  command.attempts = positive(arguments, "attempts", kMaxAttempts);
  command.wait = arguments.has("wait");
  command.question = parse_question(arguments);
  return command;
}

ClusterSubmitCommand parse_submit(const Arguments& arguments) {
  ClusterSubmitCommand command;
  command.folder = folder_of(arguments, "dir");
  command.wait = arguments.has("wait");
  for (const char* option : {"csv", "json", "report", "store"}) {
    if (!command.wait && arguments.has(option)) {
      fail_command_line(std::string("--") + option +
                        " has no effect with --engine=slurm but without --wait; give it to "
                        "--collect");
    }
  }
  command.chunk = positive(arguments, "chunk", kMaxPoints);
  command.attempts = positive(arguments, "attempts", kMaxAttempts).value_or(command.attempts);
  command.options.partition = arguments.value("partition");
  command.options.account = arguments.value("account");
  const auto more = arguments.options.find("slurm");
  if (more != arguments.options.end()) {
    command.options.more = more->second;
  }
  command.options.cpus_per_task = positive(arguments, "jobs", kMaxCpus).value_or(1);
  check_cluster_options(command.options);
  command.store_file = arguments.value("store");
  command.sweep = parse_sweep(arguments);
  return command;
}

}  // namespace

std::unique_ptr<const Command> parse_any_sweep(const Arguments& given) {
  if (given.has("work") || given.has("task")) {
    return std::make_unique<ClusterTaskCommand>(parse_task(given));
  }
  if (given.has("collect")) {
    return std::make_unique<ClusterCollectCommand>(parse_collect(given));
  }
  const Arguments arguments = complete_sweep_arguments(given);
  if (choice(arguments, "engine", kEngines).value_or(SweepEngine::kLocal) == SweepEngine::kSlurm) {
    return std::make_unique<ClusterSubmitCommand>(parse_submit(arguments));
  }
  for (const char* option : {"dir", "chunk", "partition", "account", "slurm", "attempts", "wait"}) {
    if (arguments.has(option)) {
      fail_command_line(std::string("--") + option + " has no effect without --engine=slurm");
    }
  }
  return std::make_unique<SweepCommand>(parse_sweep(arguments));
}

}  // namespace tilewave
