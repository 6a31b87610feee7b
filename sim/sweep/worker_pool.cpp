// fork, pipes and deadlines; a worker that dies is replaced.
#include "sim/sweep/worker_pool.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <string>
#include <system_error>
#include <utility>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "compiler/base/error.h"

namespace tilewave {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPatienceMilliseconds = 100;
constexpr std::chrono::milliseconds kQuickJob{20};
/// What a worker sends begins with one of these.
constexpr char kAnswer = '=';
constexpr char kThrown = '!';  ///< what() of what the job threw, before the worker ends

/// Whether this process could still open a few files, as its store and its outputs need, with a
/// descriptor of that number as its last one: the system gives the lowest that is free.
bool leaves_spare_files(int descriptor) {
  constexpr rlim_t kSpare = 8;
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
         static_cast<rlim_t>(descriptor) + kSpare < limit.rlim_cur;
}

[[noreturn]] void fail(const std::string& what) {
  throw InternalError(what + ": " + std::generic_category().message(errno));
}

/// False if the other side is gone.
bool send_all(int channel, const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t written = ::send(channel, data, size, MSG_NOSIGNAL);
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

bool receive_all(int channel, char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t got = ::recv(channel, data, size, 0);
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
bool send_text(int channel, char kind, const std::string& text) {
  const std::uint64_t size = text.size() + 1;
  std::string frame(sizeof size, '\0');
  std::memcpy(frame.data(), &size, sizeof size);
  frame += kind + text;
  return send_all(channel, frame.data(), frame.size());
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

WorkerPool::WorkerPool(PoolOptions options, Job job)
    : options_(std::move(options)), job_(std::move(job)) {}

WorkerPool::~WorkerPool() {
  for (Worker& worker : workers_) {
    bury(worker, true);
  }
}

bool WorkerPool::start(Worker& worker) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    shortage_ = std::generic_category().message(errno);
    return false;
  }
  const pid_t parent = ::getpid();
  pid_t child = -1;
  if (leaves_spare_files(ends[1])) {
    child = ::fork();
  } else {
    errno = EMFILE;
  }
  if (child < 0) {
    shortage_ = std::generic_category().message(errno);
    ::close(ends[0]);
    ::close(ends[1]);
    return false;
  }
  if (child == 0) {
    // Dies with the sweep, however that ends, and leaves ctrl-C to it.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) {
      ::_exit(0);
    }
    std::signal(SIGINT, SIG_IGN);
    ::close(ends[0]);
    for (const Worker& other : workers_) {  // else they would not see their channels' ends
      ::close(other.channel);
    }
    work(ends[1]);
  }
  ::close(ends[1]);
  worker = Worker();
  worker.pid = child;
  worker.channel = ends[0];
  return true;
}

/// The life of a worker. It leaves by _exit(): nothing of the parent's is destroyed twice.
void WorkerPool::work(int channel) const {
  std::uint32_t job = 0;
  while (receive_all(channel, reinterpret_cast<char*>(&job), sizeof job)) {
    try {
      if (!send_text(channel, kAnswer, job_(job))) {
        break;
      }
    } catch (const std::exception& error) {
      send_text(channel, kThrown, error.what());
      break;
    }
  }
  ::_exit(0);
}

bool WorkerPool::supply(Worker& worker) {
  // A worker that is done in no time would wait for us as long as it works. One that takes its time
  // gets no job ahead, which another worker could begin at once.
  const std::size_t wanted = worker.quick ? 2 : 1;
  while (worker.jobs.size() < wanted && !waiting_.empty()) {
    if (worker.pid < 0 && !start(worker)) {
      return false;
    }
    if (worker.jobs.empty()) {
      worker.started = Clock::now();
    }
    const std::uint32_t job = waiting_.front();
    waiting_.pop_front();
    worker.jobs.push_back(job);
    // If it is dead already, its channel will say so.
    send_all(worker.channel, reinterpret_cast<const char*>(&job), sizeof job);
  }
  return true;
}

void WorkerPool::do_with_fewer() {
  std::erase_if(workers_, [](const Worker& worker) { return worker.pid < 0; });
  if (workers_.empty()) {
    throw InputError("there can be no worker process: " + shortage_);
  }
  if (!std::exchange(told_, true) && options_.on_fewer) {
    options_.on_fewer(static_cast<unsigned>(workers_.size()), shortage_);
  }
}

/// How the worker's life ended.
JobEnd WorkerPool::bury(Worker& worker, bool kill) {
  if (worker.pid < 0) {
    return {};
  }
  ::close(std::exchange(worker.channel, -1));  // the number will be somebody else's
  if (kill) {
    ::kill(worker.pid, SIGKILL);
  }
  int status = 0;
  while (::waitpid(worker.pid, &status, 0) < 0 && errno == EINTR) {
  }
  worker.pid = -1;
  return crash(status);
}

void WorkerPool::receive(Worker& worker) {
  std::array<char, 65536> block{};
  ssize_t got = 0;
  while ((got = ::recv(worker.channel, block.data(), block.size(), MSG_DONTWAIT)) > 0) {
    worker.received.append(block.data(), static_cast<std::size_t>(got));
  }
  worker.open = got < 0 && (errno == EAGAIN || errno == EINTR);
}

/// Of its first job, as far as it is known; a worker whose life is over is buried.
std::optional<JobEnd> WorkerPool::next_end(Worker& worker) const {
  if (worker.jobs.empty()) {
    return std::nullopt;
  }
  std::uint64_t size = 0;
  const std::string& received = worker.received;
  if (received.size() >= sizeof size) {
    std::memcpy(&size, received.data(), sizeof size);
  }
  if (size > 0 && received.size() - sizeof size >= size) {
    const bool thrown = received[sizeof size] == kThrown;
    JobEnd end{thrown ? JobEnd::How::kCrashed : JobEnd::How::kDone, false,
               received.substr(sizeof size + 1, size - 1)};
    worker.received.erase(0, sizeof size + size);
    if (thrown) {
      bury(worker, false);
    }
    return end;
  }
  if (!worker.open) {
    return bury(worker, false);
  }
  if (options_.timeout && Clock::now() >= worker.started + *options_.timeout) {
    bury(worker, true);
    return JobEnd{JobEnd::How::kTimeout, false, {}};
  }
  return std::nullopt;
}

bool WorkerPool::settle(Worker& worker, const JobEnd& end) {
  const std::uint32_t job = worker.jobs.front();
  worker.jobs.pop_front();
  const Clock::time_point now = Clock::now();
  worker.quick = end.how == JobEnd::How::kDone && now - worker.started < kQuickJob;
  worker.started = now;
  if (worker.pid < 0) {  // what it had ahead was never begun
    waiting_.insert(waiting_.begin(), worker.jobs.begin(), worker.jobs.end());
    worker.jobs.clear();
  }
  if (end.killed && kills_[job]++ < options_.tries_after_kill) {
    waiting_.push_back(job);
    return false;
  }
  return true;
}

int WorkerPool::wait_milliseconds() const {
  int wait = kPatienceMilliseconds;
  for (const Worker& worker : workers_) {
    if (!worker.jobs.empty() && options_.timeout) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(
                            worker.started + *options_.timeout - Clock::now())
                            .count();
      wait = static_cast<int>(std::clamp<std::int64_t>(left, 0, wait));
    }
  }
  return wait;
}

