// The statements of the database; every failure of SQLite becomes one line.
#include "sim/sweep/result_store.h"

#include <array>

#include <sqlite3.h>

#include "compiler/base/build_identity.h"
#include "compiler/base/error.h"
#include "compiler/base/text.h"
#include "sim/base/files.h"
#include "sim/base/sha256.h"
#include "sim/base/utf8.h"

namespace tilewave {
namespace {

/// "twav", by which `file` and we know our databases.
constexpr const char* kApplicationId = "1953980790";
constexpr const char* kFormat = "2";

constexpr const char* kAboutTable =
    "CREATE TABLE about(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID";
constexpr const char* kResultsTable =
    "CREATE TABLE results(key TEXT PRIMARY KEY, build TEXT NOT NULL, status TEXT NOT NULL, "
    "message TEXT NOT NULL, bottleneck TEXT, main_stall TEXT, metrics TEXT NOT NULL, "
    "model TEXT NOT NULL, settings TEXT NOT NULL, sum TEXT NOT NULL) WITHOUT ROWID";

/// The columns of a row, in their order, but for the last.
using Row = std::array<std::optional<std::string>, 9>;

Row row_of(const PointKey& key, const PointResult& result, const std::string& model,
           const std::string& settings) {
  return {key.hex(),      std::string(build_id()), to_string(result.status),
          result.message, result.bottleneck,       result.main_stall,
          result.metrics, to_utf8(model),          to_utf8(settings)};
}

std::string checksum(const Row& row) {
  constexpr std::size_t kDigits = 16;
  Sha256 hash;
  for (const std::optional<std::string>& field : row) {
    hash.add_number(field ? 1 : 0);
    hash.add_field(field.value_or(""));
  }
  return hex_text(hash.digest()).substr(0, kDigits);
}

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
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, place));
  return text == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(text), size);
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
  check_store_file(name_, path_);
  open();
  // Whoever finds no tables creates them; the others wait meanwhile.
  if (text_of("SELECT count(*) FROM sqlite_master") == "0") {
    create_tables();
  }
  check_format();
  execute("PRAGMA journal_mode=WAL");
  execute("PRAGMA synchronous=NORMAL");  // enough for the death of a process, if not of the machine
  // Keys are hashes: every insert is somewhere else in the tree.
  execute("PRAGMA cache_size=-65536");        // KiB
  execute("PRAGMA wal_autocheckpoint=8192");  // pages
  find_ = prepare("SELECT * FROM results WHERE key = ?1");
  put_ = prepare(
      "INSERT INTO results VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) "
      "ON CONFLICT(key) DO UPDATE SET build = excluded.build, status = excluded.status, "
      "message = excluded.message, bottleneck = excluded.bottleneck, "
      "main_stall = excluded.main_stall, metrics = excluded.metrics, model = excluded.model, "
      "settings = excluded.settings, sum = excluded.sum "
      "WHERE results.status IN ('timeout', 'crashed')");
  watch_.emplace(path_);
}

ResultStore::~ResultStore() = default;

void ResultStore::create_tables() {
  execute("BEGIN IMMEDIATE");
  if (text_of("SELECT count(*) FROM sqlite_master") == "0") {
    execute((std::string("PRAGMA application_id=") + kApplicationId).c_str());
    execute(kAboutTable);
    execute((std::string("INSERT INTO about VALUES('format', '") + kFormat + "')").c_str());
    execute(kResultsTable);
    execute("CREATE INDEX results_by_build ON results(build)");
  }
  execute("COMMIT");
}

void ResultStore::check_format() {
  if (text_of("PRAGMA application_id") != kApplicationId) {
    fail("is a database, but not a store of results; name another file");
  }
  // Nothing of somebody else's may run, or stand in for a table, when results are looked up.
  if (text_of("SELECT count(*) FROM sqlite_master WHERE type IN ('trigger', 'view')") != "0") {
    fail("has views or triggers, which tilewave did not make; name another file");
  }
  const std::string format = text_of("SELECT value FROM about WHERE name = 'format'");
  if (format != kFormat) {
    const std::string version = text_of("SELECT value FROM about WHERE name = 'version'");
    fail((version.empty() ? "has another format" : "was written by " + printable(version)) +
         ", and " + identity_text() + " cannot use it; name another file");
  }
  if (text_of("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'results'") !=
      kResultsTable) {
    fail("its table 'results' is not as tilewave made it; name another file");
  }
}

void ResultStore::step(sqlite3_stmt* statement) {
  if (sqlite3_step(statement) != SQLITE_DONE) {
    fail_sql();
  }
  sqlite3_reset(statement);
}

void ResultStore::require_there() const {
  if (const std::optional<std::string> lost = watch_->lost()) {
    fail(one_line(*lost) +
         " was removed or replaced by somebody while this sweep used it; results are lost");
  }
}

std::string ResultStore::row_name(const PointKey& key) const {
  return name_ + ": the result of key " + key.hex();
}

std::uint64_t ResultStore::rows_of_other_builds() {
  const Statement count = prepare("SELECT count(*) FROM results WHERE build <> ?1");
  bind_text(count.get(), 1, std::string(build_id()));
  if (sqlite3_step(count.get()) != SQLITE_ROW) {
    fail_sql();
  }
  return static_cast<std::uint64_t>(sqlite3_column_int64(count.get(), 0));
}

std::optional<PointResult> ResultStore::find(const PointKey& key) {
  require_there();
  bind_text(find_.get(), 1, key.hex());
  const int code = sqlite3_step(find_.get());
  if (code != SQLITE_ROW && code != SQLITE_DONE) {
    fail_sql();
  }
  std::optional<PointResult> found;
  if (code == SQLITE_ROW) {
    Row row;
    int place = 0;
    for (std::optional<std::string>& field : row) {
      field = optional_column(find_.get(), place++);
    }
    const std::string sum = column(find_.get(), place);
    sqlite3_reset(find_.get());  // before anything is thrown: it is used again
    if (sum != checksum(row)) {
      throw InputError(row_name(key) +
                       " is damaged: it does not match its checksum; delete it, and the sweep "
                       "runs its point again");
    }
    found = PointResult{parse_point_status(row[2].value_or("")), row[3].value_or(""), row[4],
                        row[5], row[6].value_or("")};
  }
  sqlite3_reset(find_.get());
  return found;
}

void ResultStore::put(const PointKey& key, const PointResult& result, const std::string& model,
                      const std::string& settings) {
  require_there();
  const Row row = row_of(key, result, model, settings);
  int place = 0;
  for (const std::optional<std::string>& field : row) {
    bind_text(put_.get(), ++place, field);
  }
  bind_text(put_.get(), ++place, checksum(row));
  step(put_.get());
  watch_->written();
}

}  // namespace tilewave
