// Which units a machine has, and who carries out what.
#include "compiler/program/units.h"

#include <gmock/gmock.h>

namespace tilewave {
namespace {

using ::testing::ElementsAre;

constexpr Engine kLoad = Engine::kLoadDma;
constexpr Engine kStore = Engine::kStoreDma;
constexpr Engine kCompute = Engine::kCompute;
constexpr Engine kVector = Engine::kVector;

TEST(Units, ByDefaultTheCoreCarriesOutVectorOpsAndThereAreTwoDmaEngines) {
  const Units units(UnitSetup{});
  EXPECT_THAT(units.all(), ElementsAre(kLoad, kStore, kCompute));
  EXPECT_EQ(units.account_of(kVector), kCompute);
  EXPECT_EQ(units.queue_of(kVector), kCompute);
  for (const Engine engine : {kLoad, kStore, kCompute}) {
    EXPECT_EQ(units.account_of(engine), engine);
    EXPECT_EQ(units.queue_of(engine), engine);
    EXPECT_TRUE(units.has_queue(engine));
  }
  EXPECT_FALSE(units.has_queue(kVector));
}

TEST(Units, AVectorUnitOfItsOwnHasAnAccountAndAQueue) {
  const Units units({.shared_vector = false});
  EXPECT_THAT(units.all(), ElementsAre(kLoad, kStore, kCompute, kVector));
  for (const Engine engine : units.all()) {
    EXPECT_EQ(units.account_of(engine), engine);
    EXPECT_EQ(units.queue_of(engine), engine);
    EXPECT_TRUE(units.has_queue(engine));
  }
}

TEST(Units, ASharedDmaEngineHasOneQueueAndTwoAccounts) {
  for (const bool shared_vector : {false, true}) {
    const Units units({.shared_dma = true, .shared_vector = shared_vector});
    EXPECT_EQ(units.all().size(), shared_vector ? 3U : 4U);
    EXPECT_EQ(units.account_of(kStore), kStore);
    EXPECT_EQ(units.queue_of(kStore), kLoad);
    EXPECT_FALSE(units.has_queue(kStore));
    EXPECT_EQ(units.queue_of(kLoad), kLoad);
    EXPECT_TRUE(units.has_queue(kLoad));
    EXPECT_TRUE(units.has_queue(kCompute));
    EXPECT_EQ(units.has_queue(kVector), !shared_vector);
    EXPECT_EQ(units.queue_of(kVector), shared_vector ? kCompute : kVector);
  }
}

TEST(Units, AnOpGoesWhereItsOpcodeDoes) {
  for (const bool shared_dma : {false, true}) {
    for (const bool shared_vector : {false, true}) {
      const Units units({shared_dma, shared_vector});
      for (std::size_t opcode = 0; opcode < kOpcodeCount; ++opcode) {
        Op op;
        op.opcode = static_cast<Opcode>(opcode);
        EXPECT_EQ(units.account_of(op), units.account_of(engine_of(op.opcode)));
        EXPECT_EQ(units.queue_of(op), units.queue_of(engine_of(op.opcode)));
        EXPECT_TRUE(units.has_queue(units.queue_of(op)));
      }
    }
  }
}

TEST(Units, AreNumberedInTheOrderOfTheList) {
  EXPECT_EQ(index_of(kLoad), 0U);
  EXPECT_EQ(index_of(kStore), 1U);
  EXPECT_EQ(index_of(kCompute), 2U);
  EXPECT_EQ(index_of(kVector), 3U);
}

}  // namespace
}  // namespace tilewave
