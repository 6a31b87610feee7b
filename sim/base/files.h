// Whole files in: one way to read them, with one set of complaints.
#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace tilewave {

/// A file's name, or whatever else the user called something, for a message or a report: one line
/// of UTF-8, without the middle if it is longer than a few lines of a terminal.
std::string one_line(std::string_view name);

/// A whole message, which may quote several names, on one line of UTF-8; a monstrous one without
/// its middle.
std::string message_line(std::string_view message);

/// What messages call a file that is read: "-" is standard input.
std::string input_name(const std::string& path);

/// The file behind links, which need not exist.
std::filesystem::path behind_links(const std::string& path);

/// A file in pieces, for those that are longer than memory; the complaints are read_file()'s.
class FileReader {
 public:
  /// Throws InputError. `kind` as for read_file().
  FileReader(const std::string& path, const std::string& kind);

  /// The next `count` bytes, fewer only at the end of the file. Returns how many. Throws InputError.
  std::size_t read(char* bytes, std::size_t count);

 private:
  std::string name_;
  std::ifstream file_;
};

/// All bytes of a file of at most `max_bytes`. `kind` is what the file was hoped to be, as in
/// "FILE: is a directory, not a config file". "-" is standard input. Throws InputError; an empty
/// file is not an error here.
std::string read_file(const std::string& path, const std::string& kind, std::size_t max_bytes);

}  // namespace tilewave
