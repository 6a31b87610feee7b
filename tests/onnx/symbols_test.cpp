// Numbers for the dimensions of a model that have none: data first, then sizes by name, then the batch.
#include "compiler/onnx/symbols.h"

#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/onnx/models.h"
#include "tests/support/error_of.h"

namespace tilewave {
namespace {

std::string error_of(Symbols symbols, const std::vector<OnnxSize>& sizes,
                     std::optional<std::uint64_t> batch = std::nullopt) {
  return test::error_of([&] { symbols.settle(sizes, batch); });
}

/// Dimensions 'batch' and 'seq', and the first one of an input that has no name.
Symbols three() {
  Symbols symbols;
  symbols.add(Symbols::key("batch"));
  symbols.add(Symbols::key("seq"));
  symbols.add({true, "", 0});
  return symbols;
}

TEST(Symbols, SizesGoByNameAndTheBatchIsWhatIsLeft) {
  Symbols symbols = three();
  symbols.settle({{"seq", 128}, {"batch", 4}}, 9);
  EXPECT_EQ(symbols.value(Symbols::key("seq")), 128U);
  EXPECT_EQ(symbols.value(Symbols::key("batch")), 4U);
  EXPECT_EQ(symbols.value({true, "", 0}), 9U);
  EXPECT_EQ(symbols.value(Symbols::key("other")), std::nullopt);
}

TEST(Symbols, EverythingThatIsMissingIsNamed) {
  EXPECT_EQ(
      error_of(three(), {}),
      "dimension 'batch', dimension 'seq' and the first dimension are symbolic; --size NAME=N "
      "gives a named one its number, --batch the last one that is left, data of --inputs any");
  EXPECT_EQ(error_of(three(), {}, 3), error_of(three(), {}));
  EXPECT_EQ(error_of(three(), {{"batch", 2}, {"seq", 3}}),
            "the first dimension is symbolic; give its number with --batch, or data with --inputs");
}

TEST(Symbols, WhatHasNoEffectOrContradictsIsRefused) {
  EXPECT_EQ(error_of(three(), {{"sec", 3}}),
            "--size sec=3: no input has a symbolic dimension of that name; did you mean 'seq'?; "
            "allowed: 'batch' and 'seq'");
  EXPECT_EQ(error_of(three(), {{"seq", 3}, {"seq", 3}}), "--size gives 'seq' twice");
  Symbols given = three();
  given.set(Symbols::key("seq"), 5, "input_0.pb");
  EXPECT_EQ(error_of(given, {{"seq", 4}}),
            "--size seq=4 contradicts the data of --inputs: dimension 'seq' is 5");
  EXPECT_EQ(test::error_of([&] { given.set(Symbols::key("seq"), 6, "input_1.pb"); }),
            "dimension 'seq' is 5 and, in input_1.pb, 6");
  given.set(Symbols::key("batch"), 2, "input_0.pb");
  given.set({true, "", 0}, 2, "input_0.pb");
  EXPECT_EQ(error_of(given, {{"seq", 5}}, 2), "");  // what is said twice is said
  EXPECT_EQ(error_of(given, {}, 7),
            "--batch=7 contradicts the data of --inputs: dimension 'batch' is 2");
  Symbols all;
  all.add(Symbols::key("n"));
  EXPECT_EQ(error_of(all, {{"n", 7}}, 7),
            "--batch=7 has no effect: --size gives the number of every symbolic dimension");
  EXPECT_EQ(error_of({}, {}, 7), "--batch=7 has no effect: all dimensions have numbers");
  EXPECT_EQ(error_of({}, {{"n", 7}}),
            "--size n=7: no input has a symbolic dimension of that name; none has a name");
}

TEST(Symbols, OfAModel) {
  const std::string bytes =
      test::parse_model_text("net (float[N,M,K] x) => (float[N,M,K] y) { y = Relu(x) }")
          .SerializeAsString();
  OnnxOptions options;
  options.sizes = {{"K", 5}, {"N", 2}};
  EXPECT_THAT(test::error_of([&] { import_onnx(bytes, options); }),
              ::testing::StartsWith("model.onnx: dimension 'M' is symbolic; "));
  options.batch = 3;
  EXPECT_EQ(import_onnx(bytes, options).outputs[0].dims, (Dims{2, 3, 5}));
  options.batch.reset();
  options.sizes.push_back({"M", 4});
  EXPECT_EQ(import_onnx(bytes, options).outputs[0].dims, (Dims{2, 4, 5}));
  options.sizes.push_back({"M", 4});
  EXPECT_EQ(test::error_of([&] { import_onnx(bytes, options); }),
            "model.onnx: --size gives 'M' twice");
}

}  // namespace
}  // namespace tilewave
