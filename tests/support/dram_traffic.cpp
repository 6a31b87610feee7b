// Line by line what the reference runs were given; random addresses are Python's random.randrange.
#include "tests/support/dram_traffic.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <random>
#include <stdexcept>
#include <string_view>

namespace tilewave::test {
namespace {

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;
constexpr std::uint64_t kTotal = kMiB;
constexpr std::uint64_t kTileRows = 32;
constexpr std::uint64_t kRowBytes = 128;
constexpr std::uint64_t kTileBytes = kTileRows * kRowBytes;
constexpr std::uint64_t kTiles = kTotal / kTileBytes;
constexpr std::uint64_t kIsolatedTiles = 64;

/// The Mersenne twister's init_by_array() with one key, which is how Python seeds it from a small
/// integer. std::mt19937 takes its state as it comes from here.
class PythonSeed {
 public:
  using result_type = std::uint32_t;  // NOLINT(readability-identifier-naming): the standard's
  explicit PythonSeed(std::uint32_t key) : key_(key) {}

  template <typename Iterator>
  void generate(Iterator begin, Iterator end) const {
    constexpr std::uint32_t kN = std::mt19937::state_size;
    std::array<std::uint32_t, kN> state{};
    state[0] = 19650218;
    for (std::uint32_t i = 1; i < kN; ++i) {
      state[i] = 1812433253U * (state[i - 1] ^ state[i - 1] >> 30) + i;
    }
    std::uint32_t i = 1;
    const auto next = [&] {
      if (++i == kN) {
        state[0] = state[kN - 1];
        i = 1;
      }
    };
    for (std::uint32_t k = 0; k < kN; ++k) {
      state[i] = (state[i] ^ (state[i - 1] ^ state[i - 1] >> 30) * 1664525U) + key_;
      next();
    }
    for (std::uint32_t k = 0; k + 1 < kN; ++k) {
      state[i] = (state[i] ^ (state[i - 1] ^ state[i - 1] >> 30) * 1566083941U) - i;
      next();
    }
    state[0] = 0x80000000U;
    std::copy(state.begin(), state.begin() + (end - begin), begin);
  }

 private:
  std::uint32_t key_;
};

/// random.randrange(0, limit)
std::uint32_t random_below(std::mt19937& random, std::uint32_t limit) {
  const int bits = std::bit_width(limit);
  std::uint32_t value = limit;
  while (value >= limit) {
    value = static_cast<std::uint32_t>(random()) >> (32 - bits);
  }
  return value;
}

class TraceText {
 public:
  explicit TraceText(std::uint32_t access_bytes) : access_bytes_(access_bytes) {}

  void line(std::string_view text) { (text_ += text) += '\n'; }
  /// All accesses of a contiguous piece.
  void piece(char command, std::uint64_t begin, std::uint64_t bytes) {
    for (std::uint64_t at = begin; at < begin + bytes; at += access_bytes_) {
      std::array<char, 16> digits;
      const auto end = std::to_chars(digits.begin(), digits.end(), at, 16).ptr;
      text_ += command;
      text_ += " 0x";
      text_.append(digits.data(), end);
      text_ += '\n';
    }
  }
  /// A row of a tile.
  void row(char command, std::uint64_t begin) { piece(command, begin, kRowBytes); }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::uint32_t access_bytes_;
};

/// A matrix at `base` whose rows are `stride` bytes apart, tile after tile along its rows.
struct TiledMatrix {
  std::uint64_t base = 0;
  std::uint64_t stride = 0;

