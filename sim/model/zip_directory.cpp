// The directory by its fields; deflated data by zlib.
#include "sim/model/zip_directory.h"

#include <array>
#include <limits>
#include <string_view>
#include <unordered_set>

#include <zlib.h>

#include "compiler/base/error.h"
#include "compiler/base/text.h"

namespace tilewave {
namespace {

constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kEntryBytes = 46;
constexpr std::size_t kLocalBytes = 30;
constexpr std::uint32_t kEndMark = 0x06054b50;
constexpr std::uint32_t kEntryMark = 0x02014b50;
constexpr std::uint32_t kLocalMark = 0x04034b50;
constexpr std::uint64_t kMostDirectoryBytes = std::uint64_t{64} << 20U;

constexpr const char* kZip64 = "is a zip64 file, which is not supported";

/// A field of `size` bytes at `at`, little end first.
std::uint64_t field(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = size; i-- > 0;) {
    value = value << 8U | static_cast<unsigned char>(bytes[at + i]);
  }
  return value;
}

std::string read_at(std::istream& file, std::uint64_t offset, std::size_t size) {
  std::string bytes(size, '\0');
  file.clear();
  file.seekg(static_cast<std::streamoff>(offset));
  file.read(bytes.data(), static_cast<std::streamsize>(size));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

std::uint64_t size_of(std::istream& file) {
  file.clear();
  file.seekg(0, std::ios::end);
  const auto end = static_cast<std::streamoff>(file.tellg());
  return end < 0 ? 0 : static_cast<std::uint64_t>(end);
}

struct Directory {
  std::uint64_t offset = 0;
  std::string bytes;
  std::uint64_t entries = 0;
};

/// What the record at the end says, of which only a comment may be behind it.
Directory directory_of(std::istream& file) {
  constexpr std::uint64_t kMostComment = 65535;
  const std::uint64_t size = size_of(file);
  const std::uint64_t tail_bytes = std::min<std::uint64_t>(size, kEndBytes + kMostComment);
  const std::string tail = read_at(file, size - tail_bytes, tail_bytes);
  for (std::size_t at = tail.size() < kEndBytes ? 0 : tail.size() - kEndBytes + 1; at-- > 0;) {
    if (field(tail, at, 4) != kEndMark || field(tail, at + 20, 2) != tail.size() - at - kEndBytes) {
      continue;
    }
    const std::uint64_t entries = field(tail, at + 10, 2);
    const std::uint64_t bytes = field(tail, at + 12, 4);
    const std::uint64_t offset = field(tail, at + 16, 4);
    if (entries == 0xffff || bytes == 0xffffffff || offset == 0xffffffff) {
      throw InputError(kZip64);
    }
    if (field(tail, at + 4, 4) != 0 || field(tail, at + 8, 2) != entries) {
      throw InputError("is a part of a zip file, of which several make one");
    }
    if (bytes > kMostDirectoryBytes || offset + bytes != size - tail.size() + at) {
      break;
    }
    return {offset, read_at(file, offset, bytes), entries};
  }
  throw InputError("is not a zip file, or a damaged or truncated one");
}

ZipMember member_of(std::string_view entry, const std::string& name, std::uint64_t end) {
  const auto fail = [&name](const std::string& why) {
    throw InputError("member " + in_quotes(name) + " " + why);
  };
  const std::uint64_t flags = field(entry, 8, 2);
  const std::uint64_t method = field(entry, 10, 2);
  ZipMember member{name,
                   field(entry, 42, 4),
                   field(entry, 20, 4),
                   field(entry, 24, 4),
                   static_cast<std::uint32_t>(field(entry, 16, 4)),
                   method == 8,
                   end};
  if ((flags & 1U) != 0) {
    fail("is encrypted, which is not supported");
  }
  if (method != 0 && method != 8) {
    fail("is packed by method " + std::to_string(method) + "; allowed: 0 (stored), 8 (deflated)");
  }
  for (const std::uint64_t size : {member.offset, member.packed_bytes, member.bytes}) {
    if (size == 0xffffffff) {
      throw InputError(kZip64);
    }
  }
  if (!member.is_deflated && member.packed_bytes != member.bytes) {
    fail("is stored, but has two sizes, " + std::to_string(member.packed_bytes) + " and " +
         std::to_string(member.bytes));
  }
  return member;
}

/// What comes out of a member: as many bytes as it has, and those that it was made of.
class MemberStream : public ByteStream {
 public:
  MemberStream(std::unique_ptr<ByteStream> packed, const ZipMember& member)
      : packed_(std::move(packed)), member_(member) {
    if (member_.is_deflated) {
      // Minus 15: the largest window, without zlib's own head and tail.
      if (::inflateInit2(&inflater_, -15) != Z_OK) {
        throw std::bad_alloc();
      }
      is_open_ = true;
    }
  }
  ~MemberStream() override {
    if (is_open_) {
      ::inflateEnd(&inflater_);
    }
  }
  MemberStream(const MemberStream&) = delete;
  MemberStream& operator=(const MemberStream&) = delete;

  std::size_t read(char* bytes, std::size_t count) override {
    const auto wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(count, member_.bytes - read_));
    std::size_t found = 0;
    while (found < wanted) {
      const std::size_t part = std::min(wanted - found, kBlock);
      const std::size_t size =
          member_.is_deflated ? inflate(bytes + found, part) : packed_->read(bytes + found, part);
      if (size == 0) {
        fail("end too early");
      }
      crc_ = ::crc32(crc_, reinterpret_cast<const Bytef*>(bytes + found), static_cast<uInt>(size));
      found += size;
    }
    read_ += found;
    if (read_ == member_.bytes && !is_checked_) {
      is_checked_ = true;
      char more = 0;
      if (member_.is_deflated && inflate(&more, 1) != 0) {
        fail("are of more than the " + std::to_string(member_.bytes) +
             " bytes that the directory says");
      }
      if (crc_ != member_.crc) {
        fail("do not have the checksum that the directory says");
      }
    }
    return found;
  }

 private:
  static constexpr std::size_t kBlock = std::size_t{1} << 16U;

  [[noreturn]] static void fail(const std::string& why) {
    throw InputError("is damaged: the packed data " + why);
  }

  /// At least one byte, but at the end.
  std::size_t inflate(char* bytes, std::size_t count) {
    inflater_.next_out = reinterpret_cast<Bytef*>(bytes);
    inflater_.avail_out = static_cast<uInt>(count);
    while (!is_at_end_ && inflater_.avail_out == count) {
      if (inflater_.avail_in == 0) {
        inflater_.avail_in = static_cast<uInt>(packed_->read(input_.data(), input_.size()));
        inflater_.next_in = reinterpret_cast<Bytef*>(input_.data());
      }
      const bool had_input = inflater_.avail_in != 0;
      const int result = ::inflate(&inflater_, Z_NO_FLUSH);
      is_at_end_ = result == Z_STREAM_END;
      if (!is_at_end_ && (result != Z_OK || (!had_input && inflater_.avail_out == count))) {
        fail("do not unpack");
      }
    }
    return count - inflater_.avail_out;
  }

  std::unique_ptr<ByteStream> packed_;
  ZipMember member_;
  z_stream inflater_{};
  bool is_open_ = false;
  bool is_at_end_ = false;
  bool is_checked_ = false;
  std::array<char, kBlock> input_{};
  std::uint64_t read_ = 0;
  uLong crc_ = 0;
};

}  // namespace

