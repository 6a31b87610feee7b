// Chooses the models that the config asks for, wires modules, runs the kernel, collects.
#include "platform/platform.h"

#include <algorithm>
#include <chrono>
#include <systemc>

#include "compiler/base/error.h"
#include "compiler/base/sanitizer.h"
#include "models/dram/banked.h"
#include "models/dram/simple.h"
#include "platform/engines/compute_core.h"
#include "platform/engines/dma_engine.h"
#include "platform/engines/vector_unit.h"
#include "platform/interconnect/bus.h"
#include "platform/memory/dram.h"
#include "platform/memory/sram.h"
#include "platform/systemc/report_guard.h"
#include "platform/systemc/simulation_context.h"

namespace tilewave {
namespace {

std::unique_ptr<DramModel> make_banked(const DramConfig& config, std::uint64_t bytes) {
  auto dram = std::make_unique<BankedDram>(config, controller_options(config));
  if (bytes > dram->capacity_bytes()) {
    throw InputError("the program's tensors take " + std::to_string(bytes) +
                     " bytes, the DRAM of " + std::to_string(config.channels) + " x " +
                     config.preset.name + " holds " + std::to_string(dram->capacity_bytes()));
  }
  return dram;
}

/// A model of the DRAM that holds `bytes`.
std::unique_ptr<DramModel> make_dram(const MachineConfig& machine, std::uint64_t bytes) {
  switch (machine.dram.kind) {
    case DramKind::kSimple:
      return std::make_unique<SimpleDram>(machine.dram, simple_dram_ticks(machine.clock_period));
    case DramKind::kBanked: return make_banked(machine.dram, bytes);
  }
  throw InternalError("no such DRAM model");
}

/// The modules of the machine. A shared DMA engine is the load engine, with the load queue; the
/// store queue and engine do not exist then.
class Platform : public sc_core::sc_module {
 public:
  Platform(sc_core::sc_module_name name, const Program& program,
           const std::vector<OpHazards>& hazards, const MachineConfig& config,
           const RunOptions& options)
      : sc_module(name),
        program_(program),
        config_(config),
        clock_(config.clock_period),
        feed_(options.observer == nullptr
                  ? nullptr
                  : std::make_unique<ObserverFeed>(*options.observer, program, config)),
        scoreboard_(clock_, program.ops.size()),
        units_(units_of(config)),
        queues_(make_queues(config.sequencer.queue_depth)),
        sequencer_("sequencer", program, config.sequencer, units_, clock_, queue_pointers(),
                   scoreboard_, feed_.get(), options.fetched),
        context_{program,  hazards,    config,         clock_,     scoreboard_,
                 overlap_, sequencer_, options.kernel, feed_.get()},
        sram_("sram", config.sram, burst_users(config),
              options.kernel == nullptr ? 0 : program.sram_bytes),
        bus_("bus", config.bus, config.dma.shared ? 1 : 2),
        dram_("dram", make_dram(config, program.dram_bytes()), clock_, options.dram),
        load_dma_("load_dma", Engine::kLoadDma, 0, context_, queue(Engine::kLoadDma),
                  &ledger(Engine::kLoadDma),
                  config.dma.shared ? &ledger(Engine::kStoreDma) : nullptr),
        compute_("compute", context_, queue(Engine::kCompute), ledger(Engine::kCompute)) {
    if (!config.dma.shared) {
      store_dma_ = std::make_unique<DmaEngine>("store_dma", Engine::kStoreDma, 1, context_,
                                               queue(Engine::kStoreDma), nullptr,
                                               &ledger(Engine::kStoreDma));
      connect(*store_dma_, 1);
    }
    connect(load_dma_, 0);
    bus_.dram_socket.bind(dram_.socket);
    compute_.sram_socket.bind(sram_.core_socket);
    if (config.compute.vector.own_unit) {
      vector_ = std::make_unique<VectorUnit>("vector", context_, queue(Engine::kVector),
                                             ledger(Engine::kVector));
      vector_->sram_socket.bind(sram_.burst_sockets[burst_users(config) - 1]);
    }
    if (feed_ != nullptr) {
      dram_.set_observer(feed_.get());
      for (const Engine engine : units_.all()) {
        ledger(engine).set_observer(&feed_->ledger_observer(engine));
      }
      counters_ = counting().registered();
    }
  }

  ObserverFeed* feed() { return feed_.get(); }
  const CoreClock& clock() const { return clock_; }
  /// Of a run that somebody watches.
  const CounterRegister& counters() const { return counters_; }
  Cycle completed_at(std::uint32_t op) const { return scoreboard_.completed_at(op); }
  RunResult result();

