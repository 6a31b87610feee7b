// Names, exclusive creation and listing; the file system may show old data.
#include "sim/cluster/cluster_folder.h"

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include <unistd.h>

#include "compiler/base/error.h"
#include "sim/base/files.h"
#include "sim/base/output_file.h"

namespace fs = std::filesystem;

namespace tilewave {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxDefinitionBytes = std::size_t{1} << 30U;
constexpr std::size_t kMaxSubmissionBytes = std::size_t{1} << 24U;

void replace_file(const std::string& file, const std::string& text) {
  OutputFile output("file", file);
  output.write(text);
  output.commit();
}

/// Whole and at once, unless there is such a file already: false. link() is exclusive on network
/// file systems too. Throws InputError.
bool create_file(const std::string& file, const std::string& text) {
  const std::string draft = file + "." + std::to_string(::getpid());
  replace_file(draft, text);
  const int failure = ::link(draft.c_str(), file.c_str()) == 0 ? 0 : errno;
  ::unlink(draft.c_str());
  if (failure != 0 && failure != EEXIST) {
    throw InputError(one_line(file) +
                     " cannot be written: " + std::generic_category().message(failure));
  }
  return failure == 0;
}

std::string submission_text(const Submission& submission) {
  const Json json = {{"job", submission.job ? Json(*submission.job) : Json(nullptr)},
                     {"tasks", submission.tasks}};
  return json.dump() + "\n";
}

}  // namespace

ClusterFolder::ClusterFolder(const std::string& path) {
  std::error_code error;
  const fs::path absolute = fs::weakly_canonical(fs::absolute(path, error), error);
  path_ = error || path.empty() ? path : absolute.string();
}

std::string ClusterFolder::log_pattern() const {
  std::string pattern;
  for (const char c : logs()) {
    pattern += c == '%' ? std::string("%%") : std::string(1, c);
  }
  return pattern + "/%A_%a.txt";
}

std::string ClusterFolder::log(const std::string& job, std::uint32_t task) const {
  return logs() + "/" + job + "_" + std::to_string(task) + ".txt";
}

void ClusterFolder::create(const ClusterDefinition& definition) {
  const std::string place = "--dir " + one_line(path_);
  std::error_code error;
  const bool there = fs::exists(path_, error);
  if (there && fs::is_regular_file(definition_file(), error)) {
    throw InputError(place + " is a sweep already; --collect continues it");
  }
  if (there && (!fs::is_directory(path_, error) || !fs::is_empty(path_, error))) {
    throw InputError(place + " is not an empty directory");
  }
  made_folder_ = !there;
  try {
    fs::create_directory(path_);
    for (const std::string& part : {shards(), submissions(), logs()}) {
      fs::create_directory(part);
    }
    replace_file(definition_file(), definition_text(definition));
  } catch (const fs::filesystem_error& failure) {
    remove_created();
    throw InputError(place + " cannot be written: " + failure.code().message());
  } catch (const InputError& failure) {
    remove_created();
    throw InputError(place + ": " + failure.what());
  }
}

void ClusterFolder::remove_created() {
  std::error_code ignored;
  fs::remove(definition_file(), ignored);
  for (const std::string& part : {shards(), submissions(), logs()}) {
    fs::remove(part, ignored);  // if empty
  }
  if (made_folder_) {
    fs::remove(path_, ignored);
  }
}

ClusterDefinition ClusterFolder::read_definition() const {
  std::error_code error;
  if (!fs::is_regular_file(definition_file(), error)) {
    throw InputError(one_line(path_) + " is not a sweep on a cluster: it has no sweep.json");
  }
  return parse_definition(definition_file(),
                          read_file(definition_file(), "sweep", kMaxDefinitionBytes));
}

std::vector<Submission> ClusterFolder::read_submissions() const {
  std::vector<Submission> found;
  for (std::uint32_t number = 1;; ++number) {
    const std::string file = submission_file(number, ".json");
    std::error_code error;
    if (!fs::exists(file, error)) {
      return found;
    }
    const Json json =
        Json::parse(read_file(file, "submission", kMaxSubmissionBytes), nullptr, false);
    try {
      Submission submission{number, json.at("tasks").get<std::vector<std::uint32_t>>(), {}};
      if (!json.at("job").is_null()) {
        submission.job = json.at("job").get<std::string>();
      }
      found.push_back(std::move(submission));
    } catch (const nlohmann::json::exception&) {
      throw InputError(one_line(file) + " is not the record of a submission");
    }
  }
}

std::string ClusterFolder::begin_submission(const Submission& submission,
                                            const std::string& script) {
  if (!create_file(submission_file(submission.number, ".json"), submission_text(submission))) {
    throw InputError(one_line(path_) + ": somebody else is submitting its tasks right now");
  }
  const std::string script_file = submission_file(submission.number, ".sh");
  try {
    replace_file(script_file, script);
  } catch (const InputError&) {
    cancel_submission(submission);
    throw;
  }
  return script_file;
}

void ClusterFolder::finish_submission(const Submission& submission) {
  replace_file(submission_file(submission.number, ".json"), submission_text(submission));
}

void ClusterFolder::cancel_submission(const Submission& submission) {
  std::error_code ignored;
  fs::remove(submission_file(submission.number, ".sh"), ignored);
  fs::remove(submission_file(submission.number, ".json"), ignored);
}

std::string ClusterFolder::submission_file(std::uint32_t number, const std::string& ending) const {
  constexpr std::size_t kDigits = 4;
  const std::string text = std::to_string(number);
  return submissions() + "/" + std::string(text.size() < kDigits ? kDigits - text.size() : 0, '0') +
         text + ending;
}

}  // namespace tilewave