bool WorkerPool::run(std::span<const std::uint32_t> jobs, const OnEnd& on_end,
                     const KeepGoing& keep_going) {
  const std::size_t wanted = std::min<std::size_t>(options_.workers, jobs.size());
  workers_.resize(std::max(workers_.size(), wanted));
  waiting_.assign(jobs.begin(), jobs.end());
  kills_.clear();
  std::size_t ended = 0;
  std::vector<pollfd> polled;
  while (ended < jobs.size()) {
    if (!keep_going()) {
      return false;
    }
    if (!std::ranges::all_of(workers_, [this](Worker& worker) { return supply(worker); })) {
      do_with_fewer();
    }
    polled.clear();
    for (const Worker& worker : workers_) {
      polled.push_back({worker.jobs.empty() ? -1 : worker.channel, POLLIN, 0});
    }
    if (::poll(polled.data(), polled.size(), wait_milliseconds()) < 0 && errno != EINTR) {
      fail("cannot wait for worker processes");
    }
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      Worker& worker = workers_[i];
      if (polled[i].revents != 0) {
        receive(worker);
      }
      while (std::optional<JobEnd> end = next_end(worker)) {
        const std::uint32_t job = worker.jobs.front();
        if (settle(worker, *end)) {
          supply(worker);  // it works while we take note
          ++ended;
          on_end(job, std::move(*end));
        }
      }
    }
  }
  return true;
}

}  // namespace tilewave
