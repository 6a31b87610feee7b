// A DRAM part as data: its geometry and its timings, read from configs/dram/NAME.ini.
// It holds no state and no policy: models/dram/bank.h applies the timings, models/dram/channel.h
// decides. A new part is a new file, not new code.
#pragma once

#include <cstdint>
#include <string>

namespace tilewave {

/// Geometry and timings of one channel. Times are whole cycles of `clock_ps` unless said otherwise
/// and count from the start of one command to the start of the other, as in the JEDEC tables.
struct DramTiming {
  std::uint64_t clock_ps = 0;                   ///< tCK in picoseconds
  std::uint64_t access_bytes = 0;               ///< bytes one column command moves, a power of two
  std::uint64_t burst_cycles = 0;               ///< cycles one access holds the data pins
  std::uint64_t bank_groups = 0;                ///< a power of two; 1 where the part has none
  std::uint64_t banks_per_group = 0;            ///< a power of two
  std::uint64_t row_bytes = 0;                  ///< page size of one channel, a power of two
  std::uint64_t rows = 0;                       ///< rows of one bank, a power of two
  std::uint64_t read_latency = 0;               ///< CL: RD to the first read data
  std::uint64_t write_latency = 0;              ///< CWL: WR to the first write data
  std::uint64_t activate_to_read = 0;           ///< tRCD for reads
  std::uint64_t activate_to_write = 0;          ///< tRCD for writes
  std::uint64_t precharge = 0;                  ///< tRP: PRE to ACT, same bank
  std::uint64_t precharge_all = 0;              ///< PREA to REF
  std::uint64_t activate_to_precharge = 0;      ///< tRAS
  std::uint64_t activate_to_activate = 0;       ///< tRC: same bank
  std::uint64_t activate_other_group = 0;       ///< tRRD_S
  std::uint64_t activate_same_group = 0;        ///< tRRD_L
  std::uint64_t four_activates = 0;             ///< tFAW: the first to the fifth ACT
  std::uint64_t column_other_group = 0;         ///< tCCD_S
  std::uint64_t column_same_group = 0;          ///< tCCD_L
  std::uint64_t write_to_read_other_group = 0;  ///< tWTR_S, from the end of the write data
  std::uint64_t write_to_read_same_group = 0;   ///< tWTR_L, from the end of the write data
  std::uint64_t write_recovery = 0;             ///< tWR: end of the write data to PRE
  std::uint64_t read_to_precharge = 0;          ///< tRTP
  std::uint64_t read_to_write = 0;              ///< RD to WR, the turnaround of the data pins
  std::uint64_t refresh_cycle = 0;              ///< tRFC: REF to ACT
  std::uint64_t refresh_interval = 0;           ///< tREFI
  std::uint64_t activate_bus = 0;               ///< cycles an ACT holds the command pins
  std::uint64_t precharge_bus = 0;              ///< cycles a PRE holds the command pins
  std::uint64_t column_bus = 0;                 ///< cycles a RD or WR holds the command pins
  bool split_command_bus = false;  ///< row and column commands have pins of their own (HBM)

  std::uint64_t banks() const { return bank_groups * banks_per_group; }
  std::uint64_t channel_bytes() const { return banks() * rows * row_bytes; }
  /// RD to the last byte out of the pins.
  std::uint64_t read_done() const { return read_latency + burst_cycles; }
  /// WR to the last byte into the device.
  std::uint64_t write_done() const { return write_latency + burst_cycles; }
  /// Bytes per second of one channel when its pins never rest.
  double peak_bytes_per_second() const;
};

struct DramPreset {
  std::string name = "ddr4-3200";
  DramTiming timing;
};

/// Parses the text of a preset; `file` is only for messages.
/// Throws InputError naming file, line, key, value and what is allowed.
DramPreset parse_dram_preset(const std::string& text, const std::string& name,
                             const std::string& file);

/// A preset that comes with the program, by its name. Throws InputError with those there are; files
/// of a user's own are sim/config/dram_preset.h.
DramPreset load_dram_preset(const std::string& name);

}  // namespace tilewave
