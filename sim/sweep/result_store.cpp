#include "sim/sweep/result_store.h"

#include <cerrno>
#include <filesystem>
#include <system_error>

#include <sqlite3.h>
#include <unistd.h>

#include "compiler/base/error.h"
#include "compiler/base/text.h"
#include "sim/base/build_identity.h"
#include "sim/base/files.h"

namespace tilewave {
namespace {

/// "twav", by which `file` and we know our databases.
constexpr const char* kApplicationId = "1953980790";

std::string version_name() { return identity_text(); }

void bind_text(sqlite3_stmt* statement, int place, const std::string& text) {
  sqlite3_bind_text(statement, place, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
}

void bind_text(sqlite3_stmt* statement, int place, const std::optional<std::string>& text) {
  if (text) {
    bind_text(statement, place, *text);
  } else {
    sqlite3_bind_null(statement, place);
  }
}

std::string column(sqlite3_stmt* statement, int place) {
  const unsigned char* text = sqlite3_column_text(statement, place);
  return text == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(text));
}

std::optional<std::string> optional_column(sqlite3_stmt* statement, int place) {
  return sqlite3_column_type(statement, place) == SQLITE_NULL
             ? std::nullopt
             : std::optional(column(statement, place));
}

}  // namespace

void ResultStore::CloseDatabase::operator()(sqlite3* database) const { sqlite3_close(database); }
void ResultStore::FinishStatement::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

void ResultStore::fail(const std::string& why) const { throw InputError(name_ + ": " + why); }

void ResultStore::fail_sql() const {
  const int code = sqlite3_errcode(database_.get());
  if (code == SQLITE_NOTADB) {
    fail("is not a store of results; it would be overwritten, so name another file");
  }
  if (code == SQLITE_FULL) {
    fail("the disk is full; what is in the store is kept");
  }
  fail(std::string("cannot be used: ") + printable(sqlite3_errmsg(database_.get())));
}

void ResultStore::execute(const char* sql) {
  if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    fail_sql();
  }
}

ResultStore::Statement ResultStore::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database_.get(), sql, -1, &statement, nullptr) != SQLITE_OK) {
    fail_sql();
  }
  return Statement(statement);
}

/// The first column of the first row; empty if there is none.
std::string ResultStore::text_of(const char* sql) {
  const Statement statement = prepare(sql);
  const int code = sqlite3_step(statement.get());
  if (code != SQLITE_ROW && code != SQLITE_DONE) {
    fail_sql();
  }
  return code == SQLITE_ROW ? column(statement.get(), 0) : std::string();
}

void ResultStore::open() {
  sqlite3* database = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int code = sqlite3_open_v2(path_.c_str(), &database, flags, nullptr);
  database_.reset(database);
  if (code != SQLITE_OK) {
    fail_sql();
  }
  constexpr int kBusyMilliseconds = 10'000;
  sqlite3_busy_timeout(database, kBusyMilliseconds);
}

ResultStore::ResultStore(const std::string& option, const std::string& path)
    : name_(option + " " + one_line(path)), path_(path) {
  std::error_code error;
  const std::filesystem::path file(path);
  const std::filesystem::path folder =
      file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  if (std::filesystem::is_directory(file, error)) {
    fail("is a directory, not a file");
  }
  if (!std::filesystem::is_directory(folder, error)) {
    fail("cannot be written: there is no directory " + one_line(folder.string()));
  }
  const bool exists = std::filesystem::exists(file, error);
  // The write-ahead log lies beside the store.
  if (::access(folder.c_str(), W_OK) != 0 || (exists && ::access(path.c_str(), W_OK) != 0)) {
    fail("cannot be written: " + std::generic_category().message(errno));
  }
  open();
  // Whoever finds no tables creates them; the others wait meanwhile.
  const bool empty = text_of("SELECT count(*) FROM sqlite_master") == "0";
  if (empty) {
    create_tables();
  }
  check_version();
  execute("PRAGMA journal_mode=WAL");
  execute("PRAGMA synchronous=NORMAL");  // enough for the death of a process, if not of the machine
  // Keys are hashes: every insert is somewhere else in the tree.
  execute("PRAGMA cache_size=-65536");        // KiB
  execute("PRAGMA wal_autocheckpoint=8192");  // pages
  find_ = prepare(
      "SELECT status, message, bottleneck, main_stall, metrics FROM results WHERE key = ?1");
  put_ = prepare(
      "INSERT INTO results VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT(key) DO UPDATE SET "
      "status = excluded.status, message = excluded.message, bottleneck = excluded.bottleneck, "
      "main_stall = excluded.main_stall, metrics = excluded.metrics "
      "WHERE results.status IN ('timeout', 'crashed')");
}

ResultStore::~ResultStore() = default;

void ResultStore::create_tables() {
  execute("BEGIN IMMEDIATE");
  if (text_of("SELECT count(*) FROM sqlite_master") == "0") {
    execute((std::string("PRAGMA application_id=") + kApplicationId).c_str());
    execute("CREATE TABLE about(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID");
    const Statement insert = prepare("INSERT INTO about VALUES('version', ?1)");
    bind_text(insert.get(), 1, version_name());
    step(insert.get());
    execute(
        "CREATE TABLE results(key TEXT PRIMARY KEY, status TEXT NOT NULL, message TEXT NOT NULL, "
        "bottleneck TEXT, main_stall TEXT, metrics TEXT NOT NULL, model TEXT NOT NULL, "
        "settings TEXT NOT NULL) WITHOUT ROWID");
  }
  execute("COMMIT");
}

void ResultStore::check_version() {
  if (text_of("PRAGMA application_id") != kApplicationId) {
    fail("is a database, but not a store of results; name another file");
  }
  const std::string version = text_of("SELECT value FROM about WHERE name = 'version'");
  if (version != version_name()) {
    fail("was written by " + printable(version) + ", this is " + version_name() +
         "; its results are not this one's, so name another file");
  }
}

void ResultStore::step(sqlite3_stmt* statement) {
  if (sqlite3_step(statement) != SQLITE_DONE) {
    fail_sql();
  }
  sqlite3_reset(statement);
}

std::optional<PointResult> ResultStore::find(const PointKey& key) {
  bind_text(find_.get(), 1, key.hex());
  const int code = sqlite3_step(find_.get());
  if (code != SQLITE_ROW && code != SQLITE_DONE) {
    fail_sql();
  }
  std::optional<PointResult> found;
  if (code == SQLITE_ROW) {
    try {
      found.emplace();
      found->status = parse_point_status(column(find_.get(), 0));
      found->message = column(find_.get(), 1);
      found->bottleneck = optional_column(find_.get(), 2);
      found->main_stall = optional_column(find_.get(), 3);
      found->metrics = column(find_.get(), 4);
    } catch (const std::exception& error) {
      fail("the result of key " + key.hex() + " is damaged: " + printable(error.what()));
    }
  }
  sqlite3_reset(find_.get());
  return found;
}

void ResultStore::put(const PointKey& key, const PointResult& result, const std::string& model,
                      const std::string& settings) {
  sqlite3_stmt* const put = put_.get();
  bind_text(put, 1, key.hex());
  bind_text(put, 2, std::string(to_string(result.status)));
  bind_text(put, 3, result.message);
  bind_text(put, 4, result.bottleneck);
  bind_text(put, 5, result.main_stall);
  bind_text(put, 6, result.metrics);
  bind_text(put, 7, model);
  bind_text(put, 8, settings);
  step(put);
}

}  // namespace tilewave
