// Models with placeholders and the keys that fill them.
#include "sim/sweep/model_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_of.h"

namespace tilewave {
namespace {

using test::error_of;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ModelKeys, PatternsAreBuiltinsWithBraces) {
  EXPECT_TRUE(is_pattern("gemm:{m}x2x3"));
  EXPECT_TRUE(is_pattern("mlp:1x2x3:{type}"));
  EXPECT_FALSE(is_pattern("gemm:1x2x3"));
  EXPECT_FALSE(is_pattern("net{m}.onnx"));  // a file may be called so
  EXPECT_THAT(placeholders_of("mlp:{b}x{wide}x{wide}x10:{t_1}"), ElementsAre("b", "wide", "t_1"));
  EXPECT_THAT(placeholders_of("net{m}.onnx"), IsEmpty());
}

TEST(ModelKeys, FillsEveryPlace) {
  const auto value_of = [](const std::string& name) {
    return name == "t" ? "i8" : "<" + name + ">";
  };
  EXPECT_EQ(fill_pattern("mlp:{b}x{wide}x{wide}x10:{t}", value_of), "mlp:<b>x<wide>x<wide>x10:i8");
  EXPECT_EQ(fill_pattern("gemm:1x2x3", value_of), "gemm:1x2x3");
  EXPECT_EQ(fill_pattern("bert:base,tokens={n},layers={n}:{t}", value_of),
            "bert:base,tokens=<n>,layers=<n>:i8");
}

TEST(ModelKeys, ExtentsAreCountsAndTypesChoices) {
  const ModelKeys keys({"gemm:{m}x2x3:{type}", "gemm:1x2x3", "net{q}.onnx"});
  const ConfigKey* extent = keys.find("model.m");
  ASSERT_NE(extent, nullptr);
  EXPECT_EQ(extent->kind, KeyKind::kCount);
  EXPECT_TRUE(is_model_key(*extent));
  EXPECT_EQ(placeholder_of(*extent), "m");
  EXPECT_EQ(allowed_values(*extent), "1..2147483647");
  const ConfigKey* type = keys.find("model.type");
  ASSERT_NE(type, nullptr);
  EXPECT_EQ(allowed_values(*type), "f32, bf16, f16, i8 or u8");
  EXPECT_EQ(keys.find("model.q"), nullptr);
  EXPECT_EQ(keys.find("sram.size"), find_config_key("sram.size"));
  EXPECT_FALSE(is_model_key(*find_config_key("sram.size")));
  std::vector<ModelKeys> copies(2, keys);
  copies.front() = ModelKeys();
  EXPECT_EQ(copies.back().find("model.m"), extent);
}

TEST(ModelKeys, ValuesOfKeysAreCounts) {
  const ModelKeys keys({"bert:base,tokens={n},layers=1:{t}"});
  EXPECT_EQ(keys.find("model.n")->kind, KeyKind::kCount);
  EXPECT_EQ(keys.find("model.t")->kind, KeyKind::kChoice);
}

TEST(ModelKeys, NoConfigKeyIsOne) {
  for (const ConfigKey& key : config_keys()) {
    EXPECT_FALSE(is_model_key(key)) << key.name;
  }
}

TEST(ModelKeys, UnknownOnesAreNamedWithTheNearest) {
  const ModelKeys keys({"gemm:{batch}x2x3"});
  EXPECT_EQ(keys.unknown_key_message("model.bach"),
            "unknown key 'model.bach'; did you mean 'model.batch'?");
  EXPECT_EQ(keys.unknown_key_message("modl.batch"),
            "unknown key 'modl.batch'; did you mean 'model.batch'?");
  EXPECT_EQ(keys.unknown_key_message("sram.bank"),
            "unknown key 'sram.bank'; did you mean 'sram.banks'?");
  EXPECT_EQ(ModelKeys().unknown_key_message("model.m"),
            "unknown key 'model.m': no MODEL has {m} in place of an extent or a type, as "
            "gemm:{m}x768x3072:{type} has");
}

TEST(ModelKeys, RefusesWhatIsNoPlaceholder) {
  for (const char* model :
       {"gemm:{}x2x3", "gemm:{M}x2x3", "gemm:{1}x2x3", "gemm:{m x2x3", "gemm:m}x2x3",
        "gemm:{{m}}x2x3", "gemm:}m{x2x3", "gemm:1{m}x2x3", "gemm:{m}4x2x3", "gemm:{m}{n}x2x3",
        "gemm:1x2x3:i{bits}", "gemm:{m}x2x3:{t}8", "gemm:{a b}x2x3", "gemm:{", "bert:base,{t}",
        "bert:base,tokens=1{t}", "bert:base,tokens={t}4", "bert:base,tokens={t}x4"}) {
    EXPECT_EQ(
        error_of([&] { ModelKeys({model}); }),
        "model '" + std::string(model) +
            "': a placeholder is a whole extent or the type, {NAME} of small letters, digits and "
            "'_', such as gemm:{m}x768x3072:{type} or bert:base,tokens={t}");
  }
  EXPECT_EQ(error_of([] {
              ModelKeys({"gemm:{m}x2x3", "gemm:1x2x3:{m}"});
            }),
            "model 'gemm:1x2x3:{m}': {m} is an extent and a type; give them two names");
}

}  // namespace
}  // namespace tilewave
