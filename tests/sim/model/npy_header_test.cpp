// The literal at the head of a NumPy file: what NumPy writes, and nothing else.
#include "sim/model/npy_header.h"

#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_of.h"

namespace tilewave {
namespace {

using ::testing::HasSubstr;

std::string literal(const std::string& shape, const std::string& type = "<f4",
                    const std::string& order = "False") {
  return "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }";
}

std::string error(const std::string& text) {
  return test::error_of([&] { parse_npy_literal(text); });
}

NpyHeader header_of(const std::string& bytes, std::uint64_t file_bytes) {
  StreamRange stream(std::make_shared<std::istringstream>(bytes), 0, bytes.size());
  return read_npy_header(stream, file_bytes);
}

TEST(NpyLiteral, WhatNumPyWrites) {
  EXPECT_EQ(parse_npy_literal(literal("(2, 3)") + "     \n"),
            (NpyHeader{NpyType::kF32, false, {2, 3}}));
  EXPECT_EQ(parse_npy_literal(literal("()", "<i8")), (NpyHeader{NpyType::kI64, false, {}}));
  EXPECT_EQ(parse_npy_literal(literal("(7,)", "|b1", "True")),
            (NpyHeader{NpyType::kBool, true, {7}}));
  EXPECT_EQ(parse_npy_literal(literal("(0,)", "<i8")).dims, (Dims{0}));
  EXPECT_EQ(parse_npy_literal("{\"shape\":(2,3,),\"descr\":\"<f8\",\"fortran_order\":True}").type,
            NpyType::kF64);
  for (std::size_t i = 0; i < kNpyTypes.size(); ++i) {
    EXPECT_EQ(parse_npy_literal(literal("(1,)", std::string(kNpyTypes[i].word))).type,
              static_cast<NpyType>(i));
  }
}

TEST(NpyLiteral, WhatItDoesNot) {
  const std::string allowed = "; allowed: '<f4', '<f8', '<f2', '|i1', '|u1', '<i4', '<i8', '|b1'";
  for (const std::string type :
       {">f4", "<f16", "|O", "<U8", "<c8", "|V2", "f4", "", "<i2", "<u4"}) {
    EXPECT_EQ(error(literal("(2, 3)", type)), "holds elements of type '" + type + "'" + allowed);
  }
  EXPECT_EQ(error("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }"),
            "holds records, of several fields" + allowed);
  const std::string none = "has a header that is not NumPy's: ";
  for (const auto& [text, message] : std::vector<std::pair<std::string, std::string>>{
           {"", none + "'{' is missing at its byte 0"},
           {"{", none + "a text in quotes is missing at its byte 1"},
           {"{}", "has a header without 'descr', 'fortran_order' or 'shape'"},
           {"{'shape': (2,)}", "has a header without 'descr', 'fortran_order' or 'shape'"},
           {"{'shape' (2,)}", none + "':' is missing at its byte 9"},
           {"{'shape': (2,) 'descr': '<f4'}", none + "'}' is missing at its byte 15"},
           {"{'shape", none + "the end of a text in quotes is missing at its byte 1"},
           {"{'shape': 2}", none + "'(' is missing at its byte 10"},
           {"{'shape': (2 3)}", none + "',' is missing at its byte 13"},
           {"{'shape': (2)}", none + "',' in a tuple of one is missing at its byte 13"},
           {"{'shape': (,)}", none + "a whole number from 0 on is missing at its byte 11"},
           {"{'shape': (-2,)}", none + "a whole number from 0 on is missing at its byte 11"},
           {"{'shape': (2L,)}", none + "',' is missing at its byte 12"},
           {"{'shape': (99999999999999999999,)}",
            none + "a whole number from 0 on is missing at its byte 11"},
           {"{'shape': (2,", none + "a whole number from 0 on is missing at its byte 13"},
           {"{'fortran_order': false}", none + "True or False is missing at its byte 18"},
           {"{'shape': (2,), 'shape': (2,)}",
            "has a header with 'shape'; allowed: 'descr', 'fortran_order' and 'shape', each once"},
           {"{'more': 1}",
            "has a header with 'more'; allowed: 'descr', 'fortran_order' and 'shape', each once"},
           {literal("(2,)") + "x", none + "the end is missing at its byte 57"},
           {literal("(2,)") + "\n ", none + "the end is missing at its byte 58"}}) {
    EXPECT_EQ(error(text), message) << text;
  }
  EXPECT_THAT(error(literal("(0, 3)")), HasSubstr("has the shape [0,3]; a dimension is 1.."));
  EXPECT_THAT(error(literal("(2147483648, 1)")), HasSubstr("a dimension is 1..2147483647"));
  EXPECT_THAT(error(literal("(2147483647, 2147483647)")), HasSubstr("elements are allowed"));
  std::string many = "(";
  for (int i = 0; i < 40; ++i) {
    many += "1, ";
  }
  EXPECT_EQ(error(literal(many + ")")), "has more than 32 dimensions");
}

TEST(NpyHeaderOf, VersionsAndLengths) {
  const std::string text = literal("(2, 3)") + std::string(20, ' ') + "\n";
  const std::string magic = "\x93NUMPY";
  const char length = static_cast<char>(text.size());
  const std::string first = magic + std::string("\x01\x00", 2) + length + '\0' + text;
  const std::string second =
      magic + std::string("\x02\x00", 2) + length + std::string(3, '\0') + text;
  EXPECT_EQ(header_of(first, first.size() + 24).bytes, first.size());
  EXPECT_EQ(header_of(second, second.size() + 24).bytes, second.size());
  EXPECT_EQ(header_of(first, first.size() + 24).data_bytes(), 24U);
  for (const std::uint64_t wrong : {23U, 25U, 0U}) {
    EXPECT_EQ(test::error_of([&] { header_of(first, first.size() + wrong); }),
              "has the shape [2,3] of '<f4', which takes 24 bytes of data, but holds " +
                  std::to_string(wrong));
  }
  const auto error_of_bytes = [](const std::string& bytes) {
    return test::error_of([&] { header_of(bytes, bytes.size()); });
  };
  const std::string none = "is not a NumPy file: it does not begin with the bytes 93 'NUMPY'";
  EXPECT_EQ(error_of_bytes(""), none);
  EXPECT_EQ(error_of_bytes("PK\x03\x04 and so on"), none);
  for (std::size_t size = magic.size(); size < first.size(); ++size) {
    EXPECT_EQ(error_of_bytes(first.substr(0, size)),
              "is not a NumPy file: it ends within its header");
  }
  EXPECT_EQ(error_of_bytes(magic + std::string("\x03\x00\x10\x00", 4)),
            "is a NumPy file of version 3.0; allowed: 1.0 and 2.0");
  EXPECT_EQ(error_of_bytes(magic + std::string("\x01\x01\x10\x00", 4)),
            "is a NumPy file of version 1.1; allowed: 1.0 and 2.0");
  EXPECT_EQ(error_of_bytes(magic + std::string("\x02\x00", 2) + "\xff\xff\xff\xff"),
            "has a header of 4294967295 bytes, at most 65535 are allowed");
}

}  // namespace
}  // namespace tilewave
