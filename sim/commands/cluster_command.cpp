// `tilewave sweep` on a cluster: definition → tasks → shards → results, over as many calls as the
// user likes.
#include "sim/commands/cluster_command.h"

#include <array>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <system_error>
#include <thread>

#include <sys/random.h>

#include "compiler/base/error.h"
#include "sim/base/files.h"
#include "sim/base/interrupt.h"
#include "sim/base/progress.h"
#include "sim/base/text_table.h"
#include "sim/cluster/cluster_sweep.h"
#include "sim/sweep/local_engine.h"
#include "sim/sweep/result_store.h"
#include "sim/sweep/sweep_outputs.h"

namespace fs = std::filesystem;

namespace tilewave {
namespace {

std::string random_id() {
  std::array<unsigned char, 8> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw InternalError("there are no random numbers");
  }
  std::string id;
  for (const unsigned char byte : bytes) {
    std::array<char, 3> digits{};
    std::snprintf(digits.data(), digits.size(), "%02x", byte);
    id += digits.data();
  }
  return id;
}

/// Of the running program, for the hosts to run the same.
ClusterProgram this_program() {
  std::error_code error;
  const fs::path path = fs::read_symlink("/proc/self/exe", error);
  if (error) {
    throw InternalError("the path of tilewave is not known: " + error.message());
  }
  return {path.string()};
}

/// Relative names of models, inputs and DRAM parts are about where the sweep was given.
void go_to(const ClusterDefinition& definition) {
  std::error_code error;
  fs::current_path(definition.directory, error);
  if (error) {
    throw InputError(one_line(definition.directory) +
                     ", where the sweep was submitted, cannot be entered: " + error.message());
  }
}

/// A submitted sweep with everything that follows from its definition.
struct OpenSweep {
  ClusterFolder folder;
  ClusterDefinition definition;
  SweepPlan plan;
  ClusterTasks tasks;

