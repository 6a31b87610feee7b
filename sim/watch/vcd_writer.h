// Writes a value change dump: IEEE 1364's, with GTKWave's variables of type string. It knows the
// format and nothing of what is dumped.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/dram/model.h"
#include "sim/base/output_stream.h"

namespace tilewave {

/// A signal's number, from 0 in the order of add().
using WaveSignal = std::uint32_t;

struct WaveVariable {
  std::string scope;
  std::string name;
  std::uint32_t bits = 0;  ///< 0: a string
  std::string code;        ///< its short name in the file
};

/// First the signals, then begin(), then changes in order of time, then finish(). Every method
/// throws InputError if the file does not take it.
class VcdWriter {
 public:
  /// The file outlives the writer and is not standard output.
  explicit VcdWriter(OutputFile& file) : stream_(file) {}

  /// Signals of one scope come one after the other. `bits` 0: a string.
  WaveSignal add(std::string_view scope, std::string_view name, std::uint32_t bits);

  /// The header, with a remark in its first lines.
  void begin(std::string_view comment);
  /// The values from here on hold at `time`; the first call begins the dump, and what is set until
  /// the second are the initial values.
  void at(Picoseconds time);
  void set(WaveSignal signal, std::uint64_t value);
  void set(WaveSignal signal, std::string_view text);
  void finish();

  const std::vector<WaveVariable>& variables() const { return variables_; }

 private:
  OutputStream stream_;
  std::vector<WaveVariable> variables_;
  enum class Part : std::uint8_t { kHeader, kInitial, kChanges } part_ = Part::kHeader;
};

}  // namespace tilewave