 private:
  void connect(DmaEngine& dma, std::size_t port) {
    dma.bus_socket.bind(bus_.ports[port]);
    dma.sram_socket.bind(sram_.burst_sockets[port]);
  }

  /// Everybody who counts, at work.
  MachineCounters counting() const;
  const UnitCounters& unit_counters(Engine unit) const;

  /// DMA engines, and a vector unit, whose port is the last.
  static std::size_t burst_users(const MachineConfig& config) {
    return (config.dma.shared ? 1U : 2U) + (config.compute.vector.own_unit ? 1U : 0U);
  }

  static std::array<std::unique_ptr<OpQueue>, kEngineCount> make_queues(std::size_t depth) {
    std::array<std::unique_ptr<OpQueue>, kEngineCount> queues;
    for (std::unique_ptr<OpQueue>& queue : queues) {
      queue = std::make_unique<OpQueue>(depth);
    }
    return queues;
  }
  std::array<OpQueue*, kEngineCount> queue_pointers() const {
    std::array<OpQueue*, kEngineCount> pointers{};
    std::ranges::transform(queues_, pointers.begin(),
                           [](const auto& queue) { return queue.get(); });
    return pointers;
  }

  OpQueue& queue(Engine engine) { return *queues_[index_of(engine)]; }
  CycleLedger& ledger(Engine engine) { return ledgers_[index_of(engine)]; }

