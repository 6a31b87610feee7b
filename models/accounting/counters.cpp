// The register: entries in the order in which they were added.
#include "models/accounting/counters.h"

#include <algorithm>

#include "compiler/base/error.h"

namespace tilewave {

std::string Counter::name() const { return std::string(scope) + "." + std::string(info.key); }

void CounterRegister::add(std::string_view scope, const CounterInfo& info,
                          const std::uint64_t& value) {
  const Counter counter{scope, info, &value};
  const bool open = all_.empty() || all_.back().scope == scope;
  const bool taken = std::ranges::any_of(all_, [&](const Counter& other) {
    return other.scope == scope && (!open || other.info.key == info.key);
  });
  if (taken) {
    throw InternalError("counter " + counter.name() +
                        " is registered twice, or apart from its scope");
  }
  all_.push_back(counter);
}

std::vector<std::string_view> CounterRegister::scopes() const {
  std::vector<std::string_view> scopes;
  for (const Counter& counter : all_) {
    if (scopes.empty() || scopes.back() != counter.scope) {
      scopes.push_back(counter.scope);
    }
  }
  return scopes;
}

}  // namespace tilewave
