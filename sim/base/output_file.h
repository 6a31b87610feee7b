// Files out: refused before any work if they cannot be written, and never left half-written.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tilewave {

/// One output. What is written goes to a temporary file beside the target, which takes the target's
/// place in commit(); without one the target stays as it was. Targets that are not regular files,
/// such as /dev/null, are written directly. "-" is standard output.
class OutputFile {
 public:
  /// Throws InputError, naming `option`, unless the file can be created.
  OutputFile(const std::string& option, const std::string& path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  bool is_standard_output() const { return target_ == "-"; }
  /// The target with links resolved.
  const std::string& target() const { return target_; }

  /// The whole content at once. Throws InputError.
  void write(std::string_view content);
  /// Adds to the content, until close(), which has to come before commit(); not for standard
  /// output. Throws InputError.
  void append(std::string_view content);
  void close();
  /// Throws InputError.
  void commit();

 private:
  [[noreturn]] void fail(const std::string& why) const;
  void create_temporary();
  void open();

  std::string name_;  ///< for messages: "--json out.json"
  std::string target_;
  std::string temporary_;  ///< the target itself if it is written directly
  bool pending_ = false;   ///< the temporary exists and is ours
  int descriptor_ = -1;    ///< of the temporary while it is being written
};

/// Throws InputError if two of the files are one.
void require_distinct(const std::vector<const OutputFile*>& files);

/// All of `text`, at once. Throws InputError if standard output does not take it.
void write_standard_output(std::string_view text);

}  // namespace tilewave
