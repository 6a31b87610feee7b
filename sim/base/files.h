// Whole files in: one way to read them, with one set of complaints.
#pragma once

#include <cstddef>
#include <string>

namespace tilewave {

/// A file name on one line, but never cut.
std::string one_line(std::string path);

/// All bytes of a file of at most `max_bytes`. `kind` is what the file was hoped to be, as in
/// "FILE: is a directory, not a config file". Throws InputError; an empty file is not an error
/// here.
std::string read_file(const std::string& path, const std::string& kind, std::size_t max_bytes);

}  // namespace tilewave
