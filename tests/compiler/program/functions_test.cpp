// The register of elementwise functions: every entry against a meaning written a second time, from
// the definitions of ONNX and the C library.
#include "compiler/program/functions.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "compiler/program/function_list.h"

namespace tilewave {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

using Meaning = std::function<double(double a, double b, double p, double q)>;

struct Expected {
  std::size_t arity;
  CostClass cost;
  Meaning meaning;
  bool keeps_zero;
};

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

/// NaN stays NaN where a comparison decides: std::max and std::min would lose it.
double larger(double a, double b) {
  return std::isnan(a) || std::isnan(b) ? kNaN : std::fmax(a, b);
}
double smaller(double a, double b) {
  return std::isnan(a) || std::isnan(b) ? kNaN : std::fmin(a, b);
}

double python_mod(double a, double b) {
  const double rest = std::fmod(a, b);
  return rest != 0 && std::signbit(rest) != std::signbit(b) ? rest + b : rest;
}

double exponential_unit(double x, double alpha, double scale) {
  return x >= 0 || std::isnan(x) ? x : alpha * std::expm1(x / scale);
}

const std::map<std::string, Expected, std::less<>>& expected() {
  using enum CostClass;
  // NOLINTBEGIN(readability-named-parameter)
  static const std::map<std::string, Expected, std::less<>> kExpected = {
      {"add", {2, kSimple, [](double a, double b, double, double) { return a + b; }, true}},
      // Of integers, which a test of its own looks at.
      {"rescale", {3, kMultiply, nullptr, true}},
      {"sub", {2, kSimple, [](double a, double b, double, double) { return a - b; }, true}},
      {"mul", {2, kMultiply, [](double a, double b, double, double) { return a * b; }, true}},
      {"div", {2, kDivide, [](double a, double b, double, double) { return a / b; }, false}},
      {"max", {2, kSimple, [](double a, double b, double, double) { return larger(a, b); }, true}},
      {"min", {2, kSimple, [](double a, double b, double, double) { return smaller(a, b); }, true}},
      {"pow",
       {2, kComposite, [](double a, double b, double, double) { return std::pow(a, b); }, false}},
      {"fmod",
       {2, kDivide, [](double a, double b, double, double) { return std::fmod(a, b); }, false}},
      {"mod",
       {2, kDivide, [](double a, double b, double, double) { return python_mod(a, b); }, false}},
      {"prelu",
       {2, kMultiply, [](double a, double b, double, double) { return a < 0 ? a * b : a; }, true}},
      {"neg", {1, kSimple, [](double x, double, double, double) { return 0 - x; }, true}},
      {"abs", {1, kSimple, [](double x, double, double, double) { return std::fabs(x); }, true}},
      {"sign",
       {1, kSimple,
        [](double x, double, double, double) {
          return std::isnan(x) ? x : x > 0 ? 1.0 : x < 0 ? -1.0 : 0.0;
        },
        true}},
      {"floor", {1, kSimple, [](double x, double, double, double) { return std::floor(x); }, true}},
      {"ceil", {1, kSimple, [](double x, double, double, double) { return std::ceil(x); }, true}},
      {"round",
       {1, kSimple,
        [](double x, double, double, double) {
          return std::isinf(x) ? x : x - std::remainder(x, 1);
        },
        true}},
      {"clip",
       {1, kSimple, [](double x, double, double p, double q) { return smaller(larger(x, p), q); },
        true}},
      {"reciprocal", {1, kDivide, [](double x, double, double, double) { return 1 / x; }, false}},
      {"sqrt", {1, kDivide, [](double x, double, double, double) { return std::sqrt(x); }, true}},
      {"exp",
       {1, kExponential, [](double x, double, double, double) { return std::exp(x); }, false}},
      {"log",
       {1, kExponential, [](double x, double, double, double) { return std::log(x); }, false}},
      {"sin",
       {1, kExponential, [](double x, double, double, double) { return std::sin(x); }, true}},
      {"cos",
       {1, kExponential, [](double x, double, double, double) { return std::cos(x); }, false}},
      {"tanh",
       {1, kExponential, [](double x, double, double, double) { return std::tanh(x); }, true}},
      {"erf",
       {1, kExponential, [](double x, double, double, double) { return std::erf(x); }, true}},
      {"identity", {1, kFree, [](double x, double, double, double) { return x; }, true}},
      {"relu", {1, kFree, [](double x, double, double, double) { return x < 0 ? 0 : x; }, true}},
      {"leakyrelu",
       {1, kSimple, [](double x, double, double p, double) { return x < 0 ? p * x : x; }, true}},
      {"thresholdedrelu",
       {1, kSimple, [](double x, double, double p, double) { return x > p ? x : 0; }, true}},
      {"shrink",
       {1, kSimple,
        [](double x, double, double p, double q) { return x < -p  ? x + q
                                                          : x > p ? x - q
                                                                  : 0; },
        true}},
      {"hardsigmoid",
       {1, kMultiply,
        [](double x, double, double p, double q) { return larger(0, smaller(1, p * x + q)); },
        false}},
      {"hardswish",
       {1, kMultiply,
        [](double x, double, double, double) { return x * larger(0, smaller(1, x / 6 + 0.5)); },
        true}},
      {"softsign",
       {1, kDivide, [](double x, double, double, double) { return x / (1 + std::fabs(x)); }, true}},
      {"sigmoid",
       {1, kExponential, [](double x, double, double, double) { return sigmoid(x); }, false}},
      {"softplus",
       {1, kExponential,
        [](double x, double, double, double) { return x > 30 ? x : std::log1p(std::exp(x)); },
        false}},
      {"elu",
       {1, kExponential,
        [](double x, double, double p, double) { return exponential_unit(x, p, 1); }, true}},
      {"selu",
       {1, kExponential,
        [](double x, double, double p, double q) { return q * exponential_unit(x, p, 1); }, true}},
      {"celu",
       {1, kExponential,
        [](double x, double, double p, double) { return exponential_unit(x, p, p); }, true}},
      {"gelu",
       {1, kComposite,
        [](double x, double, double, double) { return x / 2 * (1 + std::erf(x / std::sqrt(2.0))); },
        true}},
      {"gelutanh",
       {1, kComposite,
        [](double x, double, double, double) {
          const double pi = std::acos(-1.0);
          return x / 2 * (1 + std::tanh(std::sqrt(2 / pi) * (x + 0.044715 * std::pow(x, 3))));
        },
        true}},
      {"less",
       {2, kSimple, [](double a, double b, double, double) { return a < b ? 1.0 : 0.0; }, true}},
      {"lessorequal",
       {2, kSimple, [](double a, double b, double, double) { return a <= b ? 1.0 : 0.0; }, false}},
      {"greater",
       {2, kSimple, [](double a, double b, double, double) { return a > b ? 1.0 : 0.0; }, true}},
      {"greaterorequal",
       {2, kSimple, [](double a, double b, double, double) { return a >= b ? 1.0 : 0.0; }, false}},
      {"equal",
       {2, kSimple, [](double a, double b, double, double) { return a == b ? 1.0 : 0.0; }, false}},
      {"not",
       {1, kSimple, [](double x, double, double, double) { return x != 0 ? 0.0 : 1.0; }, false}},
      {"and",
       {2, kSimple, [](double a, double b, double, double) { return a != 0 && b != 0 ? 1.0 : 0.0; },
        true}},
      {"or",
       {2, kSimple, [](double a, double b, double, double) { return a != 0 || b != 0 ? 1.0 : 0.0; },
        true}},
      {"xor",
       {2, kSimple,
        [](double a, double b, double, double) { return (a != 0) != (b != 0) ? 1.0 : 0.0; }, true}},
      // What is chosen otherwise is looked at by hand.
      {"where",
       {3, kSimple, [](double a, double, double, double) { return a != 0 ? 0.0 : 0.0; }, true}},
      {"mish",
       {1, kComposite,
        [](double x, double, double,
           double) { return x * std::tanh(x > 30 ? x : std::log1p(std::exp(x))); },
        true}},
  };
  // NOLINTEND(readability-named-parameter)
  return kExpected;
}

std::vector<double> grid() {
  std::vector<double> values = {0.0, -0.0, kInf, -kInf, kNaN, 1e-45, -1e-45, 1e-300, 3e38, -3e38};
  for (int i = -240; i <= 240; ++i) {
    values.push_back(i / 16.0);
    values.push_back(i * 1.37);
  }
  return values;
}

/// Equal, or within rounding: the two spellings round differently.
bool agree(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) || a == b ||
         std::fabs(a - b) <= 1e-14 + 1e-12 * std::fabs(b);
}

