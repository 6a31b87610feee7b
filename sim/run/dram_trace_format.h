// The formats of DRAM traces and how an access is written in each: ours, DRAMSys' and the two of
// Ramulator 2. How they are read is sim/run/dram_trace_reader.h; docs/formats.md has them in words.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "models/dram/address_map.h"
#include "models/machine.h"
#include "platform/memory/dram_request.h"

namespace tilewave {

enum class DramTraceFormat : std::uint8_t {
  kTilewave,
  kDramsys,           ///< .stl: times, whole accesses or their parts
  kRamulator2,        ///< loads and stores: whole accesses, no times
  kRamulator2Vectors  ///< reads and writes of channel, bank, row and column: the same
};

/// The word that an option or a result calls it by.
constexpr const char* to_string(DramTraceFormat format) {
  switch (format) {
    case DramTraceFormat::kTilewave: return "tilewave";
    case DramTraceFormat::kDramsys: return "dramsys";
    case DramTraceFormat::kRamulator2: return "ramulator2";
    case DramTraceFormat::kRamulator2Vectors: return "ramulator2-vectors";
  }
  return "";
}

/// The format that a file's name asks for: DRAMSys' of .stl, else ours.
DramTraceFormat dram_trace_format_of(const std::string& file);

/// Of an access in formats that do not say it, where the DRAM does not either.
inline constexpr std::uint32_t kDefaultDramAccessBytes = 64;

/// Levels of Ramulator's address vectors: channel, rank, bank group if the part has any, bank, row, column.
inline unsigned dram_vector_levels(const DramTiming& timing) {
  return timing.bank_groups > 1 ? 6 : 5;
}

/// Requests of a run as text. It keeps nothing of them.
class DramTraceWriter {
 public:
  /// Throws InputError if the format is none for the machine's DRAM: vectors need banks.
  DramTraceWriter(DramTraceFormat format, const MachineConfig& machine);

  /// What comes before the first request.
  void append_head(std::string& text) const;
  /// A line, or one for each access of the DRAM. Requests come in order of their arrival.
  void append(std::string& text, const DramRequest& request) const;

 private:
  void append_part(std::string& text, const DramRequest& request, std::uint64_t address,
                   std::uint32_t bytes) const;
  void append_vector(std::string& text, std::uint64_t address) const;

  DramTraceFormat format_;
  ClockPeriod clock_;
  std::uint32_t access_bytes_ = kDefaultDramAccessBytes;
  DramTiming timing_;
  std::optional<AddressMap> map_;  ///< of a DRAM with banks
};

}  // namespace tilewave
