// The register of commands: help, dispatch and suggestions are walks over it.
#include "sim/commands/commands.h"

#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "sim/commands/command_line.h"

namespace tilewave {
namespace {

using ::testing::HasSubstr;

TEST(Commands, EveryOneIsTaughtAndFound) {
  std::set<std::string_view> names;
  for (const CommandEntry& command : commands()) {
    const std::string name(command.name);
    EXPECT_TRUE(names.insert(command.name).second) << name;
    EXPECT_EQ(find_command(command.name), &command);
    EXPECT_THAT(general_help(),
                HasSubstr("\n  " + name + " " + std::string(command.operand) + " "));
    EXPECT_THAT(general_help(), HasSubstr("  " + std::string(command.summary) + "\n"));
    const std::string help = command_help(command);
    EXPECT_THAT(help, HasSubstr("Usage: tilewave " + name + " "));
    EXPECT_THAT(help, HasSubstr("\nExample"));
    EXPECT_THAT(help, HasSubstr("-h [ --help ]"));
    EXPECT_THAT(help, HasSubstr("Exit codes:"));
    EXPECT_EQ(help.find("--sram.banks") != std::string::npos,
              command.takes_config && name != "dram-trace")
        << name;
  }
  EXPECT_EQ(find_command("rnu"), nullptr);
}

TEST(Commands, ListAsSentencesNeedIt) {
  EXPECT_THAT(command_list("or"), ::testing::MatchesRegex("run, sweep, [a-z, -]+ or help"));
}

}  // namespace
}  // namespace tilewave
