// Runs: the machine's time without the interpreter's lock, and what came out.
#include <array>

#include <pybind11/stl.h>

#include "compiler/base/stopwatch.h"
#include "compiler/base/text.h"
#include "platform/watch/machine_counters.h"
#include "python/src/arrays.h"
#include "python/src/bindings.h"
#include "python/src/stop.h"
#include "sim/base/dump_json.h"
#include "sim/base/host.h"
#include "sim/outputs/run_outputs.h"
#include "sim/report/report.h"
#include "sim/report/result_json.h"

namespace tilewave::python {
namespace {

struct Result {
  RunOutcome outcome;
  Work work;
};

template <typename Choice, std::size_t Count>
Choice choice_of(const char* what, const std::string& word,
                 const std::array<std::pair<const char*, Choice>, Count>& choices) {
  std::string allowed;
  for (const auto& [name, choice] : choices) {
    if (word == name) {
      return choice;
    }
    allowed += (allowed.empty() ? "" : ", ") + std::string(name);
  }
  throw InputError(std::string(what) + "=" + in_quotes(word) + "; allowed: " + allowed);
}

KernelChoice kernel_of(const std::string& word) {
  return choice_of<KernelChoice, 3>("kernel", word,
                                    {{{"auto", KernelChoice::kAuto},
                                      {"avx2", KernelChoice::kAvx2},
                                      {"reference", KernelChoice::kReference}}});
}

std::optional<VerifyChoice> verify_of(const std::optional<std::string>& word) {
  if (!word) {
    return std::nullopt;
  }
  return choice_of<VerifyChoice, 3>("verify", *word,
                                    {{{"full", VerifyChoice::kFull},
                                      {"sampled", VerifyChoice::kSampled},
                                      {"off", VerifyChoice::kOff}}});
}

RunOutputNames names_of(const py::dict& files) {
  RunOutputNames names;
  const auto take = [&](const char* key) -> std::optional<std::string> {
    return files.contains(key) ? std::optional(files[key].cast<std::string>()) : std::nullopt;
  };
  names.json = take("json");
  names.vcd = take("vcd");
  names.trace = take("trace");
  names.dram_trace = take("dram_trace");
  names.dram_trace_format = dram_trace_format_of(names.dram_trace.value_or(""));
  names.report = take("report");
  names.layers = take("layers");
  names.ops = take("ops");
  return names;
}

/// The work with other values for its ONNX model's inputs, if it is one and there are any.
Work with_inputs(const Work& work, const py::dict& inputs) {
  if (!work->onnx || inputs.empty()) {
    return work;
  }
  auto given = std::make_shared<PreparedWork>(*work);
  given->onnx = with_values(*work->onnx, inputs);
  return given;
}

struct Wanted {
  std::string model;
  bool timing_only = false;
  std::uint64_t seed = 1;
  std::string kernel;
  std::optional<std::string> verify;
};

std::unique_ptr<Result> run(const Work& given, const Config& config, const Wanted& wanted,
                            const py::dict& inputs, const py::dict& files,
                            const std::vector<InputName>& read) {
  const Stopwatch watch;
  const Work work = with_inputs(given, inputs);
  RunRequest request;
  request.timing_only = wanted.timing_only;
  request.seed = wanted.seed;
  request.kernel = kernel_of(wanted.kernel);
  request.verify = verify_of(wanted.verify);
  request.keep_outputs = !wanted.timing_only;
  request.poll = &Turn::poll;
  if (!work->onnx) {
    request.inputs = values_of(inputs, *work);
  }
  RunOutputs outputs(names_of(files), read);
  request.observer = outputs.watch(work->compiled.program, wanted.model);
  auto result = std::make_unique<Result>();
  {
    const Turn turn;
    const py::gil_scoped_release released;
    result->outcome = run_work(*work, config, request);
    result->outcome.model = wanted.model;
    result->outcome.host.peak_rss_bytes = peak_rss_bytes();
    result->outcome.host.wall_seconds = watch.seconds();
    outputs.write(result->outcome, work->compiled);
  }
  result->work = work;
  return result;
}

/// Everything that was counted, by name.
py::dict counters(const Result& result) {
  py::dict counted;
  const CounterRegister all = result.outcome.result.counters();
  for (const Counter& counter : all.all()) {
    counted[py::str(counter.name())] = counter.value();
  }
  return counted;
}

}  // namespace

void add_run(py::module_& module) {
  py::class_<Result>(module, "Result")
      .def_property_readonly("cycles", [](const Result& r) { return r.outcome.result.cycles; })
      .def_property_readonly("seconds", [](const Result& r) { return r.outcome.result.seconds; })
      .def_property_readonly("verdict",
                             [](const Result& r) { return to_string(r.outcome.verdict()); })
      .def_property_readonly("passed", [](const Result& r) { return r.outcome.passed(); })
      // Once: the arrays take the values' place. NumPy is not needed before.
      .def("take_outputs",
           [](Result& r) {
             py::dict arrays;
             if (!r.outcome.timing_only) {
               arrays = outputs_of(*r.work, r.outcome.outputs);
               r.outcome.outputs.clear();
             }
             return arrays;
           })
      .def("json", [](const Result& r) { return dump_json(result_json(r.outcome), 0); })
      .def("counters", &counters)
      .def("report", [](const Result& r) { return report_text(r.outcome); });
  module.def(
      "run",
      [](const Work& work, const Config& config, const std::string& model, bool timing_only,
         std::uint64_t seed, const std::string& kernel, const std::optional<std::string>& verify,
         const py::dict& inputs, const py::dict& files,
         const std::vector<std::pair<std::string, std::string>>& read) {
        std::vector<InputName> names;
        for (const auto& [what, path] : read) {
          names.push_back({what, path});
        }
        for (const std::string& file :
             work->onnx ? work->onnx->files : std::vector<std::string>()) {
          names.push_back({"weights", file});
        }
        return run(work, config, {model, timing_only, seed, kernel, verify}, inputs, files, names);
      },
      py::arg("work"), py::arg("config"), py::arg("model"), py::arg("timing_only"), py::arg("seed"),
      py::arg("kernel"), py::arg("verify"), py::arg("inputs"), py::arg("files"), py::arg("read"));
  module.def("float32_values", &float32_values);
  module.def("set_main_thread", &set_main_thread);
  module.def("stop_all", &stop_all);
  module.def("pause_before_fork", &pause_before_fork);
  module.def("resume_in_parent", &resume_in_parent);
  module.def("reset_in_child", &reset_in_child);
}

}  // namespace tilewave::python
