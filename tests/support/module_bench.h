// Stand-ins for the neighbours of one TLM module, and for what the engines of a platform share.
// Every test that uses them declares a SimulationContext first.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <systemc>
#include <utility>
#include <vector>

#include "platform/engines/engine_context.h"
#include "platform/engines/op_queue.h"
#include "platform/memory/burst.h"
#include "platform/memory/direct_memory.h"
#include "platform/memory/operand_stream.h"
#include "platform/memory/sram.h"
#include "platform/systemc/core_clock.h"

namespace tilewave::test {

/// Binds everything and runs the initial processes; no time passes.
inline void elaborate() {
  sc_core::sc_event activity;  // a module without processes has none, and the kernel warns of that
  activity.notify(sc_core::SC_ZERO_TIME);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
}

/// Until nothing is left to do.
inline void run_all() {
  if (sc_core::sc_pending_activity()) {
    sc_core::sc_start();
  }
}

/// A burst that moves `data`, or into it. Payloads cannot be copied or moved.
struct DataBurst : Burst {
  DataBurst(tlm::tlm_command command, std::uint64_t address, std::vector<std::byte>& data,
            Cycle start, std::uint32_t bus_port = 0) {
    set_command(command);
    set_address(address);
    set_data_ptr(reinterpret_cast<unsigned char*>(data.data()));
    set_data_length(static_cast<unsigned int>(data.size()));
    set_streaming_width(static_cast<unsigned int>(data.size()));
    time = start;
    port = bus_port;
  }
};

/// An initiator of bursts that keeps the responses.
class BurstSource : public sc_core::sc_module, private BurstBackward {
 public:
  BurstInitiatorSocket socket{"socket"};
  std::vector<std::pair<const Burst*, Cycle>> responses;  // and when they were done

  explicit BurstSource(sc_core::sc_module_name name) : sc_module(name) { socket.bind(*this); }

  void request(Burst& burst) {
    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    sc_core::sc_time delay;
    socket->nb_transport_fw(burst, phase, delay);
  }
  void access(Burst& burst) {
    sc_core::sc_time delay;
    socket->b_transport(burst, delay);
  }

 private:
  tlm::tlm_sync_enum nb_transport_bw(Burst& burst, tlm::tlm_phase&, sc_core::sc_time&) override {
    responses.emplace_back(&burst, burst.time);
    return tlm::TLM_COMPLETED;
  }
  void invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) override {}
};

/// Where the compute core would be.
class StreamSource : public sc_core::sc_module, private StreamBackward {
 public:
  StreamInitiatorSocket socket{"socket"};

  explicit StreamSource(sc_core::sc_module_name name) : sc_module(name) { socket.bind(*this); }

 private:
  tlm::tlm_sync_enum nb_transport_bw(OperandStream&, tlm::tlm_phase&, sc_core::sc_time&) override {
    return tlm::TLM_COMPLETED;
  }
  void invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) override {}
};

/// A bus and a DRAM in one: keeps every request, and answers it `latency` cycles later; the data is
/// on the bus in the cycle before the answer to a read, and in the cycle of a write's request.
class BurstMemory : public sc_core::sc_module, private BurstForward {
 public:
  struct Request {
    std::uint64_t address = 0;
    std::uint32_t bytes = 0;
    Cycle time = 0;
    bool operator==(const Request&) const = default;
  };

  BurstTargetSocket socket{"socket"};
  std::vector<Request> requests;
  std::vector<std::byte> bytes;

  BurstMemory(sc_core::sc_module_name name, const CoreClock& clock, Cycle latency, std::size_t size)
      : sc_module(name), bytes(size), clock_(clock), latency_(latency) {
    socket.bind(*this);
    SC_HAS_PROCESS(BurstMemory);
    SC_METHOD(answer);
    sensitive << wake_;
    dont_initialize();
  }

 private:
  tlm::tlm_sync_enum nb_transport_fw(Burst& burst, tlm::tlm_phase&, sc_core::sc_time&) override {
    requests.push_back({burst.get_address(), burst.get_data_length(), burst.time});
    const Cycle done = burst.time + latency_;
    if (burst.is_write()) {
      burst.bus_start = burst.time;
      burst.bus_end = burst.time + 1;
    }
    waiting_.emplace(done, &burst);
    clock_.notify(wake_, waiting_.begin()->first, Phase::kDram);
    return tlm::TLM_ACCEPTED;
  }

  void answer() {
    while (!waiting_.empty() && waiting_.begin()->first <= clock_.now()) {
      const auto [done, burst] = *waiting_.begin();
      waiting_.erase(waiting_.begin());
      burst->time = burst->now = done;
      if (burst->is_read()) {
        burst->arrived = burst->bus_start = done - 1;
        burst->bus_end = done;
      }
      tlm::tlm_phase phase = tlm::BEGIN_RESP;
      sc_core::sc_time delay;
      socket->nb_transport_bw(*burst, phase, delay);
    }
    if (!waiting_.empty()) {
      clock_.notify(wake_, waiting_.begin()->first, Phase::kDram);
    }
  }

  void b_transport(Burst&, sc_core::sc_time&) override {}
  bool get_direct_mem_ptr(Burst&, tlm::tlm_dmi& dmi) override {
    return allow_direct_memory(dmi, bytes);
  }
  unsigned int transport_dbg(Burst&) override { return 0; }

  const CoreClock& clock_;
  Cycle latency_;
  std::multimap<Cycle, Burst*> waiting_;
  sc_core::sc_event wake_;
};

/// What one engine needs around it. Its queue is filled by the test: the sequencer has no program.
struct EngineBench {
  EngineBench(const Program& a_program, const MachineConfig& a_config,
              const Kernel* kernel = &reference_kernel())
      : program(a_program),
        config(a_config),
        hazards(find_hazards(program)),
        clock(config.clock_period),
        scoreboard(clock, program.ops.size()),
        sequencer("sequencer", nothing, config.sequencer, units_of(config), clock,
                  {&queue, &queue, &queue, &queue}, scoreboard),
        context{program, hazards, config, clock, scoreboard, overlap, sequencer, kernel} {}

  Program program;
  Program nothing;
  MachineConfig config;
  std::vector<OpHazards> hazards;
  CoreClock clock;
  Scoreboard scoreboard;
  OverlapMeter overlap;
  OpQueue queue{64};
  Sequencer sequencer;
  EngineContext context;
};

}  // namespace tilewave::test
