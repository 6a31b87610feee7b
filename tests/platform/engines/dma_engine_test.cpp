// A DMA engine between a real SRAM and a memory of fixed latency.
#include "platform/engines/dma_engine.h"

#include <cstring>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/program/forms/program_text.h"
#include "platform/systemc/simulation_context.h"
#include "tests/support/module_bench.h"

namespace tilewave {
namespace {

using Request = test::BurstMemory::Request;

constexpr Cycle kMemoryLatency = 100;
constexpr Cycle kRoundTrip = kMemoryLatency + 1;  // and one access of the SRAM

/// Tiles of 256 bytes; x has 2×2 of them, w one: rows of 64 bytes, and a single run.
Program program_of(const std::string& ops) {
  return parse_program_text(
      "tilewave-program 3\ntile 8 8 8\nsram 0x1000\ntensor x input 16x16 tile 8x8 dram 0\n"
      "tensor w input 8x8 tile 8x8 dram 0x400\ntensor y output 8x8 tile 8x8 dram 0x800\nkernel 0 "
      "tile tile | add x0 x1\nkernel 1 tile row | add x0 x1\nkernel 2 tile | relu x0\nkernel 3 "
      "tile tile | add x0 x1; relu t0\nkernel 4 tile row | add x0 x1; relu t0\nops\n" +
          ops,
      "dma_engine_test");
}

/// Bursts of up to 64 bytes, each one access of one bank; a setup of 10.
MachineConfig machine(std::uint32_t max_outstanding) {
  MachineConfig config;
  config.sram.size_bytes = 4096;
  config.sram.port_bytes = 64;
  config.sram.latency = 0;
  config.dram.layout = DramLayout::kRowMajor;
  config.dma = {.setup = 10, .burst_bytes = 64, .max_outstanding = max_outstanding};
  return config;
}

class DmaBench {
 public:
  DmaBench(const std::string& ops, const MachineConfig& config, Engine engine)
      : bench(program_of(ops), config) {
    memory = std::make_unique<test::BurstMemory>("memory", bench.clock, kMemoryLatency, 4096);
    sram = std::make_unique<Sram>("sram", config.sram, 2, config.sram.size_bytes);
    const bool stores = engine == Engine::kStoreDma || config.dma.shared;
    dma = std::make_unique<DmaEngine>("dma", engine, 0, bench.context, bench.queue,
                                      engine == Engine::kLoadDma ? &load_ledger : nullptr,
                                      stores ? &store_ledger : nullptr);
    dma->bus_socket.bind(memory->socket);
    dma->sram_socket.bind(sram->burst_sockets[0]);
    idle.socket.bind(sram->burst_sockets[1]);
    core.socket.bind(sram->core_socket);
    test::elaborate();
    for (std::size_t i = 0; i < memory->bytes.size(); i += 4) {
      set_float(&memory->bytes[i], static_cast<float>(i) * (i % 8 == 0 ? 0.25F : -0.25F));
    }
  }

  /// Ops that the engine finds in its queue from the start.
  void run(const std::vector<std::uint32_t>& ops) {
    for (const std::uint32_t op : ops) {
      bench.queue.push({op, 0, 0});
    }
    test::run_all();
    dma->finish(bench.scoreboard.last_completion());
  }

  float sram_float(std::uint32_t address) {
    std::vector<std::byte> data(4);
    test::DataBurst burst(tlm::TLM_READ_COMMAND, address, data, 0);
    EXPECT_EQ(idle.socket->transport_dbg(burst), 4U);
    return get_float(data.data());
  }
  void set_sram_float(std::uint32_t address, float value) {
    std::vector<std::byte> data(4);
    set_float(data.data(), value);
    test::DataBurst burst(tlm::TLM_WRITE_COMMAND, address, data, 0);
    EXPECT_EQ(idle.socket->transport_dbg(burst), 4U);
  }
  float memory_float(std::uint32_t address) const { return get_float(&memory->bytes[address]); }

 private:
  static void set_float(std::byte* bytes, float value) { std::memcpy(bytes, &value, 4); }
  static float get_float(const std::byte* bytes) {
    float value = 0;
    std::memcpy(&value, bytes, 4);
    return value;
  }

  SimulationContext context_;