std::vector<ZipMember> read_zip_directory(std::istream& file) {
  const Directory directory = directory_of(file);
  const std::string_view bytes = directory.bytes;
  std::vector<ZipMember> members;
  std::unordered_set<std::string> names;
  std::size_t at = 0;
  for (std::uint64_t i = 0; i < directory.entries; ++i) {
    const bool is_whole = bytes.size() - at >= kEntryBytes && field(bytes, at, 4) == kEntryMark;
    const std::size_t name_bytes = is_whole ? field(bytes, at + 28, 2) : 0;
    const std::size_t next = is_whole ? at + kEntryBytes + name_bytes + field(bytes, at + 30, 2) +
                                            field(bytes, at + 32, 2)
                                      : bytes.size() + 1;
    if (next > bytes.size()) {
      throw InputError("has a damaged directory: entry " + std::to_string(i + 1) + " of " +
                       std::to_string(directory.entries) + " is none");
    }
    const std::string name(bytes.substr(at + kEntryBytes, name_bytes));
    if (!names.insert(name).second) {
      throw InputError("has two members " + in_quotes(name));
    }
    members.push_back(member_of(bytes.substr(at), name, directory.offset));
    at = next;
  }
  return members;
}

std::unique_ptr<ByteStream> open_zip_member(std::shared_ptr<std::istream> file,
                                            const ZipMember& member) {
  const std::string local = read_at(*file, member.offset, kLocalBytes);
  if (local.size() != kLocalBytes || field(local, 0, 4) != kLocalMark) {
    throw InputError("is damaged: there is no member where the directory says");
  }
  const std::uint64_t data =
      member.offset + kLocalBytes + field(local, 26, 2) + field(local, 28, 2);
  if (data > member.end || member.packed_bytes > member.end - data) {
    throw InputError("is damaged: its data go beyond those of all members");
  }
  return std::make_unique<MemberStream>(
      std::make_unique<StreamRange>(std::move(file), data, member.packed_bytes), member);
}

}  // namespace tilewave