TEST(Functions, EachHasAnExpectedMeaningAndNoneIsMissing) {
  std::vector<std::string> words;
  for (const FunctionInfo& info : functions()) {
    words.emplace_back(info.word);
  }
  std::vector<std::string> known;
  for (const auto& [word, meaning] : expected()) {
    known.push_back(word);
  }
  EXPECT_THAT(words, ::testing::UnorderedElementsAreArray(known));
}

TEST(Functions, MeanWhatTheirDefinitionsSay) {
  const std::vector<double> values = grid();
  for (const FunctionInfo& info : functions()) {
    const Expected& want = expected().at(std::string(info.word));
    EXPECT_EQ(info.arity, want.arity) << info.word;
    EXPECT_EQ(info.cost, want.cost) << info.word;
    EXPECT_EQ(info.keeps_zero, want.keeps_zero) << info.word;
    EXPECT_EQ(info.of_integers, want.meaning == nullptr) << info.word;
    if (info.of_integers) {
      continue;
    }
    std::vector<std::array<float, kMaxParameters>> settings(1);
    for (std::size_t i = 0; i < info.parameters.size(); ++i) {
      settings[0][i] = info.parameters[i].otherwise;
    }
    if (!info.parameters.empty()) {
      settings.push_back({0.25F, 0.75F});
      settings.push_back({2.5F, 1.5F});
    }
    for (const auto& parameters : settings) {
      for (const double a : values) {
        for (const double b : info.arity == 2 ? values : std::vector<double>{0}) {
          const std::array<double, kMaxArity> arguments{a, b};
          const double got = info.scalar(arguments.data(), parameters.data());
          const double wanted = want.meaning(a, b, parameters[0], parameters[1]);
          ASSERT_TRUE(agree(got, wanted))
              << info.word << "(" << a << ", " << b << "; " << parameters[0] << ", "
              << parameters[1] << ") = " << got << ", not " << wanted;
        }
      }
    }
  }
}

