// Quantities: exact both ways, and every refusal in its exact words.
#include "sim/base/units.h"

#include <limits>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/base/error.h"

namespace tilewave {
namespace {

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
constexpr Picoseconds kShortest = 10;
constexpr Picoseconds kLongest = 1'000'000;

struct Good {
  std::string text;
  std::uint64_t value;
};

struct Bad {
  std::string text;
  std::string message;
};

template <typename Parse>
void expect_all(const std::vector<Good>& cases, Parse parse) {
  for (const Good& good : cases) {
    EXPECT_EQ(parse(good.text), good.value) << good.text;
  }
}

template <typename Parse>
void expect_all(const std::vector<Bad>& cases, Parse parse) {
  for (const Bad& bad : cases) {
    try {
      parse(bad.text);
      ADD_FAILURE() << "'" << bad.text << "' was accepted";
    } catch (const InputError& error) {
      EXPECT_EQ(std::string(error.what()), bad.message);
    }
  }
}

Picoseconds parse_clock(std::string_view text) {
  const ClockPeriod period = parse_clock_period(text, kShortest, kLongest);
  EXPECT_TRUE(period.is_whole()) << text;
  return period.numerator();
}

TEST(Units, ReadsBytes) {
  expect_all(std::vector<Good>{{"0", 0},
                               {"4096", 4096},
                               {"64B", 64},
                               {"64 B", 64},
                               {"007", 7},
                               {"16KiB", 16384},
                               {"1.5KiB", 1536},
                               {"2MiB", 2097152},
                               {"0.0000152587890625MiB", 16},  // 2^20 / 2^16
                               {"1GiB", 1073741824},
                               {"18446744073709551615", kMax},
                               {"17179869183GiB", 17179869183ULL << 30U}},
             parse_bytes);
}

TEST(Units, RefusesBytes) {
  const std::string forms = " (such as 4096, 64B, 16KiB, 1.5MiB or 1GiB)";
  expect_all(std::vector<Bad>{{"", " is empty" + forms},
                              {"-1", "-1 is negative" + forms},
                              {"-1KiB", "-1KiB is negative" + forms},
                              {"10KB", "10KB is ambiguous: write KiB instead of KB" + forms},
                              {"10kB", "10kB is ambiguous: write KiB instead of kB" + forms},
                              {"1MB", "1MB is ambiguous: write MiB instead of MB" + forms},
                              {"1GB", "1GB is ambiguous: write GiB instead of GB" + forms},
                              {"1TB", "1TB is not a size" + forms},
                              {"1kib", "1kib is not a size" + forms},
                              {"10Kib", "10Kib is not a size" + forms},
                              {"10b", "10b is not a size" + forms},
                              {"nan", "nan is not a size" + forms},
                              {"inf", "inf is not a size" + forms},
                              {"+1", "+1 is not a size" + forms},
                              {"-", "- is not a size" + forms},
                              {"--1", "--1 is not a size" + forms},
                              {"KiB", "KiB is not a size" + forms},
                              {".5KiB", ".5KiB is not a size" + forms},
                              {"5.KiB", "5.KiB is not a size" + forms},
                              {"1.5.5KiB", "1.5.5KiB is not a size" + forms},
                              {"1,5KiB", "1,5KiB is not a size" + forms},
                              {"0x10", "0x10 is not a size" + forms},
                              {"1e3", "1e3 is not a size" + forms},
                              {"1 2", "1 2 is not a size" + forms},
                              {" 1", " 1 is not a size" + forms},
                              {"1 ", "1  is not a size" + forms},
                              {"1KiB ", "1KiB  is not a size" + forms},
                              {"1KiB!", "1KiB! is not a size" + forms},
                              {std::string("1\0", 2), "1\\x00 is not a size" + forms},
                              {"0.5", "0.5 is not a whole number of bytes" + forms},
                              {"1.0001KiB", "1.0001KiB is not a whole number of bytes" + forms},
                              {"18446744073709551616", "18446744073709551616 is too large" + forms},
                              {"17179869184GiB", "17179869184GiB is too large" + forms}},
             parse_bytes);
}

TEST(Units, ReadsTimes) {
  expect_all(
      std::vector<Good>{
          {"0ps", 0}, {"250ps", 250}, {"60ns", 60'000}, {"1.25 ns", 1250}, {"1ms", 1'000'000'000}},
      parse_time);
}

TEST(Units, RefusesTimes) {
  const std::string forms = " (such as 250ps, 60ns, 1.5us or 1ms)";
  expect_all(
      std::vector<Bad>{{"", " is empty" + forms},
                       {"60", "60 has no unit" + forms},
                       {"0", "0 has no unit" + forms},
                       {"1s", "1s is not a time" + forms},
                       {"1MHz", "1MHz is not a time" + forms},
                       {"-5ns", "-5ns is negative" + forms},
                       {"0.5ps", "0.5ps is not a whole number of picoseconds" + forms},
                       {"1.0001ns", "1.0001ns is not a whole number of picoseconds" + forms},
                       {"18446744073709551615ns", "18446744073709551615ns is too large" + forms}},
      parse_time);
}

TEST(Units, ReadsClockPeriods) {
  expect_all(std::vector<Good>{{"1ns", 1000},
                               {"833ps", 833},
                               {"1GHz", 1000},
                               {"800MHz", 1250},
                               {"2.5GHz", 400},
                               {"100GHz", 10},
                               {"1MHz", 1'000'000},
                               {"1000kHz", 1'000'000},
                               {"1000000Hz", 1'000'000}},
             parse_clock);
}

TEST(Units, TakesTheExactPeriodOfAFrequency) {
  struct Case {
    const char* text;
    std::uint64_t numerator;
    std::uint64_t denominator;
    const char* printed;
  };
  for (const Case& c : std::vector<Case>{
           {"1.5GHz", 2000, 3, "1.5GHz"},
           {"1500MHz", 2000, 3, "1.5GHz"},
           {"700MHz", 10000, 7, "700MHz"},
           {"2.4GHz", 1250, 3, "2.4GHz"},
           {"1.2GHz", 2500, 3, "1.2GHz"},
           {"99GHz", 1000, 99, "99GHz"},
           {"1.000001MHz", 1'000'000'000'000, 1'000'001, "1.000001MHz"},
           {"33.333333333MHz", 1'000'000'000'000'000, 33'333'333'333, "33.333333333MHz"},
           {"2GHz", 500, 1, "500ps"},
           {"1GHz", 1000, 1, "1ns"}}) {
    const ClockPeriod period = parse_clock_period(c.text, kShortest, kLongest);
    EXPECT_EQ(period.numerator(), c.numerator) << c.text;
    EXPECT_EQ(period.denominator(), c.denominator) << c.text;
    EXPECT_EQ(print_clock_period(period), c.printed);
    EXPECT_EQ(parse_clock_period(c.printed, kShortest, kLongest), period);
  }
}

TEST(Units, RefusesClockPeriods) {
  const std::string forms = " (such as 250ps, 1ns, 1.5GHz or 800MHz)";
  expect_all(
      std::vector<Bad>{
          {"", " is empty" + forms},
          {"100.1GHz", "100.1GHz is out of range" + forms},
          {"200GHz", "200GHz is out of range" + forms},
          {"2000GHz", "2000GHz is out of range" + forms},
          {"999999Hz", "999999Hz is out of range" + forms},
          {"0Hz", "0Hz is out of range" + forms},
          {"Hz", "Hz is not a frequency" + forms},
          {"1mHz", "1mHz is not a frequency" + forms},
          {"-1GHz", "-1GHz is negative" + forms},
          {"0.1Hz", "0.1Hz is out of range" + forms},
          {"1.0000000000000001GHz",
           "1.0000000000000001GHz is not a whole number of millionths of a hertz" + forms},
          {"20000000GHz", "20000000GHz is too large" + forms},
          {"1.5ps", "1.5ps is not a whole number of picoseconds" + forms},
          {"1000", "1000 has no unit" + forms}},
      parse_clock);
}

TEST(Units, ReadsBandwidths) {
  expect_all(std::vector<Good>{{"1B/s", 1},
                               {"3KB/s", 3'000},
                               {"800MB/s", 800'000'000},
                               {"25.6GB/s", 25'600'000'000},
                               {"25.6 GB/s", 25'600'000'000},
                               {"24GiB/s", 24ULL << 30U}},
             parse_bandwidth);
}

TEST(Units, RefusesBandwidths) {
  const std::string forms = " (such as 800MB/s, 25.6GB/s or 24GiB/s)";
  expect_all(
      std::vector<Bad>{{"25.6", "25.6 has no unit" + forms},
                       {"25.6GB", "25.6GB is not a bandwidth" + forms},
                       {"25.6Gb/s", "25.6Gb/s is not a bandwidth" + forms},
                       {"0.1B/s", "0.1B/s is not a whole number of bytes per second" + forms},
                       {"99999999999GB/s", "99999999999GB/s is too large" + forms}},
      parse_bandwidth);
}

TEST(Units, ReadsCounts) {
  expect_all(std::vector<Good>{{"0", 0}, {"16", 16}, {"18446744073709551615", kMax}}, parse_count);
  const std::string forms = " (a plain whole number)";
  expect_all(
      std::vector<Bad>{{"", " is empty" + forms},
                       {"-0", "-0 is negative" + forms},
                       {"1.5", "1.5 is not a whole number" + forms},
                       {"16KiB", "16KiB is not a count" + forms},
                       {"18446744073709551616", "18446744073709551616 is too large" + forms}},
      parse_count);
}

TEST(Units, ReadsOnAndOff) {
  EXPECT_TRUE(parse_on_off("on"));
  EXPECT_FALSE(parse_on_off("off"));
  expect_all(std::vector<Bad>{{"", " is empty"},
                              {"On", "On is neither on nor off"},
                              {"true", "true is neither on nor off"},
                              {"1", "1 is neither on nor off"}},
             parse_on_off);
}

TEST(Units, PrintsTheShortestForm) {
  EXPECT_EQ(print_bytes(0), "0B");
  EXPECT_EQ(print_bytes(64), "64B");
  EXPECT_EQ(print_bytes(1536), "1536B");
  EXPECT_EQ(print_bytes(262144), "256KiB");
  EXPECT_EQ(print_bytes(1ULL << 30U), "1GiB");
  EXPECT_EQ(print_time(0), "0ps");
  EXPECT_EQ(print_time(1250), "1250ps");
  EXPECT_EQ(print_time(60'000), "60ns");
  EXPECT_EQ(print_time(1'000'000'000), "1ms");
  EXPECT_EQ(print_bandwidth(0), "0B/s");
  EXPECT_EQ(print_bandwidth(25'600'000'000), "25.6GB/s");
  EXPECT_EQ(print_bandwidth(25'000'000'000), "25GB/s");
  EXPECT_EQ(print_bandwidth(1'005'000'000), "1.005GB/s");
  EXPECT_EQ(print_bandwidth(1'000'000'001), "1000000.001KB/s");
  EXPECT_EQ(print_bandwidth(24ULL << 30U), "25769803.776KB/s");
  EXPECT_EQ(print_on_off(true), "on");
  EXPECT_EQ(print_on_off(false), "off");
}

TEST(Units, WhatIsPrintedReadsBackUnchanged) {
  std::mt19937_64 random(1);  // NOLINT: the same numbers every time
  std::vector<std::uint64_t> values = {0, 1, 999, 1000, 1023, 1024, kMax - 1, kMax};
  for (int i = 0; i < 20'000; ++i) {
    std::uint64_t value = random() >> (random() % 64);
    for (std::uint64_t round = random() % 4; round > 0 && value < kMax / 1024; --round) {
      value *= (random() % 2 != 0) ? 1000 : 1024;
    }
    values.push_back(value);
  }
  for (const std::uint64_t value : values) {
    ASSERT_EQ(parse_bytes(print_bytes(value)), value);
    ASSERT_EQ(parse_time(print_time(value)), value);
    ASSERT_EQ(parse_bandwidth(print_bandwidth(value)), value);
  }
}

}  // namespace
}  // namespace tilewave
