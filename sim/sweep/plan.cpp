// Resolves every point's config, and hashes all that its result depends on.
#include "sim/sweep/plan.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <numeric>
#include <utility>

#include "compiler/base/build_identity.h"
#include "compiler/base/error.h"
#include "compiler/graph/builtins.h"
#include "compiler/graph/graph_text.h"
#include "sim/base/files.h"
#include "sim/base/sha256.h"
#include "sim/run/compile.h"

namespace tilewave {
namespace {

/// What has been read of other files, and that the rest has not been.
void add_weights(Sha256& hash, const OnnxModel& model, OnnxWeights weights) {
  hash.add_number(static_cast<std::uint64_t>(weights));
  for (const OnnxSource& source : model.sources) {
    if (!source.is_external) {
      continue;
    }
    hash.add_number(source.values ? 1 : 0);
    if (source.values) {
      std::visit(
          [&hash](const auto& numbers) {
            hash.add_bytes(numbers.data(), numbers.size() * sizeof(numbers[0]));
          },
          *source.values);
    }
  }
}

/// The model by its content, so that a changed file is another model and a renamed one is not, nor a
/// built-in that says its type, f32.
PointKey model_fingerprint(const std::string& model, const Model& loaded,
                           const OnnxArguments& onnx) {
  constexpr std::size_t kMaxModelBytes = std::size_t{1} << 33U;
  Sha256 hash;
  if (is_builtin(model)) {
    hash.add(to_text(*graph_of(loaded)));
    return {hash.digest()};
  }
  hash.add(read_file(model, "model file", kMaxModelBytes));
  hash.add_number(onnx.batch.value_or(0));
  for (const OnnxSize& size : onnx.sizes) {
    hash.add_field(size.name);
    hash.add_number(size.extent);
  }
  if (const auto* model_of_files = std::get_if<OnnxModel>(&loaded)) {
    add_weights(hash, *model_of_files, onnx.weights);
  }
  return {hash.digest()};
}

void add_timing(Sha256& hash, const DramTiming& timing) {
  hash.add_bytes(&timing, offsetof(DramTiming, split_command_bus));  // 64-bit numbers only
  hash.add_number(timing.split_command_bus ? 1 : 0);
}

/// The same for all points: computed once.
std::string common_text(const SweepDefinition& sweep) {
  std::string text = identity_text() + "\n";
  text += sweep.timing_only ? "timing only\n" : "seed " + std::to_string(sweep.seed) + "\n";
  if (!sweep.timing_only && sweep.verify) {
    text += "verify " + std::to_string(static_cast<int>(*sweep.verify)) + "\n";
  }
  return text;
}

PointKey key_of(const std::string& common, const PointKey& model, const Config& config) {
  Sha256 hash;
  hash.add_field(common);
  hash.add_bytes(model.bytes.data(), model.bytes.size());
  for_each_key(config, [&hash](std::string_view name, const std::string& value) {
    hash.add_field(name);
    hash.add_field(value);
  });
  if (config.machine.dram.kind == DramKind::kBanked) {
    add_timing(hash, config.machine.dram.preset.timing);
  }
  return {hash.digest()};
}

/// Numbers equal compile choices alike, by a few of their fields first.
class ProgramNumbers {
 public:
  std::uint32_t number(const CompileChoice& choice) {
    std::vector<std::uint32_t>& near = by_hash_[hash(choice)];
    for (const std::uint32_t known : near) {
      if (choices_[known] == choice) {
        return known;
      }
    }
    near.push_back(static_cast<std::uint32_t>(choices_.size()));
    choices_.push_back(choice);
    return near.back();
  }

 private:
  static std::uint64_t hash(const CompileChoice& choice) {
    const MachineCosts& costs = choice.schedule.costs;
    std::uint64_t hash = choice.model;
    for (const std::uint64_t field :
         {choice.schedule.sram_bytes, std::bit_cast<std::uint64_t>(costs.dram_bytes_per_cycle),
          std::bit_cast<std::uint64_t>(costs.sram_bytes_per_cycle), costs.step_cycles,
          std::uint64_t{choice.tile.m}, std::uint64_t{choice.schedule.loads_ahead}}) {
      hash = (hash ^ field) * 0x9e3779b97f4a7c15U;
      hash ^= hash >> 32U;
    }
    return hash;
  }

  std::vector<CompileChoice> choices_;
  std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> by_hash_;
};

void check_program_model(const SweepDefinition& sweep, const std::string& model) {
  for (const ConfigKey* key : sweep.space.keys) {
    if (key->section() == "schedule" || key->section() == "tile") {
      throw InputError("command line: " + key->name + " has no effect on " + one_line(model) +
                       ", a program that is scheduled already");
    }
  }
}

}  // namespace

std::vector<std::uint32_t> SweepPlan::order() const {
  std::vector<std::uint32_t> order(points.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(
      order, {}, [this](std::uint32_t i) { return std::pair(points[i].model, points[i].program); });
  return order;
}

Verdict done_verdict(const SweepDefinition& sweep, const Model& model) {
  if (sweep.timing_only || sweep.verify == VerifyChoice::kOff) {
    return Verdict::kNotVerified;
  }
  return graph_of(model) != nullptr ? Verdict::kVerified : Verdict::kConsistent;
}

CompileChoice compile_choice(std::span<const Model> models, std::uint32_t model,
                             const Config& config) {
  const Graph* graph = graph_of(models[model]);
  const Config fitted = graph != nullptr ? config_for(*graph, config) : config;
  return {model, fitted.tile, fitted.schedule};
}

SweepPlan plan_sweep(const SweepDefinition& sweep) {
  SweepPlan plan;
  std::vector<PointKey> fingerprints;
  for (const std::string& model : sweep.space.models) {
    plan.models.push_back(load_model(model, sweep.onnx));
    if (graph_of(plan.models.back()) == nullptr) {
      check_program_model(sweep, model);
    }
    fingerprints.push_back(model_fingerprint(model, plan.models.back(), sweep.onnx));
  }
  const std::string common = common_text(sweep);
  ProgramNumbers programs;
  plan.points.reserve(sweep.space.points.size());
  for (const SweepPoint& point : sweep.space.points) {
    PlannedPoint planned;
    planned.model = point.model;
    try {
      const Config config = sweep.config_of(point);
      planned.key = key_of(common, fingerprints[point.model], config);
      planned.program = programs.number(compile_choice(plan.models, point.model, config));
    } catch (const InputError& error) {
      planned.invalid = message_line(error.what());
    }
    plan.points.push_back(std::move(planned));
  }
  return plan;
}

}  // namespace tilewave
