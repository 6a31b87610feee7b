// The standard changes as settings, and each machine replayed, or simulated too.
#include "sim/explain/what_if.h"

#include <array>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/program/tile_access.h"
#include "platform/platform.h"
#include "sim/config/keys.h"
#include "sim/config/reader.h"
#include "sim/explain/replay.h"
#include "sim/run/compile.h"

namespace tilewave {
namespace {

const ConfigKey& key_of(const char* name) {
  const ConfigKey* key = find_config_key(name);
  if (key == nullptr) {
    throw InternalError(std::string("a what-if asks for a key that there is not: ") + name);
  }
  return *key;
}

/// Adds `name`=`value` unless it is that already. False if it is not allowed.
bool set(std::vector<Setting>& settings, const Config& config, const char* name,
         std::uint64_t value) {
  const ConfigKey& key = key_of(name);
  if (key.choices.empty() && (value < key.limits.min || value > key.limits.max)) {
    return false;
  }
  if (key.field.get(config) != value) {
    settings.push_back({name, print_key_value(key, value), 0});
  }
  return true;
}

/// Appends a what-if that multiplies one key.
void add_multiple(std::vector<WhatIf>& list, const Config& config, const char* key,
                  std::uint64_t factor, WhatIf what_if) {
  if (set(what_if.settings, config, key, key_of(key).field.get(config) * factor)) {
    list.push_back(std::move(what_if));
  }
}

/// With the tiles of a source that they were not given for: of another dataflow they would be others.
WhatIf free_compute(const Config& config, const Graph* source) {
  WhatIf what_if{"compute for free", "free_compute", {}};
  const auto most = [](const char* name) { return key_of(name).limits.max; };
  set(what_if.settings, config, "compute.dataflow", static_cast<std::uint64_t>(Dataflow::kSimd));
  for (const char* name : {"compute.macs_per_cycle", "compute.vector_lanes", "sram.ports"}) {
    set(what_if.settings, config, name, most(name));
  }
  if (source != nullptr && config.mapping == nullptr &&
      config.machine.compute.dataflow != Dataflow::kSimd) {
    const TileShape tile = config_for(*source, config).tile;
    const std::array<std::pair<const char*, std::uint32_t>, 3> edges = {
        {{"tile.m", tile.m}, {"tile.n", tile.n}, {"tile.k", tile.k}}};
    for (const auto& [name, edge] : edges) {
      set(what_if.settings, config, name, edge);
    }
  }
  set(what_if.settings, config, "compute.latency", 0);
  set(what_if.settings, config, "sram.latency", 0);
  return what_if;
}

Cycle replay_at(const CompiledModel& compiled, const Config& config, double dram_rate) {
  DramService service = dram_service(compiled.program, config.machine);
  service.bytes_per_cycle *= dram_rate;
  return replay(compiled.program, compiled.hazards, config.machine, service);
}

Prediction predict_one(const BaseRun& base, const WhatIf& what_if, bool simulate) {
  Prediction prediction;
  prediction.what_if = what_if;
  try {
    const Config config = changed_config(*base.config, what_if);
    std::optional<CompiledModel> recompiled;
    if (base.source != nullptr) {
      recompiled = compile_model(*base.source, config);
    }
    const CompiledModel& compiled = recompiled ? *recompiled : *base.compiled;
    prediction.dram_bytes = moved_bytes(compiled.program);
    prediction.replayed = replay_at(compiled, config, base.dram_rate);
    prediction.predicted = static_cast<double>(prediction.replayed) * base.correction();
    if (simulate) {
      prediction.simulated =
          run_program(compiled.program, compiled.hazards, config.machine, {}).cycles;
    }
  } catch (const InputError& error) {
    prediction.refused = error.what();
  }
  return prediction;
}

}  // namespace

std::vector<WhatIf> standard_what_ifs(const Config& config, const Graph* source) {
  const DramConfig& dram = config.machine.dram;
  const bool simple = dram.kind == DramKind::kSimple;
  std::vector<WhatIf> list;
  add_multiple(list, config, simple ? "dram.bandwidth" : "dram.channels", 2,
               {"DRAM bandwidth x2", "dram_bandwidth_x2", {}});
  add_multiple(list, config, "sram.size", 2, {"SRAM x2", "sram_x2", {}, true});
  list.push_back(free_compute(config, source));
  if (simple && dram.latency > 0) {
    add_multiple(list, config, "dram.latency", 0, {"no DRAM latency", "no_dram_latency", {}});
  }
  if (config.machine.sequencer.overlap) {
    add_multiple(list, config, "sequencer.queue_depth", 4, {"queues x4", "queues_x4", {}});
  }
  std::erase_if(list, [](const WhatIf& what_if) { return what_if.settings.empty(); });
  return list;
}

Config changed_config(const Config& config, const WhatIf& what_if) {
  const std::vector<SettingSource> sources = {parse_config_text("config", print_config(config)),
                                              {"what-if", what_if.settings}};
  Config changed = resolve_config(sources);
  changed.chosen = config.chosen;  // nobody has chosen what is printed
  changed.mapping = config.mapping;
  return changed;
}

std::optional<double> Prediction::error() const {
  if (!simulated || *simulated == 0) {
    return std::nullopt;
  }
  return predicted / static_cast<double>(*simulated) - 1;
}

double speed_up(const Prediction& prediction, Cycle measured) {
  const double cycles =
      prediction.simulated ? static_cast<double>(*prediction.simulated) : prediction.predicted;
  return cycles > 0 && prediction.refused.empty() ? static_cast<double>(measured) / cycles : 0;
}

double BaseRun::correction() const {
  return replayed == 0 ? 1.0 : static_cast<double>(measured) / static_cast<double>(replayed);
}

double BaseRun::replay_error() const { return replayed == 0 ? 0.0 : 1 / correction() - 1; }

BaseRun base_run(const Graph* source, const CompiledModel& compiled, const Config& config,
                 Cycle measured) {
  BaseRun base{source, &compiled, &config, measured, 0, 1};
  base.replayed = replay_at(compiled, config, 1);
  if (config.machine.dram.kind == DramKind::kSimple || base.replayed == measured) {
    return base;
  }
  // The faster the DRAM, the fewer cycles: halve the interval in which the rate lies.
  constexpr double kFarthest = 1.25;
  constexpr int kHalvings = 10;
  const bool slower = base.replayed < measured;
  double near = 1;
  double far = slower ? 1 / kFarthest : kFarthest;
  const auto beyond = [&](Cycle cycles) {
    return slower ? cycles >= measured : cycles <= measured;
  };
  if (!beyond(replay_at(compiled, config, far))) {
    return base;
  }
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (near + far) / 2;
    const Cycle cycles = replay_at(compiled, config, middle);
    (beyond(cycles) ? far : near) = middle;
  }
  base.dram_rate = far;
  base.replayed = replay_at(compiled, config, far);
  return base;
}

std::vector<Prediction> predict(const BaseRun& base, const std::vector<WhatIf>& what_ifs,
                                bool simulate, std::atomic<std::uint64_t>* done) {
  std::vector<Prediction> predictions;
  for (const WhatIf& what_if : what_ifs) {
    if (base.source != nullptr || !what_if.recompiled_only) {
      predictions.push_back(predict_one(base, what_if, simulate));
    }
    if (done != nullptr) {
      done->fetch_add(1, std::memory_order_relaxed);
    }
  }
  return predictions;
}

}  // namespace tilewave
