// A line for each result, appended by one write; torn and foreign lines do not count.
#include "sim/cluster/shard.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "compiler/base/build_identity.h"
#include "compiler/base/error.h"
#include "compiler/base/text.h"
#include "sim/base/dump_json.h"
#include "sim/base/files.h"
#include "sim/base/sha256.h"

namespace fs = std::filesystem;

namespace tilewave {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kSchema = "tilewave-shard";
constexpr int kVersion = 2;
constexpr std::size_t kMaxShardBytes = std::size_t{4} << 30U;

Json header(const ShardName& name) {
  return {{"schema", kSchema},   {"version", kVersion}, {"build", build_id()},
          {"sweep", name.sweep}, {"task", name.task},   {"attempt", name.attempt}};
}

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value)
                                                                  : std::nullopt;
}

/// Task and attempt of "task-00007.2.jsonl"; none if it is named otherwise.
std::optional<ShardName> parse_file_name(const std::string& file, const std::string& sweep) {
  constexpr std::string_view kPrefix = "task-";
  constexpr std::string_view kSuffix = ".jsonl";
  const std::string_view text = file;
  if (!text.starts_with(kPrefix) || !text.ends_with(kSuffix)) {
    return std::nullopt;
  }
  const std::string_view numbers =
      text.substr(kPrefix.size(), text.size() - kPrefix.size() - kSuffix.size());
  const std::size_t dot = numbers.find('.');
  if (dot == std::string_view::npos) {
    return std::nullopt;
  }
  const auto task = number(numbers.substr(0, dot));
  const auto attempt = number(numbers.substr(dot + 1));
  if (!task || !attempt) {
    return std::nullopt;
  }
  return ShardName{sweep, *task, *attempt};
}

/// The file's whole lines; what follows the last line break was torn when its writer died.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  bool next(std::string_view& line) {
    const std::size_t end = rest_.find('\n');
    if (end == std::string_view::npos) {
      return false;
    }
    line = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    ++number_;
    return true;
  }
  std::size_t number() const { return number_; }

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

/// Of a shard's first line; empty if it has none.
std::string build_of(const Json& first) {
  const bool has = first.is_object() && first.contains("build") && first.at("build").is_string();
  return has ? first.at("build").get<std::string>() : std::string();
}

constexpr std::string_view kSumBegin = "{\"sum\":\"";
constexpr std::string_view kSumEnd = "\",";
constexpr std::size_t kSumDigits = 16;

/// Of what follows in a line.
std::string checksum(std::string_view rest) {
  Sha256 hash;
  hash.add(rest);
  return hex_text(hash.digest()).substr(0, kSumDigits);
}

bool is_whole(std::string_view line) {
  constexpr std::size_t kRest = kSumBegin.size() + kSumDigits + kSumEnd.size();
  return line.starts_with(kSumBegin) && line.size() > kRest &&
         line.substr(kRest - kSumEnd.size(), kSumEnd.size()) == kSumEnd &&
         line.substr(kSumBegin.size(), kSumDigits) == checksum(line.substr(kRest));
}

void read_shard(const std::string& folder, const ShardName& name, ShardResults& results) {
  const std::string path = folder + "/" + name.file_name();
  const std::string text = read_file(path, "shard", kMaxShardBytes);
  const auto file = static_cast<std::uint32_t>(results.files.size());
  results.files.push_back(path);
  Lines lines(text);
  std::string_view line;
  const auto place = [&] { return one_line(path) + ":" + std::to_string(lines.number()); };
  if (!lines.next(line)) {
    return;  // its writer died before it wrote anything
  }
  if (const Json first = Json::parse(line, nullptr, false); first != header(name)) {
    const std::string build = build_of(first);
    throw InputError(place() +
                     (build.empty() || build == build_id()
                          ? ": is not the first line of this sweep's shard " + name.file_name()
                          : ": is from build " + printable(build) + ", and this is " +
                                identity_text() + ": results of two builds are not mixed"));
  }
  while (lines.next(line)) {
    if (line.find('\0') != std::string_view::npos) {
      continue;  // a page that a network file system has not got yet, or never will: its host died
    }
    if (!is_whole(line)) {
      throw InputError(place() +
                       ": is damaged, or no result of a sweep: it does not match its checksum; "
                       "remove the file to have its points worked again");
    }
    const Json row = Json::parse(line, nullptr, false);
    if (!row.is_object() || !row.contains("key") || !row.at("key").is_string() ||
        !row.contains("result")) {
      throw InputError(place() +
                       ": is not a result of a sweep; remove the file to have its points "
                       "worked again");
    }
    try {
      results.add(row.at("key").get<std::string>(), point_result(row.at("result")), file);
    } catch (const InputError& error) {
      throw InputError(place() + ": " + error.what());
    }
  }
}

