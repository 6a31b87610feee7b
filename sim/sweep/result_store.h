// Results of points on disk, by key, safe against the death of whoever writes: an SQLite database
// in WAL mode. It knows no sweep: any number of them may share a store, those of other builds of
// tilewave among them, whose results are not this one's.
//
//   results(key, build, status, message, bottleneck, main_stall, metrics, model, settings, sum)
//
// where `metrics` is a JSON object, for SQL's json_extract(), `model` and `settings` say what it
// was, and `sum` is a checksum of all the rest: a row that anything else has changed is refused.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "sim/sweep/plan.h"
#include "sim/sweep/point_result.h"
#include "sim/sweep/store_file.h"

struct sqlite3;
struct sqlite3_stmt;

namespace tilewave {

class ResultStore {
 public:
  /// Opens or creates. Throws InputError, which names `option` and the file: it is no store, one of
  /// another format, or cannot be written.
  ResultStore(const std::string& option, const std::string& path);
  ~ResultStore();
  ResultStore(const ResultStore&) = delete;
  ResultStore& operator=(const ResultStore&) = delete;

  /// Throws InputError naming store and key if the row is damaged, or the store is not there any
  /// more.
  std::optional<PointResult> find(const PointKey& key);
  /// On disk when it returns, as far as the death of this process goes. A final result that is
  /// there already stays. Throws InputError if the disk is full, or the store is not there any
  /// more.
  void put(const PointKey& key, const PointResult& result, const std::string& model,
           const std::string& settings);

  /// "--store s.sqlite: the result of key 00..ff", for messages.
  std::string row_name(const PointKey& key) const;
  /// Results that other builds of tilewave have put there.
  std::uint64_t rows_of_other_builds();
  const std::string& path() const { return path_; }

 private:
  struct CloseDatabase {
    void operator()(sqlite3* database) const;
  };
  struct FinishStatement {
    void operator()(sqlite3_stmt* statement) const;
  };
  using Statement = std::unique_ptr<sqlite3_stmt, FinishStatement>;

  [[noreturn]] void fail(const std::string& why) const;
  [[noreturn]] void fail_sql() const;
  void execute(const char* sql);
  std::string text_of(const char* sql);
  Statement prepare(const char* sql);
  void step(sqlite3_stmt* statement);
  void open();
  void require_there() const;
  void create_tables();
  void check_format();

  std::string name_;  ///< "--store sweep.sqlite", for messages
  std::string path_;
  std::unique_ptr<sqlite3, CloseDatabase> database_;
  Statement find_;
  Statement put_;
  std::optional<StoreWatch> watch_;
};

}  // namespace tilewave
