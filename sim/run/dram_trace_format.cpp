// The lines of each format. What a format has no room for is left out here and told in docs/formats.md.
#include "sim/run/dram_trace_format.h"

#include <algorithm>

#include "compiler/base/error.h"
#include "compiler/base/number_text.h"
#include "sim/base/units.h"

namespace tilewave {

DramTraceFormat dram_trace_format_of(const std::string& file) {
  return file.ends_with(".stl") ? DramTraceFormat::kDramsys : DramTraceFormat::kTilewave;
}

DramTraceWriter::DramTraceWriter(DramTraceFormat format, const MachineConfig& machine)
    : format_(format), clock_(machine.clock_period), timing_(machine.dram.preset.timing) {
  if (machine.dram.kind == DramKind::kBanked) {
    map_.emplace(machine.dram.address_map, timing_, machine.dram.channels);
    access_bytes_ = static_cast<std::uint32_t>(timing_.access_bytes);
  } else if (format == DramTraceFormat::kRamulator2Vectors) {
    throw InputError("a DRAM trace of format " + std::string(to_string(format)) +
                     " says banks and rows, which dram.model=simple has not; allowed: "
                     "dram.model=banked, or another format");
  }
}

void DramTraceWriter::append_head(std::string& text) const {
  switch (format_) {
    case DramTraceFormat::kTilewave:
      text += "# requests of a run: address, bytes, the core cycle in which it is at the DRAM\n";
      text += "# clock " + print_clock_period(clock_) + "\n";
      return;
    case DramTraceFormat::kDramsys:
      text += "# accesses of a run; times are core cycles: clkMhz is the core's clock\n";
      text += "# clock " + print_clock_period(clock_) + "\n";
      text += "# tx " + std::to_string(access_bytes_) + "\n";
      return;
    case DramTraceFormat::kRamulator2:
    case DramTraceFormat::kRamulator2Vectors: return;  // it knows no comments
  }
}

void DramTraceWriter::append(std::string& text, const DramRequest& request) const {
  if (format_ == DramTraceFormat::kTilewave) {
    text += request.write ? "W " : "R ";
    append_hex(text, request.address);
    text += ' ';
    append_decimal(text, request.bytes);
    text += " @";
    append_decimal(text, request.cycle);
    text += '\n';
    return;
  }
  const std::uint64_t stop = request.address + request.bytes;
  for (std::uint64_t at = request.address; at < stop;) {
    const std::uint64_t end = std::min(stop, (at / access_bytes_ + 1) * access_bytes_);
    append_part(text, request, at, static_cast<std::uint32_t>(end - at));
    text += '\n';
    at = end;
  }
}

/// What of a request lies in one access.
void DramTraceWriter::append_part(std::string& text, const DramRequest& request,
                                  std::uint64_t address, std::uint32_t bytes) const {
  switch (format_) {
    case DramTraceFormat::kTilewave: break;
    case DramTraceFormat::kDramsys:
      append_decimal(text, request.cycle);
      text += ": ";
      if (bytes != access_bytes_) {
        text += '(';
        append_decimal(text, bytes);
        text += ") ";
      }
      text += request.write ? "write " : "read ";
      append_hex(text, address);
      return;
    case DramTraceFormat::kRamulator2:
      text += request.write ? "ST " : "LD ";
      append_hex(text, address / access_bytes_ * access_bytes_);
      return;
    case DramTraceFormat::kRamulator2Vectors:
      text += request.write ? "W " : "R ";
      append_vector(text, address);
      return;
  }
  throw InternalError("a trace of this format has no parts");
}

void DramTraceWriter::append_vector(std::string& text, std::uint64_t address) const {
  const DramPlace place = map_->place(address);
  append_decimal(text, place.channel);
  text += ",0,";
  if (dram_vector_levels(timing_) > 5) {
    append_decimal(text, place.bank / timing_.banks_per_group);
    text += ',';
  }
  for (const std::uint64_t level :
       {place.bank % timing_.banks_per_group, std::uint64_t{place.row}}) {
    append_decimal(text, level);
    text += ',';
  }
  append_decimal(text, place.column);
}

}  // namespace tilewave
