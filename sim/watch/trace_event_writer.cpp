// Escaping, exact microseconds, and a buffer in front of the file.
#include "sim/watch/trace_event_writer.h"

#include <nlohmann/json.hpp>

#include "compiler/base/number_text.h"

namespace tilewave {
namespace {

/// Exactly: "0", "1.5", "0.000833".
void append_microseconds(std::string& text, Picoseconds time) {
  constexpr Picoseconds kPerMicrosecond = 1'000'000;
  append_decimal(text, time / kPerMicrosecond);
  Picoseconds rest = time % kPerMicrosecond;
  if (rest != 0) {
    text += '.';
    for (Picoseconds digit = kPerMicrosecond / 10; rest != 0; digit /= 10) {
      text += static_cast<char>('0' + rest / digit);
      rest %= digit;
    }
  }
}

void append_track(std::string& text, const Track& track) {
  text += ",\"tid\":";
  append_decimal(text, track.thread);
}

}  // namespace

std::string json_text(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

TraceArguments& TraceArguments::add_json(std::string_view name, std::string_view value) {
  members_ += members_.empty() ? "\"" : ",\"";
  members_ += name;
  members_ += "\":";
  members_ += value;
  return *this;
}

TraceArguments& TraceArguments::add(std::string_view name, std::uint64_t value) {
  add_json(name, {});
  append_decimal(members_, value);
  return *this;
}

TraceArguments& TraceArguments::add(std::string_view name, std::string_view value) {
  return add_json(name, json_text(value));
}

TraceArguments& TraceArguments::add_hex(std::string_view name, std::uint64_t value) {
  add_json(name, "\"");
  append_hex(members_, value, 4);
  members_ += '"';
  return *this;
}

TraceEventWriter::TraceEventWriter(OutputFile& file, const TraceArguments& about) : stream_(file) {
  stream_.text() +=
      "{\"displayTimeUnit\":\"ns\",\"otherData\":{" + about.members() + "},\n\"traceEvents\":[";
}

void TraceEventWriter::begin(char phase, std::uint32_t process, Picoseconds time) {
  std::string& text = stream_.text();
  text += first_ ? "\n{\"ph\":\"" : ",\n{\"ph\":\"";
  first_ = false;
  text += phase;
  text += "\",\"ts\":";
  append_microseconds(text, time);
  text += ",\"pid\":";
  append_decimal(text, process);
}

void TraceEventWriter::end() {
  stream_.text() += '}';
  stream_.flush_if_full();
}

void TraceEventWriter::process(std::uint32_t process, std::string_view name) {
  begin('M', process, 0);
  stream_.text() += ",\"tid\":0,\"name\":\"process_name\",\"args\":{\"name\":" + json_text(name);
  stream_.text() += '}';
  end();
}

void TraceEventWriter::track(const Track& track, std::string_view name) {
  begin('M', track.process, 0);
  append_track(stream_.text(), track);
  stream_.text() += ",\"name\":\"thread_name\",\"args\":{\"name\":" + json_text(name);
  stream_.text() += '}';
  end();
  begin('M', track.process, 0);
  append_track(stream_.text(), track);
  stream_.text() += ",\"name\":\"thread_sort_index\",\"args\":{\"sort_index\":";
  append_decimal(stream_.text(), track.thread);
  stream_.text() += '}';
  end();
}

void TraceEventWriter::slice(const Track& track, std::string_view name, std::string_view category,
                             Picoseconds from, Picoseconds to, const TraceArguments& arguments) {
  begin('X', track.process, from);
  std::string& text = stream_.text();
  append_track(text, track);
  text += ",\"dur\":";
  append_microseconds(text, to - from);
  text += ",\"name\":";
  text += name;
  text += ",\"cat\":\"";
  text += category;
  text += "\",\"args\":{";
  text += arguments.members();
  text += '}';
  end();
}

void TraceEventWriter::arrow(std::uint64_t number, const Track& tail, Picoseconds tail_time,
                             const Track& head, Picoseconds head_time) {
  constexpr std::string_view kName = ",\"name\":\"data\",\"cat\":\"data\",\"id\":";
  std::string& text = stream_.text();
  begin('s', tail.process, tail_time);
  append_track(text, tail);
  text += kName;
  append_decimal(text, number);
  end();
  begin('f', head.process, head_time);
  append_track(text, head);
  text += ",\"bp\":\"e\"";
  text += kName;
  append_decimal(text, number);
  end();
}

void TraceEventWriter::counter(std::uint32_t process, std::string_view name, Picoseconds time,
                               const TraceArguments& values) {
  begin('C', process, time);
  std::string& text = stream_.text();
  text += ",\"name\":\"";
  text += name;
  text += "\",\"args\":{";
  text += values.members();
  text += '}';
  end();
}

void TraceEventWriter::finish() {
  stream_.text() += "\n]}\n";
  stream_.finish();
}

}  // namespace tilewave
