// Quotes, escapes and comments of one line; sections and keys are reader.cpp.
#include "sim/config/ini_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

#include "compiler/base/error.h"
#include "compiler/base/text.h"

namespace tilewave {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20U || c == 0x7F; }

/// Of the quote that ends what the first one begins; npos if there is none.
std::size_t closing_quote(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i;
    }
  }
  return std::string_view::npos;
}

/// Where the value of a line begins; its end if there is none.
std::size_t value_of(std::string_view line) {
  const std::size_t equals = line.find('=');
  const std::size_t comment = line.find('#');
  if (equals == std::string_view::npos || comment < equals) {
    return line.size();
  }
  return std::min(line.find_first_not_of(" \t", equals + 1), line.size());
}

}  // namespace

std::string_view without_comment(std::string_view line) {
  const std::size_t value = value_of(line);
  std::size_t from = 0;
  if (value < line.size() && line[value] == '"') {
    const std::size_t length = closing_quote(line.substr(value));
    from = length == std::string_view::npos ? line.size() : value + length;
  }
  return trim(line.substr(0, line.find('#', from)));
}

std::string ini_value(std::string_view text) {
  if (!text.starts_with('"')) {
    return std::string(text);
  }
  if (closing_quote(text) != text.size() - 1) {
    throw InputError(printable(text) + " has no quote at its end alone");
  }
  std::string value;
  const std::string_view inside = text.substr(1, text.size() - 2);
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] != '\\') {
      value += inside[i];
      continue;
    }
    const char escape = inside[++i];  // a backslash is never the last: it would hide the quote
    unsigned char byte = static_cast<unsigned char>(escape);
    if (escape == 'x') {
      const std::string_view digits = inside.substr(i + 1, 2);
      const auto [end, error] =
          std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
      if (error != std::errc() || digits.size() != 2 || end != digits.data() + 2) {
        throw InputError(printable(text) + " has a \\x without two digits");
      }
      i += 2;
    } else if (escape != '"' && escape != '\\') {
      throw InputError(printable(text) + " has an escape other than \\\", \\\\ and \\xNN");
    }
    value += static_cast<char>(byte);
  }
  return value;
}

std::string ini_text(std::string_view value) {
  const bool plain = !value.empty() && value == trim(value) && !value.starts_with('"') &&
                     value.find('#') == std::string_view::npos &&
                     std::ranges::none_of(value, is_control);
  if (plain) {
    return std::string(value);
  }
  static constexpr std::array<char, 17> kHex = {"0123456789abcdef"};
  std::string text = "\"";
  for (const char c : value) {
    if (is_control(c)) {
      const auto byte = static_cast<unsigned char>(c);
      text += "\\x";
      text += kHex[byte >> 4U];
      text += kHex[byte & 0xfU];
    } else {
      text += c == '"' || c == '\\' ? "\\" : "";
      text += c;
    }
  }
  return text + "\"";
}

}  // namespace tilewave
