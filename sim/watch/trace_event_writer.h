// Writes the JSON Trace Event Format that Perfetto and chrome://tracing read, event by event. It
// knows the format and nothing of what is traced.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "models/dram/model.h"
#include "sim/base/output_stream.h"

namespace tilewave {

/// `text` in double quotes, escaped; what is not UTF-8 is replaced.
std::string json_text(std::string_view text);

/// The members of a JSON object, in the order in which they are added.
class TraceArguments {
 public:
  TraceArguments& add(std::string_view name, std::uint64_t value);
  TraceArguments& add(std::string_view name, std::string_view value);
  /// Already JSON: a number, or json_text().
  TraceArguments& add_json(std::string_view name, std::string_view value);
  /// "0x1000", in quotes.
  TraceArguments& add_hex(std::string_view name, std::uint64_t value);

  const std::string& members() const { return members_; }

 private:
  std::string members_;
};

/// A row of the viewer: a thread of a process.
struct Track {
  std::uint32_t process = 0;
  std::uint64_t thread = 0;
};

/// Times are picoseconds; in the file they are microseconds with as many decimals as it takes.
/// Every method throws InputError if the file does not take it.
class TraceEventWriter {
 public:
  /// Begins the file. `about`: what is said of the trace as a whole.
  TraceEventWriter(OutputFile& file, const TraceArguments& about);

  void process(std::uint32_t process, std::string_view name);
  void track(const Track& track, std::string_view name);

  /// Something that goes on from `from` to `to`. `name` is JSON text.
  void slice(const Track& track, std::string_view name, std::string_view category, Picoseconds from,
             Picoseconds to, const TraceArguments& arguments);
  /// An arrow from the slice of `tail` around `tail_time` to the one of `head` around `head_time`.
  void arrow(std::uint64_t number, const Track& tail, Picoseconds tail_time, const Track& head,
             Picoseconds head_time);
  /// From `time` on, the counter has these values.
  void counter(std::uint32_t process, std::string_view name, Picoseconds time,
               const TraceArguments& values);

  /// Ends the file.
  void finish();

 private:
  void begin(char phase, std::uint32_t process, Picoseconds time);
  void begin_metadata(const Track& track);
  void end();

  OutputStream stream_;
  bool first_ = true;
};

}  // namespace tilewave
