// The data of a run for its page: exact for a run of moderate size, binned for a longer one.
#include "sim/pages/run_page.h"

#include <algorithm>

#include "compiler/program/forms/program_text.h"
#include "compiler/program/opcodes.h"
#include "sim/pages/page.h"

namespace tilewave {
namespace {

using Json = nlohmann::ordered_json;

template <typename Enum>
Json names(int count) {
  Json all = Json::array();
  for (int i = 0; i < count; ++i) {
    all.push_back(to_string(static_cast<Enum>(i)));
  }
  return all;
}

/// What the machine could do at best: the roofs of the roofline.
Json machine_json(const RunOutcome& outcome) {
  const MachineConfig& machine = outcome.config.machine;
  const auto macs_per_cycle = static_cast<double>(outcome.work().peak_macs_per_cycle);
  const double period_ns = machine.clock_period.picoseconds() * 1e-3;
  return {{"clock_period_ps", machine.clock_period.picoseconds()},
          {"peak_gflops", 2 * macs_per_cycle / period_ns},
          {"dram_peak_gb_per_second", outcome.result.dram_peak_bytes_per_cycle / period_ns},
          {"dram_peak_bytes_per_cycle", outcome.result.dram_peak_bytes_per_cycle},
          {"sram_bytes", machine.sram.size_bytes}};
}

Json tensors_json(const Program& program) {
  Json all = Json::array();
  for (const ProgramTensor& tensor : program.tensors) {
    all.push_back({{"name", tensor.name},
                   {"shape", to_string(tensor.shape)},
                   {"tile", to_string(tensor.tile)},
                   {"tile_bytes", tensor.tile.bytes()},
                   {"role", to_string(tensor.role)}});
  }
  return all;
}

Json engines_json(const Units& units) {
  Json all = Json::array();
  for (const Engine unit : units.all()) {
    all.push_back(to_string(unit));
  }
  return all;
}

/// What each is called, who carries it out, and which columns of the ops are its addresses.
Json opcodes_json(const Units& units) {
  Json all = Json::array();
  for (const OpcodeRule& rule : kOpcodeRules) {
    all.push_back({{"name", rule.word},
                   {"engine", to_string(units.account_of(rule.engine))},
                   {"has_step", rule.has_step},
                   {"has_destination", rule.has_dst},
                   {"moves", rule.moves}});
  }
  return all;
}

Json stalls_json(const RunRecorder& recorder) {
  Json all = Json::array();
  const Program& program = recorder.program();
  for (const Stall& stall : recorder.longest_stalls()) {
    all.push_back({{"engine", to_string(stall.engine)},
                   {"state", to_string(stall.state)},
                   {"op", stall.op},
                   {"text", op_text(program, program.ops[stall.op])},
                   {"layer", recorder.layers().of_op[stall.op]},
                   {"from", stall.from},
                   {"to", stall.to}});
  }
  return all;
}

/// Sums over equal stretches of time; the states only where they are not known one by one.
Json bins_json(const RunRecorder& recorder) {
  Json json = {{"width", recorder.dram_reads().width()},
               {"dram_read_bytes", recorder.dram_reads().bins()},
               {"dram_write_bytes", recorder.dram_writes().bins()},
               {"live_byte_cycles", recorder.live_bytes().bins()},
               {"peak_live_bytes", recorder.peak_live_bytes()},
               {"states", nullptr}};
  if (recorder.detail()) {
    return json;
  }
  Json& states = json["states"];
  for (const Engine engine : recorder.units().all()) {
    Json& by_state = states[to_string(engine)];
    for (int state = 0; state < kEngineStateCount; ++state) {
      by_state.push_back(recorder.state(engine, static_cast<EngineState>(state)).bins());
    }
  }
  return json;
}

/// All that was counted, beside the states.
Json counters_json(const RunResult& result) {
  Json all = Json::array();
  const CounterRegister counters = result.counters();
  for (const Counter& counter : counters.all()) {
    all.push_back({{"name", counter.name()},
                   {"unit", counter.info.unit},
                   {"definition", counter.info.definition},
                   {"value", counter.value()}});
  }
  return all;
}

/// The op that an op depends on and that was complete last; -1 if there is none.
std::int64_t last_dependency(const OpHazards& hazards, const std::vector<OpTimes>& times) {
  std::int64_t last = -1;
  for (const Hazard& hazard : hazards) {
    if (hazard.exists() &&
        (last < 0 || times[hazard.op].complete > times[static_cast<std::size_t>(last)].complete)) {
      last = hazard.op;
    }
  }
  return last;
}

/// Columns, for there are many ops. Times are differences: `fetched` to the op before in the
/// program, the others to the op's own `fetched`, `start` and `start`.
Json ops_json(const RunRecorder& recorder, const std::vector<OpHazards>& hazards) {
  const Program& program = recorder.program();
  const std::vector<OpTimes>& times = recorder.detail()->ops;
  Json json = Json::object();
  const auto column = [&](const char* name, auto&& value) {
    Json& values = json[name] = Json::array();
    for (std::size_t i = 0; i < times.size(); ++i) {
      values.push_back(value(i, program.ops[i], times[i]));
    }
  };
  using I = std::size_t;
  column("opcode", [](I, const Op& op, const OpTimes&) { return static_cast<int>(op.opcode); });
  column("tensor", [&](I, const Op& op, const OpTimes&) { return program.tensor_of(op.region); });
  column("row", [](I, const Op& op, const OpTimes&) { return op.row; });
  column("col", [](I, const Op& op, const OpTimes&) { return op.col; });
  column("k", [](I, const Op& op, const OpTimes&) { return op.step; });
  column("operands", [&](I, const Op& op, const OpTimes&) {
    Json addresses = Json::array();
    visit_operands(program, op,
                   [&](std::size_t, const OperandRule&, std::uint32_t address, const TileExtent&) {
                     addresses.push_back(address);
                   });
    return addresses;
  });
  column("dst", [](I, const Op& op, const OpTimes&) { return op.dst; });
  column("layer", [&](I i, const Op&, const OpTimes&) { return recorder.layers().of_op[i]; });
  column("dependency",
         [&](I i, const Op&, const OpTimes&) { return last_dependency(hazards[i], times); });
  column("fetched", [&](I i, const Op&, const OpTimes& t) {
    return t.fetched - (i > 0 ? times[i - 1].fetched : 0);
  });
  column("start", [](I, const Op&, const OpTimes& t) { return t.start - t.fetched; });
  column("released", [](I, const Op&, const OpTimes& t) { return t.released - t.start; });
  column("complete", [](I, const Op&, const OpTimes& t) { return t.complete - t.start; });
  return json;
}

Json detail_json(const RunRecorder& recorder, const std::vector<OpHazards>& hazards) {
  if (!recorder.detail()) {
    return nullptr;
  }
  const RunDetail& detail = *recorder.detail();
  Json json = {{"ops", ops_json(recorder, hazards)}, {"tiles", Json::array()}};
  std::vector<TileLife> tiles = detail.tiles;
  std::ranges::sort(tiles, {}, &TileLife::tile);
  for (const TileLife& life : tiles) {
    json["tiles"].push_back(life.tile);
    json["tiles"].push_back(life.to);
  }
  Json& states = json["states"];
  for (const Engine unit : recorder.units().all()) {
    Json& stretches = states[to_string(unit)] = Json::array();
    for (const StateStretch& stretch : detail.states[index_of(unit)]) {
      stretches.push_back(static_cast<int>(stretch.state));
      stretches.push_back(stretch.cycles);
    }
  }
  return json;
}

}  // namespace

Json run_page_data(const Json& result_json, const RunOutcome& outcome,
                   const std::vector<OpHazards>& hazards, const RunRecorder& recorder) {
  return {{"schema", "tilewave-run-page"},
          {"version", 1},
          {"result", result_json},
          {"machine", machine_json(outcome)},
          {"engines", engines_json(recorder.units())},
          {"states", names<EngineState>(kEngineStateCount)},
          {"opcodes", opcodes_json(recorder.units())},
          {"tensors", tensors_json(recorder.program())},
          {"stalls", stalls_json(recorder)},
          {"counters", counters_json(outcome.result)},
          {"bins", bins_json(recorder)},
          {"most_ops", RunRecorder::kMostOps},
          {"detail", detail_json(recorder, hazards)}};
}

std::string run_page(const Json& data) {
  return page_document("tilewave run: " + data.at("result").at("model").get<std::string>(),
                       {"common", "charts", "run_data", "time_axis", "timeline", "occupancy",
                        "bandwidth", "roofline", "breakdown", "run_page"},
                       compact_json(data));
}

}  // namespace tilewave
