// Any bytes as a DRAM trace, cut into blocks anywhere: steps, or one InputError. What it accepts is within the
// DRAM and in order of time, and the same however it is cut.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "compiler/base/error.h"
#include "models/dram/standard.h"
#include "sim/run/dram_trace_reader.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace tilewave;

void require_playable(const DramTrace& trace, const DramTraceLimits& limits) {
  Cycle last = 0;
  std::uint64_t accesses = 0;
  for (const DramTraceStep& step : trace.steps) {
    if (step.barrier) {
      fuzz::require(!trace.timed, "a barrier among times");
      continue;
    }
    ++accesses;
    fuzz::require(step.bytes > 0, "an access of no bytes");
    fuzz::require(
        step.address < limits.capacity_bytes && step.bytes <= limits.capacity_bytes - step.address,
        "an access beyond the DRAM");
    fuzz::require(trace.timed == (step.cycle != DramTraceStep::kUntimed), "some times");
    fuzz::require(!trace.timed || step.cycle >= last, "times that fall");
    last = step.cycle;
  }
  fuzz::require(accesses > 0 && accesses == trace.accesses, "accesses are counted wrongly");
}

void read(std::string_view text, std::size_t cut, const DramTraceLimits& limits) {
  std::string whole_error;
  std::string cut_error;
  try {
    require_playable(parse_dram_trace(text, "fuzz", limits), limits);
  } catch (const InputError& error) {
    fuzz::require_one_line(error);
    whole_error = error.what();
  }
  try {
    DramTraceReader reader("fuzz", limits);
    reader.block(text.substr(0, cut));
    reader.block(text.substr(cut));
    reader.finish();
  } catch (const InputError& error) {
    cut_error = error.what();
  }
  fuzz::require(whole_error == cut_error, "a cut changes what is read");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const DramTiming timing = load_dram_preset("ddr4-3200").timing;
  static const AddressMap map("B", timing, 2);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = size == 0 ? 0 : data[size / 2] * size / 256;
  read(text, cut, {.capacity_bytes = std::uint64_t{1} << 48U});
  read(text, cut,
       {.capacity_bytes = map.capacity_bytes(),
        .access_bytes = 64,
        .map = &map,
        .timing = &timing,
        .channels = 2});
  return 0;
}
