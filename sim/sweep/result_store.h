// Results of points on disk, by key, safe against the death of whoever writes: an SQLite database
// in WAL mode. It knows no sweep: any number of them may share a store.
//
//   results(key, status, message, bottleneck, main_stall, metrics, model, settings)
//
// where `metrics` is a JSON object, for SQL's json_extract(), and the last two say what it was.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "sim/sweep/plan.h"
#include "sim/sweep/point_result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace tilewave {

class ResultStore {
 public:
  /// Opens or creates. Throws InputError, which names `option` and the file: it is no store,
  /// another version's, or cannot be written.
  ResultStore(const std::string& option, const std::string& path);
  ~ResultStore();
  ResultStore(const ResultStore&) = delete;
  ResultStore& operator=(const ResultStore&) = delete;

  std::optional<PointResult> find(const PointKey& key);
  /// On disk when it returns, as far as the death of this process goes. A final result that is
  /// there already stays. Throws InputError if the disk is full.
  void put(const PointKey& key, const PointResult& result, const std::string& model,
           const std::string& settings);

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
  void create_tables();
  void check_version();

  std::string name_;  ///< "--store sweep.sqlite", for messages
  std::string path_;
  std::unique_ptr<sqlite3, CloseDatabase> database_;
  Statement find_;
  Statement put_;
};

}  // namespace tilewave
