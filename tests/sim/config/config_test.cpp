// Resolving, precedence, printing, and the table of what is refused in its exact words.
#include "sim/config/config.h"

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "compiler/base/error.h"
#include "sim/config/keys.h"
#include "sim/config/reader.h"
#include "tests/support/error_of.h"

namespace tilewave {
namespace {

using test::error_of;
using ::testing::HasSubstr;

const std::string kConfigs = TILEWAVE_SOURCE_DIR "/configs/";

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

struct WrongText {
  std::string text;
  std::string message;
};

TEST(ConfigReader, RefusesWhatIsNotAConfig) {
  const std::string expected = "expected '[section]', 'key = value' or '# comment', not ";
  const std::vector<WrongText> cases = {
      {"", "edge.ini: is empty; a config file needs at least one 'key = value'"},
      {"# nothing\n\n[sram]\n",
       "edge.ini: sets no key; a config file needs at least one 'key = value'"},
      {"[sram]\nbanks 8\n", "edge.ini:2: " + expected + "'banks 8'"},
      {"[sram\nbanks=8\n", "edge.ini:1: " + expected + "'[sram'"},
      {"\n; note\n", "edge.ini:2: " + expected + "'; note'"},
      {"[sram]\n[sramm]\n", "edge.ini:2: unknown section 'sramm'; did you mean 'sram'?"},
      {"[]\n", "edge.ini:1: unknown section ''"},
      {"[ sram ]\n", "edge.ini:1: unknown section ' sram '; did you mean 'sram'?"},
      {"[network]\n", "edge.ini:1: unknown section 'network'"},
      {"[sram]\n\nbank = 8\n", "edge.ini:3: unknown key 'sram.bank'; did you mean 'sram.banks'?"},
      {"[sram]\n= 8\n",
       "edge.ini:2: expected '[section]', 'key = value' or '# comment', not '= 8'"},
      {"size = 8\n", "edge.ini:1: key 'size' stands before any [section]"},
      {"[schedule]\nsram_bytes=4\n", "edge.ini:2: unknown key 'schedule.sram_bytes'"},
      {"[sram]\nsize=64KiB\r\n# again\nsize=32KiB\r\n",
       "edge.ini:4: sram.size=32KiB is given twice; first in line 2 as 64KiB"},
      {"sram.size=64KiB\n[sram]\nsize=64KiB\n",
       "edge.ini:3: sram.size=64KiB is given twice; first in line 1 as 64KiB"},
      {std::string("[sram]\n\0", 8), "edge.ini: is not a text file: byte \\x00 at offset 7"},
      {"\x1b[31m", "edge.ini: is not a text file: byte \\x1b at offset 0"},
  };
  for (const WrongText& wrong : cases) {
    EXPECT_EQ(error_of([&] { parse_config_text("edge.ini", wrong.text); }), wrong.message);
  }
}

TEST(ConfigReader, ReadsWhatEditorsWrite) {
  const auto source = parse_config_text("edge.ini",
                                        "\xEF\xBB\xBF# first\r\n [sram] # unit\r\n\tsize = 64 KiB "
                                        "# small\r\nbanks=8\n[sram]\nports=2");
  ASSERT_EQ(source.settings.size(), 3U);
  EXPECT_EQ(source.settings[0].key, "sram.size");
  EXPECT_EQ(source.settings[0].value, "64 KiB");
  EXPECT_EQ(source.settings[0].line, 3U);
  EXPECT_EQ(source.settings[2].key, "sram.ports");
  EXPECT_EQ(source.settings[2].line, 6U);
}

TEST(ConfigReader, RefusesWhatIsNotAFile) {
  const auto read = [](const std::string& path) {
    return error_of([&] { read_config_file(path); });
  };
  const std::string folder = ::testing::TempDir();
  EXPECT_EQ(read(folder + "none.ini"), folder + "none.ini: no such config file");
  EXPECT_EQ(read(""), ": no such config file");
  EXPECT_EQ(read(folder), folder + ": is a directory, not a config file");
  EXPECT_EQ(read("/dev/null"),
            "/dev/null: is empty; a config file needs at least one 'key = value'");
  EXPECT_EQ(read("/proc/self/mem"), "/proc/self/mem: cannot be read: Input/output error");
  EXPECT_EQ(read("/dev/zero"), "/dev/zero: is larger than 1 MiB, too large for a config file");
}

TEST(ConfigReader, ReadsAtMostOneMebibyte) {
  const std::string path = ::testing::TempDir() + std::to_string(getpid()) + "_tilewave_large.ini";
  const std::string setting = "[sram]\nbanks=8\n";
  const auto write = [&](std::size_t bytes) {
    std::ofstream(path) << setting << std::string(bytes - setting.size(), '\n');
  };
  write(kMaxConfigFileBytes);
  EXPECT_EQ(read_config_file(path).settings.size(), 1U);
  write(kMaxConfigFileBytes + 1);
  EXPECT_THAT(error_of([&] { read_config_file(path); }), HasSubstr("is larger than 1 MiB"));
  std::filesystem::remove(path);
}

TEST(Config, RefusesWrongValues) {
  const std::string sizes = " (such as 4096, 64B, 16KiB, 1.5MiB or 1GiB)";
  const std::string size_range = "; allowed: 64B..1GiB, a multiple of 64B";
  const std::string clocks = " (such as 250ps, 1ns, 1.5GHz or 800MHz); allowed: 10ps..1us";
  const std::vector<WrongText> cases = {
      {"[sram]\nbanks=0", "edge.ini:2: sram.banks=0 is out of range; allowed: 1..1024"},
      {"[sram]\nbanks=",
       "edge.ini:2: sram.banks= is empty (a plain whole number); allowed: 1..1024"},
      {"[sram]\nsize=10KB",
       "edge.ini:2: sram.size=10KB is ambiguous: write KiB instead of KB" + sizes + size_range},
      {"[sram]\nsize=12300", "edge.ini:2: sram.size=12300 is not a multiple of 64" + size_range},
      {"[tile]\nm=0", "edge.ini:2: tile.m=0 is out of range; allowed: 1..256 or auto"},
      {"[tile]\nn=257", "edge.ini:2: tile.n=257 is out of range; allowed: 1..256 or auto"},
      {"[tile]\nk=Auto",
       "edge.ini:2: tile.k=Auto is not a count (a plain whole number); allowed: 1..256 or auto"},
      {"[sram]\nport_bytes=24",
       "edge.ini:2: sram.port_bytes=24 is not a power of two; allowed: 1B..1KiB, a power of two"},
      {"[sram]\nbanks=24",
       "edge.ini:2: sram.banks=24 does not fit: sram.banks x sram.interleave_bytes (24 x 64B = "
       "1536B) must divide sram.size (256KiB)"},
      {"[sram]\nport_bytes=128",
       "edge.ini:2: sram.port_bytes=128 does not fit: sram.port_bytes (128B) must not exceed "
       "sram.interleave_bytes (64B)"},
      {"[clock]\nperiod=101GHz", "edge.ini:2: clock.period=101GHz is out of range" + clocks},
      {"[compute]\ndataflow=OS",
       "edge.ini:2: compute.dataflow=OS is not a choice; did you mean 'os'?; allowed: os, ws, is "
       "or simd"},
      {"[compute]\ndrain=yes",
       "edge.ini:2: compute.drain=yes is neither on nor off; allowed: on or off"},
      {"[compute]\ndrain=on\ndataflow=ws",
       "edge.ini:2: compute.drain=on has no effect with compute.dataflow=ws"},
      {"[compute]\nmacs_per_cycle=64",
       "edge.ini:2: compute.macs_per_cycle=64 has no effect with compute.dataflow=os"},
      {"[compute]\ndataflow=simd\nrows=16",
       "edge.ini:3: compute.rows=16 has no effect with compute.dataflow=simd"},
      {"[dram]\ninterleave_bytes=128",
       "edge.ini:2: dram.interleave_bytes=128 has no effect with dram.model=simple and "
       "dram.channels=1"},
      {"[sequencer]\noverlap=off\nqueue_depth=4",
       "edge.ini:3: sequencer.queue_depth=4 has no effect with sequencer.overlap=off"},
  };
  for (const WrongText& wrong : cases) {
    EXPECT_EQ(error_of([&] { resolve_text(wrong.text); }), wrong.message);
  }
}

TEST(Config, RefusesWrongSettings) {
  EXPECT_EQ(error_of([] {
              resolve_all({given({{"sram.bank", "8"}})});
            }),
            "command line: unknown key 'sram.bank'; did you mean 'sram.banks'?");
  EXPECT_EQ(error_of([] {
              resolve_all({given({{"sram.banks", "8"}, {"sram.banks", "4"}})});
            }),
            "command line: sram.banks=4 is given twice; first as 8");
}

TEST(Config, LaterSourcesWin) {
  const auto first = parse_config_text("first.ini", "[sram]\nbanks=8\nports=2\nlatency=5\n");
  const auto second = parse_config_text("second.ini", "[sram]\nbanks=4\nports=4\n");
  const Config config = resolve_all({first, second, given({{"sram.banks", "2"}})});
  EXPECT_EQ(config.machine.sram.banks, 2U);
  EXPECT_EQ(config.machine.sram.ports, 4U);
  EXPECT_EQ(config.machine.sram.latency, 5U);
  EXPECT_EQ(resolve_all({second, first}).machine.sram.banks, 8U);
}

TEST(Config, SchedulerSeesTheSramOfTheMachine) {
  EXPECT_EQ(resolve_text("[sram]\nsize=64KiB").schedule.sram_bytes, 65536U);
}

TEST(Config, SaysWhomToBlameForTilesThatDoNotFit) {
  EXPECT_EQ(resolve_all({}).tiles_place, "");
  EXPECT_EQ(resolve_text("[sram]\nsize=10KiB").tiles_place, "edge.ini:2: sram.size=10KiB");
  const auto file = parse_config_text("edge.ini", "[sram]\nsize=64KiB\n[compute]\nrows=256\n");
  EXPECT_EQ(resolve_all({file, given({{"tile.m", "64"}})}).tiles_place, "command line: tile.m=64");
}

TEST(Config, TilesFollowFromTheArrayAndTheTypesThatAreMultiplied) {
  const auto types = [](std::initializer_list<ElementType> all) {
    ElementTypes set;
    for (const ElementType type : all) {
      set.set(static_cast<std::size_t>(type));
    }
    return set;
  };
  const auto tile = [&](const std::string& dataflow, const ElementTypes& factors) {
    const Config config =
        resolve_text("[compute]\nrows=16\ncols=8\nrate.i8=4\nrate.bf16=2\ndataflow=" + dataflow);
    return static_cast<TileShape>(config_for(config, factors).tile);
  };
  const ElementTypes none;
  EXPECT_EQ(tile("os", types({ElementType::kI8})), (TileShape{16, 8, 8}));
  EXPECT_EQ(tile("ws", none), (TileShape{16, 16, 16}));
  EXPECT_EQ(tile("ws", types({ElementType::kF32})), (TileShape{16, 16, 16}));
  EXPECT_EQ(tile("ws", types({ElementType::kBf16})), (TileShape{32, 32, 32}));
  EXPECT_EQ(tile("ws", types({ElementType::kF32, ElementType::kI8})), (TileShape{64, 64, 64}));
  EXPECT_EQ(tile("is", types({ElementType::kI8})), (TileShape{8, 64, 64}));
  const auto square = [](const std::string& array) {
    const TileShape ws = config_for(resolve_text("[compute]\ndataflow=ws\n" + array), {}).tile;
    EXPECT_EQ(ws, (TileShape{ws.n, ws.n, ws.n}));
    return ws.n;
  };
  EXPECT_EQ(square("rows=16\ncols=12"), 48U);  // whole folds of both
  EXPECT_EQ(square("rows=2\ncols=3"), 6U);
  EXPECT_EQ(square("rows=48\ncols=20"), 48U);  // 240: two steps of it are 1.3 MiB
  EXPECT_EQ(square("rows=48\ncols=20\n[sram]\nsize=2MiB"), 240U);
  EXPECT_EQ(square("rows=100\ncols=96\n[sram]\nsize=1GiB"), 100U);  // 2400
  EXPECT_EQ(square("rows=512\ncols=16"), 256U);
  // Whoever says what they are has them.
  const Config given_k = resolve_text("[compute]\ndataflow=ws\nrate.i8=8\n[tile]\nk=24");
  EXPECT_EQ(config_for(given_k, types({ElementType::kI8})).tile.k, 24U);
}

TEST(Config, BlamesTheLatestOfSeveralKeys) {
  const auto file = parse_config_text("edge.ini", "[sram]\nbanks=32\n");
  EXPECT_THAT(error_of([&] {
                resolve_all({file, given({{"sram.size", "13KiB"}})});
              }),
              HasSubstr("command line: sram.size=13KiB does not fit"));
}

TEST(Config, ALaterChoiceSupersedesSilently) {
  const auto file = parse_config_text("edge.ini", "[compute]\nrows=16\ndrain=on\n");
  const Config config = resolve_all({file, given({{"compute.dataflow", "simd"}})});
  EXPECT_EQ(config.machine.compute.rows, ComputeConfig{}.rows);  // as if it had not been given
  EXPECT_FALSE(config.machine.compute.drain);
  EXPECT_EQ(print_config(config), print_config(resolve_text("[compute]\ndataflow=simd")));
}

TEST(Config, ALaterChoiceDoesNotExcuseWhatNeverHadAnEffect) {
  const auto simd = given({{"compute.dataflow", "simd"}});
  const auto weights = parse_config_text("edge.ini", "[compute]\ndataflow=ws\ndrain=on\n");
  EXPECT_EQ(error_of([&] {
              resolve_all({weights, simd});
            }),
            "edge.ini:3: compute.drain=on has no effect with compute.dataflow=simd");
  // Repeating the choice changes nothing.
  const auto rows = parse_config_text("edge.ini", "[compute]\ndataflow=simd\nrows=16\n");
  EXPECT_THAT(error_of([&] { resolve_all({rows, simd}); }), HasSubstr("has no effect"));
  // The choice came first, the key later.
  EXPECT_EQ(error_of([&] {
              resolve_all({simd, parse_config_text("late.ini", "[compute]\nrows=16\n")});
            }),
            "late.ini:2: compute.rows=16 has no effect with compute.dataflow=simd");
  // A later source may also give a key its effect.
  EXPECT_TRUE(resolve_all({weights, given({{"compute.dataflow", "os"}})}).machine.compute.drain);
}

TEST(Configs, DefaultIniIsTheBuiltInDefault) {
  const SettingSource file = read_config_file(kConfigs + "default.ini");
  expect_equal(resolve_all({file}), Config{});
  std::set<std::string> in_file;
  for (const Setting& setting : file.settings) {
    in_file.insert(setting.key);
  }
  for_each_key(Config{}, [&](std::string_view name, const std::string&) {
    EXPECT_TRUE(in_file.contains(std::string(name))) << name << " is missing in default.ini";
  });
}

TEST(Configs, TheLargeArrayIsFedByLargeTiles) {
  const Config config = resolve_all({read_config_file(kConfigs + "array-128.ini")});
  EXPECT_EQ(config.tile, Tiling(TileShape{128, 128, 128}));
  EXPECT_EQ(config.machine.compute.rows, config.tile.m);
  EXPECT_EQ(config.machine.compute.cols, config.tile.n);
  // The array needs two tiles of 64 KiB every 128 cycles; the SRAM streams twice that.
  const SramConfig& sram = config.machine.sram;
  EXPECT_EQ(sram.banks * sram.ports * sram.port_bytes, 2U * (2 * 65536 / 128));
}

TEST(Configs, BoundMachinesAreBoundByWhatTheySay) {
  // Cycles of a step, and of its operands' 2 · 4096 bytes.
  const MachineCosts compute =
      resolve_all({read_config_file(kConfigs + "compute-bound.ini")}).schedule.costs;
  EXPECT_EQ(compute.step_cycles, 512U);
  EXPECT_EQ(compute.chain_cycles, 0U);
  EXPECT_EQ(8192 / compute.dram_bytes_per_cycle, 320);
  const MachineCosts starved =
      resolve_all({read_config_file(kConfigs + "bandwidth-starved.ini")}).schedule.costs;
  EXPECT_EQ(starved.step_cycles, 32U);
  EXPECT_EQ(8192 / starved.dram_bytes_per_cycle, 2048);
}

TEST(Configs, TileflowIniIsTheGoldenBaseline) {
  const Config config = resolve_all({read_config_file(kConfigs + "tileflow.ini")});
  EXPECT_EQ(config.schedule.eviction, Eviction::kLru);
  EXPECT_EQ(config.schedule.buffering, Buffering::kSingle);
  EXPECT_EQ(config.schedule.loop_order, LoopOrder::kMnk);
  EXPECT_FALSE(config.schedule.forwarding);
  EXPECT_EQ(config.schedule.sram_bytes, 262144U);
}

}  // namespace
}  // namespace tilewave
