// A shard: the results that one attempt at one task of a sweep on a cluster has come to, as a file
// of JSON lines on a shared file system. Only that attempt ever writes to it and only appends, a
// line in a single write(): there is nothing to lock, which network file systems do badly, and when
// the attempt dies all lines but perhaps the last are whole. The first line says whose shard it is;
// every other one begins with a checksum of the rest of it.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "sim/sweep/point_result.h"

namespace tilewave {

/// Which sweep, which of its tasks, which attempt at it, from 1.
struct ShardName {
  std::string sweep;
  std::uint32_t task = 0;
  std::uint32_t attempt = 0;

  std::string file_name() const;  ///< "task-00007.2.jsonl"
};

/// The line of a result, without its end.
std::string shard_line(const std::string& key, const PointResult& result);

class ShardWriter {
 public:
  /// Creates the file of the first attempt at the task that nobody has made yet, from `attempt` in
  /// `name` on. Throws InputError.
  ShardWriter(const std::string& folder, ShardName name);
  ~ShardWriter();
  ShardWriter(const ShardWriter&) = delete;
  ShardWriter& operator=(const ShardWriter&) = delete;

  const ShardName& name() const { return name_; }

  /// `key` is the hash that results are kept under (sim/sweep/plan.h). Throws InputError if the
  /// line did not get there whole; the shard takes no more lines then.
  void append(const std::string& key, const PointResult& result);
  /// Until here, the file's bytes may be in this host's memory only. Throws InputError.
  void close();

 private:
  void write_line(const std::string& line);
  [[noreturn]] void fail(int code);

  ShardName name_;
  std::string path_;
  int descriptor_ = -1;
};

/// Results by key, with the file that each is from.
struct ShardRow {
  PointResult result;
  std::uint32_t file = 0;  ///< index in ShardResults::files
};

/// All shards of a sweep, merged: every key once, however often it was worked.
struct ShardResults {
  std::vector<std::string> files;
  std::unordered_map<std::string, ShardRow> rows;  ///< by key

  /// A row that is final (is_final()) replaces one that is not; among those that are not, the later
  /// added one counts. Throws InputError naming both files if two final rows differ.
  void add(const std::string& key, PointResult result, std::uint32_t file);
};

/// The shards in `folder`, in the order of tasks and attempts; those of `task` alone if given.
/// Other files are left alone, and so are torn last lines and lines with NUL bytes, which is what a
/// shared file system shows of data that did not reach it. Throws InputError naming file and line
/// for anything else that is no line of a shard of this sweep by this build of tilewave.
ShardResults read_shards(const std::string& folder, const std::string& sweep);
ShardResults read_shards(const std::string& folder, const std::string& sweep, std::uint32_t task);

}  // namespace tilewave
