// The DRAM module: bytes at the right moment, responses when the model says so.
#include "platform/memory/dram.h"

#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "models/dram/simple.h"
#include "platform/systemc/simulation_context.h"
#include "tests/support/module_bench.h"

namespace tilewave {
namespace {

using test::DataBurst;

/// 20 ns, 64 GB/s: 64 bytes take 1000 ps, a cycle.
DramConfig fast_dram() {
  DramConfig config;
  config.latency = 20'000;
  config.bandwidth = 64'000'000'000;
  return config;
}

class DramModuleTest : public ::testing::Test {
 protected:
  DramModuleTest() {
    source_.socket.bind(dram_.socket);
    test::elaborate();
  }

  static std::vector<std::byte> filled(std::size_t bytes, int value) {
    return std::vector<std::byte>(bytes, static_cast<std::byte>(value));
  }
  /// In cycles.
  static void run_for(Cycle cycles) {
    sc_core::sc_start(sc_core::sc_time::from_value(cycles * 1000));
  }

  SimulationContext context_;
  CoreClock clock_{1000};
  std::vector<std::byte> storage_ = std::vector<std::byte>(1024);
  DramModule dram_{"dram", std::make_unique<SimpleDram>(fast_dram()), clock_, storage_};
  test::BurstSource source_{"source"};
};

TEST_F(DramModuleTest, ReadsAreFilledWhenTheyAnswer) {
  storage_[100] = std::byte{42};
  std::vector<std::byte> data = filled(64, 0);
  DataBurst burst(tlm::TLM_READ_COMMAND, 64, data, 5);
  source_.request(burst);
  EXPECT_EQ(data[36], std::byte{0});
  test::run_all();
  ASSERT_EQ(source_.responses.size(), 1U);
  EXPECT_EQ(source_.responses[0].second, 26U);  // 5 + 20 + 1
  EXPECT_EQ(burst.get_response_status(), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(data[36], std::byte{42});
}

TEST_F(DramModuleTest, WritesAreTakenAtTheRequest) {
  std::vector<std::byte> data = filled(128, 9);
  DataBurst burst(tlm::TLM_WRITE_COMMAND, 896, data, 0);
  source_.request(burst);
  EXPECT_EQ(storage_[895], std::byte{0});
  EXPECT_EQ(storage_[896], std::byte{9});
  EXPECT_EQ(storage_[1023], std::byte{9});
  test::run_all();
  ASSERT_EQ(source_.responses.size(), 1U);
  EXPECT_EQ(source_.responses[0].second, 22U);  // 0 + 20 + 2
}

TEST_F(DramModuleTest, BurstsShareTheBandwidthAndAnswerInOrder) {
  std::vector<std::vector<std::byte>> data(10, filled(64, 0));
  std::deque<DataBurst> bursts;
  for (std::size_t i = 0; i < data.size(); ++i) {
    source_.request(bursts.emplace_back(tlm::TLM_READ_COMMAND, 64 * i, data[i], 3));
  }
  test::run_all();
  ASSERT_EQ(source_.responses.size(), 10U);
  for (std::size_t i = 0; i < bursts.size(); ++i) {
    EXPECT_EQ(source_.responses[i].first, &bursts[i]);
    EXPECT_EQ(source_.responses[i].second, 24 + i);  // 3 + 20 + 1, then one each
  }
  EXPECT_EQ(dram_.model().counters().read_bytes, 640U);
}

TEST_F(DramModuleTest, AnswersInTheFirstCycleAfterCompletion) {
  std::vector<std::byte> data = filled(65, 0);  // 1015.6 ps
  DataBurst burst(tlm::TLM_READ_COMMAND, 0, data, 0);
  source_.request(burst);
  run_for(20);
  EXPECT_TRUE(source_.responses.empty());
  test::run_all();
  ASSERT_EQ(source_.responses.size(), 1U);
  EXPECT_EQ(source_.responses[0].second, 22U);  // 21.016 cycles
}

TEST_F(DramModuleTest, WorksAgainAfterARest) {
  std::vector<std::byte> data = filled(64, 0);
  for (const Cycle start : {0U, 100U, 200U}) {
    DataBurst burst(tlm::TLM_READ_COMMAND, 0, data, start);
    source_.request(burst);
    run_for(100);
    EXPECT_EQ(source_.responses.back().second, start + 21);
  }
  EXPECT_EQ(source_.responses.size(), 3U);
}

TEST_F(DramModuleTest, RefusesAddressesOutsideItsStorage) {
  for (const std::uint64_t address : {std::uint64_t{1024}, std::uint64_t{961}, ~std::uint64_t{0}}) {
    std::vector<std::byte> data = filled(64, 0);
    DataBurst burst(tlm::TLM_WRITE_COMMAND, address, data, 0);
    source_.socket->transport_dbg(burst);
    EXPECT_EQ(burst.get_response_status(), tlm::TLM_ADDRESS_ERROR_RESPONSE) << address;
  }
}

TEST_F(DramModuleTest, RefusesBlockingAccesses) {
  std::vector<std::byte> data = filled(64, 0);
  DataBurst burst(tlm::TLM_READ_COMMAND, 0, data, 0);
  source_.access(burst);
  EXPECT_EQ(burst.get_response_status(), tlm::TLM_COMMAND_ERROR_RESPONSE);
}

}  // namespace
}  // namespace tilewave
