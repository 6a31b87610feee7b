// The traffic of the DRAM reference runs as trace text: one MiB each of what a DMA engine asks a
// memory for, tiles of 32 rows of 128 bytes above all. It is generated, not stored.
#pragma once

#include <cstdint>
#include <string>

namespace tilewave::test {

/// The trace of a scenario in accesses of `access_bytes`:
///
///   seq_rd, seq_wr                   one after the other
///   rnd_rd<bytes>                    half as much, at random multiples of `bytes` in 256 MiB
///   tile_ld<stride>                  tiles of a matrix whose rows are `stride` bytes apart, read
///   tilew_ld<stride>                 ... written
///   tileiso_ld<stride>               ... 64 of them, each waited for
///   tworr_ld<stride>                 two such reads, one row of each in turn
///   two_burst_ld<stride>_<same|off>  a read and a write, one row of each in turn
///   two_tile_ld<stride>_<same|off>   ... one tile of each in turn
///
/// Second streams begin at 64 MiB, with `off` 64 KiB further. Throws std::invalid_argument for any
/// other name.
std::string dram_scenario(const std::string& name, std::uint32_t access_bytes);

}  // namespace tilewave::test
