// One line for each output wherever something is done for all of them.
#include "sim/outputs/run_outputs.h"

#include "compiler/base/error.h"
#include "sim/base/dump_json.h"
#include "sim/base/files.h"
#include "sim/pages/run_page.h"
#include "sim/report/layers_table.h"
#include "sim/report/result_json.h"
#include "sim/watch/gtkw.h"

namespace tilewave {

RunOutputs::RunOutputs(const RunOutputNames& names, const std::vector<InputName>& inputs)
    : names_(names) {
  json_ = opened("--json", names.json);
  if (names.vcd) {
    if (!names.vcd->ends_with(".vcd")) {
      throw InputError("--vcd " + one_line(*names.vcd) + ": a waveform's name has to end in .vcd");
    }
    vcd_ = opened("--vcd", names.vcd);
    gtkw_ = opened("--vcd", gtkw_path(*names.vcd));
  }
  trace_ = opened("--trace", names.trace);
  dram_trace_ = opened("--dram-trace", names.dram_trace);
  report_ = opened("--report", names.report);
  layers_ = opened("--layers", names.layers);
  ops_ = opened("--ops", names.ops);
  require_distinct(files_, inputs);
}

void RunOutputs::keep_away_from(const std::vector<InputName>& inputs) const {
  require_distinct(files_, inputs);
}

std::unique_ptr<OutputFile> RunOutputs::opened(const char* option,
                                               const std::optional<std::string>& path) {
  auto file = path ? std::make_unique<OutputFile>(option, *path) : nullptr;
  if (file) {
    files_.push_back(file.get());
  }
  return file;
}

bool RunOutputs::use_standard_output() const {
  return (json_ && json_->is_standard_output()) || (layers_ && layers_->is_standard_output());
}

RunObserver* RunOutputs::watch(const Program& program, const std::string& model, bool with_layers) {
  if (vcd_) {
    observers_.add(wave_.emplace(*vcd_, names_.wave));
  }
  if (trace_) {
    observers_.add(run_trace_.emplace(*trace_, model));
  }
  if (dram_trace_) {
    observers_.add(run_dram_trace_.emplace(*dram_trace_, names_.dram_trace_format));
  }
  if (report_) {
    observers_.add(recorder_.emplace(program));
  } else if (json_ || layers_ || with_layers) {
    observers_.add(account_.emplace(program));
  }
  if (ops_) {
    observers_.add(ops_table_.emplace(*ops_));
  }
  return observers_.empty() ? nullptr : &observers_;
}

const LayerAccount* RunOutputs::layers() const {
  return recorder_ ? &recorder_->account() : account_ ? &*account_ : nullptr;
}

void RunOutputs::write(const RunOutcome& outcome, const CompiledModel& compiled) {
  if (wave_) {
    gtkw_->write(gtkw_text(*names_.vcd, wave_->variables(), wave_->from(), wave_->to()));
  }
  if (report_ || json_) {
    const nlohmann::ordered_json json = result_json(outcome, layers());
    if (report_) {
      report_->write(run_page(run_page_data(json, outcome, compiled.hazards, *recorder_)));
    }
    if (json_) {
      json_->write(dump_json(json, 2) + "\n");
    }
  }
  if (layers_) {
    layers_->write(layers_csv(*layers(), outcome));
  }
  for (OutputFile* file : {gtkw_.get(), vcd_.get(), trace_.get(), dram_trace_.get(), ops_.get(),
                           layers_.get(), report_.get(), json_.get()}) {
    if (file != nullptr) {
      file->commit();
    }
  }
}

}  // namespace tilewave
