// Conversions of elements: every 16-bit pattern and many of single precision, against formulas that
// know values only, and every kernel against the reference bit by bit.
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "models/compute/kernel.h"
#include "tests/support/kernels.h"

namespace tilewave {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

/// A format of 16 bits: a sign, an exponent and a fraction of so many bits.
struct SmallFloat {
  ElementType type;
  int fraction_bits;
  int bias;

  int exponent_bits() const { return 15 - fraction_bits; }
  /// The value of a pattern, by the definition of the format.
  double value(std::uint16_t pattern) const {
    const int exponent = pattern >> fraction_bits & ((1 << exponent_bits()) - 1);
    const int fraction = pattern & ((1 << fraction_bits) - 1);
    const double sign = (pattern & 0x8000) != 0 ? -1.0 : 1.0;
    if (exponent == (1 << exponent_bits()) - 1) {
      return fraction != 0 ? std::nan("") : sign * HUGE_VAL;
    }
    if (exponent == 0) {
      return sign * std::ldexp(fraction, 1 - bias - fraction_bits);
    }
    return sign * std::ldexp((1 << fraction_bits) + fraction, exponent - bias - fraction_bits);
  }
  std::uint16_t infinity() const {
    return static_cast<std::uint16_t>(0x7FFF >> fraction_bits << fraction_bits);
  }
  /// The pattern nearest to a value that is no NaN, ties to even: found among all patterns, which
  /// are in the order of their values; infinity counts as the value that would follow.
  std::uint16_t nearest(double value) const {
    const double magnitude = std::abs(value);
    const double beyond = std::ldexp(1.0, (1 << exponent_bits()) - 1 - bias);
    const auto value_or_beyond = [&](int pattern) {
      return pattern == infinity() ? beyond : this->value(static_cast<std::uint16_t>(pattern));
    };
    int low = 0;
    int high = infinity();
    while (high - low > 1) {
      const int middle = (low + high) / 2;
      (value_or_beyond(middle) <= magnitude ? low : high) = middle;
    }
    const double below = magnitude - value_or_beyond(low);
    const double above = value_or_beyond(high) - magnitude;
    const int pattern = below < above || (below == above && low % 2 == 0) ? low : high;
    return static_cast<std::uint16_t>(pattern | (std::signbit(value) ? 0x8000 : 0));
  }
};

constexpr SmallFloat kSmallFloats[] = {{ElementType::kBf16, 7, 127}, {ElementType::kF16, 10, 15}};

std::vector<std::uint16_t> all_patterns() {
  std::vector<std::uint16_t> patterns(1 << 16);
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    patterns[i] = static_cast<std::uint16_t>(i);
  }
  return patterns;
}

/// Any bits; and around each value of either small format, halfway and next to it.
std::vector<float> interesting_floats() {
  std::vector<float> floats = {0.0F,
                               -0.0F,
                               kNaN,
                               -kNaN,
                               kInf,
                               -kInf,
                               65504.0F,
                               65519.996F,
                               65520.0F,
                               std::ldexp(1.0F, -24),
                               std::ldexp(1.0F, -25),
                               1e-45F,
                               3.4028235e38F};
  for (const std::uint32_t bits : {0x7F800001U, 0xFF800001U, 0x7FBFFFFFU, 0x7FC12345U, 0xFFFFFFFFU,
                                   0x7F80FFFFU, 0x7F801FFFU}) {
    floats.push_back(std::bit_cast<float>(bits));
  }
  for (const SmallFloat& format : kSmallFloats) {
    for (const std::uint16_t pattern : all_patterns()) {
      const double value = format.value(pattern);
      const double next = format.value(static_cast<std::uint16_t>(pattern + 1));
      const auto halfway = static_cast<float>(value / 2 + next / 2);
      floats.insert(floats.end(), {static_cast<float>(value), halfway,
                                   std::nextafter(halfway, kInf), std::nextafter(halfway, -kInf)});
    }
  }
  std::mt19937 random(1);
  for (int i = 0; i < 200000; ++i) {
    floats.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(random())));
  }
  return floats;
}

/// Around the halves and the limits of integers.
std::vector<float> floats_for_integers() {
  std::vector<float> floats = interesting_floats();
  for (int i = -520; i <= 520; ++i) {
    const float half = static_cast<float>(i) / 2;
    floats.insert(floats.end(), {half, std::nextafter(half, kInf), std::nextafter(half, -kInf)});
  }
  for (const float edge : {2147483648.0F, 4194304.5F, 8388607.5F, 16777216.0F}) {
    for (const float value : {edge, std::nextafter(edge, kInf), std::nextafter(edge, 0.0F)}) {
      floats.insert(floats.end(), {value, -value});
    }
  }
  return floats;
}

