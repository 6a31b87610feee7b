// One walk over the key table; no key is named here.
#include "sim/commands/config_options.h"

#include <string>

#include <boost/program_options/value_semantic.hpp>

#include "sim/config/keys.h"

namespace po = boost::program_options;

namespace tilewave {
namespace {

const char* placeholder(KeyKind kind) {
  switch (kind) {
    case KeyKind::kBytes: return "BYTES";
    case KeyKind::kCycles: return "CYCLES";
    case KeyKind::kTime: return "TIME";
    case KeyKind::kClockPeriod: return "TIME|FREQUENCY";
    case KeyKind::kBandwidth: return "BYTES/s";
    case KeyKind::kCount: return "N";
    case KeyKind::kChoice: return "CHOICE";
    case KeyKind::kOnOff: return "on|off";
    case KeyKind::kText: return "TEXT";
  }
  return "";
}

std::string description(const ConfigKey& key) {
  std::string text = key.help + " (" + allowed_values(key) + ")";
  if (key.condition.holds != nullptr) {
    text += ", only with " + key.condition.text;
  }
  return text;
}

}  // namespace

po::options_description config_options(const Config& defaults,
                                       const std::function<bool(std::string_view key)>& listed) {
  po::options_description all("", kHelpColumns, kHelpTextColumns);
  const std::vector<ConfigKey>& keys = config_keys();
  for (std::size_t i = 0; i < keys.size();) {
    const std::string section = keys[i].section();
    po::options_description group("[" + section + "]", kHelpColumns, kHelpTextColumns);
    for (; i < keys.size() && keys[i].section() == section; ++i) {
      const ConfigKey& key = keys[i];
      if (listed && !listed(key.name)) {
        continue;
      }
      group.add_options()(key.name.c_str(),
                          po::value<std::string>()
                              ->value_name(placeholder(key.kind))
                              ->default_value(key_text(key, defaults)),
                          description(key).c_str());
    }
    if (!group.options().empty()) {
      all.add(group);
    }
  }
  return all;
}

}  // namespace tilewave