double value_of(std::string_view word, double a, double b = 0) {
  const FunctionInfo& info = function_info(function_named(word));
  std::array<float, kMaxParameters> parameters{};
  for (std::size_t i = 0; i < info.parameters.size(); ++i) {
    parameters[i] = info.parameters[i].otherwise;
  }
  const std::array<double, kMaxArity> arguments{a, b};
  return info.scalar(arguments.data(), parameters.data());
}

/// ⌊(x·mul + add + ⌊div/2⌋) / div⌋, clipped to what f32 holds, without a division that rounds to zero.
std::int64_t rescaled(std::int64_t x, std::int64_t mul, std::int64_t add, std::int64_t div) {
  const std::int64_t sum = x * mul + add + div / 2;
  const std::int64_t rest = (sum % div + div) % div;
  return std::min<std::int64_t>(std::max<std::int64_t>((sum - rest) / div, -16777216), 16777216);
}

TEST(Functions, RescaleIsExact) {
  const FunctionInfo& info = function_info(function_named("rescale"));
  std::mt19937 random(1);
  const std::vector<std::int64_t> ends = {-2147483648, -2147483647, -3, -1, 0, 1, 2, 2147483647};
  std::vector<std::array<std::int64_t, 3>> all;
  for (const std::int64_t x : ends) {
    for (const std::int64_t mul : ends) {
      for (const std::int64_t add : ends) {
        all.push_back({x, mul, add});
      }
    }
  }
  for (int i = 0; i < 10000; ++i) {
    const auto draw = [&random] {
      return static_cast<std::int64_t>(static_cast<std::int32_t>(random())) >> random() % 31;
    };
    all.push_back({draw(), draw(), draw()});
  }
  for (const float div : {1.0F, 2.0F, 3.0F, 7.0F, 100.0F, 65536.0F, 1000003.0F, 0x1p31F}) {
    for (const auto& [x, mul, add] : all) {
      const std::array<double, kMaxArity> arguments{
          static_cast<double>(x), static_cast<double>(mul), static_cast<double>(add)};
      ASSERT_EQ(info.scalar(arguments.data(), &div),
                static_cast<double>(rescaled(x, mul, add, static_cast<std::int64_t>(div))))
          << x << " " << mul << " " << add << " " << div;
    }
  }
  EXPECT_EQ(rescaled(-5, 1, 0, 2), -2);  // (−5 + 1) / 2
  EXPECT_EQ(rescaled(-6, 1, 0, 4), -1);  // (−6 + 2) / 4
  EXPECT_EQ(rescaled(-7, 1, 0, 4), -2);  // ⌊−1.25⌋
}

