// Numbers of NumPy's types as those of ONNX's: exactly or not at all, but for floats of 32 bits.
#include "sim/model/npy_files.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/error_of.h"

namespace fs = std::filesystem;

namespace tilewave {
namespace {

using Floats = std::vector<float>;
using Integers = std::vector<std::int64_t>;

template <typename Element>
OnnxNumbers read(NpyType from, const std::vector<Element>& elements, OnnxType to, Dims dims = {},
                 bool is_fortran = false) {
  std::string bytes(elements.size() * sizeof(Element), '\0');
  std::memcpy(bytes.data(), elements.data(), bytes.size());
  NpyHeader header{from, is_fortran, dims.empty() ? Dims{elements.size()} : std::move(dims), 0};
  StreamRange stream(std::make_shared<std::istringstream>(bytes), 0, bytes.size());
  return read_npy_numbers(stream, header, to);
}

TEST(NpyNumbers, OfEveryType) {
  const OnnxNumbers floats = Floats{1, 2, 100};
  const OnnxNumbers integers = Integers{1, 2, 100};
  for (std::size_t i = 0; i < kOnnxTypes.size(); ++i) {
    const auto type = static_cast<OnnxType>(i);
    if (type == OnnxType::kBool) {
      continue;
    }
    const OnnxNumbers& wanted =
        type == OnnxType::kInt32 || type == OnnxType::kInt64 ? integers : floats;
    EXPECT_EQ(read<float>(NpyType::kF32, {1, 2, 100}, type), wanted);
    EXPECT_EQ(read<double>(NpyType::kF64, {1, 2, 100}, type), wanted);
    EXPECT_EQ(read<std::uint16_t>(NpyType::kF16, {0x3c00, 0x4000, 0x5640}, type), wanted);
    EXPECT_EQ(read<std::int8_t>(NpyType::kI8, {1, 2, 100}, type), wanted);
    EXPECT_EQ(read<std::uint8_t>(NpyType::kU8, {1, 2, 100}, type), wanted);
    EXPECT_EQ(read<std::int32_t>(NpyType::kI32, {1, 2, 100}, type), wanted);
    EXPECT_EQ(read<std::int64_t>(NpyType::kI64, {1, 2, 100}, type), wanted);
  }
  EXPECT_EQ(read<std::uint8_t>(NpyType::kBool, {1, 0}, OnnxType::kBool),
            OnnxNumbers(Integers{1, 0}));
  EXPECT_EQ(read<std::uint8_t>(NpyType::kBool, {1, 0}, OnnxType::kFloat),
            OnnxNumbers(Floats{1, 0}));
}

TEST(NpyNumbers, WhatATypeDoesNotHoldIsRefused) {
  const auto refused = [](auto from, auto element, OnnxType to) {
    return test::error_of([&] { read<decltype(element)>(from, {element}, to); });
  };
  EXPECT_EQ(refused(NpyType::kF64, 0.5, OnnxType::kInt8), "value 0 is 0.5, which is no INT8");
  EXPECT_EQ(refused(NpyType::kF64, 0.1, OnnxType::kFloat16), "value 0 is 0.1, which is no FLOAT16");
  EXPECT_EQ(refused(NpyType::kF32, 0.1F, OnnxType::kBfloat16),
            "value 0 is 0.1, which is no BFLOAT16");
  EXPECT_EQ(refused(NpyType::kF64, 1e300, OnnxType::kFloat),
            "value 0 is 1e+300, which is no FLOAT");
  EXPECT_EQ(refused(NpyType::kF64, 1e300, OnnxType::kInt64),
            "value 0 is 1e+300, which is no INT64");
  EXPECT_EQ(refused(NpyType::kF32, std::numeric_limits<float>::quiet_NaN(), OnnxType::kInt32),
            "value 0 is nan, which is no INT32");
  EXPECT_EQ(refused(NpyType::kI64, std::int64_t{128}, OnnxType::kInt8),
            "value 0 is 128, which is no INT8");
  EXPECT_EQ(refused(NpyType::kI8, std::int8_t{-1}, OnnxType::kUint8),
            "value 0 is -1, which is no UINT8");
  EXPECT_EQ(refused(NpyType::kI64, std::int64_t{1} << 31U, OnnxType::kInt32),
            "value 0 is 2147483648, which is no INT32");
  EXPECT_EQ(refused(NpyType::kI64, (std::int64_t{1} << 60U) + 1, OnnxType::kBfloat16),
            "value 0 is 1152921504606846977, which is no BFLOAT16");
  EXPECT_EQ(refused(NpyType::kBool, std::uint8_t{2}, OnnxType::kBool),
            "value 0 is 2, which is no BOOL");
  // Floats of 32 bits are rounded to, and everything has infinities.
  EXPECT_EQ(read<double>(NpyType::kF64, {0.1}, OnnxType::kFloat), OnnxNumbers(Floats{0.1F}));
  EXPECT_EQ(read<std::int64_t>(NpyType::kI64, {(1 << 24) + 1}, OnnxType::kFloat),
            OnnxNumbers(Floats{16777216.0F}));
  constexpr double kInf = std::numeric_limits<double>::infinity();
  EXPECT_EQ(read<double>(NpyType::kF64, {kInf}, OnnxType::kFloat16),
            OnnxNumbers(Floats{std::numeric_limits<float>::infinity()}));
}

TEST(NpyNumbers, ColumnsFirst) {
  EXPECT_EQ(read<float>(NpyType::kF32, {1, 4, 2, 5, 3, 6}, OnnxType::kFloat, {2, 3}, true),
            OnnxNumbers(Floats{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(read<std::int32_t>(NpyType::kI32, {0, 4, 2, 6, 1, 5, 3, 7}, OnnxType::kInt64, {2, 2, 2},
                               true),
            OnnxNumbers(Integers{0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(read<float>(NpyType::kF32, {1, 2}, OnnxType::kFloat, {2}, true),
            OnnxNumbers(Floats{1, 2}));
}

TEST(NpyNumbers, MoreThanABlock) {
  std::vector<std::int32_t> elements(200'000);
  Floats wanted;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    elements[i] = static_cast<std::int32_t>(i);
    wanted.push_back(static_cast<float>(i));
  }
  EXPECT_EQ(read(NpyType::kI32, elements, OnnxType::kFloat), OnnxNumbers(wanted));
}

TEST(NpyNumbers, ExactlyAsMany) {
  NpyHeader header{NpyType::kF32, false, {2}, 0};
  for (const std::size_t bytes : {4U, 7U, 9U, 12U}) {
    StreamRange stream(std::make_shared<std::istringstream>(std::string(bytes, '\0')), 0, bytes);
    EXPECT_EQ(test::error_of([&] { read_npy_numbers(stream, header, OnnxType::kFloat); }),
              bytes < 8 ? "ends within its data" : "goes on behind its data");
  }
}

TEST(NpyFile, NeedsToBeARegularFile) {
  const fs::path folder =
      fs::path(::testing::TempDir()) / ("npy_files_" + std::to_string(::getpid()));
  fs::create_directories(folder);
  const std::string pipe = (folder / "x.npy").string();
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(test::error_of([&] { read_npy_file(pipe, 0); }),
            pipe + ": is no regular file, as NumPy files have to be");
  const std::string zero = (folder / "zero.npz").string();
  fs::create_symlink("/dev/zero", zero);
  EXPECT_EQ(test::error_of([&] { read_npz_file(zero); }),
            zero + ": is no regular file, as NumPy archives have to be");
  EXPECT_EQ(test::error_of([&] { read_npy_file((folder / "none.npy").string(), 0); }),
            (folder / "none.npy").string() + ": no such NumPy file");
  const std::string directory = (folder / "dir.npz").string();
  fs::create_directory(directory);
  EXPECT_EQ(test::error_of([&] { read_npz_file(directory); }),
            directory + ": is a directory, not a NumPy archive");
  fs::remove_all(folder);
}

}  // namespace
}  // namespace tilewave