  const Program& program_;
  const MachineConfig& config_;
  CoreClock clock_;
  std::unique_ptr<ObserverFeed> feed_;  // null: nobody watches
  Scoreboard scoreboard_;
  OverlapMeter overlap_;
  std::array<CycleLedger, kEngineCount> ledgers_;
  Units units_;
  std::array<std::unique_ptr<OpQueue>, kEngineCount> queues_;  // by engine; not all are used
  Sequencer sequencer_;
  EngineContext context_;
  Sram sram_;
  Bus bus_;
  DramModule dram_;
  DmaEngine load_dma_;
  std::unique_ptr<DmaEngine> store_dma_;
  ComputeCore compute_;
  std::unique_ptr<VectorUnit> vector_;  // null: the core carries out vector ops
  CounterRegister counters_;
};

const UnitCounters& Platform::unit_counters(Engine unit) const {
  switch (unit) {
    case Engine::kLoadDma: return load_dma_.counters(unit);
    case Engine::kStoreDma: return (store_dma_ ? *store_dma_ : load_dma_).counters(unit);
    case Engine::kCompute: return compute_.counters();
    case Engine::kVector: return vector_->counters();
  }
  throw InternalError("no such unit");
}

MachineCounters Platform::counting() const {
  MachineCounters machine{
      {}, sram_.timing().counters(), bus_.timing().counters(), dram_.model().counters()};
  for (const Engine unit : units_.all()) {
    machine.units[index_of(unit)] = &unit_counters(unit);
  }
  return machine;
}

RunResult Platform::result() {
  if (scoreboard_.completed() != program_.ops.size()) {
    throw InternalError("the simulation stopped after " + std::to_string(scoreboard_.completed()) +
                        " of " + std::to_string(program_.ops.size()) + " ops");
  }
  RunResult result;
  // The results are in the DRAM when its controller has written what it has acknowledged.
  result.cycles = std::max(scoreboard_.last_completion(), dram_.drain());
  result.seconds = config_.clock_period.seconds(result.cycles);
  load_dma_.finish(result.cycles);
  if (store_dma_) {
    store_dma_->finish(result.cycles);
  }
  compute_.finish(result.cycles);
  if (vector_) {
    vector_->finish(result.cycles);
    result.bounds.vector = static_cast<double>(vector_->bound());
  }
  result.units = units_;
  for (const Engine engine : units_.all()) {
    result.engines[index_of(engine)].cycles = ledger(engine).all();
    result.engines[index_of(engine)].counted = unit_counters(engine);
  }
  for (std::uint32_t op = 0; op < program_.ops.size(); ++op) {
    if (scoreboard_.completed_at(op) != Scoreboard::kUnknown) {
      ++result.engines[index_of(units_.account_of(program_.ops[op]))].ops;
    }
  }
  result.overlap_cycles = overlap_.total(result.cycles);
  result.sram = sram_.timing().counters();
  result.bus = bus_.timing().counters();
  result.dram = dram_.model().counters();

  result.sram_peak_bytes_per_cycle = static_cast<double>(sram_.timing().peak_bytes_per_cycle());
  result.bus_peak_bytes_per_cycle = config_.bus.bytes_per_cycle;
  result.dram_peak_bytes_per_cycle =
      dram_.model().peak_bytes_per_second() * config_.clock_period.picoseconds() * 1e-12;
  const auto cycles_at_peak = [](std::uint64_t bytes, double peak) {
    return static_cast<double>(bytes) / peak;
  };
  result.bounds.compute = static_cast<double>(compute_.bound());
  result.bounds.sram = cycles_at_peak(result.sram.bytes, result.sram_peak_bytes_per_cycle);
  result.bounds.bus = cycles_at_peak(std::max(result.bus.read_bytes, result.bus.write_bytes),
                                     result.bus_peak_bytes_per_cycle);
  result.bounds.dram = cycles_at_peak(result.dram.read_bytes + result.dram.write_bytes,
                                      result.dram_peak_bytes_per_cycle);
  return result;
}

/// What the observer threw, if it did.
void throw_error(const ObserverFeed* feed) {
  if (feed != nullptr && feed->error() != nullptr) {
    std::rethrow_exception(feed->error());
  }
}

/// From time 0 to the end. In slices if somebody wants to be asked between them.
void run_to_the_end(const CoreClock& clock, const std::function<void()>& poll) {
  if (!poll) {
    if (sc_core::sc_pending_activity()) {  // not so for an empty program
      sc_core::sc_start();
    }
    return;
  }
  const auto slice = sc_core::sc_time::from_value(clock.kernel_time(kPollCycles));
  while (sc_core::sc_pending_activity()) {
    // To the next event at least: SystemC has something to say of a slice without any.
    sc_core::sc_start(std::max(slice, sc_core::sc_time_to_pending_activity()),
                      sc_core::SC_EXIT_ON_STARVATION);
    back_on_main_stack();
    poll();
  }
}

/// Returns the host time it took, without elaboration.
std::chrono::duration<double> simulate(const ObserverFeed* feed, const CoreClock& clock,
                                       const std::function<void()>& poll) {
  // The first call elaborates and runs the initial processes up to time 0 only.
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  back_on_main_stack();
  throw_error(feed);
  const auto begin = std::chrono::steady_clock::now();
  run_to_the_end(clock, poll);
  const std::chrono::duration<double> host = std::chrono::steady_clock::now() - begin;
  back_on_main_stack();
  throw_error(feed);
  return host;
}

RunResult run_guarded(const Program& program, const std::vector<OpHazards>& hazards,
                      const MachineConfig& config, const RunOptions& options) {
  if (program.sram_bytes > config.sram.size_bytes) {
    throw InputError("the program needs " + std::to_string(program.sram_bytes) +
                     " bytes of SRAM, sram.size is " + std::to_string(config.sram.size_bytes));
  }
  if (options.kernel != nullptr && options.dram.size() < program.dram_bytes()) {
    throw InternalError("a run with values needs the " + std::to_string(program.dram_bytes()) +
                        " bytes of the program's tensors, it has " +
                        std::to_string(options.dram.size()));
  }
  const SimulationContext context;
  Platform platform("platform", program, hazards, config, options);
  if (platform.feed() != nullptr) {
    platform.feed()->begin({program, hazards, config, platform.counters(),
                            [&](std::uint32_t op) { return platform.completed_at(op); }});
    throw_error(platform.feed());
  }
  const std::chrono::duration<double> host =
      simulate(platform.feed(), platform.clock(), options.poll);
  RunResult result = platform.result();
  result.host_seconds = host.count();
  check_invariants(result, program);
  if (platform.feed() != nullptr) {
    platform.feed()->end(result.cycles);
    throw_error(platform.feed());
  }
  return result;
}

}  // namespace

RunResult run_program(const Program& program, const std::vector<OpHazards>& hazards,
                      const MachineConfig& config, const RunOptions& options) {
  const ReportGuard guard;
  try {
    return run_guarded(program, hazards, config, options);
  } catch (const sc_core::sc_report& report) {
    throw InternalError(text_of(report));
  }
}

}  // namespace tilewave

#if defined(TILEWAVE_ADDRESS_SANITIZER)
/// Read by LeakSanitizer. A platform that is abandoned in the middle of a run has timed events
/// pending, which SystemC's pool of them never gets back.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:sc_core::sc_event_timed::allocate\n";
}
extern "C" const char* __lsan_default_options();
extern "C" const char* __lsan_default_options() { return "print_suppressions=0"; }
#endif
