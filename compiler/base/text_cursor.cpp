// Lines, words and numbers of TextCursor.
#include "compiler/base/text_cursor.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/base/nearest.h"
#include "compiler/base/text.h"

namespace tilewave {

namespace {

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

constexpr bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

TextCursor::TextCursor(std::string_view text, std::string file_name, std::size_t max_line_bytes)
    : rest_(text), file_name_(std::move(file_name)), max_line_bytes_(max_line_bytes) {}

void TextCursor::fail(const std::string& message) const {
  throw InputError(file_name_ + ":" + std::to_string(std::max<std::uint64_t>(line_number_, 1)) +
                   ": " + message);
}

void TextCursor::skip_blanks() {
  while (!line_.empty() && is_blank(line_.front())) {
    line_.remove_prefix(1);
  }
}

bool TextCursor::next_line() {
  while (!rest_.empty()) {
    ++line_number_;
    const std::size_t size = std::min(rest_.find('\n'), rest_.size());
    if (size > max_line_bytes_) {
      fail("line of " + std::to_string(size) + " bytes; allowed: at most " +
           std::to_string(max_line_bytes_));
    }
    line_ = rest_.substr(0, size);
    rest_.remove_prefix(std::min(size + 1, rest_.size()));
    line_ = line_.substr(0, line_.find('#'));
    skip_blanks();
    if (!line_.empty()) {
      return true;
    }
  }
  return false;
}

bool TextCursor::at_line_end() {
  skip_blanks();
  return line_.empty();
}

std::string_view TextCursor::peek(std::string_view stops) {
  skip_blanks();
  std::size_t size = 0;
  while (size < line_.size() && !is_blank(line_[size]) && stops.find(line_[size]) == stops.npos) {
    ++size;
  }
  return line_.substr(0, size);
}

std::string_view TextCursor::word(std::string_view stops) {
  const std::string_view result = peek(stops);
  line_.remove_prefix(result.size());
  return result;
}

std::string TextCursor::found() {
  return at_line_end() ? "the end of the line" : in_quotes(peek());
}

std::string_view TextCursor::rest_of_line() {
  skip_blanks();
  std::string_view rest = line_;
  while (!rest.empty() && (rest.back() == ' ' || rest.back() == '\t' || rest.back() == '\r')) {
    rest.remove_suffix(1);
  }
  line_ = {};
  return rest;
}

void TextCursor::expect(std::string_view token, const char* before_what) {
  skip_blanks();
  if (!line_.starts_with(token)) {
    fail("expected " + in_quotes(token) + " before " + before_what + ", found " + found());
  }
  line_.remove_prefix(token.size());
}

std::uint64_t TextCursor::number(const char* what, std::uint64_t max) {
  skip_blanks();
  std::size_t size = 0;
  while (size < line_.size() && is_alphanumeric(line_[size])) {
    ++size;
  }
  const std::string_view given = line_.substr(0, size);
  const bool is_hex = given.starts_with("0x");
  const std::string_view digits = given.substr(is_hex ? 2 : 0);
  std::uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, is_hex ? 16 : 10);
  if (digits.empty() || end != digits.data() + digits.size() ||
      error == std::errc::invalid_argument) {
    fail(std::string("expected a number for ") + what + ", decimal or 0x hex, found " + found());
  }
  if (error != std::errc() || value > max) {
    fail(std::string(what) + " = " + std::string(given.substr(0, 40)) + "; allowed: 0 to " +
         std::to_string(max));
  }
  line_.remove_prefix(size);
  return value;
}

void TextCursor::expect_line_end() {
  if (!at_line_end()) {
    fail("expected the end of the line, found " + in_quotes(peek()));
  }
}

void TextCursor::fail_unknown(const std::string& what, std::string_view word,
                              const std::vector<std::string>& allowed) const {
  constexpr std::size_t kMaxListed = 8;
  std::string message = "unknown " + what + " " + in_quotes(word) + "; allowed: ";
  for (std::size_t i = 0; i < allowed.size() && i < kMaxListed; ++i) {
    message += (i == 0 ? "" : ", ") + allowed[i];
  }
  message += allowed.empty() ? "none" : allowed.size() > kMaxListed ? ", ..." : "";
  constexpr std::size_t kMaxMisspelt = 64;  // longer ones are not worth the search
  if (word.size() <= kMaxMisspelt) {
    message += did_you_mean(word, allowed);
  }
  fail(message);
}

}  // namespace tilewave
