// Completion as the shells do it: bash carries its script out, word by word and at a terminal.
#include "sim/commands/completion.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/commands/commands.h"
#include "sim/config/keys.h"
#include "tests/support/program.h"
#include "tests/support/terminal.h"

namespace tilewave {
namespace {

using test::read;
using ::testing::HasSubstr;

const CommandCompletion& command(const CompletionTable& table, const std::string& name) {
  return *std::ranges::find(table.commands, name, &CommandCompletion::name);
}

const OptionCompletion& option(const CommandCompletion& command, const std::string& name) {
  return *std::ranges::find(command.options, name, &OptionCompletion::name);
}

TEST(Completion, HasWhatTheRegistersHave) {
  const CompletionTable table = completion_table();
  ASSERT_EQ(table.commands.size(), commands().size());
  ASSERT_EQ(table.keys.size(), config_keys().size());
  const CommandCompletion& run = command(table, "run");
  EXPECT_TRUE(run.takes_config);
  EXPECT_EQ(run.operand,
            (WordCompletion{{"mlp:", "gemm:", "bert:", "gpt2:", "vit:", "llama:"}, true, false}));
  EXPECT_EQ(option(run, "--config").letter, "-c");
  EXPECT_THAT(option(run, "--config").value.words, ::testing::Contains("edge"));
  EXPECT_TRUE(option(run, "--config").value.files);
  EXPECT_EQ(option(run, "--kernel").value.words,
            (std::vector<std::string>{"auto", "avx2", "reference"}));
  EXPECT_TRUE(option(run, "--expect").value.directories);
  EXPECT_TRUE(option(run, "--seed").value.empty());
  EXPECT_FALSE(option(run, "--timing-only").takes_value);
  EXPECT_EQ(command(table, "completion").operand.words, (std::vector<std::string>{"bash", "zsh"}));
  EXPECT_EQ(command(table, "help").operand.words, command_names());
}

class CompletionTest : public test::ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    write("complete.bash", tilewave("completion bash").out);
    write("a.json", "");
    write("a b.txt", "");
    std::filesystem::create_directory(path("data"));
  }

  /// What bash has for the line, one a line; and that it says nothing else.
  std::string completed(const std::string& line) const {
    write("try.bash", "cd '" + folder_.string() + "' && source ./complete.bash\nCOMP_LINE='" +
                          line +
                          "'\nCOMP_POINT=${#COMP_LINE}\n_tilewave\nprintf '%s\\n' "
                          "\"${COMPREPLY[@]}\"\n");
    const std::string command =
        "bash --norc '" + path("try.bash") + "' > '" + path("out") + "' 2>&1";
    EXPECT_EQ(std::system(command.c_str()), 0) << line;
    std::string words = read(path("out"));
    std::filesystem::remove(path("out"));
    return words;
  }
};

TEST_F(CompletionTest, OfBash) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"tilewave r", "run\n"},
      {"tilewave --v", "--version\n"},
      {"tilewave run gem", "gemm:\n"},
      {"tilewave run gemm:", "\n"},
      {"tilewave run a.", "a.json\n"},
      {"tilewave run x --js", "--json\n"},
      {"tilewave run x --json a.", "a.json\n"},
      {"tilewave run x --expect d", "data\n"},
      {"tilewave run x --kernel ", "auto\navx2\nreference\n"},
      {"tilewave run x --kernel=r", "reference\n"},
      {"tilewave run x -c edg", "edge\n"},
      {"tilewave run x --config edg", "edge\n"},
      {"tilewave run x --seed ", "\n"},
      {"tilewave run x --timing-only a.", "a.json\n"},
      {"tilewave run x --sram.ban", "--sram.banks=\n"},
      {"tilewave run x --compute.drain=", "on\noff\n"},
      {"tilewave run x --compute.drain of", "off\n"},
      {"tilewave run x --dram.preset=hbm3", "hbm3\n"},
      {"tilewave compile x --dump u", "uops\n"},
      {"tilewave check --sram", "\n"},
      {"tilewave help sw", "sweep\n"},
      {"tilewave completion ", "bash\nzsh\n"},
      {"tilewave diff a.", "a.json\n"},
      {"tilewave nonsense ", "\n"},
  };
  for (const auto& [line, words] : cases) {
    EXPECT_EQ(completed(line), words) << line;
  }
  // Everything that there is can be completed.
  const std::string options = completed("tilewave run x --");
  for (const ConfigKey& key : config_keys()) {
    EXPECT_THAT(options, HasSubstr("--" + key.name + "=\n"));
  }
  EXPECT_THAT(completed("tilewave "), HasSubstr("dram-trace\n"));
}

TEST_F(CompletionTest, AtATerminal) {
  test::Terminal terminal("cd '" + folder_.string() +
                          "' && INPUTRC=/dev/null TERM=dumb PS1='READY> ' exec bash --norc -i");
  ASSERT_TRUE(terminal.wait_for("READY> "));
  terminal.type("source ./complete.bash\n");
  ASSERT_TRUE(terminal.wait_for("READY> "));
  terminal.type("tilewave ru\t-c edg\t--sram.ban\t8 ml\t8x8 a.j\t--dram.preset=ddr4-32\tX");
  EXPECT_TRUE(
      terminal.wait_for("run -c edge --sram.banks=8 mlp:8x8 a.json --dram.preset=ddr4-3200 X"))
      << terminal.output();
}

TEST_F(CompletionTest, OfZshIsWhatZshReads) {
  const std::string script = tilewave("completion zsh").out;
  EXPECT_EQ(script.substr(0, 18), "#compdef tilewave\n");
  EXPECT_THAT(script, HasSubstr("\n    'run:compile, simulate, verify, report'\n"));
  EXPECT_THAT(script,
              HasSubstr("\n        '*--kernel=[how tiles are computed on this host\\: auto"));
  EXPECT_THAT(script, HasSubstr(":value:(auto avx2 reference)'"));
  if (std::system("command -v zsh > /dev/null") != 0) {
    GTEST_SKIP() << "no zsh to read it";
  }
  write("_tilewave", script);
  EXPECT_EQ(std::system(("zsh -f -n '" + path("_tilewave") + "'").c_str()), 0);
}

TEST_F(CompletionTest, OfOtherShellsIsRefused) {
  expect_refused("completion", "completion needs a shell; see 'tilewave completion --help'");
  expect_refused("completion fish", "completion of 'fish' is not known; allowed: bash or zsh");
  expect_refused("completion zhs", "completion of 'zhs' is not known; did you mean 'zsh'?");
}

}  // namespace
}  // namespace tilewave
