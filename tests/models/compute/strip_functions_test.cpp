// Every elementwise function of every kernel against the function's meaning, over grids of ordinary
// and of special values.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/program/functions.h"
#include "models/compute/kernel.h"
#include "tests/support/kernels.h"

namespace tilewave {
namespace {

using Values = std::vector<float>;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kLargest = std::numeric_limits<float>::max();

/// As infinite as each other, or within the bound that kernel.h states. What rounds to infinity in
/// float may be the largest float.
bool close(double expected, float value) {
  if (std::isnan(expected) || std::isnan(value)) {
    return std::isnan(expected) && std::isnan(value);
  }
  if (std::isinf(value) || std::fabs(expected) > double{kLargest}) {
    return std::signbit(expected) == std::signbit(value) &&
           std::fabs(expected) >= double{kLargest} * (1 - 1e-5) &&
           std::fabs(value) >= kLargest * (1 - 1e-5F);
  }
  return std::fabs(expected - double{value}) <= 1e-5 * std::fabs(expected) + 1e-6;
}

Values special_values() {
  Values values;
  for (const float positive : {0.0F,   kInf,   kNaN,    1e-45F,   1e-39F,     1.17549435e-38F,
                               1e-30F, 1e-8F,  1e-3F,   0.1F,     0.5F,       1.0F,
                               1.5F,   2.0F,   2.5F,    3.0F,     3.1415927F, 6.0F,
                               7.5F,   10.0F,  17.3F,   87.3F,    88.7F,      88.8F,
                               103.9F, 104.1F, 1000.5F, 65504.0F, 8388607.5F, 16777216.0F,
                               1e10F,  1e20F,  1e30F,   kLargest}) {
    values.push_back(positive);
    values.push_back(-positive);
  }
  return values;
}

struct Arguments {
  Values a;
  Values b;
  Values c;

