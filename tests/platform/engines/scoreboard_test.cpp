// An op that starts before what it depends on is complete is an internal error.
#include "platform/engines/scoreboard.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "platform/systemc/simulation_context.h"

namespace tilewave {
namespace {

using testing::HasSubstr;

TEST(Scoreboard, NoOpStartsBeforeWhatItDependsOn) {
  const SimulationContext context;
  const CoreClock clock(1000);
  Scoreboard scoreboard(clock, 4);
  OpHazards hazards{};
  EXPECT_NO_THROW(scoreboard.check_start(3, hazards));
  hazards[1] = {2, HazardKind::kReadAfterWrite};
  const auto message = [&]() -> std::string {
    try {
      scoreboard.check_start(3, hazards);
      return "";
    } catch (const InternalError& error) {
      return error.what();
    }
  };
  EXPECT_THAT(message(), HasSubstr("op 3 starts at cycle 0, before op 2 is complete"));
  scoreboard.complete(2, 1);  // in the next cycle
  EXPECT_THAT(message(), HasSubstr("before op 2"));
  scoreboard.complete(2, 0);
  EXPECT_EQ(message(), "");
}

}  // namespace
}  // namespace tilewave
