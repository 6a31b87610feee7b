// Jobs in processes of their own: each of a few workers does one job at a time and sends back a
// text. A job that crashes or takes too long costs its worker, which is replaced, and nothing else.
// It knows nothing of sweeps.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <sys/types.h>

namespace tilewave {

struct JobEnd {
  enum class How : std::uint8_t { kDone, kCrashed, kTimeout };
  How how = How::kDone;
  bool killed = false;  ///< crashed by SIGKILL
  std::string text;     ///< what the job returned; of a crash, how the process ended
};

struct PoolOptions {
  unsigned workers = 1;
  std::optional<std::chrono::milliseconds> timeout;  ///< of one job
  /// SIGKILL comes from outside, from somebody or from a kernel short of memory; so a job whose
  /// worker was killed is tried again, as often as this.
  unsigned tries_after_kill = 2;
};

class WorkerPool {
 public:
  /// Runs in a worker. What it throws ends the worker, like a crash, with the message.
  using Job = std::function<std::string(std::uint32_t job)>;
  /// Runs here, in the order in which jobs end. What it throws ends run().
  using OnEnd = std::function<void(std::uint32_t job, JobEnd end)>;
  /// Asked between events, at least every 100 ms; false stops: jobs under way are given up.
  using KeepGoing = std::function<bool()>;

  /// Workers are forked from this process when they are needed, so `job` sees what is in memory
  /// then. It must not have threads.
  WorkerPool(PoolOptions options, Job job);
  /// Kills the workers that are left.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Does every job once; false if it was stopped before. Throws InternalError if there can be no
  /// processes or pipes.
  bool run(std::span<const std::uint32_t> jobs, const OnEnd& on_end, const KeepGoing& keep_going);

 private:
  struct Worker {
    pid_t pid = -1;
    int to = -1;    ///< pipe of job numbers
    int from = -1;  ///< pipe of lengths and texts
    bool busy = false;
    std::uint32_t job = 0;
    std::chrono::steady_clock::time_point deadline;
    std::string received;
  };

  Worker start() const;
  [[noreturn]] void work(int jobs, int results) const;
  void assign(Worker& worker, std::uint32_t job);
  /// Takes what is in the pipe; the end of the worker's job, if that was all of it.
  std::optional<JobEnd> receive(Worker& worker);
  std::optional<JobEnd> end_of_job(Worker& worker, bool readable);
  static JobEnd bury(Worker& worker, bool kill);
  int wait_milliseconds() const;

  PoolOptions options_;
  Job job_;
  std::vector<Worker> workers_;
};

}  // namespace tilewave
