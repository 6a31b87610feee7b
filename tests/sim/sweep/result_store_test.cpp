// The store: what goes in comes out, from one process to the next; and what is refused.
#include "sim/sweep/result_store.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "compiler/base/error.h"
#include "tests/support/error_of.h"
#include "tests/support/program.h"

namespace tilewave {
namespace {

using ::testing::HasSubstr;

class Store : public test::ProgramTest {
 protected:
  std::string error_of(const std::string& file) const {
    return test::error_of([&] { ResultStore("--store", path(file)); });
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
  execute("old",
          "PRAGMA application_id=1953980790; CREATE TABLE about(name TEXT, value TEXT);"
          "INSERT INTO about VALUES('version', 'tilewave 0.1.0')");
  EXPECT_THAT(error_of("old"), HasSubstr("was written by tilewave 0.1.0, and tilewave "));
  EXPECT_THAT(error_of("no/where"), HasSubstr("there is no directory"));
  EXPECT_THAT(error_of("."), HasSubstr("is a directory"));
}

TEST_F(Store, ADamagedRowIsNamed) {
  const std::string name = key(1).hex();
  for (const char* change :
       {"metrics = '{}'", "metrics = '{\"cycles\":-1}'", "metrics = 'text'", "metrics = x'00'",
        "metrics = x'ff' || metrics", "metrics = 5", "status = 'great'", "status = 'timeout'",
        "message = 'x'", "message = x'fe'", "bottleneck = NULL", "bottleneck = ''",
        "main_stall = 'busy'", "build = '0123456789ab'", "model = ''", "settings = x'00'",
        "sum = ''", "sum = upper(sum)"}) {
    {
      ResultStore store("--store", path("s"));
      store.put(key(1), result(PointStatus::kDone), "m", "sram.banks=8");
      store.put(key(2), result(PointStatus::kDone), "m", "sram.banks=9");
    }
    execute("s",
            ("UPDATE results SET " + std::string(change) + " WHERE key = '" + name + "'").c_str());
    ResultStore store("--store", path("s"));
    EXPECT_EQ(test::error_of([&] { store.find(key(1)); }),
              "--store " + path("s") + ": the result of key " + name +
                  " is damaged: it does not match its checksum; delete it, and the sweep runs its "
                  "point again")
        << change;
    EXPECT_EQ(store.find(key(2)), result(PointStatus::kDone)) << change;
    std::filesystem::remove(path("s"));
  }
}

TEST_F(Store, ForeignTablesAreRefused) {
  const auto refusal = [this](const char* sql) {
    std::filesystem::remove(path("s"));
    EXPECT_EQ(error_of("s"), "");
    execute("s", sql);
    return error_of("s");
  };
  EXPECT_EQ(refusal("CREATE TABLE notes(x)"), "");
  EXPECT_THAT(refusal("DROP TABLE results"), HasSubstr("its table 'results' is not"));
  EXPECT_THAT(refusal("ALTER TABLE results ADD COLUMN x"), HasSubstr("its table 'results' is not"));
  EXPECT_THAT(refusal("DROP TABLE about"), HasSubstr("cannot be used: no such table: about"));
  EXPECT_THAT(refusal("UPDATE about SET value = '3'"), HasSubstr("has another format"));
  EXPECT_THAT(refusal("DROP TABLE about; CREATE VIEW about AS WITH RECURSIVE r(x) AS (SELECT 1 "
                      "UNION ALL SELECT x FROM r) SELECT 'n' AS name, x AS value FROM r"),
              HasSubstr("has views or triggers"));
}

TEST_F(Store, ATruncatedOneIsRefusedWhenItIsMissed) {
  {
    ResultStore store("--store", path("s"));
    for (int i = 0; i < 200; ++i) {
      store.put(key(static_cast<std::uint8_t>(i)), result(PointStatus::kDone),
                std::string(1000, 'm'), "");
    }
  }
  const auto whole = std::filesystem::file_size(path("s"));
  for (const std::uintmax_t size :
       {whole / 2, whole / 2 + 100, std::uintmax_t{4096}, std::uintmax_t{100}, std::uintmax_t{1}}) {
    std::filesystem::copy_file(path("s"), path("t"),
                               std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(path("t"), size);
    EXPECT_NE(test::error_of([&] {
                ResultStore store("--store", path("t"));
                for (int i = 0; i < 200; ++i) {
                  EXPECT_NE(store.find(key(static_cast<std::uint8_t>(i))), std::nullopt);
                }
              }),
              "")
        << size;
  }
}

TEST_F(Store, RowsOfOtherBuildsAreCountedAndLeftAlone) {
  ResultStore store("--store", path("s"));
  store.put(key(1), result(PointStatus::kDone), "m", "");
  store.put(key(2), result(PointStatus::kDone), "m", "");
  EXPECT_EQ(store.rows_of_other_builds(), 0U);
  execute("s", "UPDATE results SET build = '0123456789ab' WHERE key LIKE '%2'");
  EXPECT_EQ(store.rows_of_other_builds(), 1U);
}

TEST_F(Store, NamesThatAreNoFiles) {
  const auto refusal = [](const std::string& name) {
    return test::error_of([&] { ResultStore("--store", name); });
  };
  for (const char* name : {":memory:", ":x", "file:a", "file:a?mode=memory", "FILE::memory:"}) {
    EXPECT_THAT(refusal(name), HasSubstr("is no file to SQLite")) << name;
  }
  EXPECT_THAT(refusal(""), HasSubstr("names no file"));
  EXPECT_THAT(refusal("-"), HasSubstr("cannot be standard output"));
  EXPECT_THAT(refusal("/dev/null"), HasSubstr("is not a regular file"));
  EXPECT_THAT(refusal("/dev/full"), HasSubstr("is not a regular file"));
}

TEST_F(Store, WhatLiesBesideItIsNotOverwritten) {
  for (const char* suffix : {"-wal", "-shm", "-journal"}) {
    write(std::string("s") + suffix, "a model, say\n");
    EXPECT_THAT(error_of("s"), HasSubstr("has the name of a file that SQLite keeps beside it"));
    EXPECT_EQ(test::read(path(std::string("s") + suffix)), "a model, say\n");
    std::filesystem::remove(path(std::string("s") + suffix));
  }
  write("s-wal", std::string("\x37\x7F\x06\x82", 4) + "the log of a store that was removed");
  EXPECT_THAT(error_of("s"), HasSubstr("is left of one; remove it, or name another store"));
}

TEST_F(Store, IsMissedWhenItIsRemovedOrReplaced) {
  for (const char* lost : {"s", "s-wal"}) {
    {
      ResultStore store("--store", path("s"));
      store.put(key(1), result(PointStatus::kDone), "m", "");
      std::filesystem::remove(path(lost));
      const std::string message = path(lost) + " was removed or replaced by somebody";
      EXPECT_THAT(test::error_of([&] { store.find(key(1)); }), HasSubstr(message));
      write(lost, "");
      EXPECT_THAT(test::error_of([&] { store.put(key(2), result(PointStatus::kDone), "m", ""); }),
                  HasSubstr(message));
    }
    std::filesystem::remove(path("s"));
    std::filesystem::remove(path("s-wal"));
    std::filesystem::remove(path("s-shm"));
  }
}

TEST_F(Store, AnEmptyFileBecomesAStore) {
  write("empty", "");
  EXPECT_EQ(error_of("empty"), "");
}

}  // namespace
}  // namespace tilewave
