// Archives made by hand: what is in them, and what becomes of damaged ones.
#include "sim/model/zip_directory.h"

#include <cstdint>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "compiler/base/error.h"
#include "tests/support/error_of.h"

namespace tilewave {
namespace {

using ::testing::HasSubstr;

std::string number(std::uint64_t value, std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i) {
    text += static_cast<char>(value & 0xffU);
    value >>= 8U;
  }
  return text;
}

std::string deflated(const std::string& text) {
  z_stream stream{};
  EXPECT_EQ(::deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(::deflateBound(&stream, text.size()), '\0');
  std::string from = text;
  stream.next_in = reinterpret_cast<Bytef*>(from.data());
  stream.avail_in = static_cast<uInt>(from.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(::deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  ::deflateEnd(&stream);
  return packed;
}

/// What a directory says of a member, and what there is.
struct Member {
  std::string name;
  std::string text;
  std::uint64_t method = 8;
  std::uint64_t flags = 0;
  std::uint64_t more_bytes = 0;  ///< in the directory than there are
};

std::string archive(const std::vector<Member>& members, const std::string& comment = "") {
  std::string file;
  std::string directory;
  for (const Member& member : members) {
    const std::string packed = member.method == 8 ? deflated(member.text) : member.text;
    const auto* bytes = reinterpret_cast<const Bytef*>(member.text.data());
    const std::string sizes = number(::crc32(0, bytes, static_cast<uInt>(member.text.size())), 4) +
                              number(packed.size(), 4) +
                              number(member.text.size() + member.more_bytes, 4) +
                              number(member.name.size(), 2) + number(0, 2);
    const std::string common =
        number(member.flags, 2) + number(member.method, 2) + number(0, 4) + sizes;
    directory += number(0x02014b50, 4) + number(20, 2) + number(20, 2) + common + number(0, 10) +
                 number(file.size(), 4) + member.name;
    file += number(0x04034b50, 4) + number(20, 2) + common + member.name + packed;
  }
  const std::string end = number(0x06054b50, 4) + number(0, 4) + number(members.size(), 2) +
                          number(members.size(), 2) + number(directory.size(), 4) +
                          number(file.size(), 4) + number(comment.size(), 2) + comment;
  return file + directory + end;
}

std::vector<ZipMember> members_of(const std::string& bytes) {
  std::istringstream file(bytes);
  return read_zip_directory(file);
}

/// All of a member, in pieces.
std::string text_of(const std::string& bytes, const ZipMember& member, std::size_t piece = 7) {
  const auto stream = open_zip_member(std::make_shared<std::istringstream>(bytes), member);
  std::string text;
  std::string block(piece, '\0');
  for (std::size_t found = 1; found > 0;) {
    found = stream->read(block.data(), piece);
    text += block.substr(0, found);
  }
  return text;
}

TEST(ZipDirectory, StoredAndDeflated) {
  const std::string large(300'000, 'z');
  for (const std::string comment : {"", "a comment", "PK\x05\x06"}) {
    const std::string bytes = archive(
        {{"a.npy", "stored", 0}, {"b.npy", large}, {"c.npy", ""}, {"d.npy", "", 0}}, comment);
    const std::vector<ZipMember> members = members_of(bytes);
    ASSERT_EQ(members.size(), 4U);
    EXPECT_EQ(members[0].name, "a.npy");
    EXPECT_EQ(text_of(bytes, members[0]), "stored");
    EXPECT_EQ(text_of(bytes, members[1], 100'000), large);
    EXPECT_EQ(text_of(bytes, members[2]), "");
    EXPECT_EQ(text_of(bytes, members[3]), "");
  }
  EXPECT_TRUE(members_of(archive({})).empty());
}

TEST(ZipDirectory, WhatIsRefused) {
  const auto error = [](const std::string& bytes) {
    return test::error_of([&] { members_of(bytes); });
  };
  EXPECT_EQ(error(""), "is not a zip file, or a damaged or truncated one");
  EXPECT_EQ(error(std::string(100'000, 'P')), "is not a zip file, or a damaged or truncated one");
  EXPECT_EQ(error("x" + archive({{"a", "b"}})), "is not a zip file, or a damaged or truncated one");
  EXPECT_EQ(error(archive({{"a", "b", 0, 1}})), "member 'a' is encrypted, which is not supported");
  EXPECT_EQ(error(archive({{"a", "b", 12}})),
            "member 'a' is packed by method 12; allowed: 0 (stored), 8 (deflated)");
  EXPECT_EQ(error(archive({{"a", "b"}, {"a", "c"}})), "has two members 'a'");
  EXPECT_EQ(error(archive({{"a", "b", 0, 0, 1}})),
            "member 'a' is stored, but has two sizes, 1 and 2");
  EXPECT_EQ(error(archive({{"a", "b", 8, 0, 0xffffffffU - 1}})),
            "is a zip64 file, which is not supported");
  std::string more = archive({{"a", "b"}});
  more[more.size() - 12] = more[more.size() - 14] = 2;  // entries
  EXPECT_EQ(error(more), "has a damaged directory: entry 2 of 2 is none");
}

TEST(ZipDirectory, SizesThatDoNotHold) {
  for (const auto& [more, message] : std::vector<std::pair<std::uint64_t, std::string>>{
           {1, "do not unpack"},
           {~std::uint64_t{0}, "are of more than the 3 bytes that the directory says"}}) {
    const std::string bytes = archive({{"a", "text", 8, 0, more}});
    const std::vector<ZipMember> members = members_of(bytes);
    EXPECT_THAT(test::error_of([&] { text_of(bytes, members.at(0)); }),
                HasSubstr("is damaged: the packed data "))
        << message;
  }
}

TEST(ZipDirectory, DamageIsFoundOrDoesNotMatter) {
  const std::string good = archive({{"a", "some text, some text", 8}, {"b", "stored", 0}});
  std::size_t same = 0;
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const unsigned bit : {1U, 0x80U}) {
      std::string bad = good;
      bad[at] = static_cast<char>(static_cast<unsigned char>(bad[at]) ^ bit);
      try {
        for (const ZipMember& member : members_of(bad)) {
          const std::string text = text_of(bad, member);
          EXPECT_TRUE(text == "some text, some text" || text == "stored") << at;
          ++same;
        }
      } catch (const InputError& error) {
        EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
      }
    }
    EXPECT_NE(test::error_of([&] { members_of(good.substr(0, at)); }), "");
  }
  EXPECT_GT(same, 0U);  // versions, dates, names
}

}  // namespace
}  // namespace tilewave
