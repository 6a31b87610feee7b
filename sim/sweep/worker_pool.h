// Jobs in processes of their own: each of a few workers does one job at a time and sends back a
// text. A job that crashes or takes too long costs its worker, which is replaced, and nothing else.
// It knows nothing of sweeps.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
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
  /// Called once, when the system does not let us have as many workers as wanted, and those that
  /// there are go on alone: how many, and why ("Too many open files").
  std::function<void(unsigned workers, const std::string& why)> on_fewer = {};
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

  /// Does every job once; false if it was stopped before. With fewer workers than wanted if the
  /// system has no more processes or files for us; throws InputError if it has not even one.
  bool run(std::span<const std::uint32_t> jobs, const OnEnd& on_end, const KeepGoing& keep_going);

 private:
  struct Worker {
    pid_t pid = -1;
    int channel = -1;  ///< to it numbers of jobs, from it lengths and texts
    /// Sent to it: the first is under way, the others it finds in its channel.
    std::deque<std::uint32_t> jobs;
    std::chrono::steady_clock::time_point started;  ///< the first of them
    bool quick = false;                             ///< it was, with its last job
    bool open = true;                               ///< there may be more to receive
    std::string received;
  };

  /// Puts a process into the worker; false if the system has none to give, with `shortage_` set.
  bool start(Worker& worker);
  /// Goes on with the workers that have processes.
  void do_with_fewer();
  [[noreturn]] void work(int channel) const;
  /// As many of the waiting jobs as it should have, in a process if it has none. False if there can
  /// be no process.
  bool supply(Worker& worker);
  static void receive(Worker& worker);
  std::optional<JobEnd> next_end(Worker& worker) const;
  /// The end is that of its first job, or not an end at all, since the job is tried again.
  bool settle(Worker& worker, const JobEnd& end);
  static JobEnd bury(Worker& worker, bool kill);
  int wait_milliseconds() const;

  PoolOptions options_;
  Job job_;
  std::vector<Worker> workers_;
  std::deque<std::uint32_t> waiting_;
  std::unordered_map<std::uint32_t, unsigned> kills_;
  std::string shortage_;  ///< why the last process could not be started
  bool told_ = false;     ///< on_fewer has been called
};

}  // namespace tilewave
