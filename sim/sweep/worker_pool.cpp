#include "sim/sweep/worker_pool.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <deque>
#include <exception>
#include <string>
#include <system_error>
#include <unordered_map>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "compiler/error.h"

namespace tilewave {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPatienceMilliseconds = 100;
/// What a worker sends begins with one of these.
constexpr char kAnswer = '=';
constexpr char kThrown = '!';  ///< what() of what the job threw, before the worker ends

[[noreturn]] void fail(const std::string& what) {
  throw InternalError(what + ": " + std::generic_category().message(errno));
}

/// False if the other side is gone.
bool write_all(int descriptor, const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t written = ::write(descriptor, data, size);
    if (written < 0 && errno != EINTR) {
      return false;
    }
    if (written > 0) {
      data += written;
      size -= static_cast<std::size_t>(written);
    }
  }
  return true;
}

bool read_all(int descriptor, char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t got = ::read(descriptor, data, size);
    if (got == 0 || (got < 0 && errno != EINTR)) {
      return false;
    }
    if (got > 0) {
      data += got;
      size -= static_cast<std::size_t>(got);
    }
  }
  return true;
}

/// A length, then so many bytes: the kind and the text.
bool send_text(int descriptor, char kind, const std::string& text) {
  const std::uint64_t size = text.size() + 1;
  std::string frame(sizeof size, '\0');
  std::memcpy(frame.data(), &size, sizeof size);
  frame += kind + text;
  return write_all(descriptor, frame.data(), frame.size());
}

JobEnd crash(int status) {
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    const char* name = sigabbrev_np(number);
    return {JobEnd::How::kCrashed, number == SIGKILL,
            "its process was killed by signal " + std::to_string(number) +
                (name == nullptr ? "" : std::string(" (SIG") + name + ")")};
  }
  return {JobEnd::How::kCrashed, false,
          "its process ended with exit code " + std::to_string(WEXITSTATUS(status))};
}

}  // namespace

WorkerPool::WorkerPool(PoolOptions options, Job job) : options_(options), job_(std::move(job)) {}

WorkerPool::~WorkerPool() {
  for (Worker& worker : workers_) {
    bury(worker, true);
  }
}

WorkerPool::Worker WorkerPool::start() const {
  std::array<int, 2> jobs{};
  std::array<int, 2> results{};
  if (::pipe2(jobs.data(), O_CLOEXEC) != 0 || ::pipe2(results.data(), O_CLOEXEC) != 0) {
    fail("no pipe to a worker process");
  }
  const pid_t parent = ::getpid();
  Worker worker;
  worker.pid = ::fork();
  if (worker.pid < 0) {
    fail("no worker process");
  }
  if (worker.pid == 0) {
    // Dies with the sweep, however that ends, and leaves ctrl-C to it.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) {
      ::_exit(0);
    }
    std::signal(SIGINT, SIG_IGN);
    ::close(jobs[1]);
    ::close(results[0]);
    for (const Worker& other : workers_) {  // else they would not see their pipes' ends
      ::close(other.to);
      ::close(other.from);
    }
    work(jobs[0], results[1]);
  }
  ::close(jobs[0]);
  ::close(results[1]);
  worker.to = jobs[1];
  worker.from = results[0];
  ::fcntl(worker.from, F_SETFL, O_NONBLOCK);
  return worker;
}

/// The life of a worker. It leaves by _exit(): nothing of the parent's is destroyed twice.
void WorkerPool::work(int jobs, int results) const {
  std::uint32_t job = 0;
  while (read_all(jobs, reinterpret_cast<char*>(&job), sizeof job)) {
    try {
      if (!send_text(results, kAnswer, job_(job))) {
        break;
      }
    } catch (const std::exception& error) {
      send_text(results, kThrown, error.what());
      break;
    }
  }
  ::_exit(0);
}

void WorkerPool::assign(Worker& worker, std::uint32_t job) {
  worker.busy = true;
  worker.job = job;
  worker.received.clear();
  if (options_.timeout) {
    worker.deadline = Clock::now() + *options_.timeout;
  }
  // If it is dead already, its pipe will say so.
  write_all(worker.to, reinterpret_cast<const char*>(&job), sizeof job);
}

