// The whole key table: whatever entry it gets, these hold for it.
#include "sim/config/keys.h"

#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "sim/config/reader.h"
#include "tests/support/error_of.h"

namespace tilewave {
namespace {

using test::error_of;
using ::testing::HasSubstr;

SettingSource given(std::vector<Setting> settings) { return {"command line", std::move(settings)}; }

Config resolve_all(const std::vector<SettingSource>& sources) { return resolve_config(sources); }

Config resolve_text(const std::string& text) {
  return resolve_all({parse_config_text("edge.ini", text)});
}

void expect_equal(const Config& a, const Config& b) {
  for (const ConfigKey& key : config_keys()) {
    EXPECT_EQ(key_text(key, a), key_text(key, b)) << key.name;
  }
  EXPECT_EQ(a.schedule.sram_bytes, b.schedule.sram_bytes);
}

/// Settings under which `key` has an effect.
std::vector<Setting> prerequisites(const ConfigKey& key) {
  const std::vector<std::vector<Setting>> modes = {
      {}, {{"compute.dataflow", "simd"}}, {{"dram.channels", "2"}}, {{"dram.model", "banked"}}};
  for (const auto& mode : modes) {
    if (key.has_effect(resolve_all({given(mode)}))) {
      return mode;
    }
  }
  ADD_FAILURE() << "no mode in which " << key.name << " has an effect; add one to this test";
  return {};
}

/// Values of the key as texts; not all need be legal.
std::vector<std::string> candidate_values(const ConfigKey& key) {
  if (key.kind == KeyKind::kText) {
    return {"hbm2", "P", "row:bank:column"};
  }
  std::vector<std::uint64_t> values = {key.limits.min, key.limits.max};
  if (key.kind == KeyKind::kOnOff) {
    values = {0, 1};
  }
  if (key.kind == KeyKind::kChoice) {
    values.clear();
    for (const KeyChoice& choice : key.choices) {
      values.push_back(choice.value);
    }
  }
  for (std::uint64_t value = 1; value < key.limits.max; value *= 2) {
    values.push_back(value);
  }
  std::vector<std::string> texts;
  for (const std::uint64_t value : values) {
    texts.push_back(print_key_value(key, value));
  }
  return texts;
}

/// A legal setting that differs from the default, if there is one; else the default.
std::vector<Setting> changed_setting(const ConfigKey& key) {
  std::vector<Setting> settings = prerequisites(key);
  std::erase_if(settings, [&](const Setting& setting) { return setting.key == key.name; });
  const std::string standard = key_text(key, Config{});
  for (const std::string& value : candidate_values(key)) {
    settings.push_back({key.name, value});
    if (value != standard && error_of([&] { resolve_all({given(settings)}); }).empty()) {
      return settings;
    }
    settings.pop_back();
  }
  EXPECT_EQ(key.choices.size(), 1U) << key.name << " cannot be changed";
  settings.push_back({key.name, standard});
  return settings;
}

std::string as_file(const std::vector<Setting>& settings) {
  std::string text;
  for (const Setting& setting : settings) {
    const ConfigKey& key = *find_config_key(setting.key);
    text += "[" + key.section() + "]\n" + key.key() + " = " + setting.value + "\n";
  }
  return text;
}

TEST(ConfigKeys, AreGroupedAndComplete) {
  std::set<std::string> names;
  std::set<std::string> sections;
  std::string section;
  for (const ConfigKey& key : config_keys()) {
    EXPECT_TRUE(names.insert(key.name).second) << key.name << " twice";
    if (key.section() != section) {
      section = key.section();
      EXPECT_TRUE(sections.insert(section).second) << section << " is scattered";
    }
    EXPECT_FALSE(key.help.empty()) << key.name;
    EXPECT_EQ(key.help.find_first_of("#\n"), std::string::npos) << key.name;
    EXPECT_TRUE(key.kind != KeyKind::kChoice || !key.choices.empty()) << key.name;
    EXPECT_EQ(key.condition.holds != nullptr, !key.condition.selectors.empty()) << key.name;
    for (const std::string& selector : key.condition.selectors) {
      EXPECT_NE(find_config_key(selector), nullptr) << key.name;
    }
  }
}

TEST(ConfigKeys, EachIsSetByFileAndSettingAndPrinted) {
  for (const ConfigKey& key : config_keys()) {
    SCOPED_TRACE(key.name);
    const std::vector<Setting> settings = changed_setting(key);
    const Config config = resolve_all({given(settings)});
    EXPECT_EQ(key_text(key, config), settings.back().value);
    expect_equal(config, resolve_text(as_file(settings)));
    EXPECT_THAT(print_config(config),
                HasSubstr("\n" + key.key() + " = " + settings.back().value + "\n"));
    std::string visited;
    for_each_key(config, [&](std::string_view name, const std::string& value) {
      visited += name == key.name ? value : "";
    });
    EXPECT_EQ(visited, settings.back().value);
  }
}

TEST(ConfigKeys, PrintedConfigReadsBackUnchanged) {
  for (const ConfigKey& key : config_keys()) {
    SCOPED_TRACE(key.name);
    const Config config = resolve_all({given(changed_setting(key))});
    const std::string text = print_config(config);
    const Config again = resolve_text(text);
    expect_equal(config, again);
    EXPECT_EQ(print_config(again), text);
  }
}

TEST(ConfigKeys, AClockMayBeAnyFrequency) {
  const ConfigKey& key = *find_config_key("clock.period");
  for (const char* text :
       {"1.5GHz", "700MHz", "2.4GHz", "1.234567891GHz", "33.333333MHz", "99GHz"}) {
    const Config config = resolve_all({given({{"clock.period", text}})});
    EXPECT_FALSE(config.machine.clock_period.is_whole()) << text;
    EXPECT_EQ(key_text(key, config), text);
    EXPECT_THAT(print_config(config), HasSubstr("\nperiod = " + std::string(text) + "\n"));
    expect_equal(config, resolve_text(print_config(config)));
  }
  EXPECT_EQ(key_text(key, resolve_all({given({{"clock.period", "2GHz"}})})), "500ps");
  for (const char* text : {"100.5GHz", "0.9MHz", "9ps", "1001ns", "9223372036854775809ps"}) {
    EXPECT_THAT(error_of([&] {
                  resolve_all({given({{"clock.period", text}})});
                }),
                HasSubstr("clock.period=" + std::string(text) + " is out of range"));
  }
}

TEST(ConfigKeys, LimitsHoldOnBothSides) {
  for (const ConfigKey& key : config_keys()) {
    if (key.limits.max == 0) {
      continue;  // a choice or a text
    }
    SCOPED_TRACE(key.name);
    const auto parse = [&](std::uint64_t value) {
      return parse_key_value(key, print_key_value(key, value));
    };
    const auto refusal = [&](std::uint64_t value) {
      return key.name + "=" + print_key_value(key, value) +
             " is out of range; allowed: " + allowed_values(key);
    };
    EXPECT_EQ(parse(key.limits.min), key.limits.min);
    EXPECT_EQ(parse(key.limits.max), key.limits.max);
    // 0 may stand for a word, such as auto.
    if (key.limits.min > 0 && key.choices.empty()) {
      EXPECT_EQ(error_of([&] { parse(key.limits.min - 1); }), refusal(key.limits.min - 1));
    }
    EXPECT_EQ(error_of([&] { parse(key.limits.max + 1); }), refusal(key.limits.max + 1));
    Config config;  // the member is wide enough
    key.field.set(config, key.limits.max);
    EXPECT_EQ(key.field.get(config), key.limits.max);
  }
}

}  // namespace
}  // namespace tilewave
