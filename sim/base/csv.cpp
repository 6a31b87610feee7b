// Quotes what has commas, quotes or line ends in it.
#include "sim/base/csv.h"

#include "sim/base/utf8.h"

namespace tilewave {

std::string csv_field(const std::string& bytes) {
  const std::string text = to_utf8(bytes);
  if (text.find_first_of(",\"\r\n") == std::string::npos) {
    return text;
  }
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  }
  return quoted + "\"";
}

std::string csv_head(std::string_view name, std::string_view unit) {
  return unit.empty() ? std::string(name) : std::string(name) + " [" + std::string(unit) + "]";
}

}  // namespace tilewave