  void add(float first, float second, float third) {
    a.push_back(first);
    b.push_back(second);
    c.push_back(third);
  }
  void resize(std::size_t size) {
    for (Values* values : {&a, &b, &c}) {
      values->resize(size);
    }
  }
  StripArguments from(std::size_t first) const {
    return {a.data() + first, b.data() + first, c.data() + first};
  }
};

/// What the meaning of a function is asked of.
std::array<double, kMaxArity> meant(const FunctionInfo& info, const Arguments& arguments,
                                    std::size_t i) {
  std::array<double, kMaxArity> values{};
  const std::array<float, kMaxArity> bits{arguments.a[i], arguments.b[i], arguments.c[i]};
  std::transform(bits.begin(), bits.end(), values.begin(), [&info](float value) {
    return info.of_integers ? static_cast<double>(std::bit_cast<std::int32_t>(value))
                            : static_cast<double>(value);
  });
  return values;
}

/// All pairs of special values, or all of them alone, and random ones near zero and of any bits.
Arguments arguments_of(std::size_t arity, std::mt19937& random) {
  Arguments arguments;
  for (const float a : special_values()) {
    for (const float b : arity >= 2 ? special_values() : Values{0}) {
      arguments.add(a, b, a - b);
    }
  }
  std::normal_distribution<float> near(0, 5);
  for (int i = 0; i < 50'000; ++i) {
    const auto any = [&random] {
      return std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    };
    arguments.add(near(random), near(random), near(random));
    arguments.add(any(), any(), any());
  }
  return arguments;
}

std::vector<Values> parameters_of(const FunctionInfo& info) {
  std::vector<Values> settings(1, Values(kMaxParameters));
  for (std::size_t i = 0; i < info.parameters.size(); ++i) {
    settings[0][i] = info.parameters[i].otherwise;
  }
  if (info.of_integers) {
    settings.push_back({0x1p16F, 0});
    settings.push_back({1000003, 0});
    settings.push_back({0x1p31F, 0});
  } else if (!info.parameters.empty()) {
    settings.push_back({0.25F, 0.75F});
    settings.push_back({-1.5F, 3.0F});
  }
  return settings;
}

class StripFunctions : public ::testing::TestWithParam<const Kernel*> {
 protected:
  Values run(std::size_t id, const Arguments& arguments, const Values& parameters) const {
    Values result(arguments.a.size(), 7.0F);
    GetParam()->functions[id](result.data(), arguments.from(0), parameters.data(), result.size());
    return result;
  }
};

INSTANTIATE_TEST_SUITE_P(All, StripFunctions, ::testing::ValuesIn(runnable_kernels()),
                         [](const auto& kernel) { return std::string(kernel.param->name); });

TEST_P(StripFunctions, AreThereForEveryFunction) {
  ASSERT_EQ(GetParam()->functions.size(), functions().size());
}

TEST_P(StripFunctions, AreCloseToTheMeaning) {
  std::mt19937 random(1);
  for (std::size_t id = 0; id < functions().size(); ++id) {
    const FunctionInfo& info = functions()[id];
    const Arguments arguments = arguments_of(info.arity, random);
    for (const Values& parameters : parameters_of(info)) {
      const Values values = run(id, arguments, parameters);
      for (std::size_t i = 0; i < values.size(); ++i) {
        const auto each = meant(info, arguments, i);
        const double expected = info.scalar(each.data(), parameters.data());
        ASSERT_TRUE(info.of_integers ? expected == values[i] : close(expected, values[i]))
            << info.word << "(" << each[0] << ", " << each[1] << ", " << each[2] << "; "
            << parameters[0] << ", " << parameters[1] << ") = " << values[i] << ", not "
            << expected;
      }
    }
  }
}

TEST_P(StripFunctions, ValuesDoNotDependOnTheirPlace) {
  std::mt19937 random(2);
  for (std::size_t id = 0; id < functions().size(); ++id) {
    Arguments arguments = arguments_of(functions()[id].arity, random);
    const Values parameters = parameters_of(functions()[id])[0];
    arguments.resize(40);
    const Values all = run(id, arguments, parameters);
    for (std::size_t first = 0; first < 9; ++first) {
      for (std::size_t count = 0; first + count <= 40; count += 1 + count / 9) {
        Values part(count + 1, 7.0F);
        GetParam()->functions[id](part.data(), arguments.from(first), parameters.data(), count);
        for (std::size_t i = 0; i < count; ++i) {
          ASSERT_TRUE(std::bit_cast<std::uint32_t>(part[i]) ==
                          std::bit_cast<std::uint32_t>(all[first + i]) ||
                      (std::isnan(part[i]) && std::isnan(all[first + i])))
              << functions()[id].word << " of element " << i << " among " << count;
        }
        ASSERT_EQ(part[count], 7.0F);  // nothing is written beyond
      }
    }
  }
}

TEST_P(StripFunctions, WriteOverAnyOperand) {
  std::mt19937 random(3);
  for (std::size_t id = 0; id < functions().size(); ++id) {
    Arguments arguments = arguments_of(1, random);
    arguments.resize(1003);
    const Values parameters = parameters_of(functions()[id])[0];
    const Values apart = run(id, arguments, parameters);
    for (std::size_t over = 0; over < functions()[id].arity; ++over) {
      Arguments copy = arguments;
      Values& values = *std::array{&copy.a, &copy.b, &copy.c}[over];
      GetParam()->functions[id](values.data(), copy.from(0), parameters.data(), 1003);
      EXPECT_THAT(values, ::testing::Pointwise(::testing::NanSensitiveFloatEq(), apart))
          << functions()[id].word;
    }
  }
}

TEST_P(StripFunctions, OfNothingDoNothing) {
  for (const StripFunction function : GetParam()->functions) {
    float value = 7;
    const Values parameters(kMaxParameters);
    function(&value, {&value, &value, &value}, parameters.data(), 0);
    EXPECT_EQ(value, 7);
  }
}

TEST_P(StripFunctions, RemaindersAreExact) {
  std::mt19937 random(4);
  Arguments arguments = arguments_of(2, random);
  const Values rests = run(function_named("fmod"), arguments, {});
  for (std::size_t i = 0; i < rests.size(); ++i) {
    const float expected = std::fmod(arguments.a[i], arguments.b[i]);
    ASSERT_TRUE(rests[i] == expected || (std::isnan(rests[i]) && std::isnan(expected)))
        << arguments.a[i] << " mod " << arguments.b[i];
  }
}

TEST_P(StripFunctions, ReluIsTheKernelsOwnBitByBit) {
  std::mt19937 random(5);
  const Arguments arguments = arguments_of(1, random);
  Values expected(arguments.a.size());
  GetParam()->relu(expected.data(), arguments.a.data(), expected.size());
  const Values values = run(function_named("relu"), arguments, {});
  for (std::size_t i = 0; i < values.size(); ++i) {
    ASSERT_EQ(std::bit_cast<std::uint32_t>(values[i]), std::bit_cast<std::uint32_t>(expected[i]));
  }
}

}  // namespace
}  // namespace tilewave
