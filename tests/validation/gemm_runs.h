// Whole programs on the machines that other simulators were run for, next to their cycles.
// How far the compute core's may be off is tests/sim/run/systolic_test.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/machine.h"

namespace tilewave::validation {

/// A GEMM on configs/ideal-memory.ini.
struct IdealRun {
  std::string source;      ///< "LLMCompass" or "SCALE-Sim"
  std::string dataflow;    ///< os, ws or is
  std::string shape;       ///< "M x N x K"
  std::string loop_order;  ///< keeps in place what the dataflow keeps in place
  Cycle reference = 0;     ///< cycles of the array: the last cycle's index + 1, without stalls
  Cycle busy = 0;          ///< of our compute core
  Cycle cycles = 0;        ///< of our whole run
};

/// tests/data/systolic_os_32x32.csv and scalesim_golden.csv.
std::vector<IdealRun> simulate_ideal_runs();

/// A network on configs/onnxim-32x32.ini.
struct OnnximRun {
  std::string workload;
  Cycle reference = 0;
  double reference_busy = 0;  ///< of its array: its utilisation of its cycles
  Cycle cycles = 0;
  Cycle busy = 0;               ///< of our compute core
  Cycle wait_space = 0;         ///< of our load engine: waits to overwrite tiles still in use
  Cycle roomy_cycles = 0;       ///< with so much SRAM that no tile is ever evicted
  std::uint64_t evictions = 0;  ///< with the machine's own
};

/// tests/data/onnxim_32x32.csv.
std::vector<OnnximRun> simulate_onnxim_runs();

}  // namespace tilewave::validation
