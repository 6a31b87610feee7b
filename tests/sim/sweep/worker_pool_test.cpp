// Jobs in processes: all of them end once, whatever becomes of the processes.
#include "sim/sweep/worker_pool.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <numeric>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/support/error_of.h"

namespace tilewave {
namespace {

std::vector<std::uint32_t> first(std::uint32_t count) {
  std::vector<std::uint32_t> jobs(count);
  std::iota(jobs.begin(), jobs.end(), 0U);
  return jobs;
}

bool always() { return true; }

struct Ends {
  std::map<std::uint32_t, JobEnd> all;
  void operator()(std::uint32_t job, JobEnd end) {
    EXPECT_TRUE(all.emplace(job, std::move(end)).second) << "job " << job << " ended twice";
  }
};

TEST(WorkerPool, DoesEveryJobOnce) {
  for (const unsigned workers : {1U, 3U}) {
    Ends ends;
    WorkerPool pool({workers, {}}, [](std::uint32_t job) { return std::to_string(job * job); });
    EXPECT_TRUE(pool.run(first(100), std::ref(ends), always));
    ASSERT_EQ(ends.all.size(), 100U);
    for (const auto& [job, end] : ends.all) {
      EXPECT_EQ(end.how, JobEnd::How::kDone);
      EXPECT_EQ(end.text, std::to_string(job * job));
    }
  }
}

TEST(WorkerPool, TakesTextsLongerThanAPipeAndEmptyOnes) {
  Ends ends;
  WorkerPool pool({2, {}}, [](std::uint32_t job) { return std::string(job * 300'000, 'x'); });
  EXPECT_TRUE(pool.run(first(5), std::ref(ends), always));
  for (const auto& [job, end] : ends.all) {
    EXPECT_EQ(end.text.size(), job * 300'000U);
  }
}

/// A limit of this process, for the time being.
class Limit {
 public:
  Limit(__rlimit_resource what, rlim_t value) : what_(what) {
    ::getrlimit(what_, &before_);
    const rlimit now{value, before_.rlim_max};
    EXPECT_EQ(::setrlimit(what_, &now), 0);
  }
  ~Limit() { ::setrlimit(what_, &before_); }
  Limit(const Limit&) = delete;
  Limit& operator=(const Limit&) = delete;

 private:
  __rlimit_resource what_;
  rlimit before_{};
};

TEST(WorkerPool, GoesOnWithFewerWhereFilesAreShort) {
  const Limit files(RLIMIT_NOFILE, 32);
  std::vector<std::pair<unsigned, std::string>> told;
  PoolOptions options{64, {}};
  options.on_fewer = [&told](unsigned workers, const std::string& why) {
    told.emplace_back(workers, why);
    EXPECT_TRUE(std::ifstream("/dev/null").is_open());  // a few files are left for others
  };
  Ends ends;
  WorkerPool pool(options, [](std::uint32_t job) {
    if (job % 10 == 3) {
      ::_exit(1);  // its worker has to be replaced
    }
    return std::to_string(job);
  });
  EXPECT_TRUE(pool.run(first(200), std::ref(ends), always));
  EXPECT_EQ(ends.all.size(), 200U);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_GT(told[0].first, 8U);
  EXPECT_LT(told[0].first, 32U);
  EXPECT_EQ(told[0].second, "Too many open files");
}

TEST(WorkerPool, WithoutASingleWorkerItSaysWhy) {
  const Limit files(RLIMIT_NOFILE, 8);
  WorkerPool pool({2, {}}, [](std::uint32_t) { return std::string(); });
  EXPECT_EQ(test::error_of([&] {
              pool.run(
                  first(2), [](std::uint32_t, const JobEnd&) {}, always);
            }),
            "there can be no worker process: Too many open files");
}

TEST(WorkerPool, ACrashCostsItsJobAlone) {
  Ends ends;
  WorkerPool pool({2, {}}, [](std::uint32_t job) -> std::string {
    switch (job) {
      case 3: ::raise(SIGKILL); break;
      case 5: ::_exit(4); break;
      case 7: throw InternalError("no such thing");
      default: break;
    }
    return "fine";
  });
  EXPECT_TRUE(pool.run(first(10), std::ref(ends), always));
  ASSERT_EQ(ends.all.size(), 10U);
  EXPECT_EQ(ends.all[3].text, "its process was killed by signal 9 (SIGKILL)");
  EXPECT_EQ(ends.all[5].text, "its process ended with exit code 4");
  EXPECT_EQ(ends.all[7].text, "no such thing");
  for (const auto& [job, end] : ends.all) {
    const bool crashes = job == 3 || job == 5 || job == 7;
    EXPECT_EQ(end.how, crashes ? JobEnd::How::kCrashed : JobEnd::How::kDone)
        << "job " << job << ": " << end.text;
  }
}

TEST(WorkerPool, AKilledWorkersJobIsTriedAgain) {
  const std::string marker = ::testing::TempDir() + "killed_once_" + std::to_string(::getpid());
  Ends ends;
  WorkerPool pool({2, {}}, [&marker](std::uint32_t job) -> std::string {
    if (job == 4 && ::access(marker.c_str(), F_OK) != 0) {
      std::ofstream(marker) << "once";
      ::raise(SIGKILL);
    }
    return "fine";
  });
  EXPECT_TRUE(pool.run(first(10), std::ref(ends), always));
  ASSERT_EQ(ends.all.size(), 10U);
  EXPECT_EQ(ends.all[4].how, JobEnd::How::kDone);
  std::filesystem::remove(marker);
}

TEST(WorkerPool, GivesUpWhatTakesTooLong) {
  Ends ends;
  WorkerPool pool({2, std::chrono::milliseconds(200)}, [](std::uint32_t job) -> std::string {
    if (job == 1) {
      for (;;) {
        ::pause();
      }
    }
    return "fine";
  });
  EXPECT_TRUE(pool.run(first(4), std::ref(ends), always));
  ASSERT_EQ(ends.all.size(), 4U);
  EXPECT_EQ(ends.all[1].how, JobEnd::How::kTimeout);
  EXPECT_EQ(ends.all[0].how, JobEnd::How::kDone);
  EXPECT_EQ(ends.all[3].how, JobEnd::How::kDone);
}

TEST(WorkerPool, StopsWhenAsked) {
  Ends ends;
  WorkerPool pool({2, {}}, [](std::uint32_t) { return std::string("fine"); });
  const bool finished =
      pool.run(first(1000), std::ref(ends), [&ends] { return ends.all.size() < 10; });
  EXPECT_FALSE(finished);
  EXPECT_LT(ends.all.size(), 20U);
}

TEST(WorkerPool, WhatTheListenerThrowsIsPassedOn) {
  WorkerPool pool({2, {}}, [](std::uint32_t) { return std::string("fine"); });
  EXPECT_THROW(
      pool.run(
          first(10), [](std::uint32_t, const JobEnd&) { throw InputError("full"); }, always),
      InputError);
}

}  // namespace
}  // namespace tilewave