 public:
  test::EngineBench bench;
  CycleLedger load_ledger;
  CycleLedger store_ledger;
  std::unique_ptr<test::BurstMemory> memory;
  std::unique_ptr<Sram> sram;
  std::unique_ptr<DmaEngine> dma;
  test::BurstSource idle{"idle"};
  test::StreamSource core{"core"};
};

TEST(DmaEngine, ALoadPutsTheTileInPlace) {
  DmaBench dma("load x[1,1] -> 0x200\n", machine(16), Engine::kLoadDma);
  dma.run({0});
  // Row 8 + r, column 8 + c of 16 columns.
  EXPECT_EQ(dma.sram_float(0x200), 136.0F);  // 8 · 16 + 8
  EXPECT_EQ(dma.sram_float(0x200 + 4), -137.0F);
  EXPECT_EQ(dma.sram_float(0x200 + 252), -255.0F);  // 15 · 16 + 15
  EXPECT_EQ(dma.sram_float(0x300), 0.0F);
}

TEST(DmaEngine, RowsBecomeRunsAndRunsBursts) {
  DmaBench rows("load x[1,1] -> 0\n", machine(16), Engine::kLoadDma);
  rows.run({0});
  ASSERT_EQ(rows.memory->requests.size(), 8U);  // eight rows of 32 bytes
  EXPECT_EQ(rows.memory->requests[0], (Request{8 * 64 + 32, 32, 10}));
  EXPECT_EQ(rows.memory->requests[7], (Request{15 * 64 + 32, 32, 10}));

  MachineConfig config = machine(16);
  config.dram.layout = DramLayout::kTiled;
  DmaBench tiled("load x[1,1] -> 0\n", config, Engine::kLoadDma);
  tiled.run({0});
  ASSERT_EQ(tiled.memory->requests.size(), 4U);  // 256 / 64
  EXPECT_EQ(tiled.memory->requests[3], (Request{3 * 256 + 192, 64, 10}));
}

TEST(DmaEngine, TheWindowBoundsTheBurstsInFlight) {
  const struct {
    std::uint32_t max_outstanding;
    std::vector<Cycle> requests;
    std::uint64_t waits;
  } table[] = {
      {1, {10, 10 + kRoundTrip, 10 + 2 * kRoundTrip, 10 + 3 * kRoundTrip}, 3},
      {2, {10, 10, 10 + kRoundTrip, 10 + kRoundTrip}, 1},
      {3, {10, 10, 10, 10 + kRoundTrip}, 1},
      {4, {10, 10, 10, 10}, 0},
  };
  for (const auto& row : table) {
    DmaBench dma("load w[0,0] -> 0\n", machine(row.max_outstanding), Engine::kLoadDma);
    dma.run({0});
    std::vector<Cycle> times;
    for (const Request& request : dma.memory->requests) {
      times.push_back(request.time);
    }
    EXPECT_EQ(times, row.requests);
    EXPECT_EQ(dma.bench.scoreboard.completed_at(0), row.requests.back() + kRoundTrip);
    EXPECT_EQ(dma.dma->counters(Engine::kLoadDma).bursts, 4U);
    EXPECT_EQ(dma.dma->counters(Engine::kLoadDma).window_waits, row.waits);
  }
}

TEST(DmaEngine, TheWindowSpansOps) {
  DmaBench dma("load w[0,0] -> 0\nload w[0,0] -> 0x100\n", machine(16), Engine::kLoadDma);
  dma.run({0, 1});
  ASSERT_EQ(dma.memory->requests.size(), 8U);
  EXPECT_EQ(dma.memory->requests[3].time, 10U);
  EXPECT_EQ(dma.memory->requests[4].time, 20U);  // one setup later, not one round trip
  EXPECT_EQ(dma.bench.scoreboard.completed_at(1), 20 + kRoundTrip);
}

TEST(DmaEngine, TheNextBurstTakesThePlaceThatBecomesFreeFirst) {
  // The SRAM takes 1000 cycles. Three bursts of the store go at 10, are read at 1011 and
  // acknowledged at 1111; the fourth goes then, is read at 2112, acknowledged at 2212. The load is
  // set up at 1121 and has the two other places; at 1221 its data are there, so these will be free
  // at 2222. The third burst goes at 2212 all the same, when the store gives its place back.
  MachineConfig config = machine(3);
  config.dma.shared = true;
  config.sram.latency = 1000;
  DmaBench dma("store y[0,0] <- 0x100\nload w[0,0] -> 0\n", config, Engine::kLoadDma);
  dma.run({0, 1});
  std::vector<Cycle> times;
  for (const Request& request : dma.memory->requests) {
    times.push_back(request.time);
  }
  EXPECT_EQ(times, (std::vector<Cycle>{1011, 1011, 1011, 2112, 1121, 1121, 2212, 2222}));
  EXPECT_EQ(dma.bench.scoreboard.completed_at(1), 2222 + kRoundTrip + 1000);
  EXPECT_EQ(dma.dma->counters(Engine::kStoreDma).bursts, 4U);
  EXPECT_EQ(dma.dma->counters(Engine::kStoreDma).window_waits, 1U);  // at 1111
  EXPECT_EQ(dma.dma->counters(Engine::kLoadDma).window_waits, 2U);   // at 2212 and 2222
}

TEST(DmaEngine, AStoreTakesTheTileOutThroughTheReluIfAsked) {
  for (const bool relu : {false, true}) {
    DmaBench dma(std::string("store y[0,0] <- 0x100") + (relu ? " relu\n" : "\n"), machine(2),
                 Engine::kStoreDma);
    dma.set_sram_float(0x100, -3.0F);
    dma.set_sram_float(0x1fc, 4.0F);
    dma.run({0});
    EXPECT_EQ(dma.memory_float(0x800), relu ? 0.0F : -3.0F);
    EXPECT_EQ(dma.memory_float(0x8fc), 4.0F);
    // Two bursts at a time: read from the SRAM in a cycle, then acknowledged.
    EXPECT_EQ(dma.memory->requests[0], (Request{0x800, 64, 11}));
    EXPECT_EQ(dma.memory->requests[2], (Request{0x880, 64, 11 + kRoundTrip}));
    EXPECT_EQ(dma.bench.scoreboard.completed_at(0), 10 + 2 * kRoundTrip);
  }
}

TEST(DmaEngine, WaitsForDataAndForSpaceAndSaysWhich) {
  // The add reads what the load overwrites, and writes what the store reads.
  const std::string ops =
      "load w[0,0] -> 0\nvector y[0,0] kernel=0 a=0 b=0 -> 0x100\nstore y[0,0] <- 0x100\nload "
      "w[0,0] -> 0\n";
  DmaBench store(ops, machine(16), Engine::kStoreDma);
  store.bench.scoreboard.complete(1, 50);
  store.run({2});
  EXPECT_EQ(store.memory->requests[0].time, 61U);  // 50 + 10 + 1
  EXPECT_EQ(store.store_ledger.cycles(EngineState::kWaitData), 50U);
  EXPECT_EQ(store.store_ledger.cycles(EngineState::kSetup), 10U);

  DmaBench load(ops, machine(16), Engine::kLoadDma);
  load.bench.scoreboard.complete(0, 20);
  load.bench.scoreboard.complete(1, 50);
  load.run({3});
  EXPECT_EQ(load.memory->requests[0].time, 60U);  // 50 + 10
  EXPECT_EQ(load.load_ledger.cycles(EngineState::kWaitSpace), 50U);
  EXPECT_EQ(load.load_ledger.cycles(EngineState::kWaitData), 0U);
}

TEST(DmaEngine, AnOpStartsNoEarlierThanItIsFetched) {
  DmaBench dma("load w[0,0] -> 0\n", machine(16), Engine::kLoadDma);
  dma.bench.queue.push({0, 30, 20});
  dma.run({});
  EXPECT_EQ(dma.memory->requests[0].time, 40U);  // 30 + 10
  EXPECT_EQ(dma.load_ledger.cycles(EngineState::kWaitQueue), 20U);
  EXPECT_EQ(dma.load_ledger.cycles(EngineState::kIdle), 10U);
}

TEST(DmaEngine, TheLedgerCoversEveryCycle) {
  MachineConfig config = machine(3);
  config.dma.shared = true;
  DmaBench dma("load w[0,0] -> 0\nstore y[0,0] <- 0\nload x[0,0] -> 0x100\n", config,
               Engine::kLoadDma);
  dma.run({0, 1, 2});
  const Cycle end = dma.bench.scoreboard.last_completion();
  EXPECT_EQ(dma.bench.scoreboard.completed(), 3U);
  EXPECT_EQ(dma.load_ledger.mark(), end);
  EXPECT_EQ(dma.store_ledger.mark(), end);
  EXPECT_GT(dma.store_ledger.cycles(EngineState::kWaitQueue), 0U);
}

}  // namespace
}  // namespace tilewave