/// How the worker's life ended.
JobEnd WorkerPool::bury(Worker& worker, bool kill) {
  if (worker.pid < 0) {
    return {};
  }
  ::close(std::exchange(worker.to, -1));  // the numbers will be somebody else's
  ::close(std::exchange(worker.from, -1));
  if (kill) {
    ::kill(worker.pid, SIGKILL);
  }
  int status = 0;
  while (::waitpid(worker.pid, &status, 0) < 0 && errno == EINTR) {
  }
  worker.pid = -1;
  return crash(status);
}

std::optional<JobEnd> WorkerPool::receive(Worker& worker) {
  std::array<char, 65536> block{};
  ssize_t got = 0;
  while ((got = ::read(worker.from, block.data(), block.size())) > 0) {
    worker.received.append(block.data(), static_cast<std::size_t>(got));
  }
  const bool open = got < 0 && (errno == EAGAIN || errno == EINTR);
  std::uint64_t size = 0;
  const bool complete = worker.received.size() >= sizeof size &&
                        (std::memcpy(&size, worker.received.data(), sizeof size),
                         worker.received.size() - sizeof size >= size);
  if (!complete) {
    return open ? std::nullopt : std::optional(bury(worker, false));
  }
  JobEnd end{JobEnd::How::kDone, false, worker.received.substr(sizeof size + 1)};
  if (worker.received[sizeof size] == kThrown) {
    end.how = JobEnd::How::kCrashed;
    bury(worker, false);
  } else if (!open) {
    bury(worker, false);  // it died behind its answer
  }
  return end;
}

/// None if the worker has no job or is still at it.
std::optional<JobEnd> WorkerPool::end_of_job(Worker& worker, bool readable) {
  if (!worker.busy) {
    return std::nullopt;
  }
  std::optional<JobEnd> end = readable ? receive(worker) : std::nullopt;
  if (!end && options_.timeout && Clock::now() >= worker.deadline) {
    bury(worker, true);
    end = JobEnd{JobEnd::How::kTimeout, false, {}};
  }
  return end;
}

int WorkerPool::wait_milliseconds() const {
  int wait = kPatienceMilliseconds;
  for (const Worker& worker : workers_) {
    if (worker.busy && options_.timeout) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(worker.deadline - Clock::now()).count();
      wait = static_cast<int>(std::clamp<std::int64_t>(left, 0, wait));
    }
  }
  return wait;
}

bool WorkerPool::run(std::span<const std::uint32_t> jobs, const OnEnd& on_end,
                     const KeepGoing& keep_going) {
  const std::size_t wanted = std::min<std::size_t>(options_.workers, jobs.size());
  workers_.resize(std::max(workers_.size(), wanted));
  std::deque<std::uint32_t> waiting(jobs.begin(), jobs.end());
  std::unordered_map<std::uint32_t, unsigned> kills;
  const auto assign_next = [this, &waiting](Worker& worker) {
    assign(worker, waiting.front());
    waiting.pop_front();
  };
  std::size_t ended = 0;
  std::vector<pollfd> polled;
  while (ended < jobs.size()) {
    if (!keep_going()) {
      return false;
    }
    for (Worker& worker : workers_) {
      if (!worker.busy && !waiting.empty()) {
        if (worker.pid < 0) {
          worker = start();
        }
        assign_next(worker);
      }
    }
    polled.clear();
    for (const Worker& worker : workers_) {
      polled.push_back({worker.busy ? worker.from : -1, POLLIN, 0});
    }
    if (::poll(polled.data(), polled.size(), wait_milliseconds()) < 0 && errno != EINTR) {
      fail("cannot wait for worker processes");
    }
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      Worker& worker = workers_[i];
      std::optional<JobEnd> end = end_of_job(worker, polled[i].revents != 0);
      if (!end) {
        continue;
      }
      const std::uint32_t job = worker.job;
      worker.busy = false;
      if (end->killed && kills[job]++ < options_.tries_after_kill) {
        waiting.push_back(job);
        continue;
      }
      if (worker.pid >= 0 && !waiting.empty()) {
        assign_next(worker);  // it works while we take note
      }
      ++ended;
      on_end(job, std::move(*end));
    }
  }
  return true;
}

}  // namespace tilewave