ShardResults read_all(const std::string& folder, const std::string& sweep,
                      std::optional<std::uint32_t> task) {
  std::vector<ShardName> names;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const auto name = parse_file_name(it->path().filename().string(), sweep);
    if (name && (!task || name->task == *task)) {
      names.push_back(*name);
    }
  }
  if (error) {
    throw InputError(one_line(folder) + " cannot be read: " + error.message());
  }
  std::ranges::sort(names, {}, [](const ShardName& n) { return std::pair(n.task, n.attempt); });
  ShardResults results;
  for (const ShardName& name : names) {
    read_shard(folder, name, results);
  }
  return results;
}

}  // namespace

std::string ShardName::file_name() const {
  constexpr std::size_t kDigits = 5;
  const std::string number = std::to_string(task);
  const std::string zeros(number.size() < kDigits ? kDigits - number.size() : 0, '0');
  return "task-" + zeros + number + "." + std::to_string(attempt) + ".jsonl";
}

std::string shard_line(const std::string& key, const PointResult& result) {
  const Json row = {{"key", key}, {"result", to_json(result)}};
  const std::string rest = row.dump(-1, ' ', false, Json::error_handler_t::replace).substr(1);
  return std::string(kSumBegin) + checksum(rest) + std::string(kSumEnd) + rest;
}

ShardWriter::ShardWriter(const std::string& folder, ShardName name) : name_(std::move(name)) {
  constexpr mode_t kMode = 0666;
  while (descriptor_ < 0) {
    path_ = folder + "/" + name_.file_name();
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, kMode);
    if (descriptor_ < 0 && errno != EEXIST) {
      fail(errno);
    }
    if (descriptor_ < 0) {
      ++name_.attempt;
    }
  }
  write_line(dump_json(header(name_)));
}

ShardWriter::~ShardWriter() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

void ShardWriter::fail(int code) {
  if (descriptor_ >= 0) {
    ::close(std::exchange(descriptor_, -1));
  }
  throw InputError(one_line(path_) +
                   " cannot be written: " + std::generic_category().message(code));
}

void ShardWriter::append(const std::string& key, const PointResult& result) {
  write_line(shard_line(key, result));
}

void ShardWriter::write_line(const std::string& line) {
  if (descriptor_ < 0) {
    throw InternalError("a line after the end of " + path_);
  }
  const std::string text = line + "\n";
  ssize_t written = -1;
  do {
    written = ::write(descriptor_, text.data(), text.size());
  } while (written < 0 && errno == EINTR);
  if (written != static_cast<ssize_t>(text.size())) {
    fail(written < 0 ? errno : ENOSPC);  // a part of a line has to remain the last one
  }
}

void ShardWriter::close() {
  if (::fsync(descriptor_) != 0) {
    fail(errno);
  }
  if (::close(std::exchange(descriptor_, -1)) != 0) {
    fail(errno);
  }
}

void ShardResults::add(const std::string& key, PointResult result, std::uint32_t file) {
  const auto place = rows.find(key);
  if (place == rows.end()) {
    rows.emplace(key, ShardRow{std::move(result), file});
    return;
  }
  ShardRow& known = place->second;
  const bool final = is_final(result.status);
  if (!is_final(known.result.status)) {
    known = {std::move(result), file};
  } else if (final && !(known.result == result)) {
    throw InputError("the result of " + key + " differs from that in " +
                     one_line(files[known.file]));
  }
}

ShardResults read_shards(const std::string& folder, const std::string& sweep) {
  return read_all(folder, sweep, std::nullopt);
}

ShardResults read_shards(const std::string& folder, const std::string& sweep, std::uint32_t task) {
  return read_all(folder, sweep, task);
}

}  // namespace tilewave
