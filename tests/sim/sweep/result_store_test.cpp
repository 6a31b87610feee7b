// The store: what goes in comes out, from one process to the next; and what is refused.
#include "sim/sweep/result_store.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "compiler/base/error.h"
#include "tests/support/program.h"

namespace tilewave {
namespace {

using ::testing::HasSubstr;

class Store : public test::ProgramTest {
 protected:
  std::string error_of(const std::string& file) const {
    try {
      ResultStore store("--store", path(file));
      return "";
    } catch (const InputError& error) {
      return error.what();
    }
  }

  void execute(const std::string& file, const char* sql) const {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(path(file).c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
  }
};

PointKey key(std::uint8_t number) {
  PointKey key;
  key.bytes[31] = number;
  return key;
}

PointResult result(PointStatus status) {
  PointResult result;
  result.status = status;
  result.message = status == PointStatus::kDone ? "" : "why, \"oh\" why";
  result.bottleneck = "dram";
  result.metrics = R"({"cycles":18446744073709551615,"seconds":0.1,"max_abs_error":null})";
  return result;
}

TEST_F(Store, KeepsResultsUnchanged) {
  {
    ResultStore store("--store", path("s"));
    store.put(key(1), result(PointStatus::kDone), "gemm:1x1x1", "sram.banks=8");
    store.put(key(2), result(PointStatus::kInvalid), "gemm:1x1x1", "sram.banks=9");
  }
  ResultStore store("--store", path("s"));
  EXPECT_EQ(store.find(key(1)), result(PointStatus::kDone));
  EXPECT_EQ(store.find(key(2)), result(PointStatus::kInvalid));
  EXPECT_EQ(store.find(key(3)), std::nullopt);
}

TEST_F(Store, FinalResultsStayOthersGiveWay) {
  ResultStore store("--store", path("s"));
  store.put(key(1), result(PointStatus::kCrashed), "m", "");
  store.put(key(1), result(PointStatus::kTimeout), "m", "");
  EXPECT_EQ(store.find(key(1))->status, PointStatus::kTimeout);
  store.put(key(1), result(PointStatus::kDone), "m", "");
  store.put(key(1), result(PointStatus::kCrashed), "m", "");
  EXPECT_EQ(store.find(key(1))->status, PointStatus::kDone);
}

TEST_F(Store, TwoAtATimeSeeEachOthersResults) {
  ResultStore one("--store", path("s"));
  ResultStore two("--store", path("s"));
  one.put(key(1), result(PointStatus::kDone), "m", "");
  EXPECT_EQ(two.find(key(1)), result(PointStatus::kDone));
  two.put(key(2), result(PointStatus::kDone), "m", "");
  EXPECT_EQ(one.find(key(2)), result(PointStatus::kDone));
}

TEST_F(Store, Refuses) {
  write("text", "this is a letter to a friend, and no database at all, however long it may be\n");
  EXPECT_THAT(error_of("text"), HasSubstr("text: is not a store of results"));
  execute("other", "CREATE TABLE t(x)");
  EXPECT_THAT(error_of("other"), HasSubstr("is a database, but not a store of results"));
  EXPECT_EQ(error_of("old"), "");
  execute("old", "UPDATE about SET value = 'tilewave 0.0.9'");
  EXPECT_THAT(error_of("old"), HasSubstr("was written by tilewave 0.0.9, this is tilewave "));
  EXPECT_THAT(error_of("no/where"), HasSubstr("there is no directory"));
  EXPECT_THAT(error_of("."), HasSubstr("is a directory"));
  EXPECT_EQ(error_of("damaged"), "");
  execute("damaged",
          "INSERT INTO results VALUES('"
          "0000000000000000000000000000000000000000000000000000000000000001"
          "', 'great', '', NULL, NULL, '{}', '', '')");
  ResultStore damaged("--store", path("damaged"));
  EXPECT_THROW(damaged.find(key(1)), InputError);
}

TEST_F(Store, AnEmptyFileBecomesAStore) {
  write("empty", "");
  EXPECT_EQ(error_of("empty"), "");
}

}  // namespace
}  // namespace tilewave
