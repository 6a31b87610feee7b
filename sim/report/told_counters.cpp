// Which counters the report tells in a line of their own.
#include "sim/report/told_counters.h"

#include "sim/base/text_table.h"

namespace tilewave {

ToldCounters::ToldCounters(const RunResult& result)
    : counters_(result.counters()), told_(counters_.all().size()) {}

std::uint64_t ToldCounters::tell(std::string_view scope, std::string_view key) {
  for (std::size_t i = 0; i < told_.size(); ++i) {
    const Counter& counter = counters_.all()[i];
    if (counter.scope == scope && counter.info.key == key) {
      told_[i] = true;
      return counter.value();
    }
  }
  return 0;
}

std::string ToldCounters::others() const {
  std::string text;
  for (const std::string_view scope : counters_.scopes()) {
    std::string line;
    for (std::size_t i = 0; i < told_.size(); ++i) {
      const Counter& counter = counters_.all()[i];
      if (counter.scope == scope && !told_[i] && counter.value() != 0) {
        line += (line.empty() ? "" : ", ") + counter.name() + " " +
                with_separators(counter.value()) + (counter.info.unit == "B" ? " B" : "");
      }
    }
    if (!line.empty()) {
      text += headed_line(text.empty() ? "counters" : "", line);
    }
  }
  return text;
}

}  // namespace tilewave
