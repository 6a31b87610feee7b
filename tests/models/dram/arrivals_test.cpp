// Runs of accesses on their way to a channel, taken out access by access.
#include "models/dram/arrivals.h"

#include <gtest/gtest.h>

#include "tests/support/dram_parts.h"

namespace tilewave {
namespace {

class DramArrivalsTest : public ::testing::Test {
 protected:
  DramRun run(Picoseconds exact, std::uint64_t access, std::uint32_t count, bool write = false) {
    return {exact, exact, access, map_.packed(access), count, static_cast<std::uint32_t>(exact),
            write};
  }
  /// Number and place of the first access, which is then taken out.
  void expect_next(std::uint64_t access) {
    EXPECT_EQ(arrivals_.front().access, access);
    EXPECT_EQ(arrivals_.front().place.row(), map_.packed(access).row());
    EXPECT_EQ(arrivals_.front().place.bank(), map_.packed(access).bank());
    arrivals_.pop();
  }

  const AddressMap map_{"row:column3:bank:bankgroup:column4+xor", test::ddr4(), 1};
  DramArrivals arrivals_{map_};
};

TEST_F(DramArrivalsTest, RunsComeOutAccessByAccess) {
  arrivals_.push(run(10, 14, 600));
  for (std::uint64_t access = 14; access < 614; ++access) {
    EXPECT_EQ(arrivals_.earliest(), 10u);
    expect_next(access);
  }
  EXPECT_EQ(arrivals_.earliest(), kNoDramCycle);
}

TEST_F(DramArrivalsTest, AnEarlierRunGoesBeforeTheRestOfOneBegun) {
  arrivals_.push(run(20, 100, 2));
  arrivals_.push(run(20, 200, 1));  // as submitted
  expect_next(100);
  arrivals_.push(run(10, 300, 1));
  EXPECT_EQ(arrivals_.earliest(), 10u);
  expect_next(300);
  expect_next(101);
  expect_next(200);
}

TEST_F(DramArrivalsTest, WritesAreCountedByAccess) {
  EXPECT_FALSE(arrivals_.front_is_write());
  arrivals_.push(run(10, 0, 3, true));
  arrivals_.push(run(20, 8, 2));
  EXPECT_EQ(arrivals_.writes(), 3u);
  EXPECT_TRUE(arrivals_.front_is_write());
  arrivals_.pop();
  EXPECT_EQ(arrivals_.writes(), 2u);
  arrivals_.pop();
  arrivals_.pop();
  EXPECT_EQ(arrivals_.writes(), 0u);
  EXPECT_FALSE(arrivals_.front_is_write());
}

}  // namespace
}  // namespace tilewave
