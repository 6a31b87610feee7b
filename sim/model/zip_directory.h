// The members of a zip file as NumPy writes one, .npz: stored or deflated. Sizes come from the central
// directory, and a member gives exactly as many bytes as that says; zip64, encryption and files in
// parts are refused.
#pragma once

#include <cstdint>
#include <istream>
#include <memory>
#include <string>
#include <vector>

#include "sim/model/byte_stream.h"

namespace tilewave {

struct ZipMember {
  std::string name;
  std::uint64_t offset = 0;        ///< of its local header
  std::uint64_t packed_bytes = 0;  ///< in the file
  std::uint64_t bytes = 0;
  std::uint32_t crc = 0;
  bool is_deflated = false;
  std::uint64_t end = 0;  ///< where the members end in the file
};

/// In the directory's order. Throws InputError, without the file's name, for what is no such file.
std::vector<ZipMember> read_zip_directory(std::istream& file);

/// What is packed in it. Reading throws InputError if it is damaged; that is known when all of it has
/// been read.
std::unique_ptr<ByteStream> open_zip_member(std::shared_ptr<std::istream> file,
                                            const ZipMember& member);

}  // namespace tilewave
