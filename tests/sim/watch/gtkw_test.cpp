// The waveform and its save file in the hands of Debian's GTKWave tools.
#include "sim/watch/gtkw.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "compiler/graph/builtins.h"
#include "sim/watch/run_wave.h"
#include "tests/sim/watch/vcd_reader.h"
#include "tests/support/networks.h"
#include "tests/support/runs.h"

namespace tilewave {
namespace {

namespace fs = std::filesystem;
using test::VcdReader;

class GtkWave : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  /// Writes wave.vcd; a tensor has a name that is hard to write.
  RunResult run() {
    Program program = test::compile(build_builtin("mlp:70x70x40x33"), {}).program;
    program.tensors[0].name = "a\\b \xc3\xa4 $end";
    OutputFile file("--vcd", path("wave.vcd"));
    RunWave wave(file, {});
    RunOptions options;
    options.observer = &wave;
    const RunResult result = run_program(program, find_hazards(program), {}, options);
    file.commit();
    save_ = gtkw_text(path("wave.vcd"), wave.variables(), wave.from(), wave.to());
    return result;
  }

  fs::path folder_ = fs::path(testing::TempDir()) / ("tilewave_gtk_" + std::to_string(getpid()));
  std::string save_;
};

TEST_F(GtkWave, ConvertsTheWaveformAndFindsEverySignalInIt) {
  if (std::system("command -v vcd2fst fst2vcd > /dev/null") != 0) {
    GTEST_SKIP() << "vcd2fst is not installed: scripts/dependencies test";
  }
  const RunResult result = run();
  const std::string line = "cd '" + folder_.string() +
                           "' && vcd2fst wave.vcd wave.fst > vcd2fst.log 2>&1 && "
                           "fst2vcd wave.fst > back.vcd";
  ASSERT_EQ(std::system(line.c_str()), 0);
  EXPECT_EQ(fs::file_size(path("vcd2fst.log")), 0U) << "it complains";
  const VcdReader written(path("wave.vcd"));
  const VcdReader back(path("back.vcd"));
  ASSERT_EQ(back.signals().size(), written.signals().size());
  for (const auto& [signal, code] : written.signals()) {
    ASSERT_TRUE(back.has(signal)) << signal;
    EXPECT_EQ(back.changes(signal).size(), written.changes(signal).size()) << signal;
  }
  EXPECT_EQ(back.end(), written.end());
  for (const Engine unit : result.units.all()) {
    for (int state = 0; state < kEngineStateCount; ++state) {
      EXPECT_EQ(back.time_at(std::string(to_string(unit)) + ".state",
                             to_string(static_cast<EngineState>(state))),
                result.engine(unit).cycles[static_cast<std::size_t>(state)] * 1000);
    }
  }
}

TEST_F(GtkWave, TheSaveFileNamesEverySignalOnceAndNoFolder) {
  run();
  EXPECT_EQ(save_.find(folder_.string()), std::string::npos);
  EXPECT_NE(save_.find("[dumpfile] \"wave.vcd\"\n[savefile] \"wave.gtkw\"\n"), std::string::npos);
  std::set<std::string> named;
  std::istringstream lines(save_);
  int depth = 0;
  for (std::string line; std::getline(lines, line);) {
    depth += line == "@800200" ? 1 : line == "@1000200" ? -1 : 0;
    if (line.find('.') != std::string::npos && line[0] >= 'a' && line[0] <= 'z') {
      EXPECT_EQ(depth, 1) << line << " is in no group";
      EXPECT_TRUE(named.insert(line.substr(0, line.find('['))).second) << line;
    }
  }
  EXPECT_EQ(depth, 0);
  const VcdReader wave(path("wave.vcd"));
  EXPECT_EQ(named.size(), wave.signals().size());
  for (const auto& [signal, code] : wave.signals()) {
    EXPECT_TRUE(named.contains(signal)) << signal;
  }
}

TEST(GtkwPath, HasTheStemOfTheWaveform) {
  EXPECT_EQ(gtkw_path("a.b/wave.vcd"), "a.b/wave.gtkw");
  EXPECT_EQ(gtkw_path("wave.2.vcd"), "wave.2.gtkw");
}

}  // namespace
}  // namespace tilewave
