// The table itself. A new key is one entry here; nothing else lists keys.
#include "sim/config/keys.h"

#include <algorithm>
#include <tuple>
#include <type_traits>

#include "sim/config/dram_preset.h"

namespace tilewave {
namespace {

/// `Access` is a captureless lambda from a Config to the member.
template <typename Access>
KeyField field(Access) {
  return {[](const Config& config) { return static_cast<std::uint64_t>(Access{}(config)); },
          [](Config& config, std::uint64_t value) {
            auto& member = Access{}(config);
            member = static_cast<std::remove_reference_t<decltype(member)>>(value);
          }};
}

template <typename Enum>
KeyChoice choice(const char* text, Enum value) {
  return {text, static_cast<std::uint64_t>(value)};
}

/// 0 is the choice of the cost model.
KeyChoice loop_order(LoopOrder order) {
  return {to_string(order), static_cast<std::uint64_t>(order) + 1};
}

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMicrosecond = 1'000'000;
constexpr std::uint64_t kMegabytePerSecond = 1'000'000;
constexpr KeyLimits kLatencyLimits = {.min = 0, .max = 65536};
constexpr KeyLimits kTileLimits = {.min = 1, .max = kMaxTileEdge};

Dataflow dataflow(const Config& config) { return config.machine.compute.dataflow; }

KeyCondition only_simd() {
  return {[](const Config& c) { return dataflow(c) == Dataflow::kSimd; },
          "compute.dataflow=simd",
          {"compute.dataflow"}};
}
KeyCondition only_systolic() {
  return {[](const Config& c) { return dataflow(c) != Dataflow::kSimd; },
          "compute.dataflow=os, ws or is",
          {"compute.dataflow"}};
}
KeyCondition only_output_stationary() {
  return {[](const Config& c) { return dataflow(c) == Dataflow::kOutputStationary; },
          "compute.dataflow=os",
          {"compute.dataflow"}};
}
KeyCondition only_simple() {
  return {[](const Config& c) { return c.machine.dram.kind == DramKind::kSimple; },
          "dram.model=simple",
          {"dram.model"}};
}
KeyCondition only_banked() {
  return {[](const Config& c) { return c.machine.dram.kind == DramKind::kBanked; },
          "dram.model=banked",
          {"dram.model"}};
}
KeyCondition only_pingpong() {
  return {[](const Config& c) { return c.schedule.buffering == Buffering::kPingPong; },
          "schedule.buffering=pingpong",
          {"schedule.buffering"}};
}
KeyCondition only_forwarding() {
  return {[](const Config& c) { return c.schedule.forwarding; },
          "schedule.forwarding=on",
          {"schedule.forwarding"}};
}
KeyCondition only_forwarding_or_own_vector_unit() {
  return {
      [](const Config& c) { return c.schedule.forwarding || c.machine.compute.vector.own_unit; },
      "schedule.forwarding=on or vector.unit=own",
      {"schedule.forwarding", "vector.unit"}};
}
KeyCondition only_simple_with_several_channels() {
  return {[](const Config& c) {
            return c.machine.dram.kind == DramKind::kSimple && c.machine.dram.channels > 1;
          },
          "dram.model=simple and dram.channels above 1",
          {"dram.model", "dram.channels"}};
}
KeyCondition only_overlapped() {
  return {[](const Config& c) { return c.machine.sequencer.overlap; },
          "sequencer.overlap=on",
          {"sequencer.overlap"}};
}

/// The key of one class of functions.
template <CostClass Cost>
ConfigKey vector_cost(const std::string& functions) {
  return {.name = "vector.cost." + std::string(to_string(Cost)),
          .kind = KeyKind::kCount,
          .field = field([](auto& c) -> auto& {
            return c.machine.compute.vector.cost[static_cast<std::size_t>(Cost)];
          }),
          .help = "passes over a tile that one of these functions takes: " + functions,
          .limits = {.min = 0, .max = 1024},
          .helps = Helps::kLess};
}

/// How often an element of the array multiplies such factors in a cycle.
template <ElementType... Types>
ConfigKey product_rate(const std::string& word, const std::string& factors) {
  return {.name = "compute.rate." + word,
          .kind = KeyKind::kCount,
          .field = {[](const Config& c) {
                      return c.machine.compute.rate_of(std::get<0>(std::tuple(Types...)));
                    },
                    [](Config& c, std::uint64_t value) {
                      for (const ElementType type : {Types...}) {
                        c.machine.compute.rate[static_cast<std::size_t>(type)] =
                            static_cast<std::uint32_t>(value);
                      }
                    }},
          .help = "products of " + factors + " that an element of the array does in a cycle",
          .limits = {.min = 1, .max = 64}};
}

// clang-format off
std::vector<ConfigKey> make_keys() {
  return {
      {.name = "clock.period", .kind = KeyKind::kClockPeriod,
       .field = {[](const Config& c) { return c.machine.clock_period.code(); },
                 [](Config& c, std::uint64_t value) {
                   c.machine.clock_period = ClockPeriod::from_code(value);
                 }},
       .help = "length of a core clock cycle, or its frequency",
       .limits = {.min = 10, .max = kMicrosecond}},

      {.name = "compute.dataflow", .kind = KeyKind::kChoice,
       .field = field([](auto& c) -> auto& { return c.machine.compute.dataflow; }),
       .help = "what stays in place in the array: outputs, weights or inputs; or no array at all",
       .choices = {choice("os", Dataflow::kOutputStationary),
                   choice("ws", Dataflow::kWeightStationary),
                   choice("is", Dataflow::kInputStationary),
                   choice("simd", Dataflow::kSimd)}},
      {.name = "compute.rows", .kind = KeyKind::kCount,
       .field = field([](auto& c) -> auto& { return c.machine.compute.rows; }),
       .help = "height of the systolic array in processing elements",
       .limits = {.min = 1, .max = 1024}, .condition = only_systolic()},
      {.name = "compute.cols", .kind = KeyKind::kCount,
       .field = field([](auto& c) -> auto& { return c.machine.compute.cols; }),
       .help = "width of the systolic array in processing elements",
       .limits = {.min = 1, .max = 1024}, .condition = only_systolic()},
      {.name = "compute.macs_per_cycle", .kind = KeyKind::kCount,
       .field = field([](auto& c) -> auto& { return c.machine.compute.macs_per_cycle; }),
       .help = "multiply-accumulates per cycle",
       .limits = {.min = 1, .max = 1024 * 1024}, .condition = only_simd(), .helps = Helps::kMore},
      product_rate<ElementType::kF32>("f32", "f32"),
      product_rate<ElementType::kBf16>("bf16", "bf16"),
      product_rate<ElementType::kF16>("f16", "f16"),
      product_rate<ElementType::kI8, ElementType::kU8>("i8", "i8 and u8"),
      {.name = "compute.vector_lanes", .kind = KeyKind::kCount,
       .field = field([](auto& c) -> auto& { return c.machine.compute.vector_lanes; }),
       .help = "lanes of 4 bytes of a vector step, which hold one element each, or 2 or 4 of narrower types",
       .limits = {.min = 1, .max = 1024}, .helps = Helps::kMore},
      {.name = "compute.latency", .kind = KeyKind::kCycles,
       .field = field([](auto& c) -> auto& { return c.machine.compute.latency; }),
       .help = "cycles of pipeline depth of simd and vector steps",
       .limits = kLatencyLimits, .helps = Helps::kLess},
      {.name = "compute.fill_overlap", .kind = KeyKind::kChoice,
       .field = field([](auto& c) -> auto& { return c.machine.compute.fill_overlap; }),
       .help = "which neighbouring tile steps share the filling and draining of the array",
       .choices = {choice("none", FillOverlap::kNone),
                   choice("accumulation", FillOverlap::kAccumulation),
                   choice("full", FillOverlap::kFull)},
       .condition = only_systolic()},
      {.name = "compute.drain", .kind = KeyKind::kOnOff,
       .field = field([](auto& c) -> auto& { return c.machine.compute.drain; }),
       .help = "compute.rows more cycles to shift the outputs out of the array",
       .condition = only_output_stationary()},

      {.name = "vector.unit", .kind = KeyKind::kChoice,
       .field = field([](auto& c) -> auto& { return c.machine.compute.vector.own_unit; }),
       .help = "who carries out vector steps: the core between its own, or a unit beside it",
       .choices = {choice("shared", false), choice("own", true)}},
      vector_cost<CostClass::kSimple>("sums, comparisons, rounding"),
      vector_cost<CostClass::kMultiply>("products"),
      vector_cost<CostClass::kDivide>("quotients, roots, remainders"),
      vector_cost<CostClass::kExponential>("exponentials, logarithms, sines and what is made of one"),
      vector_cost<CostClass::kComposite>("what takes several of these: gelu, mish, pow"),

      {.name = "sram.size", .kind = KeyKind::kBytes,
       .field = field([](auto& c) -> auto& { return c.machine.sram.size_bytes; }),
       .help = "on-chip memory, for the scheduler and the machine",
       .limits = {.min = kSramAlignment, .max = kMaxSramBytes, .multiple_of = kSramAlignment},
       .helps = Helps::kMore},
      {.name = "sram.banks", .kind = KeyKind::kCount,
       .field = field([](auto& c) -> auto& { return c.machine.sram.banks; }),
       .help = "banks that work at the same time",
       .limits = {.min = 1, .max = 1024}, .helps = Helps::kMore},
      {.name = "sram.ports", .kind = KeyKind::kCount,
       .field = field([](auto& c) -> auto& { return c.machine.sram.ports; }),
       .help = "accesses per bank and cycle",
       .limits = {.min = 1, .max = 16}, .helps = Helps::kMore},
      {.name = "sram.port_bytes", .kind = KeyKind::kBytes,
       .field = field([](auto& c) -> auto& { return c.machine.sram.port_bytes; }),
       .help = "bytes per port and cycle",
       .limits = {.min = 1, .max = kKiB, .power_of_two = true}, .helps = Helps::kMore},
      {.name = "sram.interleave_bytes", .kind = KeyKind::kBytes,
       .field = field([](auto& c) -> auto& { return c.machine.sram.interleave_bytes; }),
       .help = "consecutive bytes in one bank",
       .limits = {.min = 4, .max = 4 * kKiB, .power_of_two = true}},
      {.name = "sram.latency", .kind = KeyKind::kCycles,
       .field = field([](auto& c) -> auto& { return c.machine.sram.latency; }),
       .help = "cycles from the last port access to the use of the data",
       .limits = kLatencyLimits, .helps = Helps::kLess},

      {.name = "dma.engines", .kind = KeyKind::kChoice,
       .field = field([](auto& c) -> auto& { return c.machine.dma.shared; }),
       .help = "one engine for loads and one for stores, or one for both in program order",
       .choices = {choice("split", false), choice("shared", true)}},
      {.name = "dma.setup", .kind = KeyKind::kCycles,
       .field = field([](auto& c) -> auto& { return c.machine.dma.setup; }),
       .help = "cycles per tile before its first burst",
       .limits = kLatencyLimits, .helps = Helps::kLess},
      {.name = "dma.burst_bytes", .kind = KeyKind::kBytes,
       .field = field([](auto& c) -> auto& { return c.machine.dma.burst_bytes; }),
       .help = "longest burst",
       .limits = {.min = 16, .max = 4 * kKiB, .power_of_two = true}},
      {.name = "dma.max_outstanding", .kind = KeyKind::kCount,
       .field = field([](auto& c) -> auto& { return c.machine.dma.max_outstanding; }),
       .help = "bursts in flight per engine",
       .limits = {.min = 1, .max = 1024}, .helps = Helps::kMore},

      {.name = "bus.bytes_per_cycle", .kind = KeyKind::kBytes,
       .field = field([](auto& c) -> auto& { return c.machine.bus.bytes_per_cycle; }),
       .help = "bytes per cycle and direction",
       .limits = {.min = 1, .max = 64 * kKiB}, .helps = Helps::kMore},
      {.name = "bus.latency", .kind = KeyKind::kCycles,
       .field = field([](auto& c) -> auto& { return c.machine.bus.latency; }),
       .help = "cycles each way",
       .limits = kLatencyLimits, .helps = Helps::kLess},

      {.name = "dram.model", .kind = KeyKind::kChoice,
       .field = field([](auto& c) -> auto& { return c.machine.dram.kind; }),
       .help = "a latency and a bandwidth per channel, or banks with their JEDEC timings",
       .choices = {choice("simple", DramKind::kSimple), choice("banked", DramKind::kBanked)}},
      {.name = "dram.preset", .kind = KeyKind::kText,
       .field = {.get_text = [](const Config& c) { return c.machine.dram.preset.name; },
                 .set_text = [](Config& c, const std::string& text) {
                   c.machine.dram.preset = find_dram_preset(text);
                 }},
       .help = "geometry and timings of a channel", .condition = only_banked(),
       .allowed = "a file of configs/dram by its name, or the path of your own"},
      {.name = "dram.address_map", .kind = KeyKind::kText,
       .field = {.get_text = [](const Config& c) { return c.machine.dram.address_map; },
                 .set_text = [](Config& c, const std::string& text) {
                   c.machine.dram.address_map = text;
                 }},
       .help = "address bits from the highest down", .condition = only_banked(),
       .allowed = "P, B or fields such as row:bank:bankgroup:channel:column"},
      {.name = "dram.queue_depth", .kind = KeyKind::kCount,
       .field = field([](auto& c) -> auto& { return c.machine.dram.queue_depth; }),
       .help = "reads, and writes, that each channel's controller holds",
       .limits = {.min = 8, .max = 1024}, .condition = only_banked(), .helps = Helps::kMore},
      {.name = "dram.refresh", .kind = KeyKind::kOnOff,
       .field = field([](auto& c) -> auto& { return c.machine.dram.refresh; }),
       .help = "whether the banks are refreshed", .condition = only_banked()},
      {.name = "dram.write_ack", .kind = KeyKind::kChoice,
       .field = field([](auto& c) -> auto& { return c.machine.dram.write_ack; }),
       .help = "when a write is acknowledged: accepted into the controller's queue, or issued from it",
       .choices = {choice("accepted", DramWriteAck::kAccepted),
                   choice("issued", DramWriteAck::kIssued)},
       .condition = only_banked()},
      {.name = "dram.max_age", .kind = KeyKind::kTime,
       .field = field([](auto& c) -> auto& { return c.machine.dram.max_age; }),
       .help = "how long an access in a controller's queue lets others pass; then it is next",
       .limits = {.min = 1000, .max = kMicrosecond * kMicrosecond}, .condition = only_banked()},
      {.name = "dram.layout", .kind = KeyKind::kChoice,
       .field = field([](auto& c) -> auto& { return c.machine.dram.layout; }),
       .help = "tensors row by row, or tile by tile with each tile contiguous",
       .choices = {choice("row_major", DramLayout::kRowMajor),
                   choice("tiled", DramLayout::kTiled)}},
      {.name = "dram.channels", .kind = KeyKind::kCount,
       .field = field([](auto& c) -> auto& { return c.machine.dram.channels; }),
       .help = "channels that work at the same time",
       .limits = {.min = 1, .max = 64}, .helps = Helps::kMore},
      {.name = "dram.latency", .kind = KeyKind::kTime,
       .field = field([](auto& c) -> auto& { return c.machine.dram.latency; }),
       .help = "from a request to its first byte",
       .limits = {.min = 0, .max = 100 * kMicrosecond}, .condition = only_simple(),
       .helps = Helps::kLess},
      {.name = "dram.bandwidth", .kind = KeyKind::kBandwidth,
       .field = field([](auto& c) -> auto& { return c.machine.dram.bandwidth; }),
       .help = "bandwidth of each channel",
       .limits = {.min = kMegabytePerSecond, .max = 10'000'000 * kMegabytePerSecond},
       .condition = only_simple(), .helps = Helps::kMore},
      {.name = "dram.refresh_permille", .kind = KeyKind::kCount,
       .field = field([](auto& c) -> auto& { return c.machine.dram.refresh_permille; }),
       .help = "thousandths of the bandwidth that refresh takes, tRFC / tREFI",
       .limits = {.min = 0, .max = 500}, .condition = only_simple(), .helps = Helps::kLess},
      {.name = "dram.interleave_bytes", .kind = KeyKind::kBytes,
       .field = field([](auto& c) -> auto& { return c.machine.dram.interleave_bytes; }),
       .help = "consecutive bytes in one channel",
       .limits = {.min = 64, .max = kKiB * kKiB, .power_of_two = true},
       .condition = only_simple_with_several_channels()},

      {.name = "sequencer.queue_depth", .kind = KeyKind::kCount,
       .field = field([](auto& c) -> auto& { return c.machine.sequencer.queue_depth; }),
       .help = "ops waiting in front of each engine",
       .limits = {.min = 1, .max = 65536}, .condition = only_overlapped(), .helps = Helps::kMore},
      {.name = "sequencer.overlap", .kind = KeyKind::kOnOff,
       .field = field([](auto& c) -> auto& { return c.machine.sequencer.overlap; }),
       .help = "off: an op is issued when the one before it has completed"},

      {.name = "tile.m", .kind = KeyKind::kCount,
       .field = field([](auto& c) -> auto& { return c.tile_keys.m; }),
       .help = "rows of a tile step's result and of its left operand", .limits = kTileLimits,
       .choices = {{"auto", 0}}},
      {.name = "tile.n", .kind = KeyKind::kCount,
       .field = field([](auto& c) -> auto& { return c.tile_keys.n; }),
       .help = "columns of a tile step's result and of its right operand", .limits = kTileLimits,
       .choices = {{"auto", 0}}},
      {.name = "tile.k", .kind = KeyKind::kCount,
       .field = field([](auto& c) -> auto& { return c.tile_keys.k; }),
       .help = "columns of a tile step's left operand, rows of its right one",
       .limits = kTileLimits,
       .choices = {{"auto", 0}}},
      {.name = "tile.edges", .kind = KeyKind::kChoice,
       .field = field([](auto& c) -> auto& { return c.tile.edges; }),
       .help = "tiles at a tensor's border: what is there of them, or whole with zeros besides",
       .choices = {choice("real", TileEdges::kReal), choice("padded", TileEdges::kPadded)}},

      {.name = "schedule.loop_order", .kind = KeyKind::kChoice,
       .field = {[](const Config& c) {
                   return c.schedule.loop_order ? static_cast<std::uint64_t>(*c.schedule.loop_order) + 1 : 0;
                 },
                 [](Config& c, std::uint64_t value) {
                   c.schedule.loop_order.reset();
                   if (value != 0) {
                     c.schedule.loop_order = static_cast<LoopOrder>(value - 1);
                   }
                 }},
       .help = "loops of a matmul over rows, columns and reduction, the outermost first",
       .choices = {{"auto", 0}, loop_order(LoopOrder::kMnk), loop_order(LoopOrder::kMkn),
                   loop_order(LoopOrder::kNmk), loop_order(LoopOrder::kNkm),
                   loop_order(LoopOrder::kKmn), loop_order(LoopOrder::kKnm)}},
      {.name = "schedule.eviction", .kind = KeyKind::kChoice,
       .field = field([](auto& c) -> auto& { return c.schedule.eviction; }),
       .help = "tile to drop when the SRAM is full: least recently used, or used again the latest",
       .choices = {choice("lru", Eviction::kLru), choice("belady", Eviction::kBelady)}},
      {.name = "schedule.buffering", .kind = KeyKind::kChoice,
       .field = field([](auto& c) -> auto& { return c.schedule.buffering; }),
       .help = "reuse freed SRAM at once, the same with tags only, or as late as possible",
       .choices = {choice("single", Buffering::kSingle), choice("tagged", Buffering::kTagged),
                   choice("pingpong", Buffering::kPingPong)}},
      {.name = "schedule.forwarding", .kind = KeyKind::kOnOff,
       .field = field([](auto& c) -> auto& { return c.schedule.forwarding; }),
       .help = "computed tiles stay in SRAM for those who use them"},
      {.name = "schedule.joins", .kind = KeyKind::kChoice,
       .field = field([](auto& c) -> auto& { return c.schedule.joins; }),
       .help = "residuals added to the tiles of a product as they are complete: none, those of a product "
               "larger than half of the SRAM, also those of one that has to leave the SRAM",
       .choices = {choice("off", Joins::kOff), choice("large", Joins::kLarge),
                   choice("spilled", Joins::kSpilled)},
       .condition = only_forwarding()},
      {.name = "schedule.row_blocks", .kind = KeyKind::kOnOff,
       .field = field([](auto& c) -> auto& { return c.schedule.row_blocks; }),
       .help = "operators that need each other's rows run together over blocks of rows where that is better",
       .condition = only_forwarding_or_own_vector_unit()},
      {.name = "schedule.lookahead", .kind = KeyKind::kCount,
       .field = field([](auto& c) -> auto& { return c.schedule.lookahead; }),
       .help = "steps over which a load is hoisted, at most",
       .limits = {.min = 0, .max = 65536}, .condition = only_pingpong()},
  };
}
// clang-format on

}  // namespace

const std::vector<ConfigKey>& config_keys() {
  static const std::vector<ConfigKey> keys = make_keys();
  return keys;
}

const ConfigKey* find_config_key(std::string_view name) {
  const auto found = std::ranges::find(config_keys(), name, &ConfigKey::name);
  return found == config_keys().end() ? nullptr : &*found;
}

}  // namespace tilewave
