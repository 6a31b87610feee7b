// Files out: refused before any work if they cannot be written, and never left half-written.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/base/temporary_files.h"

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
  /// As messages call it: "--json out.json".
  const std::string& name() const { return name_; }

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

  std::string name_;
  std::string target_;
  std::string temporary_;  ///< the target itself if it is written directly
  TemporaryFile known_;    ///< the temporary, while it exists and is ours
  bool pending_ = false;   ///< it does
  int descriptor_ = -1;    ///< of the temporary while it is being written
};

/// A file that is read. `what` is what the user calls it: "MODEL", "--config".
struct InputName {
  std::string what;
  std::string path;
};

/// Throws InputError if two of the outputs are one file, by whatever names, or if one is an input,
/// which it would replace. An input that is not there does not matter here.
void require_distinct(const std::vector<const OutputFile*>& outputs,
                      const std::vector<InputName>& inputs = {});

/// All of `text`, at once. Throws InputError if standard output does not take it.
void write_standard_output(std::string_view text);

}  // namespace tilewave
