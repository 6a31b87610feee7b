// Windows and scopes as people write them, right and wrong.
#include "sim/watch/wave_window.h"

#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "tests/support/error_of.h"

namespace tilewave {
namespace {

TEST(WaveWindow, Times) {
  const WaveTimes times = parse_wave_times("10us..20.5us");
  EXPECT_EQ(times.from.time(833), 10'000'000U);
  EXPECT_EQ(times.to.time(833), 20'500'000U);
  const WaveTimes cycles = parse_wave_times("100..200");
  EXPECT_EQ(cycles.from.time(833), 83'300U);
  EXPECT_EQ(cycles.to.time(833), 166'600U);
  EXPECT_EQ(parse_wave_times("0..1ms").to.time(1000), 1'000'000'000U);
  EXPECT_EQ(parse_wave_times("0..18446744073709551615").to.time(1000), kNever);
}

TEST(WaveWindow, OpsAndScopes) {
  EXPECT_EQ(parse_wave_ops("7..7").first, 7U);
  EXPECT_EQ(parse_wave_ops("1000..2000").last, 2000U);
  EXPECT_EQ(parse_wave_scopes("dram,compute,dram"),
            (std::vector<std::string>{"compute", "dram"}));  // in the order of the waveform
}

template <typename Parse>
std::string error_of(Parse&& parse, const char* text) {
  return test::error_of([&] { parse(text); });
}

TEST(WaveWindow, RefusesWhatIsNone) {
  const auto times = [](const char* text) { return error_of(parse_wave_times, text); };
  const char* form = " is not of the form FROM..TO, such as 10us..20us, or 5000..6000 in cycles";
  for (const std::string text : {"", "..", "10us", "10us..", "..10us", "10us.20us"}) {
    EXPECT_EQ(times(text.c_str()), text + form);
  }
  EXPECT_EQ(times("20us..10us"), "20us..10us ends when or before it begins");
  EXPECT_EQ(times("5..5"), "5..5 ends when or before it begins");
  EXPECT_EQ(times("0us..0us"), "0us..0us ends when or before it begins");
  EXPECT_EQ(times("10..20us"), "10..20us has one end in cycles and one in time");
  EXPECT_EQ(times("10us..20"), "10us..20 has one end in cycles and one in time");
  EXPECT_EQ(times("-1us..2us"), "-1us..2us: -1us is negative (such as 250ps, 60ns, 1.5us or 1ms)");
  EXPECT_EQ(times("1us..2us..3us").substr(0, 27), "1us..2us..3us: 2us..3us is ");
  EXPECT_EQ(times("0.5ps..1us").substr(0, 21), "0.5ps..1us: 0.5ps is ");
  EXPECT_EQ(times("1us..99999999999999999999s").substr(0, 28), "1us..99999999999999999999s: ");

  const auto ops = [](const char* text) { return error_of(parse_wave_ops, text); };
  EXPECT_EQ(ops("5"), "5 is not of the form FROM..TO, such as 1000..2000");
  EXPECT_EQ(ops("6..5"), "6..5 ends before it begins");
  EXPECT_EQ(ops("1..2us"), "1..2us: 2us is not a count (a plain whole number)");

  const auto scopes = [](const char* text) { return error_of(parse_wave_scopes, text); };
  const std::string allowed =
      "; allowed: load_dma, store_dma, compute, vector, queues, sram, bus, dram";
  EXPECT_EQ(scopes("compute,drum"), "'drum' is not a scope; did you mean 'dram'?" + allowed);
  EXPECT_EQ(scopes(""), "'' is not a scope" + allowed);
  EXPECT_EQ(scopes("bus,"), "'' is not a scope" + allowed);
}

}  // namespace
}  // namespace tilewave
