// Text into an output file piece by piece, through a buffer of fixed size: for outputs that are
// longer than memory.
#pragma once

#include <cstddef>
#include <string>

#include "sim/base/output_file.h"

namespace tilewave {

class OutputStream {
 public:
  /// The file, which outlives the stream, is not standard output.
  explicit OutputStream(OutputFile& file) : file_(file) { text_.reserve(kBufferBytes + kMargin); }

  /// What is appended here is written sooner or later.
  std::string& text() { return text_; }

  /// To be called after every few lines appended. Throws InputError if the file does not take them.
  void flush_if_full() {
    if (text_.size() >= kBufferBytes) {
      flush();
    }
  }
  /// The file has everything then. Throws InputError.
  void finish() {
    flush();
    file_.close();
  }

 private:
  static constexpr std::size_t kBufferBytes = 1U << 16;
  static constexpr std::size_t kMargin = 1U << 12;

  void flush() {
    file_.append(text_);
    text_.clear();
  }

  OutputFile& file_;
  std::string text_;
};

}  // namespace tilewave
