// The bus module: where bursts go, and when they arrive.
#include "platform/interconnect/bus.h"

#include <cstddef>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "platform/systemc/simulation_context.h"
#include "tests/support/module_bench.h"

namespace tilewave {
namespace {

/// Where the DRAM would be: keeps requests, and answers when told to.
class BurstSink : public sc_core::sc_module, private BurstForward {
 public:
  BurstTargetSocket socket{"socket"};
  std::vector<std::pair<const Burst*, Cycle>> requests;

  explicit BurstSink(sc_core::sc_module_name name) : sc_module(name) { socket.bind(*this); }

  void respond(Burst& burst, Cycle time) {
    tlm::tlm_phase phase = tlm::BEGIN_RESP;
    sc_core::sc_time delay;
    burst.time = time;
    socket->nb_transport_bw(burst, phase, delay);
  }

 private:
  tlm::tlm_sync_enum nb_transport_fw(Burst& burst, tlm::tlm_phase&, sc_core::sc_time&) override {
    requests.emplace_back(&burst, burst.time);
    return tlm::TLM_ACCEPTED;
  }
  void b_transport(Burst&, sc_core::sc_time&) override {}
  bool get_direct_mem_ptr(Burst&, tlm::tlm_dmi&) override { return false; }
  unsigned int transport_dbg(Burst&) override { return 7; }
};

class BusTest : public ::testing::Test {
 protected:
  BusTest() {
    load_.socket.bind(bus_.ports[0]);
    store_.socket.bind(bus_.ports[1]);
    bus_.dram_socket.bind(dram_.socket);
    test::elaborate();
  }

  test::DataBurst read(Cycle time) { return {tlm::TLM_READ_COMMAND, 0x1000, data_, time, 0}; }
  test::DataBurst write(Cycle time) { return {tlm::TLM_WRITE_COMMAND, 0x1000, data_, time, 1}; }

  SimulationContext context_;
  std::vector<std::byte> data_ = std::vector<std::byte>(256);
  Bus bus_{"bus", {.bytes_per_cycle = 64, .latency = 5}, 2};
  test::BurstSource load_{"load"};
  test::BurstSource store_{"store"};
  BurstSink dram_{"dram"};
};

TEST_F(BusTest, AReadMovesItsDataOnTheWayBack) {
  test::DataBurst burst = read(10);
  load_.request(burst);
  ASSERT_EQ(dram_.requests.size(), 1U);
  EXPECT_EQ(dram_.requests[0].second, 15U);  // 10 + 5
  EXPECT_EQ(bus_.timing().counters().read_bytes, 0U);
  dram_.respond(burst, 100);
  ASSERT_EQ(load_.responses.size(), 1U);
  EXPECT_EQ(load_.responses[0].second, 109U);  // 100 + 5 + 256 / 64
  EXPECT_EQ(burst.arrived, 105U);
  EXPECT_EQ(burst.bus_start, 105U);
  EXPECT_EQ(burst.bus_end, 109U);
  EXPECT_TRUE(store_.responses.empty());
}

TEST_F(BusTest, AWriteMovesItsDataOnTheWayThere) {
  test::DataBurst burst = write(10);
  store_.request(burst);
  EXPECT_EQ(burst.bus_start, 10U);
  EXPECT_EQ(burst.bus_end, 14U);
  ASSERT_EQ(dram_.requests.size(), 1U);
  EXPECT_EQ(dram_.requests[0].second, 19U);  // 10 + 256 / 64 + 5
  dram_.respond(burst, 100);
  ASSERT_EQ(store_.responses.size(), 1U);
  EXPECT_EQ(store_.responses[0].second, 105U);  // 100 + 5
  EXPECT_TRUE(load_.responses.empty());
}

TEST_F(BusTest, ReadsWaitForReadsAndNotForWrites) {
  test::DataBurst first = read(0);
  test::DataBurst second = read(0);
  test::DataBurst other = write(105);
  load_.request(first);
  load_.request(second);
  dram_.respond(first, 100);  // its beats: 105 to 109
  store_.request(other);
  EXPECT_EQ(other.bus_start, 105U);
  dram_.respond(second, 102);  // there at 107
  EXPECT_EQ(second.arrived, 107U);
  EXPECT_EQ(second.bus_start, 109U);
  EXPECT_EQ(load_.responses[1].second, 113U);
}

TEST_F(BusTest, PassesDebugAccessesAndRefusesBlockingOnes) {
  test::DataBurst burst = read(0);
  EXPECT_EQ(load_.socket->transport_dbg(burst), 7U);
  load_.access(burst);
  EXPECT_EQ(burst.get_response_status(), tlm::TLM_COMMAND_ERROR_RESPONSE);
}

}  // namespace
}  // namespace tilewave
