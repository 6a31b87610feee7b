// The SRAM module: bytes in and out, in the time that SramTiming says, and its errors.
#include "platform/memory/sram.h"

#include <cstddef>
#include <vector>

#include <gtest/gtest.h>

#include "platform/systemc/simulation_context.h"
#include "tests/support/module_bench.h"

namespace tilewave {
namespace {

using test::DataBurst;

SramConfig small_sram() {
  SramConfig config;
  config.size_bytes = 4096;
  config.banks = 4;
  config.port_bytes = 32;
  config.interleave_bytes = 64;
  config.latency = 3;
  return config;
}

class SramTest : public ::testing::Test {
 protected:
  SramTest() {
    load_.socket.bind(sram_.burst_sockets[0]);
    store_.socket.bind(sram_.burst_sockets[1]);
    core_.socket.bind(sram_.core_socket);
    test::elaborate();
  }

  Cycle access(test::BurstSource& source, std::uint64_t address, std::size_t bytes, Cycle at) {
    std::vector<std::byte> data(bytes);
    DataBurst burst(tlm::TLM_WRITE_COMMAND, address, data, at);
    source.access(burst);
    EXPECT_EQ(burst.get_response_status(), tlm::TLM_OK_RESPONSE);
    return burst.time;
  }

  Cycle stream(bool begin, Cycle time, std::vector<SramRange> ranges = {}) {
    OperandStream request;
    request.ranges = std::move(ranges);
    request.begin = begin;
    request.time = time;
    sc_core::sc_time delay;
    core_.socket->b_transport(request, delay);
    EXPECT_EQ(delay, sc_core::SC_ZERO_TIME);
    return request.time;
  }

  SimulationContext context_;
  Sram sram_{"sram", small_sram(), 2, small_sram().size_bytes};
  test::BurstSource load_{"load"};
  test::BurstSource store_{"store"};
  test::StreamSource core_{"core"};
};

TEST_F(SramTest, GivesBackWhatWasWritten) {
  std::vector<std::byte> written(256);
  for (std::size_t i = 0; i < written.size(); ++i) {
    written[i] = static_cast<std::byte>(i);
  }
  DataBurst write(tlm::TLM_WRITE_COMMAND, 4096 - 256, written, 0);
  load_.access(write);
  std::vector<std::byte> read(256);
  DataBurst back(tlm::TLM_READ_COMMAND, 4096 - 256, read, 0);
  store_.access(back);
  EXPECT_EQ(read, written);

  tlm::tlm_dmi dmi;
  OperandStream request;
  ASSERT_TRUE(core_.socket->get_direct_mem_ptr(request, dmi));
  EXPECT_EQ(dmi.get_end_address(), 4095U);
  EXPECT_EQ(static_cast<std::byte>(dmi.get_dmi_ptr()[4096 - 256 + 77]), std::byte{77});
}

TEST_F(SramTest, TakesAccessesAndLatency) {
  EXPECT_EQ(access(load_, 0, 64, 10), 15U);     // 10 + 64 / 32 + 3
  EXPECT_EQ(access(load_, 64, 32, 10), 14U);    // another bank: 10 + 1 + 3
  EXPECT_EQ(access(store_, 256, 64, 10), 17U);  // the first bank again: 10 + 2 + 2 + 3
}

TEST_F(SramTest, TakesTheSameTimeWithoutData) {
  std::vector<std::byte> data(64);
  DataBurst burst(tlm::TLM_READ_COMMAND, 0, data, 10);
  burst.set_data_ptr(nullptr);
  load_.access(burst);
  EXPECT_EQ(burst.time, 15U);
  EXPECT_EQ(burst.get_response_status(), tlm::TLM_OK_RESPONSE);
}

TEST_F(SramTest, RefusesAddressesOutside) {
  const struct {
    std::uint64_t address;
    std::size_t bytes;
  } table[] = {{4096, 1}, {4095, 2}, {4096 - 64, 65}, {~std::uint64_t{0}, 64}};
  for (const auto& row : table) {
    std::vector<std::byte> data(row.bytes);
    DataBurst burst(tlm::TLM_WRITE_COMMAND, row.address, data, 0);
    load_.access(burst);
    EXPECT_EQ(burst.get_response_status(), tlm::TLM_ADDRESS_ERROR_RESPONSE) << row.address;
  }
}

TEST_F(SramTest, AStreamEndsWhenItsBanksAreThrough) {
  EXPECT_EQ(stream(true, 20, {{0, 1024}, {2048, 1024}}), 39U);  // 20 + 2048 / (4 · 32) + 3
  access(load_, 0, 64, 22);
  EXPECT_EQ(stream(false, 39), 41U);  // two accesses to bank 0 came in between
  EXPECT_EQ(sram_.timing().counters().bytes, 2112U);
}

}  // namespace
}  // namespace tilewave
