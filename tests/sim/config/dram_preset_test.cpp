// Presets by path: what is no file of a sensible size is refused, and nothing is read for ever.
#include "sim/config/dram_preset.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/support/dram_parts.h"

namespace tilewave {
namespace {

namespace fs = std::filesystem;
using test::message_of;

const std::string kFolder = TILEWAVE_SOURCE_DIR "/configs/dram";

class DramPresetFile : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override { fs::remove_all(folder_); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  fs::path folder_ = fs::path(::testing::TempDir()) / "tilewave_dram_preset";
};

TEST_F(DramPresetFile, APathIsReadFromItsFile) {
  const std::string path = kFolder + "/hbm2.ini";
  EXPECT_EQ(find_dram_preset(path).name, path);
  EXPECT_EQ(find_dram_preset(path).timing.access_bytes, 32U);
  EXPECT_EQ(find_dram_preset("hbm2").name, "hbm2");
}

TEST_F(DramPresetFile, RefusesWhatIsNone) {
  EXPECT_EQ(message_of([] { find_dram_preset("none/x.ini"); }), "none/x.ini: no such DRAM preset");
  EXPECT_EQ(message_of([] { find_dram_preset(kFolder + "/"); }),
            kFolder + "/: is a directory, not a DRAM preset");
  EXPECT_EQ(message_of([] { find_dram_preset("/dev/zero"); }),
            "/dev/zero: is larger than 1 MiB, too large for a DRAM preset");
  EXPECT_EQ(message_of([] { find_dram_preset("/dev/null"); }),
            "/dev/null: key 'clock_ps' is missing, allowed is an integer from 1 to 1000000");
}

TEST_F(DramPresetFile, HasALimit) {
  const std::ifstream in(kFolder + "/ddr4.ini");
  std::ostringstream text;
  text << in.rdbuf() << '#';
  std::string padded = text.str();
  padded.resize(kMaxDramPresetBytes, ' ');
  std::ofstream(path("most.ini")) << padded;
  EXPECT_EQ(find_dram_preset(path("most.ini")).timing.read_latency, 22U);
  std::ofstream(path("more.ini")) << padded << ' ';
  EXPECT_EQ(message_of([&] { find_dram_preset(path("more.ini")); }),
            path("more.ini") + ": is larger than 1 MiB, too large for a DRAM preset");
}

}  // namespace
}  // namespace tilewave
