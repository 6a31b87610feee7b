// Exit codes, signals and both streams of programs that behave and that do not.
#include "sim/base/subprocess.h"

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "compiler/base/error.h"

namespace tilewave {
namespace {

TEST(Subprocess, BothStreamsAndTheExitCode) {
  const ProgramEnd end = call_program({"sh", "-c", "echo out; echo err >&2; exit 3"});
  EXPECT_EQ(end.exit_code, 3);
  EXPECT_EQ(end.out, "out\n");
  EXPECT_EQ(end.err, "err\n");
}

TEST(Subprocess, ArgumentsAreNotForAShell) {
  EXPECT_EQ(call_program({"printf", "%s|", "a b", "$HOME", "*", ""}).out, "a b|$HOME|*||");
}

TEST(Subprocess, MoreThanAPipeHoldsOnEitherStream) {
  const ProgramEnd end = call_program(
      {"sh", "-c", "head -c 300000 /dev/zero >&2; head -c 300000 /dev/zero; exec 2>&-; sleep 0.1"});
  EXPECT_EQ(end.out.size(), 300'000U);
  EXPECT_EQ(end.err.size(), 300'000U);
}

TEST(Subprocess, StandardInputIsEmpty) { EXPECT_EQ(call_program({"cat"}).out, ""); }

TEST(Subprocess, ASignalIsAnExitCodeAsInAShell) {
  EXPECT_EQ(call_program({"sh", "-c", "kill -9 $$"}).exit_code, 128 + 9);
}

TEST(Subprocess, WhatIsNotThereIsTheUsersMistake) {
  try {
    call_program({"tilewave-no-such-program"});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "tilewave-no-such-program cannot be run: No such file or directory");
  }
}

}  // namespace
}  // namespace tilewave
