// The prose of docs/validation.md between its tables. No figures of ours: those are simulated.
#pragma once

namespace tilewave::validation {

inline constexpr const char* kIntroduction = R"(# Validation

<!-- Written by scripts/validate. Edit tests/validation/document_text.h, not this file. -->

Our timing models against other simulators, on the same work with the same parameters. What the
models compute is in [timing-model.md](timing-model.md). The reference figures are in `tests/data/`;
none of them was made by tilewave. The DRAM limits below are tests (`DramValidation.*`), so are the
cycles of the compute core (`Systolic.*`), and `validation_document` fails when this page is not what
`scripts/validate` writes.

**All references are simulators.** Agreement says that the arithmetic is right: timings applied where
they apply, nothing counted twice. It says nothing about a vendor's memory controller or a chip.

Errors are ours / reference - 1 in percent. Mean, p90 (nearest rank) and max are of their magnitudes,
bias is their mean with signs.

## DRAM, `dram.model = banked`

References: Ramulator 2.1 and DRAMSys 5.1 (`wm`, its policy with write watermarks), cycle-accurate
and independent of each other. The error is that of the total time against the mean of the two.

- **Timings**: `ddr4` (DDR4-3200), `ddr424` (DDR4-2400), `hbm2` (one pseudo channel) and `lp4`
  (LPDDR4-3200), in all simulators and in the presets of these names the same numbers. Ramulator 2.1
  has no LPDDR4; there DRAMSys is the only reference.
- **Controller**: FR-FCFS, open page, 32 entries for reads and 32 for writes, writes drained from
  above 26 down to 6, all-bank refresh. One channel.
- **Maps**: P, page contiguous; B, bank group right above the access.
- **Driver**, the rule of `tilewave dram-trace`: accesses in order, at most one per tCK, up to N
  reads and N writes in flight, `dram.write_ack = issued` as in the references; `B` waits for all.
  Total time is from the first issue to the last completion.
- **Traffic**: the scenarios of `tests/support/dram_traffic.h`, one MiB each, N from 1 to 64. With
  writes only N of 8 and more count: the simulators acknowledge a write at different points, by
  definition, and for small N the acknowledgement is all that is measured.

)";

inline constexpr const char* kMistakesText = R"(
A limit of one spec and traffic is what was measured when it was set plus half a point for the mean
and a point for p90 and max. "Mostly turnarounds" is `two_burst_ld4096_off`, B, N = 16, on both
DDR4: reads and writes take turns there and rows do not conflict, and the two references are within
0.4 % of each other, so that half a percent can be asked for.

What the limits are worth: one mistake at a time is made in the timings of one part, in cycles, and
the runs are simulated again. "yes" says how many figures are then above their limits, "no" that all
limits are still kept (`DramValidation.LimitsNoticeWrongWriteTimings`). "No" means that the traffic
cannot see the mistake: turnarounds are few where writes are drained twenty at a time, and on HBM2
and LPDDR4 what four cycles more change is less than what the simulators differ in. There, the
rules are pinned to the cycle by `DramBank.WriteDelaysReadsUntilItsDataAreIn`,
`BankedDram.ReadAfterWriteWaitsForTheTurnaround` and `BankedDram.WriteAfterReadWaitsForTheTurnaround`,
and each part's numbers by `DramPreset.TurnaroundsAreThoseOfTheReference`. Smaller changes than the
limits allow still change this page, which `validation_document` then reports.

)";

inline constexpr const char* kTrafficText = R"(
By spec and traffic:

)";

inline constexpr const char* kSimulatorsText = R"(
Against each simulator alone. DRAMsim3 is here for information: its controller is another one (queues
per bank, posted writes), and its LPDDR4 only resembles the others'.

)";

inline constexpr const char* kReferencesText = R"(
How far the references are from each other. Where ours is as near to one as they are to each other,
these runs cannot say who is right:

)";

inline constexpr const char* kWorstText = R"(
The ten runs with the largest errors, in nanoseconds. Where the two references are further apart than
twice a limit, no model can keep that limit to their mean by following one of them.

)";

inline constexpr const char* kTuningText = R"(
**What was tuned on what.** The timings were not: they are the references'. The policy was. The limit
on row hits that pass an older access, the order of commands between banks, when a row is given up
although hits wait for it, and HBM2's separate command pins for rows and columns were chosen with
these very runs in sight, the rule for giving up a row by a search over more than a hundred variants,
most of them tried on those DDR4-3200 and HBM2 reads on which the references disagree. So the errors
above are those of a fit. The other runs, writes, DDR4-2400 and LPDDR4 were looked at afterwards, and
the last two became slightly worse by it. There is no hold-out among these runs; one would be other
traffic and other N. `tilewave dram-trace` plays any trace, so that anybody can hold one against it.

)";

inline constexpr const char* kIdealText = R"(## Compute core

GEMMs on `configs/ideal-memory.ini`, where memory never limits, with a 32x32 array and
`compute.fill_overlap = accumulation`. References: LLMCompass' look-up table for output-stationary
arrays, which was made with SCALE-Sim, and three golden runs of SCALE-Sim itself, total less stall
cycles. Both give the last cycle's index, so 1 is added. The loop order keeps in place what the
dataflow keeps in place. "Busy" is the compute core's; a whole run also loads the first operands and
stores the last result. Nothing was tuned: both sides evaluate the same closed forms, which our core
reaches step by step.

)";

inline constexpr const char* kOnnximText = R"(
## A whole machine: ONNXim

ONNXim (commit a1e8629) with Ramulator 2, fp32: one core, 32x32, weight stationary, 1 GHz, 256 KiB
scratchpad in two halves and 64 KiB accumulator, HBM2 with 16 channels. `configs/onnxim-32x32.ini`
describes that machine as far as ours can be it, and says what stands for the rest. Total cycles:

)";

inline constexpr const char* kOnnximDifferences = R"(
Each side runs its own compiler's schedule. What that is worth is measured by the run with SRAM for
every tile (`--sram.size=64MiB`), in which our scheduler evicts nothing; everything else is as before.
Loads run ahead of the steps in a window that is bounded by the SRAM, so the core has its operands in
time either way. (With loads right before their steps, into bytes just given up, the GEMM took 234,194
cycles, 78 % more.) A network as small as the perceptron is
latency more than work: its layers depend on each other, so each waits for the stores of the one
before it and then for its own loads. If both arrays are busy equally long there, the rest is what they
wait for: interconnect, DRAM and instruction issue, which ONNXim models and we describe by one latency
each. How much each of these is has not been measured. The ReLUs of our perceptron are fused into its
stores and take no time.

)";

inline constexpr const char* kRestText = R"(## What has no reference

SRAM banks, DMA, bus and the sequencer are stated formulas, each pinned by tests that are named in
[timing-model.md](timing-model.md); there are no reference figures of these alone. `dram.model =
simple` is not compared: it is a latency and a bandwidth by intention.
)";

}  // namespace tilewave::validation