  static std::unique_ptr<OpenSweep> open(const std::string& path) {
    ClusterFolder folder(path);
    ClusterDefinition definition = folder.read_definition();
    go_to(definition);
    SweepPlan plan = plan_sweep(definition.sweep);
    require_same_keys(folder, definition, plan);
    ClusterTasks tasks(plan, definition.chunk);
    return std::make_unique<OpenSweep>(
        OpenSweep{std::move(folder), std::move(definition), std::move(plan), std::move(tasks)});
  }
};

std::string collect_hint(const ClusterFolder& folder) {
  return "collect it with: tilewave sweep --collect " + shell_word(folder.path());
}

std::string tasks_text(const std::vector<std::uint32_t>& tasks) {
  return count_text(tasks.size(), "task") + " (" + task_list(tasks) + ")";
}

std::size_t tasks_under_way(const ClusterState& state) {
  return state.active.size() + state.lost.size() - state.given_up.size();
}

void say(const std::string& line) { std::cerr << "tilewave: " << line << std::endl; }

[[noreturn]] void fail_given_up(const ClusterFolder& folder, const ClusterState& state,
                                std::uint32_t attempts) {
  throw InputError(
      one_line(folder.path()) + ": " + count_text(state.points - state.results, "point") + " of " +
      tasks_text(state.given_up) + " are missing after " + count_text(attempts, "attempt") + "; " +
      state.last_words + "; --attempts allows more");
}

/// Sleeps, in pieces so short that ctrl-C seems to work at once; false if it came.
bool pause(std::chrono::milliseconds time, const Interrupt& interrupt) {
  constexpr std::chrono::milliseconds kPiece{50};
  for (; time.count() > 0 && !interrupt.requested(); time -= kPiece) {
    std::this_thread::sleep_for(std::min(time, kPiece));
  }
  return !interrupt.requested();
}

/// Looks until there is nothing to wait for, submitting lost tasks again; or once, without `wait`.
/// kDone if all results are there.
ExitCode gather(OpenSweep& open, ClusterSweep& sweep, bool wait) {
  constexpr std::chrono::milliseconds kFirstPause{500};
  constexpr std::chrono::milliseconds kLongestPause{15'000};
  const ClusterProgram program = this_program();
  const Interrupt interrupt;
  std::unique_ptr<Progress> progress;
  auto time = kFirstPause;
  for (;;) {
    const ClusterState state = sweep.look();
    if (state.complete()) {
      return ExitCode::kDone;
    }
    if (const auto again = sweep.resubmit(state, program)) {
      progress.reset();
      say(tasks_text(again->tasks) + " lost, submitted again as job " + *again->job);
    } else if (state.active.empty()) {
      progress.reset();
      fail_given_up(open.folder, state, open.definition.attempts);
    }
    if (!wait) {
      say(one_line(open.folder.path()) + ": incomplete, " + with_separators(state.results) +
          " of " + count_text(state.points, "point") + " are there and " +
          count_text(tasks_under_way(state), "task") + " under way; nothing exported");
      return ExitCode::kIncomplete;
    }
    if (!progress) {
      progress = std::make_unique<Progress>("points", state.points, state.results);
    }
    progress->update(state.results, count_text(tasks_under_way(state), "task") + " under way");
    if (!pause(time, interrupt)) {
      progress.reset();
      say("stopped waiting; the jobs go on; " + collect_hint(open.folder));
      return interrupt.exit_code();
    }
    time = std::min(time * 3 / 2, kLongestPause);
  }
}

/// What the sweep lives by, as far as it is there.
std::vector<InputName> files_of(const ClusterFolder& folder) {
  std::vector<InputName> files = {{"--collect", folder.definition_file()}};
  for (const std::string& part : {folder.shards(), folder.submissions(), folder.logs()}) {
    std::error_code error;
    for (fs::directory_iterator entry(part, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
      files.push_back({"--collect", entry->path().string()});
    }
  }
  return files;
}

std::unique_ptr<ResultStore> open_store(const std::optional<std::string>& file) {
  return file ? std::make_unique<ResultStore>("--store", *file) : nullptr;
}

void merge_into_store(const OpenSweep& open, const ShardResults& shards, ResultStore& store) {
  const SweepDefinition& sweep = open.definition.sweep;
  for (std::uint32_t task = 0; task < open.tasks.size(); ++task) {
    for (const std::uint32_t point : open.tasks.of(task)) {
      const PointKey& key = open.plan.points[point].key;
      const ShardRow& row = shards.rows.at(key.hex());
      const auto known = store.find(key);
      if (known && is_final(known->status) && is_final(row.result.status) &&
          !(*known == row.result)) {
        throw InputError("point " + std::to_string(point) + " differs between " +
                         one_line(shards.files[row.file]) + " and the store " +
                         one_line(store.path()));
      }
      store.put(key, row.result, sweep.space.models[sweep.space.points[point].model],
                settings_text(sweep.space, sweep.space.points[point]));
    }
  }
}

ExitCode collect_open(OpenSweep& open, bool wait, SweepOutputs& outputs, ResultStore* store,
                      BatchSystem& batch) {
  ClusterSweep sweep(open.folder, open.definition, open.plan, open.tasks, batch);
  const ExitCode gathered = gather(open, sweep, wait);
  if (gathered != ExitCode::kDone) {
    return gathered;
  }
  const ShardResults& shards = sweep.results();
  if (store != nullptr) {
    merge_into_store(open, shards, *store);
  }
  const ResultSource results = [&](std::uint32_t point) {
    return shards.rows.at(open.plan.points[point].key.hex()).result;
  };
  return present_sweep(open.definition.sweep, open.plan, results, outputs,
                       {"folder", open.folder.path(), "", [&](std::uint32_t point) {
                          const std::string key = open.plan.points[point].key.hex();
                          return one_line(shards.files[shards.rows.at(key).file]) +
                                 ": the result of key " + key;
                        }});
}

ExitCode work_task(const ClusterTaskCommand& command) {
  const auto open = OpenSweep::open(command.folder);
  if (command.task >= open->tasks.size()) {
    throw InputError("command line: --task=" + std::to_string(command.task) +
                     ", allowed are 0 to " + std::to_string(open->tasks.size() - 1));
  }
  const ClusterDefinition& definition = open->definition;
  const ShardResults before = read_shards(open->folder.shards(), definition.id, command.task);
  std::vector<std::uint32_t> missing = open->tasks.of(command.task);
  std::erase_if(missing, [&](std::uint32_t point) {
    return before.rows.contains(open->plan.points[point].key.hex());
  });
  if (missing.empty()) {
    return ExitCode::kDone;
  }
  ShardWriter shard(open->folder.shards(), {definition.id, command.task, 1});
  PoolOptions options{command.jobs, {}};
  if (definition.timeout_ms) {
    options.timeout = std::chrono::milliseconds(*definition.timeout_ms);
  }
  const Interrupt interrupt;
  const bool finished = run_points(
      definition.sweep, open->plan, missing, options,
      [&](std::uint32_t point, const PointResult& result) {
        shard.append(open->plan.points[point].key.hex(), result);
      },
      [&interrupt] { return !interrupt.requested(); });
  shard.close();
  return finished ? ExitCode::kDone : interrupt.exit_code();
}

ExitCode submit(const ClusterSubmitCommand& command) {
  SlurmCommands batch(command.options);
  const SweepCommand& wanted = command.sweep;
  SweepOutputs outputs(wanted.outputs, command.store_file, wanted.inputs);
  const std::unique_ptr<ResultStore> store = open_store(command.store_file);
  ClusterFolder folder(command.folder);
  ClusterDefinition definition;
  definition.id = random_id();
  definition.directory = fs::current_path().string();
  definition.sweep = wanted.definition;
  definition.attempts = command.attempts;
  definition.options = command.options;
  if (wanted.timeout) {
    definition.timeout_ms = static_cast<std::uint64_t>(wanted.timeout->count());
  }
  SweepPlan plan = plan_sweep(definition.sweep);
  definition.fingerprint = fingerprint_of(plan);
  const std::size_t points = ClusterTasks(plan, 1).points();
  if (points == 0) {
    throw InputError(
        "none of the points is valid: there is nothing to submit; without --engine "
        "the sweep says why");
  }
  definition.chunk = choose_chunk(points, batch.max_array_size(), command.chunk);
  ClusterTasks tasks(plan, definition.chunk);
  const Submission submission = submit_sweep(folder, definition, tasks, this_program(), batch);
  say(count_text(points, "point") + " submitted as job " + *submission.job + ", " +
      count_text(tasks.size(), "task") + " of up to " + count_text(definition.chunk, "point") +
      (command.wait ? "" : "; " + collect_hint(folder)));
  if (!command.wait) {
    return ExitCode::kDone;
  }
  OpenSweep open{std::move(folder), std::move(definition), std::move(plan), std::move(tasks)};
  return collect_open(open, true, outputs, store.get(), batch);
}

ExitCode collect(const ClusterCollectCommand& command) {
  SweepOutputs outputs(command.outputs, command.store_file,
                       files_of(ClusterFolder(command.folder)));
  const std::unique_ptr<ResultStore> store = open_store(command.store_file);
  const auto open = OpenSweep::open(command.folder);
  if (command.attempts) {
    open->definition.attempts = *command.attempts;
  }
  if (command.question != Question{}) {
    check_question(command.question, open->definition.sweep.space);
    open->definition.sweep.question = command.question;
  }
  SlurmCommands batch(open->definition.options);
  return collect_open(*open, command.wait, outputs, store.get(), batch);
}

}  // namespace

ExitCode ClusterTaskCommand::execute() const { return work_task(*this); }

ExitCode ClusterSubmitCommand::execute() const { return submit(*this); }

ExitCode ClusterCollectCommand::execute() const { return collect(*this); }

}  // namespace tilewave