class ConversionTest : public ::testing::TestWithParam<const Kernel*> {
 protected:
  template <typename Element>
  static std::vector<float> widen(const std::vector<Element>& elements, ElementType type) {
    std::vector<float> result(elements.size(), 7.0F);
    GetParam()->widen(result.data(), elements.data(), type, elements.size());
    return result;
  }
  template <typename Element>
  static std::vector<Element> narrow(const std::vector<float>& values, ElementType type) {
    std::vector<Element> result(values.size(), Element{7});
    GetParam()->narrow(result.data(), values.data(), type, values.size());
    return result;
  }

  /// To the nearest, ties to even, saturating, NaN zero.
  template <typename Integer>
  static void expect_integers(ElementType type) {
    const std::vector<float> values = floats_for_integers();
    const auto integers = narrow<Integer>(values, type);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double value = values[i];
      double expected = std::floor(value);
      const double rest = value - expected;
      expected += rest > 0.5 || (rest == 0.5 && std::fmod(expected, 2.0) != 0) ? 1 : 0;
      expected = std::min(expected, double{std::numeric_limits<Integer>::max()});
      expected = std::max(expected, double{std::numeric_limits<Integer>::min()});
      ASSERT_EQ(static_cast<double>(integers[i]), std::isnan(value) ? 0.0 : expected) << value;
    }
  }
};

INSTANTIATE_TEST_SUITE_P(All, ConversionTest, ::testing::ValuesIn(runnable_kernels()),
                         [](const auto& kernel) { return std::string(kernel.param->name); });

TEST_P(ConversionTest, EverySmallFloatWidensToItsValue) {
  const std::vector<std::uint16_t> patterns = all_patterns();
  for (const SmallFloat& format : kSmallFloats) {
    const std::vector<float> values = widen(patterns, format.type);
    for (std::size_t i = 0; i < patterns.size(); ++i) {
      const double expected = format.value(patterns[i]);
      if (std::isnan(expected)) {
        // Sign, quiet, and the payload in the upper bits.
        const auto bits = std::bit_cast<std::uint32_t>(values[i]);
        const std::uint32_t fraction = patterns[i] & ((1U << format.fraction_bits) - 1);
        ASSERT_EQ(bits, (patterns[i] & 0x8000U) << 16 | 0x7FC00000U |
                            fraction << (23 - format.fraction_bits));
      } else {
        ASSERT_EQ(double{values[i]}, expected) << patterns[i];
        ASSERT_EQ(std::signbit(values[i]), std::signbit(expected)) << patterns[i];
      }
    }
  }
}

TEST_P(ConversionTest, EverySmallFloatComesBack) {
  const std::vector<std::uint16_t> patterns = all_patterns();
  for (const SmallFloat& format : kSmallFloats) {
    const auto back = narrow<std::uint16_t>(widen(patterns, format.type), format.type);
    const auto quiet = static_cast<std::uint16_t>(1 << (format.fraction_bits - 1));
    for (std::size_t i = 0; i < patterns.size(); ++i) {
      const bool nan = std::isnan(format.value(patterns[i]));
      ASSERT_EQ(back[i], nan ? patterns[i] | quiet : patterns[i]);
    }
  }
}

TEST_P(ConversionTest, FloatsNarrowToTheNearestSmallFloat) {
  const std::vector<float> values = interesting_floats();
  for (const SmallFloat& format : kSmallFloats) {
    const auto patterns = narrow<std::uint16_t>(values, format.type);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (std::isnan(values[i])) {
        const auto bits = std::bit_cast<std::uint32_t>(values[i]) | 0x00400000U;
        const std::uint32_t payload = (bits & 0x7FFFFFU) >> (23 - format.fraction_bits);
        ASSERT_EQ(patterns[i], (bits >> 16 & 0x8000U) | format.infinity() | payload);
      } else {
        ASSERT_EQ(patterns[i], format.nearest(values[i])) << values[i];
      }
    }
  }
}

