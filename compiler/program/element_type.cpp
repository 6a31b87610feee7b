// The types that a user names.
#include "compiler/program/element_type.h"

#include <string>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/base/nearest.h"
#include "compiler/base/text.h"

namespace tilewave {

std::vector<std::string> names_of(const ElementTypes& types) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kElementTypeCount; ++i) {
    if (types[i]) {
      names.emplace_back(kElementTypeNames[i]);
    }
  }
  return names;
}

ElementType read_element_type(std::string_view text, std::string_view of) {
  if (const std::optional<ElementType> type = parse_element_type(text)) {
    return *type;
  }
  const std::vector<std::string> allowed(kElementTypeNames.begin(), kElementTypeNames.end());
  throw InputError("unknown type " + in_quotes(text) +
                   (of.empty() ? "" : " of " + std::string(of)) + "; allowed: " + joined(allowed) +
                   did_you_mean(text, allowed));
}

}  // namespace tilewave
