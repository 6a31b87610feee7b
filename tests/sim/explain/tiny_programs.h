// Programs of 8x8 tiles, 256 bytes each, written by hand, and what the analyses ask for of them.
#pragma once

#include <string>
#include <vector>

#include "compiler/program/dataflow.h"
#include "compiler/program/forms/program_text.h"
#include "compiler/program/verify/program_verify.h"
#include "platform/platform.h"
#include "platform/watch/op_timeline.h"
#include "sim/explain/critical_path.h"

namespace tilewave::test {

inline Program tiny_program(const std::string& tensors, const std::string& ops) {
  Program program =
      parse_program_text("tilewave-program 3\ntile 8 8 8\nsram 0x1000\n" + tensors +
                             "kernel 0 tile tile | add x0 x1\nkernel 1 tile row | add x0 x1\n"
                             "kernel 2 tile | relu x0\nops\n" +
                             ops,
                         "tiny");
  verify_program(program);
  return program;
}

/// A program and its run on a machine.
struct RecordedRun {
  RecordedRun(Program a_program, const MachineConfig& a_machine)
      : program(std::move(a_program)),
        machine(a_machine),
        hazards(find_hazards(program)),
        links(find_links(program)) {
    OpTimelineRecorder recorder;
    RunOptions options;
    options.observer = &recorder;
    result = run_program(program, hazards, machine, options);
    timeline = recorder.timeline();
  }

  StartEvents events() const { return {program, hazards, machine, timeline}; }
  CriticalPath path() const {
    return find_critical_path(program, machine, timeline, events(), result.cycles);
  }

  Program program;
  MachineConfig machine;
  std::vector<OpHazards> hazards;
  std::vector<OpLinks> links;
  OpTimeline timeline;
  RunResult result;
};

}  // namespace tilewave::test
