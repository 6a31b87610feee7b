// Decodes byte by byte and replaces what is no sequence of UTF-8.
#include "sim/base/utf8.h"

namespace tilewave {
namespace {

struct Piece {
  std::size_t size = 1;  ///< in bytes, at least 1
  bool valid = false;    ///< a whole character, not only the beginning of one
};

/// The first piece of a text that is not empty (The Unicode Standard, table 3-7).
Piece first_piece(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) {
    return {1, true};
  }
  const std::size_t size = lead >= 0xC2 && lead <= 0xDF   ? 2
                           : lead >= 0xE0 && lead <= 0xEF ? 3
                           : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                          : 1;
  if (size == 1) {
    return {1, false};
  }
  // The second byte's range excludes longer spellings, surrogates and what is above U+10FFFF.
  unsigned char lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  unsigned char highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  std::size_t good = 1;
  while (good < size && good < text.size() && byte(good) >= lowest && byte(good) <= highest) {
    lowest = 0x80;
    highest = 0xBF;
    ++good;
  }
  return {good, good == size};
}

}  // namespace

std::string to_utf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    const Piece piece = first_piece(text);
    valid += piece.valid ? text.substr(0, piece.size) : std::string_view("\xEF\xBF\xBD");
    text.remove_prefix(piece.size);
  }
  return valid;
}

}  // namespace tilewave
