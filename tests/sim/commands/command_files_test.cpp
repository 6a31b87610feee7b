// The files of a command line: an output never replaces an input, nothing is left behind however
// the program ends, and odd names do no harm.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "compiler/base/sanitizer.h"
#include "tests/support/program.h"

namespace tilewave {
namespace {

namespace fs = std::filesystem;
using test::read;
using test::Result;
using ::testing::HasSubstr;

const std::string kGraph = "graph g\ninput x 8x8\ny = relu x\noutput y\n";

class CommandFiles : public test::ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    write("r.graph", kGraph);
    write("e.ini", "[sram]\nbanks = 8\n");
    write("part.ini", read(TILEWAVE_SOURCE_DIR "/configs/dram/ddr4-3200.ini"));
    write("t.trace", "R 0\nW 64\n");
    ASSERT_EQ(tilewave("compile r.graph -o p.twp").code, 0);
  }

  std::vector<std::string> hidden() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      if (entry.path().filename().string().starts_with('.')) {
        names.push_back(entry.path().filename().string());
      }
    }
    return names;
  }

  /// Started, and ended by `number` as soon as its first temporary file is there.
  int code_after(int number, const std::vector<std::string>& words) const {
    const pid_t child = ::fork();
    if (child == 0) {
      const int nothing = ::open("/dev/null", O_RDWR);
      ::dup2(nothing, STDOUT_FILENO);
      ::dup2(nothing, STDERR_FILENO);
      std::vector<char*> arguments = {const_cast<char*>(TILEWAVE_BINARY)};
      for (const std::string& word : words) {
        arguments.push_back(const_cast<char*>(word.c_str()));
      }
      arguments.push_back(nullptr);
      if (::chdir(folder_.c_str()) == 0) {
        ::execv(TILEWAVE_BINARY, arguments.data());
      }
      ::_exit(99);
    }
    for (int i = 0; i < 5000 && hidden().empty(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    EXPECT_FALSE(hidden().empty());
    ::kill(child, number);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
};

TEST_F(CommandFiles, AnOutputIsNoInput) {
  fs::create_symlink("r.graph", path("link.graph"));
  fs::create_hard_link(path("r.graph"), path("hard.graph"));
  fs::create_directory(path("in"));
  write("in/input_0.pb", "x");
  write("in/output_0.pb", "x");
  write("points.csv", "sram.banks,dram.model,dram.preset\n8,banked,./part.ini\n");
  write("sweep.ini", "[sweep]\nmodels = r.graph\n[over]\nsram.banks = 8,16\n");
  write("m.onnx", "x");
  const std::vector<std::string> refused = {
      "run r.graph --json r.graph",
      "run r.graph --json ./link.graph",
      "run link.graph --json r.graph",
      "run hard.graph --json in/../r.graph",
      "run r.graph --trace hard.graph",
      "run r.graph --layers r.graph",
      "run hard.graph --ops r.graph",
      "run hard.graph --dram-trace r.graph",
      "model r.graph --json r.graph",
      "model link.graph --json hard.graph",
      "model m.onnx --inputs in --json in/input_0.pb",
      "compile r.graph -o r.graph",
      "compile r.graph -o link.graph",
      "compile p.twp -o p.twp --format binary",
      "explain r.graph --json hard.graph",
      "explain --program p.twp --json p.twp",
      "run --program p.twp --json p.twp",
      "run r.graph --program p.twp --json p.twp",
      "run p.twp --trace p.twp",
      "run r.graph -c e.ini --json e.ini",
      "compile r.graph -c e.ini -o e.ini",
      "run r.graph --dram.model=banked --dram.preset=./part.ini --json part.ini",
      "dram-trace t.trace --json t.trace",
      "dram-trace t.trace -c e.ini --json e.ini",
      "dram-trace t.trace --dram.preset=part.ini --json part.ini",
      "run m.onnx --inputs in --json in/input_0.pb",
      "run m.onnx --inputs in/input_0.pb --json in/input_0.pb",
      "run m.onnx --expect in --json in/output_0.pb",
      "sweep r.graph --over sram.banks=8,16 --csv r.graph",
      "sweep r.graph --over sram.banks=8,16 -c e.ini --json e.ini",
      "sweep r.graph --points points.csv --csv points.csv",
      "sweep r.graph --points points.csv --json part.ini",
      "sweep --file sweep.ini --csv sweep.ini",
      "sweep --file sweep.ini --csv r.graph",
      "sweep r.graph --over dram.preset=./part.ini,ddr4-3200 --dram.model=banked --csv part.ini",
      "run r.graph --json /dev/fd/3 3<> r.graph",
  };
  for (const std::string& arguments : refused) {
    const Result result = tilewave(arguments);
    EXPECT_EQ(result.code, 2) << arguments << "\n" << result.err;
    EXPECT_THAT(result.err, HasSubstr("which it would replace")) << arguments;
    EXPECT_EQ(read(path("r.graph")), kGraph) << arguments;
    EXPECT_EQ(read(path("in/input_0.pb")), "x") << arguments;
  }
  expect_refused("sweep r.graph --over sram.banks=8,16 --store r.graph", "--store r.graph");
  EXPECT_EQ(read(path("r.graph")), kGraph);
  EXPECT_EQ(read(path("e.ini")), "[sram]\nbanks = 8\n");
  EXPECT_TRUE(hidden().empty());
  // Beside the inputs, and over what is none, is fine.
  EXPECT_EQ(tilewave("run r.graph -c e.ini --json in/r.json").code, 0);
  EXPECT_EQ(tilewave("run r.graph -c e.ini --json in/r.json").code, 0);
  EXPECT_EQ(tilewave("run r.graph --json /dev/null -c e.ini").code, 0);
}

TEST_F(CommandFiles, TwoOutputsAreTwoFiles) {
  write("a.json", "{}");
  fs::create_hard_link(path("a.json"), path("b.json"));
  expect_refused("run r.graph --json a.json --trace b.json", "is the file of two outputs");
  expect_refused("run r.graph --json a.json --trace ./a.json", "is the file of two outputs");
  expect_refused("sweep r.graph --over sram.banks=8,16 --json a.json --csv b.json",
                 "is the file of two outputs");
}

TEST_F(CommandFiles, NothingIsLeftBehindBySignals) {
  const std::vector<std::vector<std::string>> commands = {
      {"run", "gemm:2048x2048x2048", "--json", "a.json", "--vcd", "a.vcd", "--report", "a.html",
       "--layers", "l.csv", "--ops", "o.csv", "--dram-trace", "d.trace"},
      {"compile", "gemm:8192x8192x4096", "-o", "a.twp"},
      {"explain", "gemm:4096x4096x2048", "--json", "a.json"},
      {"sweep", "gemm:1024x1024x1024", "--over", "dma.setup=0..9+1", "--csv", "a.csv", "-j1"},
  };
  for (const auto& words : commands) {
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
      EXPECT_EQ(code_after(number, words), 128 + number) << words[0];
      for (const std::string& name : hidden()) {
        ADD_FAILURE() << words[0] << " left " << name;
        fs::remove(path(name));
      }
    }
  }
}

TEST_F(CommandFiles, AFileThatGetsTooLargeIsAnError) {
  const std::string in_little = "2>/dev/null; ulimit -f 1; '" TILEWAVE_BINARY "' ";
  for (const std::string arguments :
       {"run gemm:256x256x256 --timing-only --trace a.json", "compile gemm:256x256x256 -o a.twp",
        "run gemm:64x64x64 --report a.html", "run gemm:256x256x256 --timing-only --ops a.csv",
        "run gemm:256x256x256 --timing-only --dram-trace a.stl"}) {
    const Result result = tilewave("--version >/dev/null" + in_little + arguments);
    EXPECT_EQ(result.code, 2) << arguments;
    EXPECT_THAT(result.err, HasSubstr("File too large")) << arguments;
  }
  EXPECT_TRUE(hidden().empty());
}

TEST_F(CommandFiles, NamesThatAreNotUtf8) {
  const std::string odd = "caf\xE9";
  write(odd + ".graph", kGraph);
  write(odd + ".trace", "R 0\n");
  write(odd + ".ini", read(TILEWAVE_SOURCE_DIR "/configs/dram/ddr4-3200.ini"));
  ASSERT_EQ(tilewave("compile r.graph -o '" + odd + ".twp'").code, 0);
  const std::string preset = " --dram.model=banked --dram.preset='./" + odd + ".ini'";
  for (const std::string& arguments :
       {"run '" + odd + ".graph' --json -", "run '" + odd + ".graph' --json -" + preset,
        "run '" + odd + ".twp' --json -", "run r.graph --program '" + odd + ".twp' --json -",
        "model '" + odd + ".graph' --json -", "explain '" + odd + ".graph' --json -",
        "explain --program '" + odd + ".twp' --json -", "dram-trace '" + odd + ".trace' --json -",
        "sweep '" + odd + ".graph' --over sram.banks=8 --json -",
        "sweep r.graph --over sram.banks=8 --json -" + preset}) {
    const Result result = tilewave(arguments);
    EXPECT_EQ(result.code, 0) << arguments << "\n" << result.err;
    EXPECT_TRUE(nlohmann::json::accept(result.out)) << arguments;
    EXPECT_THAT(result.out, HasSubstr("caf\xEF\xBF\xBD")) << arguments;
  }
  for (const std::string option : {"--trace a.json", "--report a.html", "--vcd a.vcd",
                                   "--layers a.csv --ops b.csv", "--dram-trace a.trace"}) {
    EXPECT_EQ(tilewave("run '" + odd + ".graph' " + option).code, 0) << option;
  }
  expect_refused("run '" + odd + ".none'", "caf\xEF\xBF\xBD.none: no such model file");
}

TEST_F(CommandFiles, LongNamesAreShortened) {
  const std::string name(100'000, 'x');
  for (const std::string& arguments :
       {"run " + name, "compile " + name, "explain --program " + name, "check " + name,
        "model " + name, "model " + name + ".onnx", "dram-trace " + name, "run r.graph -c " + name,
        "run r.graph --json " + name,
        "run r.graph --dram.model=banked --dram.preset=" + name + "/x", "run r.graph --" + name,
        "run gemm:" + name, "run r.graph --sram.size=" + name, name,
        "sweep " + name + " --over sram.banks=8", "sweep r.graph --over " + name,
        "sweep --file " + name, "sweep --collect " + name}) {
    const Result result = tilewave(arguments);
    EXPECT_EQ(result.code, 2) << arguments.substr(0, 40);
    EXPECT_LT(result.err.size(), 2000U) << arguments.substr(0, 40);
    EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << arguments.substr(0, 40);
  }
}

TEST_F(CommandFiles, MemoryThatIsNotThere) {
  if (kAddressSanitizer) {
    GTEST_SKIP() << "the sanitizer needs more addresses than are given here";
  }
  const std::string binary = "'" TILEWAVE_BINARY "' ";
  bool refused = false;
  for (int kibibytes = 16000; kibibytes < 120'000; kibibytes += 2000) {
    const Result result =
        tilewave("--version >/dev/null 2>/dev/null; ulimit -c 0; ulimit -v " +
                 std::to_string(kibibytes) + "; " + binary + "run gemm:1024x1024x1024");
    if (result.code == 127) {
      continue;  // the dynamic loader says so itself
    }
    if (result.code == 2) {
      EXPECT_EQ(result.err, "tilewave: out of memory\n") << kibibytes;
      refused = true;
    } else {
      EXPECT_EQ(result.code, 0) << kibibytes << " " << result.err;
    }
  }
  EXPECT_TRUE(refused);
}

TEST_F(CommandFiles, MemoryByWhatIsTouched) {
  const std::string rest =
      "\nops\nload x[0,0] -> 0\nload w[0,0] -> 0x100\n"
      "matmul y[0,0] k=0 a=0 b=0x100 -> 0x200 clear\nstore y[0,0] <- 0x200\n";
  const std::string head = "tilewave-program 3\ntile 8 8 8\nsram 0x1000\n";
  write("far.twp", head +
                       "tensor x input 8x8 tile 8x8 dram 0x0\ntensor w param 8x8 tile 8x8 dram "
                       "0x100\ntensor y output 8x8 tile 8x8 dram 0x3ffffff00" +
                       rest);
  write("large.twp", head +
                         "tensor x input 32768x65536 tile 8x8 dram 0x200000000\ntensor w param 8x8 "
                         "tile 8x8 dram 0x0\ntensor y output 8x8 tile 8x8 dram 0x100" +
                         rest);
  for (const std::string name : {"far.twp", "large.twp"}) {
    for (const std::string options : {"", " --dram.layout=tiled"}) {
      const Result result = tilewave("run " + name + options + " --json -");
      ASSERT_EQ(result.code, 0) << name << result.err;
      const auto json = nlohmann::json::parse(result.out);
      // Tensors and DRAM of 8 and 16 GiB, of which hardly anything is touched.
      EXPECT_LT(json["host"]["peak_rss_bytes"].get<double>(), kAddressSanitizer ? 200e6 : 100e6)
          << name << options;
      EXPECT_EQ(json["verdict"], "consistent");
    }
  }
}

TEST_F(CommandFiles, AProgramBringsItsOwnTiles) {
  const std::string small = " --tile.m=16 --tile.n=16 --tile.k=16 --sram.size=3KiB";
  ASSERT_EQ(tilewave("compile gemm:64x64x64" + small + " -o s.twp").code, 0);
  for (const std::string command :
       {"run s.twp", "run --program s.twp", "run gemm:64x64x64 --program s.twp", "explain s.twp",
        "explain --program s.twp", "compile s.twp", "run s.twp --print-config"}) {
    const Result result = tilewave(command + " --sram.size=3KiB");
    EXPECT_EQ(result.code, 0) << command << "\n" << result.err;
  }
  EXPECT_EQ(tilewave("sweep s.twp --over sram.size=3KiB,4KiB").code, 0);
  expect_refused("run s.twp --sram.size=2KiB", "SRAM");
  for (const std::string command :
       {"run gemm:64x64x64", "explain gemm:64x64x64", "compile gemm:64x64x64",
        "compile gemm:64x64x64 --dump uops", "run gemm:64x64x64 --print-config"}) {
    expect_refused(command + " --sram.size=3KiB",
                   "tilewave: command line: sram.size=3KiB does not fit: graph 'gemm': a step of "
                   "matmul 'out' needs 12288 bytes of SRAM for its tiles; there are 3072");
  }
}

TEST_F(CommandFiles, AProgramOfOtherTypesIsNotTheModels) {
  ASSERT_EQ(tilewave("compile gemm:8x8x8:bf16 -o b.twp").code, 0);
  EXPECT_EQ(tilewave("run gemm:8x8x8:bf16 --program b.twp").code, 0);
  for (const std::string type : {"f32", "f16", "i8"}) {
    expect_refused("run gemm:8x8x8:" + type + " --program b.twp",
                   "b.twp: the program does not match the model: ");
  }
}

TEST_F(CommandFiles, BordersDoNotCountForTheLargestTensor) {
  // Of 2^24 + 1 rows; rounded up to whole tiles of 256 columns it would have more than 2^32 elements.
  EXPECT_EQ(tilewave("run gemm:16777217x1x1 --timing-only --tile.m=256 --tile.n=256 --tile.k=256 "
                     "--sram.size=1MiB")
                .code,
            0);
}

TEST_F(CommandFiles, TilesFitAsLargeAsTheyAreAndOfTheirTypes) {
  const std::string large = " --timing-only --compute.rows=256 --compute.cols=256";
  EXPECT_EQ(tilewave("run gemm:16x16x16:i8" + large).code, 0);
  EXPECT_EQ(tilewave("run gemm:128x128x128:i8 --tile.m=128 --tile.n=128 --tile.k=128 "
                     "--sram.size=96KiB --timing-only")
                .code,
            0);
  expect_refused("run gemm:256x256x256" + large,
                 "command line: compute.rows=256 does not fit: graph 'gemm': a step of");
}

TEST_F(CommandFiles, PrintConfigReadsBackAndChecksWhatIsNamed) {
  for (const std::string name :
       {"a #b.ini", " a.ini", "a\".ini", "a\\.ini", "a\n.ini", "a;b.ini"}) {
    write(name, read(TILEWAVE_SOURCE_DIR "/configs/dram/ddr4-3200.ini"));
    write("name", "./" + name);
    const std::string options = " --dram.model=banked --dram.preset=\"$(cat name)\"";
    const Result printed = tilewave("run r.graph --print-config" + options);
    ASSERT_EQ(printed.code, 0) << printed.err;
    write("printed.ini", printed.out);
    const Result again = tilewave("run r.graph -c printed.ini --print-config");
    EXPECT_EQ(again.code, 0) << again.err;
    EXPECT_EQ(again.out, printed.out);
  }
  EXPECT_EQ(tilewave("run --print-config").out, tilewave("run p.twp --print-config").out);
  expect_refused("run nope --print-config", "nope: no such model file");
  for (const std::string option :
       {"--program p.twp", "--json a.json", "--vcd a.vcd", "--trace a.json", "--report a.html",
        "--layers a.csv", "--ops a.csv", "--expect .", "--inputs .", "--batch 2", "--timing-only",
        "--seed 3", "--kernel=auto", "--verify=off"}) {
    expect_refused("run r.graph --print-config " + option,
                   "has no effect with --print-config, which runs nothing");
  }
}

TEST_F(CommandFiles, StandardInputAndSeveralFiles) {
  write("bad.twp", "tilewave-program 3\n");
  const std::string ok = "p.twp: ok, 3 ops (1 load, 1 execute, 1 store)";
  EXPECT_THAT(tilewave("check - < p.twp").out, HasSubstr("standard input: ok, 3 ops"));
  const Result both = tilewave("check p.twp bad.twp ./p.twp nope.twp");
  EXPECT_EQ(both.code, 2);
  EXPECT_THAT(both.out, HasSubstr(ok));
  EXPECT_THAT(both.out, HasSubstr("./" + ok));
  EXPECT_THAT(both.err, HasSubstr("tilewave: bad.twp"));
  EXPECT_THAT(both.err, HasSubstr("tilewave: nope.twp: no such program file"));
  EXPECT_EQ(tilewave("check p.twp p.twp").code, 0);
  for (const std::string arguments :
       {"run - < r.graph", "run - < p.twp", "run --program - < p.twp",
        "run r.graph --program - < p.twp", "compile - < r.graph", "explain - < r.graph",
        "model - < r.graph", "explain --program - < p.twp", "dram-trace - < t.trace",
        "run r.graph -c - < e.ini", "explain r.graph --timing-only",
        "explain p.twp --timing-only --simulate", "run --program p.twp --json a.json"}) {
    const Result result = tilewave(arguments);
    EXPECT_EQ(result.code, 0) << arguments << "\n" << result.err;
  }
  const auto json = nlohmann::json::parse(read(path("a.json")));
  EXPECT_EQ(json["model"], "p.twp");
  EXPECT_EQ(json["program"], "p.twp");
  expect_refused("run - --program - < p.twp", "standard input cannot be read twice");
  expect_refused("check - - < p.twp", "standard input cannot be read twice");
  expect_refused("sweep - --over sram.banks=8 < r.graph", "standard input cannot be one");
  expect_refused("run - < /dev/null", "standard input: is empty");
}

TEST_F(CommandFiles, MoreProductsThanAProgramHasStepsFor) {
  for (const std::string model : {"gemm:1x33554465x1", "mlp:1x33554433x1"}) {
    expect_refused("run " + model + " --timing-only", " tiles of 32 products; allowed are 1048576");
  }
}

}  // namespace
}  // namespace tilewave