TEST(Functions, ValuesWorkedOutByHand) {
  EXPECT_EQ(value_of("round", 0.5), 0);
  EXPECT_EQ(value_of("round", 1.5), 2);
  EXPECT_EQ(value_of("round", -2.5), -2);
  EXPECT_EQ(value_of("fmod", -7, 3), -1);
  EXPECT_EQ(value_of("mod", -7, 3), 2);
  EXPECT_EQ(value_of("mod", 7, -3), -2);
  EXPECT_EQ(value_of("mod", -6, 3), 0);
  EXPECT_EQ(value_of("mod", -1, kInf), kInf);
  EXPECT_EQ(value_of("hardsigmoid", 1), 0.2F + 0.5);
  EXPECT_EQ(value_of("hardswish", 3), 3);
  EXPECT_EQ(value_of("hardswish", -3), 0);
  EXPECT_EQ(value_of("shrink", -0.5), 0);
  EXPECT_EQ(value_of("shrink", 0.75), 0.75);
  EXPECT_EQ(value_of("softsign", -3), -0.75);
  EXPECT_NEAR(value_of("selu", 1), 1.0507009873554805, 1e-7);
  EXPECT_NEAR(value_of("gelu", 1), 0.8413447460685429, 1e-15);
  EXPECT_NEAR(value_of("gelutanh", 1), 0.8411919906082768, 1e-15);
  EXPECT_NEAR(value_of("softplus", -800), 0, 0);
  EXPECT_EQ(value_of("softplus", 800), 800);
}

TEST(Functions, WhereTakesWhatIsChosenAsItIs) {
  const FunctionInfo& where = function_info(function_named("where"));
  const auto chosen = [&](double condition) {
    const std::array<double, kMaxArity> arguments{condition, 5, kInf};
    return where.scalar(arguments.data(), nullptr);
  };
  EXPECT_EQ(chosen(1), 5);
  EXPECT_EQ(chosen(-0.5), 5);
  EXPECT_EQ(chosen(kNaN), 5);
  EXPECT_EQ(chosen(0), kInf);
  EXPECT_EQ(chosen(-0.0), kInf);
}

TEST(Functions, SpecialValues) {
  for (const char* word : {"max", "min", "add", "mul", "fmod", "mod"}) {
    EXPECT_TRUE(std::isnan(value_of(word, kNaN, 1))) << word;
    EXPECT_TRUE(std::isnan(value_of(word, 1, kNaN))) << word;
  }
  for (const char* word : {"relu", "sign", "clip", "abs", "elu", "leakyrelu", "hardsigmoid"}) {
    EXPECT_TRUE(std::isnan(value_of(word, kNaN))) << word;
  }
  EXPECT_EQ(value_of("thresholdedrelu", kNaN), 0);
  EXPECT_EQ(value_of("shrink", kNaN), 0);
  EXPECT_EQ(value_of("pow", kNaN, 0), 1);
  EXPECT_TRUE(std::signbit(value_of("relu", -0.0)));
  EXPECT_EQ(value_of("sigmoid", -kInf), 0);
  EXPECT_EQ(value_of("tanh", kInf), 1);
  EXPECT_TRUE(std::isnan(value_of("gelu", -kInf)));  // -inf · 0, as ONNX's formula gives
}

TEST(Functions, AreFoundByTheirWords) {
  for (std::size_t id = 0; id < functions().size(); ++id) {
    EXPECT_EQ(find_function(functions()[id].word), static_cast<FunctionId>(id));
  }
  EXPECT_EQ(find_function("Add"), std::nullopt);
  EXPECT_EQ(find_function(""), std::nullopt);
  EXPECT_THROW(function_named("swish"), InternalError);
  EXPECT_THROW(function_info(static_cast<FunctionId>(functions().size())), InternalError);
}

/// What an entry may not be: each lacks one thing.
struct Whole : elementwise::Function<1, CostClass::kSimple> {
  static constexpr std::string_view kWord = "whole";
  template <typename V>
  static V apply(V x) {
    return x;
  }
};
struct NoWord : elementwise::Function<1, CostClass::kSimple> {
  template <typename V>
  static V apply(V x) {
    return x;
  }
};
struct NoCostNorArity {
  static constexpr std::string_view kWord = "whole";
  template <typename V>
  static V apply(V x) {
    return x;
  }
};
struct NoMeaning : elementwise::Function<1, CostClass::kSimple> {
  static constexpr std::string_view kWord = "whole";
};
struct NoParameter : elementwise::Function<1, CostClass::kSimple> {
  static constexpr std::string_view kWord = "whole";
  template <typename V>
  static V apply(V x, V alpha) {
    return x * alpha;
  }
};
static_assert(elementwise::Entry<Whole>);
static_assert(!elementwise::Entry<NoWord>);
static_assert(!elementwise::Entry<NoCostNorArity>);
static_assert(!elementwise::Entry<NoMeaning>);
static_assert(!elementwise::Entry<NoParameter>);

TEST(Functions, CostClassesHaveWords) {
  EXPECT_EQ(to_string(CostClass::kFree), "free");
  EXPECT_EQ(to_string(CostClass::kComposite), "composite");
  EXPECT_THROW(to_string(static_cast<CostClass>(kCostClassCount)), InternalError);
}

}  // namespace
}  // namespace tilewave
