// Walks over a text line by line and word by word and knows where it is, so that every complaint
// can name FILE:LINE. It knows comments and numbers, but no grammar.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tilewave {

class TextCursor {
 public:
  TextCursor(std::string_view text, std::string file_name, std::size_t max_line_bytes);

  /// Moves to the next line that holds more than blanks and a '#' comment. False at the end of the
  /// text. Throws InputError for a line that is too long.
  bool next_line();

  /// True if nothing is left on the line.
  bool at_line_end();

  /// What is left on the line up to a blank or one of `stops`; empty at the end of the line.
  std::string_view word(std::string_view stops = {});

  /// As word(), without taking it.
  std::string_view peek(std::string_view stops = {});

  /// Takes what is left on the line, without the blanks around it.
  std::string_view rest_of_line();

  /// Takes `token` or throws InputError "expected '->' before the destination, found …".
  void expect(std::string_view token, const char* before_what);

  /// Takes a decimal or 0x number of at most `max`; `what` names it in the error.
  std::uint64_t number(const char* what, std::uint64_t max);

  /// Throws InputError if something is left on the line.
  void expect_line_end();

  /// Throws InputError "FILE:LINE: message".
  [[noreturn]] void fail(const std::string& message) const;

  /// Throws InputError "FILE:LINE: unknown WHAT 'word'; allowed: a, b, c; did you mean 'a'?".
  [[noreturn]] void fail_unknown(const std::string& what, std::string_view word,
                                 const std::vector<std::string>& allowed) const;

 private:
  void skip_blanks();
  std::string found();

  std::string_view rest_;  // lines to come
  std::string_view line_;  // what is left of this one
  std::string file_name_;
  std::size_t max_line_bytes_;
  std::uint64_t line_number_ = 0;
};

}  // namespace tilewave
