// A store as the file system has it: which names can be one, the files that SQLite keeps beside it,
// and whether it is still there. What is in it is result_store.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace tilewave {

class OutputFile;

/// Throws InputError, beginning with `name` ("--store s.sqlite"), unless a store can be opened or
/// made at `path`: no name that SQLite reads as something else than a file, a folder that can be
/// written, a regular file if there is one, and beside it nothing but SQLite's own.
void check_store_file(const std::string& name, const std::string& path);

/// Throws InputError if one of `outputs` is a file that SQLite would keep beside the store.
void require_not_beside(const std::string& store, const std::vector<const OutputFile*>& outputs);

/// Sees whether a store is replaced or removed while it is open.
class StoreWatch {
 public:
  /// The store exists.
  explicit StoreWatch(const std::string& path);

  /// Something was written, so that there is a write-ahead log, too.
  void written();
  /// The file that is not what it was; none if all is well.
  std::optional<std::string> lost() const;

 private:
  struct Identity {
    dev_t device = 0;
    ino_t number = 0;

    bool operator==(const Identity&) const = default;
  };

  static std::optional<Identity> identity(const std::string& path);

  std::string path_;
  std::string log_;
  std::optional<Identity> store_identity_;
  std::optional<Identity> log_identity_;
};

}  // namespace tilewave
