// Text for formats that are UTF-8, from bytes that need not be: file names are any bytes.
#pragma once

#include <string>
#include <string_view>

namespace tilewave {

/// `text` with every piece that is not UTF-8 replaced by U+FFFD: one for each longest beginning of
/// a character, as the Unicode standard recommends (section 3.9) and the JSON library does. Valid
/// text comes back unchanged.
std::string to_utf8(std::string_view text);

}  // namespace tilewave