  std::uint64_t row(std::uint64_t tile, std::uint64_t row) const {
    const std::uint64_t across = std::max<std::uint64_t>(1, stride / kRowBytes);
    return base + (tile / across * kTileRows + row) * stride + tile % across * kRowBytes;
  }
};

void tiles(TraceText& trace, char command, std::uint64_t stride, std::uint64_t count,
           std::string_view between) {
  const TiledMatrix matrix{0, stride};
  for (std::uint64_t tile = 0; tile < count; ++tile) {
    if (tile > 0) {
      trace.line(between);
    }
    for (std::uint64_t row = 0; row < kTileRows; ++row) {
      trace.row(command, matrix.row(tile, row));
    }
  }
}

/// A stream of reads at 0 and one of `second` at `base`; a row of each in turn, or a whole tile.
void two_streams(TraceText& trace, char second, std::uint64_t base, std::uint64_t stride,
                 bool by_tile) {
  const TiledMatrix a{0, stride};
  const TiledMatrix b{base, stride};
  for (std::uint64_t tile = 0; tile < kTiles / 2; ++tile) {
    if (tile > 0) {
      trace.line("T");
    }
    for (std::uint64_t row = 0; row < kTileRows; ++row) {
      trace.row('R', a.row(tile, row));
      if (!by_tile) {
        trace.row(second, b.row(tile, row));
      }
    }
    for (std::uint64_t row = 0; by_tile && row < kTileRows; ++row) {
      trace.row(second, b.row(tile, row));
    }
  }
}

void sequential(TraceText& trace, char command) {
  for (std::uint64_t tile = 0; tile < kTiles; ++tile) {
    if (tile > 0) {
      trace.line("T");
    }
    trace.piece(command, tile * kTileBytes, kTileBytes);
  }
}

void random_reads(TraceText& trace, std::uint64_t bytes) {
  constexpr std::uint32_t kSeed = 12345;
  const PythonSeed seed(kSeed);
  std::mt19937 random(seed);
  const auto places = static_cast<std::uint32_t>(256 * kMiB / bytes);
  for (std::uint64_t i = 0; i < kTotal / bytes / 2; ++i) {
    trace.piece('R', random_below(random, places) * bytes, bytes);
  }
}

/// Takes `word` off the front of `text` if it is there.
bool skip(std::string_view& text, std::string_view word) {
  const bool there = text.starts_with(word);
  text.remove_prefix(there ? word.size() : 0);
  return there;
}

/// Takes a number off the front of `text`.
std::uint64_t number(std::string_view& text) {
  std::uint64_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  text.remove_prefix(static_cast<std::size_t>(result.ptr - text.data()));
  return value;
}

/// False if there is no such scenario.
bool write_scenario(TraceText& trace, std::string_view name) {
  if (name == "seq_rd" || name == "seq_wr") {
    sequential(trace, name == "seq_rd" ? 'R' : 'W');
    return true;
  }
  if (skip(name, "rnd_rd")) {
    random_reads(trace, number(name));
  } else if (skip(name, "tile_ld")) {
    tiles(trace, 'R', number(name), kTiles, "T");
  } else if (skip(name, "tilew_ld")) {
    tiles(trace, 'W', number(name), kTiles, "T");
  } else if (skip(name, "tileiso_ld")) {
    tiles(trace, 'R', number(name), kIsolatedTiles, "B");
  } else if (skip(name, "tworr_ld")) {
    two_streams(trace, 'R', 64 * kMiB, number(name), false);
  } else if (name.starts_with("two_burst_ld") || name.starts_with("two_tile_ld")) {
    const bool by_tile = skip(name, "two_tile_ld");
    skip(name, "two_burst_ld");
    const std::uint64_t stride = number(name);
    const std::uint64_t shift = skip(name, "_off") ? 64 * kKiB : 0;
    skip(name, "_same");
    two_streams(trace, 'W', 64 * kMiB + shift, stride, by_tile);
  } else {
    return false;
  }
  return name.empty();
}

}  // namespace

std::string dram_scenario(const std::string& name, std::uint32_t access_bytes) {
  TraceText trace(access_bytes);
  trace.line("# tx " + std::to_string(access_bytes));
  trace.line("# " + name);
  if (!write_scenario(trace, name)) {
    throw std::invalid_argument("no such DRAM scenario: " + name);
  }
  return trace.take();
}

}  // namespace tilewave::test
