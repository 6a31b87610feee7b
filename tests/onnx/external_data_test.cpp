// Weights in other files, which are here in memory: which ranges are refused, what is read when, and
// which graph comes of values that nobody has read.
#include "compiler/onnx/external_data.h"

#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "compiler/graph/graph_text.h"
#include "compiler/onnx/onnx_import.h"
#include "tests/onnx/models.h"
#include "tests/support/error_of.h"

namespace tilewave {
namespace {

using test::add_weight;
using test::parse_model_text;
using ::testing::HasSubstr;

/// Files by name; what is read is counted.
struct MemoryFiles : OnnxDataFiles {
  std::map<std::string, std::string> files;
  std::uint64_t bytes_read = 0;

  std::optional<std::uint64_t> size(const std::string& location) override {
    const auto found = files.find(location);
    return found == files.end() ? std::nullopt : std::optional(found->second.size());
  }
  void read(const std::string& location, std::uint64_t offset, std::span<char> bytes) override {
    const std::string& file = files.at(location);
    ASSERT_LE(offset + bytes.size(), file.size());
    std::memcpy(bytes.data(), file.data() + offset, bytes.size());
    bytes_read += bytes.size();
  }
};

using Entries = std::vector<std::pair<std::string, std::string>>;

void set_external(onnx::TensorProto& tensor, const Entries& entries) {
  tensor.clear_float_data();
  tensor.clear_int32_data();
  tensor.clear_int64_data();
  tensor.set_data_location(onnx::TensorProto::EXTERNAL);
  for (const auto& [key, value] : entries) {
    onnx::StringStringEntryProto& entry = *tensor.add_external_data();
    entry.set_key(key);
    entry.set_value(value);
  }
}

/// x [2,3] times w [3,2], whose data are at these entries.
onnx::ModelProto product(const Entries& entries) {
  onnx::ModelProto model =
      parse_model_text("net (float[2,3] x) => (float[2,2] y) { y = MatMul(x, w) }");
  add_weight(model, "w", {3, 2});
  set_external(*model.mutable_graph()->mutable_initializer(0), entries);
  return model;
}

template <typename Element>
std::string bytes_of(const std::vector<Element>& elements) {
  return {reinterpret_cast<const char*>(elements.data()), elements.size() * sizeof(Element)};
}

OnnxModel import(const onnx::ModelProto& model, OnnxDataFiles* files,
                 OnnxWeights weights = OnnxWeights::kRead) {
  OnnxOptions options;
  options.files = files;
  options.weights = weights;
  return import_onnx(model.SerializeAsString(), options);
}

TEST(ExternalData, RangesAreRead) {
  MemoryFiles files;
  files.files["w.bin"] = "xxxx" + bytes_of<float>({1, 2, 3, 4, 5, 6});
  const OnnxModel model =
      import(product({{"location", "w.bin"}, {"offset", "4"}, {"length", "24"}}), &files);
  EXPECT_EQ(model.sources.at(1).values, OnnxNumbers(std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_TRUE(model.sources.at(1).is_external);
  EXPECT_EQ(files.bytes_read, 24U);
  // Without a length all that follows.
  EXPECT_EQ(import(product({{"location", "w.bin"}, {"offset", "4"}}), &files).sources[1].values,
            model.sources[1].values);
}

TEST(ExternalData, AllTypes) {
  const auto read = [](onnx::TensorProto::DataType type, const std::string& bytes) {
    MemoryFiles files;
    files.files["w.bin"] = bytes;
    onnx::ModelProto model = parse_model_text(
        "net (float[2,3] x) => (float[2,3] y) { c = Cast<to = 1>(w) y = Add(x, c) }");
    add_weight(model, "w", {2, 3});
    onnx::TensorProto& w = *model.mutable_graph()->mutable_initializer(0);
    w.set_data_type(type);
    set_external(w, {{"location", "w.bin"}});
    const OnnxModel imported = import(model, &files);
    return imported.sources.at(1).values.value();
  };
  const OnnxNumbers floats = std::vector<float>{1, 2, 3, 4, 5, 6};
  using Tensor = onnx::TensorProto;
  EXPECT_EQ(read(Tensor::INT8, bytes_of<std::int8_t>({1, 2, 3, 4, 5, 6})), floats);
  EXPECT_EQ(read(Tensor::UINT8, bytes_of<std::uint8_t>({1, 2, 3, 4, 5, 6})), floats);
  EXPECT_EQ(read(Tensor::FLOAT16,
                 bytes_of<std::uint16_t>({0x3c00, 0x4000, 0x4200, 0x4400, 0x4500, 0x4600})),
            floats);
  EXPECT_EQ(read(Tensor::BFLOAT16,
                 bytes_of<std::uint16_t>({0x3f80, 0x4000, 0x4040, 0x4080, 0x40a0, 0x40c0})),
            floats);
  EXPECT_EQ(read(Tensor::INT32, bytes_of<std::int32_t>({1, 2, 3, 4, 5, 6})),
            OnnxNumbers(std::vector<std::int64_t>{1, 2, 3, 4, 5, 6}));
}

TEST(ExternalData, LargerThanABlock) {
  constexpr std::int64_t kRows = 300'000;
  MemoryFiles files;
  std::vector<std::uint8_t> bytes(kRows * 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(i % 251);
  }
  files.files["w.bin"] = bytes_of(bytes);
  onnx::ModelProto model = parse_model_text(
      "net (float[1,2] x) => (float[300000,2] y) { c = Cast<to = 1>(w) y = Add(x, c) }");
  onnx::TensorProto& w = *model.mutable_graph()->add_initializer();
  w.set_name("w");
  w.set_data_type(onnx::TensorProto::UINT8);
  w.add_dims(kRows);
  w.add_dims(2);
  set_external(w, {{"location", "w.bin"}});
  const OnnxModel imported = import(model, &files);
  EXPECT_EQ(imported.sources.at(1).values,
            OnnxNumbers(std::vector<float>(bytes.begin(), bytes.end())));
}

TEST(ExternalData, WrongEntries) {
  MemoryFiles files;
  files.files["w.bin"] = std::string(28, 'x');
  const std::string place = "model.onnx: initializer: tensor 'w' ";
  const auto error = [&](const Entries& entries) {
    return test::error_of([&] { import(product(entries), &files); });
  };
  const std::string largest = "18446744073709551615";
  for (const auto& [entries, message] : std::vector<std::pair<Entries, std::string>>{
           {{}, "has external data without a location"},
           {{{"location", "w.bin"}, {"location", "w.bin"}},
            "has external data with two entries 'location'"},
           {{{"location", "w.bin"}, {"ofset", "4"}},
            "has external data with an entry 'ofset'; allowed: location, offset, length, checksum"},
           {{{"location", "w.bin"}, {"offset", "-4"}},
            "has external data with offset '-4'; allowed: a whole number from 0 to " + largest},
           {{{"location", "w.bin"}, {"offset", ""}},
            "has external data with offset ''; allowed: a whole number from 0 to " + largest},
           {{{"location", "w.bin"}, {"length", "0x18"}},
            "has external data with length '0x18'; allowed: a whole number from 0 to " + largest},
           {{{"location", "w.bin"}, {"length", "18446744073709551616"}},
            "has external data with length '18446744073709551616'; allowed: a whole number from 0 "
            "to " +
                largest},
           {{{"location", "w.bin"}, {"length", largest}},
            "has the shape [3,2], which takes 24 bytes of data, but the length of its external "
            "data is " +
                largest},
           {{{"location", "w.bin"}, {"length", "20"}},
            "has the shape [3,2], which takes 24 bytes of data, but the length of its external "
            "data is "
            "20"},
           {{{"location", "w.bin"}},
            "has the shape [3,2], which takes 24 bytes of data, but no length, and data file "
            "'w.bin' "
            "has from there on 28"},
           {{{"location", "w.bin"}, {"offset", "8"}, {"length", "24"}},
            "has 24 bytes of data from byte 8 of data file 'w.bin' on, which has 28"},
           {{{"location", "w.bin"}, {"offset", largest}, {"length", "24"}},
            "has 24 bytes of data from byte " + largest +
                " of data file 'w.bin' on, which has 28"}}) {
    EXPECT_EQ(error(entries), place + message);
  }
  EXPECT_EQ(files.bytes_read, 0U);
  EXPECT_EQ(test::error_of([&] {
              import(product({{ "location", "w.bin" }}), nullptr);
            }),
            place + "has external data, and there are no files to read them from");
  onnx::ModelProto both = product({{"location", "w.bin"}, {"offset", "4"}});
  both.mutable_graph()->mutable_initializer(0)->add_float_data(1);
  EXPECT_EQ(test::error_of([&] { import(both, &files); }),
            place + "has data in more than one form");
}

TEST(ExternalData, OnlyInitializersHaveThem) {
  MemoryFiles files;
  files.files["w.bin"] = bytes_of<float>({1, 2, 3, 4, 5, 6});
  onnx::ModelProto model = parse_model_text(
      "net (float[2,3] x) => (float[2,2] y) { w = Constant<value = float[3,2] {1,2,3,4,5,6}>() "
      "y = MatMul(x, w) }");
  set_external(*model.mutable_graph()->mutable_node(0)->mutable_attribute(0)->mutable_t(),
               {{"location", "w.bin"}});
  EXPECT_THAT(
      test::error_of([&] { import(model, &files); }),
      HasSubstr("node #1 (Constant): tensor '' has external data, in another file, which only "
                "initializers of a model may have"));
}

TEST(ExternalData, OverlappingRangesAreOneWeightTwice) {
  MemoryFiles files;
  files.files["w.bin"] = bytes_of<float>({1, 2, 3, 4, 5, 6, 7});
  onnx::ModelProto model = parse_model_text(
      "net (float[2,3] x) => (float[2,2] y) { p = MatMul(x, w) q = MatMul(x, v) y = Add(p, q) }");
  add_weight(model, "w", {3, 2});
  add_weight(model, "v", {3, 2});
  set_external(*model.mutable_graph()->mutable_initializer(0),
               {{"location", "w.bin"}, {"length", "24"}});
  set_external(*model.mutable_graph()->mutable_initializer(1),
               {{"location", "w.bin"}, {"offset", "4"}});
  const OnnxModel imported = import(model, &files);
  EXPECT_EQ(imported.sources.at(1).values, OnnxNumbers(std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(imported.sources.at(2).values, OnnxNumbers(std::vector<float>{2, 3, 4, 5, 6, 7}));
}

TEST(ExternalData, NothingIsReadThatIsNotWanted) {
  MemoryFiles files;
  const onnx::ModelProto model = product({{"location", "w.bin"}});
  EXPECT_EQ(
      test::error_of([&] { import(model, &files); }),
      "model.onnx: weight 'w' is in the data file 'w.bin', which does not exist; --weights=drawn "
      "draws such weights from --seed, --timing-only needs no values");
  std::string text;
  for (int round = 0; round < 2; ++round) {  // without the file, with it
    for (const OnnxWeights weights : {OnnxWeights::kAsNeeded, OnnxWeights::kDrawn}) {
      const OnnxModel imported = import(model, &files, weights);
      EXPECT_FALSE(imported.sources.at(1).values);
      EXPECT_TRUE(imported.sources[1].is_external);
      text = to_text(imported.graph);
    }
    files.files["w.bin"] = bytes_of<float>({1, 2, 3, 4, 5, 6});
  }
  EXPECT_EQ(files.bytes_read, 0U);
  EXPECT_EQ(to_text(import(model, &files).graph), text);
}

TEST(ExternalData, ValuesThatDecideTheGraphAreRead) {
  onnx::ModelProto model =
      parse_model_text("net (float[2,3] x) => (float[3,2] y) { r = Reshape(x, s) y = Mul(r, w) }");
  test::add_integers(model, "s", {3, 2});
  add_weight(model, "w", {1});
  set_external(*model.mutable_graph()->mutable_initializer(0), {{"location", "s.bin"}});
  set_external(*model.mutable_graph()->mutable_initializer(1), {{"location", "w.bin"}});
  MemoryFiles files;
  const auto error = [&] {
    return test::error_of([&] { import(model, &files, OnnxWeights::kDrawn); });
  };
  EXPECT_EQ(
      error(),
      "model.onnx: initializer: tensor 's' is of type INT64, which decides shapes and the like, "
      "and its data file 's.bin' does not exist");
  files.files["s.bin"] = bytes_of<std::int64_t>({3, 2});
  EXPECT_THAT(error(),
              HasSubstr("node #2 (Mul): the values of weight 'w' are needed, and its data file "
                        "'w.bin' does not exist"));
  files.files["w.bin"] = bytes_of<float>({2.5F});
  EXPECT_THAT(to_text(import(model, &files, OnnxWeights::kDrawn).graph), HasSubstr("2.5"));
  files.files["s.bin"] = bytes_of<std::int64_t>({7, 2});
  EXPECT_THAT(error(), HasSubstr("node #1 (Reshape)"));
}

TEST(ExternalData, IntegersThatAreNotReadAreAnyThatCouldBeDrawn) {
  onnx::ModelProto model =
      parse_model_text("net (int8[1,3] x) => (int32[1,3] y) { c = Cast<to = 6>(x) y = Add(c, w) }");
  onnx::TensorProto& w = *model.mutable_graph()->add_initializer();
  w.set_name("w");
  w.set_data_type(onnx::TensorProto::INT32);
  w.add_dims(1);
  w.add_dims(3);
  set_external(w, {{"location", "w.bin"}});
  MemoryFiles files;
  EXPECT_NO_THROW(import(model, &files, OnnxWeights::kAsNeeded));
  // Sums of these are not exact in fp32.
  files.files["w.bin"] = bytes_of<std::int32_t>({1, 2, 1 << 30});
  EXPECT_NO_THROW(import(model, &files, OnnxWeights::kDrawn));
  EXPECT_EQ(files.bytes_read, 0U);
  for (const OnnxWeights weights : {OnnxWeights::kAsNeeded, OnnxWeights::kRead}) {
    EXPECT_THAT(test::error_of([&] { import(model, &files, weights); }),
                HasSubstr("node #2 (Add)"));
  }
}

TEST(ExternalData, NoMoreThanIsAllowed) {
  struct Endless : OnnxDataFiles {
    std::optional<std::uint64_t> size(const std::string&) override {
      return std::uint64_t{1} << 50U;
    }
    void read(const std::string&, std::uint64_t, std::span<char>) override {
      FAIL() << "read before the sizes are known to be allowed";
    }
  };
  Endless files;
  onnx::ModelProto model =
      parse_model_text("net (float[1,1048576] x) => (float[1,2049] y) { y = MatMul(x, w) }");
  onnx::TensorProto& w = *model.mutable_graph()->add_initializer();
  w.set_name("w");
  w.set_data_type(onnx::TensorProto::FLOAT);
  w.add_dims(1048576);
  w.add_dims(2049);
  set_external(w, {{"location", "w.bin"}, {"length", std::to_string(1048576ULL * 2049 * 4)}});
  EXPECT_EQ(
      test::error_of([&] { import(model, &files); }),
      "model.onnx: initializer: tensor 'w' takes the data in other files beyond the 8589934592 "
      "bytes that are read of them; --weights=drawn reads no weights");
  EXPECT_NO_THROW(import(model, &files, OnnxWeights::kDrawn));
}

}  // namespace
}  // namespace tilewave