TEST_P(ConversionTest, KnownSmallFloats) {
  using Patterns = std::vector<std::uint16_t>;
  // Halves: 1 + 2^-11 lies between 1 and 1 + 2^-10, 65520 between the largest and what follows.
  EXPECT_EQ(narrow<std::uint16_t>({1.0F, -2.0F, 65504.0F, 65520.0F, 1.00048828125F, 5.9604645e-8F,
                                   2.9802322e-8F, 6.1035156e-5F},
                                  ElementType::kF16),
            (Patterns{0x3C00, 0xC000, 0x7BFF, 0x7C00, 0x3C00, 0x0001, 0x0000, 0x0400}));
  EXPECT_EQ(narrow<std::uint16_t>({1.0F, -2.0F, 3.4028235e38F, 1.00390625F, 1.01171875F, 1e-45F},
                                  ElementType::kBf16),
            (Patterns{0x3F80, 0xC000, 0x7F80, 0x3F80, 0x3F82, 0x0000}));
}

TEST_P(ConversionTest, BytesWidenToTheirValues) {
  std::vector<std::int8_t> bytes(256);
  std::vector<std::uint8_t> unsigned_bytes(256);
  for (int i = 0; i < 256; ++i) {
    bytes[static_cast<std::size_t>(i)] = static_cast<std::int8_t>(i - 128);
    unsigned_bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(i);
  }
  const std::vector<float> from_signed = widen(bytes, ElementType::kI8);
  const std::vector<float> from_unsigned = widen(unsigned_bytes, ElementType::kU8);
  for (int i = 0; i < 256; ++i) {
    EXPECT_EQ(from_signed[static_cast<std::size_t>(i)], static_cast<float>(i - 128));
    EXPECT_EQ(from_unsigned[static_cast<std::size_t>(i)], static_cast<float>(i));
  }
}

TEST_P(ConversionTest, IntegersWidenToTheNearestFloat) {
  // From 2^24 on not every integer is a float: ties go to the even one.
  const std::vector<std::int32_t> integers = {
      0, -1, 16777216, 16777217, 16777219, -16777217, 33554434, 2147483647, -2147483647 - 1};
  const std::vector<float> expected = {0,         -1,       16777216,      16777216,      16777220,
                                       -16777216, 33554432, 2147483648.0F, -2147483648.0F};
  EXPECT_EQ(widen(integers, ElementType::kI32), expected);
}

TEST_P(ConversionTest, FloatsNarrowToTheNearestInteger) {
  expect_integers<std::int8_t>(ElementType::kI8);
  expect_integers<std::uint8_t>(ElementType::kU8);
  expect_integers<std::int32_t>(ElementType::kI32);
}

TEST_P(ConversionTest, SinglePrecisionIsCopied) {
  const std::vector<std::uint32_t> bits = {0x7F800001, 0x3F800000, 0x80000000, 0xFFFFFFFF};
  std::vector<float> values(bits.size());
  GetParam()->widen(values.data(), bits.data(), ElementType::kF32, bits.size());
  std::vector<std::uint32_t> back(bits.size());
  GetParam()->narrow(back.data(), values.data(), ElementType::kF32, bits.size());
  EXPECT_EQ(back, bits);
}

TEST_P(ConversionTest, EveryCountIsTheReferenceBitByBit) {
  std::mt19937 random(3);
  constexpr std::uint8_t kGuard = 0xA5;
  for (std::size_t index = 0; index < kElementTypeCount; ++index) {
    const auto type = static_cast<ElementType>(index);
    const std::size_t size = element_bytes(type);
    for (std::size_t count = 0; count <= 70; ++count) {
      std::vector<std::uint32_t> source(count);
      for (std::uint32_t& bits : source) {
        bits = static_cast<std::uint32_t>(random());
        bits = random() % 2 == 0 ? std::bit_cast<std::uint32_t>(static_cast<float>(bits % 700) / 2)
                                 : bits;
      }
      std::vector<float> floats(count);
      for (std::size_t i = 0; i < count; ++i) {
        floats[i] = std::bit_cast<float>(source[i]);
      }
      std::vector<std::uint8_t> narrowed(count * size + 64, kGuard);  // what follows must survive
      std::vector<std::uint8_t> expected = narrowed;
      GetParam()->narrow(narrowed.data(), floats.data(), type, count);
      reference_kernel().narrow(expected.data(), floats.data(), type, count);
      EXPECT_EQ(narrowed, expected) << to_string(type) << ", " << count;

      std::vector<std::uint32_t> widened(count + 16, 0xA5A5A5A5);
      std::vector<std::uint32_t> expected_widened = widened;
      GetParam()->widen(reinterpret_cast<float*>(widened.data()), source.data(), type, count);
      reference_kernel().widen(reinterpret_cast<float*>(expected_widened.data()), source.data(),
                               type, count);
      EXPECT_EQ(widened, expected_widened) << to_string(type) << ", " << count;
    }
  }
}

}  // namespace
}  // namespace tilewave
