// Manual pages: the help in the form of man(7), which groff reads without a complaint.
#include "sim/commands/man_page.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/commands/commands.h"
#include "tests/support/program.h"

namespace tilewave {
namespace {

using test::read;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(ManPage, OfAHelpText) {
  const std::string page =
      man_page("tilewave-try", "does it",
               "Tries 'it',\nand more.\n\n"
               "Usage: tilewave try X\n       tilewave try Y\n\n"
               "Examples:\n  tilewave try a\\b\n    .x\n\n"
               "X is this:\n  a   b\n\n"
               "Options:\n  -c [ --config ] FILE read it, and so on and so on\n"
               "                       and on\n  --what               .what\n\n"
               "Keys follow.\n\n"
               "[sram]:\n  --sram.size-that-is-long N (=1)\n"
               "              its size\n\n"
               "Exit codes:\n  0  done\n  130  stopped\n",
               "tilewave(1)");
  EXPECT_THAT(page, StartsWith(".TH TILEWAVE\\-TRY 1 \"\" \"tilewave "));
  EXPECT_THAT(
      page.substr(page.find(".SH NAME")),
      ".SH NAME\ntilewave\\-try \\- does it\n"
      ".SH SYNOPSIS\n.nf\ntilewave try X\ntilewave try Y\n.fi\n"
      ".SH DESCRIPTION\n.PP\nTries \\(aqit\\(aq,\nand more.\n"
      ".PP\nX is this:\n.PP\n.nf\n.RS\na   b\n.RE\n.fi\n"
      ".SH OPTIONS\n.TP\n.B \"\\-c, \\-\\-config FILE\"\nread it, and so on and so on\nand on\n"
      ".TP\n.B \"\\-\\-what\"\n\\&.what\n"
      ".SH CONFIGURATION\n.PP\nKeys follow.\n"
      ".SS [sram]\n.TP\n.B \"\\-\\-sram.size\\-that\\-is\\-long N (=1)\"\nits size\n"
      ".SH EXAMPLES\n.PP\n.nf\n.RS\ntilewave try a\\eb\n  .x\n.RE\n.fi\n"
      ".SH EXIT STATUS\n.TP\n.B \"0\"\ndone\n.TP\n.B \"130\"\nstopped\n"
      ".SH SEE ALSO\ntilewave(1)\n");
}

class ManCommandTest : public test::ProgramTest {};

TEST_F(ManCommandTest, WritesAPageForEveryCommandThatGroffTakes) {
  std::filesystem::create_directory(path("man1"));
  EXPECT_EQ(tilewave("man --dir man1").code, 0);
  std::vector<std::string> names = command_names();
  names.insert(names.begin(), "");
  const bool has_groff = std::system("command -v groff > /dev/null") == 0;
  for (const std::string& name : names) {
    const std::string file = path("man1/" + man_page_name(name) + ".1");
    EXPECT_EQ(read(file), tilewave("man " + name).out);
    if (has_groff) {
      const std::string errors = path("errors");
      const std::string groff = "groff -man -ww -z -Tutf8 '" + file + "' 2> '" + errors + "'";
      EXPECT_EQ(std::system(groff.c_str()), 0);
      EXPECT_EQ(read(errors), "") << name;
    }
  }
  const std::string page = read(path("man1/tilewave-run.1"));
  EXPECT_THAT(page, HasSubstr("\n.SH SYNOPSIS\n.nf\ntilewave run MODEL "));
  EXPECT_THAT(page, HasSubstr("\n.SS [sram]\n.TP\n.B \"\\-\\-sram.size BYTES (=256KiB)\"\n"));
  EXPECT_THAT(page, EndsWith(".SH SEE ALSO\ntilewave(1)\n"));
  EXPECT_THAT(read(path("man1/tilewave.1")), HasSubstr(", tilewave\\-dram\\-trace(1), "));
  if (!has_groff) {
    GTEST_SKIP() << "no groff to read them";
  }
}

TEST_F(ManCommandTest, RefusesInOneLine) {
  expect_refused("man rnu", "unknown command 'rnu'; did you mean 'run'?");
  expect_refused("man run sweep", "man takes one COMMAND, but got 'run' and 'sweep'");
  expect_refused("man run --dir .", "--dir is for all pages, but got 'run'");
  expect_refused("man --dir no/such", "--dir no/such/tilewave.1");
}

}  // namespace
}  // namespace tilewave
