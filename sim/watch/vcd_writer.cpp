// Declarations, identifiers, and changes in order of time.
#include "sim/watch/vcd_writer.h"

#include <bit>

#include "compiler/base/build_identity.h"
#include "compiler/base/number_text.h"

namespace tilewave {
namespace {

/// Identifiers of the format: the printable characters '!' to '~', shortest first.
std::string code_of(std::uint64_t number) {
  constexpr std::uint64_t kCharacters = '~' - '!' + 1;
  std::string code;
  for (;;) {
    code += static_cast<char>('!' + number % kCharacters);
    if (number < kCharacters) {
      return code;
    }
    number = number / kCharacters - 1;
  }
}

void append_bits(std::string& text, std::uint64_t value) {
  for (int bit = value == 0 ? 0 : static_cast<int>(std::bit_width(value)) - 1; bit >= 0; --bit) {
    text += (value >> bit & 1) != 0 ? '1' : '0';
  }
}

/// A blank would end the value. GTKWave shows "\x20" as what it stands for.
void append_escaped(std::string& text, std::string_view value) {
  for (const char c : value) {
    if (c > ' ' && c <= '~' && c != '\\') {
      text += c;
    } else {
      constexpr std::string_view kDigits = "0123456789abcdef";
      const auto byte = static_cast<unsigned char>(c);
      text += "\\x";
      text += kDigits[byte / 16];
      text += kDigits[byte % 16];
    }
  }
}

}  // namespace

WaveSignal VcdWriter::add(std::string_view scope, std::string_view name, std::uint32_t bits) {
  variables_.push_back({std::string(scope), std::string(name), bits, code_of(variables_.size())});
  return static_cast<WaveSignal>(variables_.size() - 1);
}

void VcdWriter::begin(std::string_view comment) {
  std::string& text = stream_.text();
  text += "$version " + identity_text() + " $end\n$comment ";
  text += comment;
  text += " $end\n$timescale 1 ps $end\n";
  std::string scope;
  for (const WaveVariable& variable : variables_) {
    if (variable.scope != scope) {
      text += (scope.empty() ? "" : "$upscope $end\n") + ("$scope module " + variable.scope) +
              " $end\n";
      scope = variable.scope;
    }
    const bool string = variable.bits == 0;
    text += string ? "$var string 1 " : "$var wire " + std::to_string(variable.bits) + " ";
    text += variable.code + " " + variable.name;
    text += variable.bits > 1 ? " [" + std::to_string(variable.bits - 1) + ":0]" : "";
    text += " $end\n";
  }
  text += scope.empty() ? "" : "$upscope $end\n";
  text += "$enddefinitions $end\n";
}

void VcdWriter::at(Picoseconds time) {
  std::string& text = stream_.text();
  if (part_ == Part::kInitial) {
    text += "$end\n";
    part_ = Part::kChanges;
  }
  text += '#';
  append_decimal(text, time);
  text += '\n';
  if (part_ == Part::kHeader) {
    text += "$dumpvars\n";
    part_ = Part::kInitial;
  }
  stream_.flush_if_full();
}

void VcdWriter::set(WaveSignal signal, std::uint64_t value) {
  const WaveVariable& variable = variables_[signal];
  std::string& text = stream_.text();
  if (variable.bits > 1) {
    text += 'b';
    append_bits(text, value);
    text += ' ';
  } else {
    text += value != 0 ? '1' : '0';
  }
  text += variable.code;
  text += '\n';
}

void VcdWriter::set(WaveSignal signal, std::string_view value) {
  std::string& text = stream_.text();
  text += 's';
  append_escaped(text, value);
  text += ' ';
  text += variables_[signal].code;
  text += '\n';
}

void VcdWriter::finish() {
  if (part_ == Part::kInitial) {
    stream_.text() += "$end\n";
  }
  stream_.finish();
}

}  // namespace tilewave
